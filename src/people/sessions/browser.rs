//! What a person may recognise a browser by in the list of sessions: its family, its system, and the network it came from.
//!
//! Read roughly, once, at sign-in; the header itself and the whole address are not kept.

use std::net::IpAddr;

/// Families as their headers name them, the more particular first: every browser also claims to be others.
const FAMILIES: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

/// Systems, the more particular first.
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// Where a request comes from, beside its cookies.
#[derive(Debug, Clone, Default)]
pub struct From {
    /// The network address of the browser.
    pub address: Option<IpAddr>,
    /// What it says it is (`User-Agent`).
    pub agent: String,
}

impl From {
    /// The family and the system, like `Firefox, Linux`; empty where neither is known.
    pub fn browser(&self) -> String {
        let named = |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| self.agent.contains(mark)).map(|(_, name)| *name);
        [named(&FAMILIES), named(&SYSTEMS)].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// The network: the first 24 bits of an IPv4 address, the first 48 of an IPv6 address; empty where it is not known.
    pub fn network(&self) -> String {
        match self.address.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(v4)) => {
                let [a, b, c, _] = v4.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            Some(IpAddr::V6(v6)) => {
                let [a, b, c, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}::/48")
            }
            None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn browser(agent: &str) -> String {
        From { agent: agent.into(), address: None }.browser()
    }

    #[test]
    fn browsers_are_told_apart_roughly() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        assert_eq!(browser(chrome), "Chrome, Linux");
        assert_eq!(browser(&format!("{chrome} Edg/140.0.0.0").replace("X11; Linux x86_64", "Windows NT 10.0")), "Edge, Windows");
        assert_eq!(browser("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"), "Firefox, Linux");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
        assert_eq!(browser(phone), "Safari, iPhone");
        assert_eq!(browser("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"), "Chrome, Android");
        assert_eq!(browser("curl/8.5.0"), "curl");
        assert_eq!(browser("<script>alert(1)</script>"), "");
    }

    #[test]
    fn of_an_address_only_the_network_is_kept() {
        let network = |text: &str| From { address: text.parse().ok(), agent: String::new() }.network();
        assert_eq!(network("192.0.2.77"), "192.0.2.0/24");
        assert_eq!(network("::ffff:192.0.2.77"), "192.0.2.0/24");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1::/48");
        assert_eq!(network(""), "");
    }
}
