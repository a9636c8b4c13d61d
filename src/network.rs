//! Addresses of the network: who a client is behind the proxies that are believed, and how much of an address counts as one
//! client. Pure; it reads no header by itself and resolves no name.

use std::net::{IpAddr, SocketAddr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::error::{Error, Result};

/// The header in which proxies say for whom they ask, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// `X-Forwarded-For`: addresses separated by commas.
    List,
    /// `Forwarded` of RFC 7239.
    Forwarded,
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Client {
    /// The address; an IPv4 address in IPv6's clothes is IPv4.
    pub address: IpAddr,
    /// What counts as one client: the IPv4 address, or the IPv6 network that one customer has.
    pub network: IpNet,
}

impl Client {
    /// The first address of the client's network: the same for all addresses that one customer has.
    pub fn grouped(&self) -> IpAddr {
        self.network.network()
    }
}

/// Whom we believe about where a request comes from.
#[derive(Debug, Clone)]
pub struct Proxies {
    trusted: Vec<IpNet>,
    said: Said,
    ipv6_prefix: u8,
}

impl Proxies {
    /// As the settings have it: the networks of our proxies, the header they speak by, the bits of an IPv6 address that make
    /// one client.
    pub fn new(trusted: &[String], header: &str, ipv6_prefix: u8) -> Result<Proxies> {
        let said = match header.to_ascii_lowercase().as_str() {
            "x-forwarded-for" => Said::List,
            "forwarded" => Said::Forwarded,
            _ => return Err(Error::config("server.proxy_header", "must be `X-Forwarded-For` or `Forwarded`")),
        };
        if !(16..=128).contains(&ipv6_prefix) {
            return Err(Error::config("server.ipv6_prefix", "must be from 16 to 128"));
        }
        Ok(Proxies { trusted: networks("server.trusted_proxies", trusted)?, said, ipv6_prefix })
    }

    /// The name of the header that trusted proxies speak by.
    pub fn header(&self) -> &'static str {
        match self.said {
            Said::List => "x-forwarded-for",
            Said::Forwarded => "forwarded",
        }
    }

    /// Whether this is a proxy of ours.
    pub fn trusts(&self, address: IpAddr) -> bool {
        within(&self.trusted, address.to_canonical())
    }

    /// Who asks: the peer, or, as long as that is a proxy of ours, whom it names. Proxies append, so the list is read from its
    /// right end, and what stands left of the first stranger was written by strangers. `said` are the values of
    /// [`Proxies::header`], in order.
    pub fn client<'a>(&self, peer: IpAddr, said: impl Iterator<Item = &'a str>) -> Client {
        let mut address = peer.to_canonical();
        if !self.trusts(address) {
            return self.grouped(address);
        }
        let said: Vec<&str> = said.collect();
        let hops: Vec<Option<IpAddr>> = match self.said {
            Said::List => said.iter().flat_map(|line| line.split(',')).map(address_of).collect(),
            Said::Forwarded => said.iter().flat_map(|line| unquoted(line, ',')).map(forwarded_for).collect(),
        };
        for hop in hops.into_iter().rev() {
            // A hop that cannot be read hides who is behind it: then it was the proxy that asked.
            let Some(hop) = hop else { break };
            address = hop.to_canonical();
            if !self.trusts(address) {
                break;
            }
        }
        self.grouped(address)
    }

    fn grouped(&self, address: IpAddr) -> Client {
        let network = match address {
            IpAddr::V4(v4) => IpNet::V4(Ipv4Net::new_assert(v4, 32)),
            IpAddr::V6(v6) => IpNet::V6(Ipv6Net::new_assert(v6, self.ipv6_prefix).trunc()),
        };
        Client { address, network }
    }
}

/// The networks of a setting: `192.0.2.0/24`, `2001:db8::/32`, or single addresses.
pub fn networks(setting: &str, given: &[String]) -> Result<Vec<IpNet>> {
    let wrong = |text: &String| Error::config(setting, format!("{text:?} is neither an address nor a network like 10.0.0.0/8"));
    given.iter().map(|text| network(text).ok_or_else(|| wrong(text))).collect()
}

/// A network or a single address as people write it.
pub fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let parsed = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(|address| IpNet::from(address.to_canonical())));
    parsed.map(|network| network.trunc())
}

/// Whether an address lies in one of the networks.
pub fn within(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`.
fn address_of(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

/// The `for` of one element of `Forwarded`; `unknown` and made-up names (RFC 7239, section 6) are nobody we know.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let pairs = unquoted(element, ';').into_iter().filter_map(|pair| pair.split_once('='));
    let node = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for")).map(|(_, node)| node.trim()).next()?;
    address_of(node.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(node))
}

/// Splits at a mark that does not stand between quotation marks.
fn unquoted(text: &str, mark: char) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(|c: char| {
        let ends = c == mark && !quoted;
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && quoted && !escaped;
        ends
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(header: &str) -> Proxies {
        let trusted = ["10.0.0.0/8", "192.0.2.7", "fd00::/8"].map(str::to_owned).to_vec();
        Proxies::new(&trusted, header, 64).expect("good settings")
    }

    fn nobody(ipv6_prefix: u8) -> Proxies {
        Proxies::new(&[], "X-Forwarded-For", ipv6_prefix).expect("good settings")
    }

    fn asked(proxies: &Proxies, peer: &str, said: &[&str]) -> String {
        proxies.client(peer.parse().expect("an address"), said.iter().copied()).address.to_string()
    }

    #[test]
    fn a_stranger_is_not_believed() {
        let list = proxies("X-Forwarded-For");
        assert_eq!(asked(&list, "198.51.100.1", &["203.0.113.9"]), "198.51.100.1");
        assert_eq!(asked(&list, "::ffff:198.51.100.1", &["203.0.113.9"]), "198.51.100.1");
        let nobody = nobody(64);
        assert_eq!(asked(&nobody, "127.0.0.1", &["203.0.113.9"]), "127.0.0.1");
    }

    #[test]
    fn the_rightmost_that_is_no_proxy_of_ours_is_the_client() {
        let list = proxies("x-forwarded-for");
        for (said, client) in [
            (&["203.0.113.9"][..], "203.0.113.9"),
            (&["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
            (&["1.1.1.1, 203.0.113.9,10.1.2.3 , 192.0.2.7"], "203.0.113.9"),
            (&["1.1.1.1", "203.0.113.9, 10.1.2.3"], "203.0.113.9"),
            (&["203.0.113.9:4711"], "203.0.113.9"),
            (&["::ffff:203.0.113.9"], "203.0.113.9"),
            (&["[2001:db8::1]:443"], "2001:db8::1"),
            (&["[2001:db8::1]"], "2001:db8::1"),
            (&["10.1.2.3, 10.1.2.4"], "10.1.2.3"),
            (&["203.0.113.9, unknown"], "10.9.9.9"),
            (&["203.0.113.9, '; drop table", "10.1.2.3"], "10.1.2.3"),
            (&[], "10.9.9.9"),
            (&[""], "10.9.9.9"),
        ] {
            assert_eq!(asked(&list, "10.9.9.9", said), client, "{said:?}");
        }
        assert_eq!(asked(&list, "::ffff:10.9.9.9", &["203.0.113.9"]), "203.0.113.9");
    }

    #[test]
    fn forwarded_is_read_as_its_standard_has_it() {
        let forwarded = proxies("Forwarded");
        for (said, client) in [
            ("for=203.0.113.9;proto=https;by=10.0.0.1", "203.0.113.9"),
            ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=1.1.1.1, by=10.0.0.1;for=203.0.113.9, for=10.1.1.1", "203.0.113.9"),
            ("for=\"203.0.113.9, for=1.1.1.1\"", "10.9.9.9"),
            ("for=\"a\\\", for=1.1.1.1\", for=203.0.113.9", "203.0.113.9"),
            ("for=_hidden", "10.9.9.9"),
            ("for=unknown, for=10.1.1.1", "10.1.1.1"),
            ("203.0.113.9", "10.9.9.9"),
        ] {
            assert_eq!(asked(&forwarded, "10.9.9.9", &[said]), client, "{said}");
        }
    }

    #[test]
    fn an_ipv6_customer_is_one_client_and_an_ipv4_address_is_one() {
        let all = nobody(64);
        let client = |text: &str| all.client(text.parse().expect("an address"), std::iter::empty());
        assert_eq!(client("2001:db8:1:2:3::4").network.to_string(), "2001:db8:1:2::/64");
        assert_eq!(client("2001:db8:1:2:3::4").grouped(), client("2001:db8:1:2:ffff::").grouped());
        assert_ne!(client("2001:db8:1:2::1").network, client("2001:db8:1:3::1").network);
        assert_eq!(client("192.0.2.1").network.to_string(), "192.0.2.1/32");
        assert_eq!(client("::ffff:192.0.2.1").network, client("192.0.2.1").network);
        let wide = nobody(48);
        assert_eq!(wide.client("2001:db8:1:2::1".parse().expect("an address"), std::iter::empty()).network.to_string(), "2001:db8:1::/48");
    }

    #[test]
    fn a_setting_that_cannot_be_is_named() {
        for (trusted, header, prefix, named) in [
            (&["proxy.example".to_owned()][..], "Forwarded", 64, "server.trusted_proxies"),
            (&["10.0.0.0/33".to_owned()], "Forwarded", 64, "server.trusted_proxies"),
            (&[], "X-Real-IP", 64, "server.proxy_header"),
            (&[], "Forwarded", 8, "server.ipv6_prefix"),
        ] {
            assert!(Proxies::new(trusted, header, prefix).expect_err("it cannot be").to_string().contains(named));
        }
    }
}
