//! A service request as the fields of a form say it. Pure: takes names and values, from whichever encoding of a form, and
//! gives what is to be filed, or everything that is wrong with it.

use crate::catalog::Answers;
use crate::error::Field;
use crate::geo::Point;
use crate::requests::Contact;

/// A service request that can be understood; whether the service exists and the answers fit is for the domain to say.
#[derive(Debug, Clone, Default)]
pub struct Submission {
    /// The code of the service.
    pub service_code: String,
    /// Where it is, if coordinates were given.
    pub place: Option<Point>,
    /// The address in words.
    pub address: String,
    /// The address in a register.
    pub address_id: String,
    /// The postal code.
    pub zipcode: String,
    /// What is the matter.
    pub description: String,
    /// Answers to the service's questions.
    pub answers: Answers,
    /// Who it is from.
    pub contact: Contact,
    /// Addresses of pictures kept elsewhere.
    pub media_urls: Vec<String>,
    /// BCP 47 tag of the language of the words.
    pub language: String,
}

/// The fields of a form in their order, names decoded, files left out.
#[derive(Debug, Clone, Default)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded`.
    pub fn from_urlencoded(body: &[u8]) -> Fields {
        Fields(url::form_urlencoded::parse(body).into_owned().collect())
    }

    /// The first value of a field that is not empty, trimmed. An empty value is no value.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value.trim()).find(|value| !value.is_empty())
    }

    fn owned(&self, names: &[&str]) -> String {
        names.iter().find_map(|name| self.first(name)).unwrap_or_default().to_owned()
    }

    /// Reads a service request.
    pub fn submission(&self) -> Result<Submission, Vec<Field>> {
        let mut wrong = Vec::new();
        let service_code = self.owned(&["service_code"]);
        if service_code.is_empty() {
            wrong.push(Field::new("service_code", "is missing: say what is asked for, with a code from GET services."));
        }
        let place = self.place().unwrap_or_else(|problem| {
            wrong.push(problem);
            None
        });
        let (address, address_id) = (self.owned(&["address_string", "address"]), self.owned(&["address_id"]));
        if place.is_none() && address.is_empty() && address_id.is_empty() && wrong.iter().all(|f| f.field == "service_code") {
            wrong.push(Field::new("lat", "is missing: give lat and long, or address_string, or address_id."));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Submission {
            service_code,
            place,
            address,
            address_id,
            zipcode: self.owned(&["zipcode"]),
            description: self.description(),
            answers: self.answers(),
            contact: Contact {
                first_name: self.owned(&["first_name"]),
                last_name: self.owned(&["last_name"]),
                email: self.owned(&["email"]),
                phone: self.owned(&["phone"]),
                account_id: self.owned(&["account_id"]),
                device_id: self.owned(&["device_id", "deviceid"]),
            },
            media_urls: self.media_urls(),
            language: self.owned(&["language"]),
        })
    }

    /// The coordinates: both or neither, or it is not known which place was meant, even beside an address.
    pub fn place(&self) -> Result<Option<Point>, Field> {
        let degrees = |name: &'static str| match self.first(name) {
            None => Ok(None),
            Some(text) => match text.parse::<f64>() {
                Ok(degrees) => Ok(Some(degrees)),
                Err(_) => Err(Field::new(name, "has to be degrees of WGS84 as a decimal number, such as 41.8819.")),
            },
        };
        match (degrees("lat")?, degrees("long")?) {
            (Some(lat), Some(lon)) => match Point::new(lon, lat) {
                Ok(point) => Ok(Some(point)),
                Err(misplaced) => Err(Field::new("lat", misplaced.to_string())),
            },
            (None, None) => Ok(None),
            (None, Some(_)) => Err(Field::new("lat", "is missing: lat and long go together.")),
            (Some(_), None) => Err(Field::new("long", "is missing: lat and long go together.")),
        }
    }

    /// Some clients send a title of their own; its words are the resident's too and are put in front.
    fn description(&self) -> String {
        match (self.first("title"), self.first("description")) {
            (Some(title), Some(words)) if !words.contains(title) => format!("{title}\n\n{words}"),
            (title, words) => words.or(title).unwrap_or_default().to_owned(),
        }
    }

    /// `attribute[CODE]=v`, the same repeated, `attribute[CODE][]=v` and `attribute[CODE][0]=v`.
    fn answers(&self) -> Answers {
        let answer = |(name, value): &(String, String)| {
            let (code, index) = name.strip_prefix("attribute[")?.split_once(']')?;
            let plain = index.is_empty() || (index.starts_with('[') && index.ends_with(']'));
            (plain && !code.is_empty() && !value.trim().is_empty()).then(|| (code.to_owned(), value.clone()))
        };
        self.0.iter().filter_map(answer).collect()
    }

    /// `media_url=u`, the same repeated, `media_url[]=u` and `media_url[0]=u`.
    fn media_urls(&self) -> Vec<String> {
        let is_media = |name: &str| name.strip_prefix("media_url").is_some_and(|index| index.is_empty() || index.starts_with('['));
        let mut urls: Vec<String> = Vec::new();
        for (_, value) in self.0.iter().filter(|(name, value)| is_media(name) && !value.trim().is_empty()) {
            if !urls.iter().any(|known| known == value.trim()) {
                urls.push(value.trim().to_owned());
            }
        }
        urls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Submission, String> {
        let submission = Fields::from_urlencoded(body.as_bytes()).submission();
        submission.map_err(|wrong| wrong.iter().map(|f| f.to_string()).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_place_is_coordinates_or_an_address_and_never_half_a_pair() {
        for (body, place) in [
            ("lat=41.5&long=-87.25", Some((-87.25, 41.5))),
            ("lat=%2041.5%20&long=-87.25&address_string=1+Main+St", Some((-87.25, 41.5))),
            ("address_string=1+Main+St", None),
            ("address=1+Main+St&lat=&long=", None),
            ("address_id=17", None),
        ] {
            let submission = read(&format!("service_code=a&{body}")).expect("is a place");
            assert_eq!(submission.place.map(|p| (p.lon, p.lat)), place, "{body}");
        }
        for (body, field) in [
            ("", "lat: is missing: give"),
            ("lat=41.5", "long: is missing"),
            ("long=-87.25&address_string=1+Main+St", "lat: is missing"),
            ("lat=41.5&long=north", "long: has to be degrees"),
            ("lat=NaN&long=1", "lat: "),
            ("lat=inf&long=1", "lat: "),
            ("lat=-87.25&long=141.5e3", "lat: "),
            ("lat=41,5&long=-87,25", "lat: has to be degrees"),
        ] {
            let problem = read(&format!("service_code=a&{body}")).expect_err(body);
            assert!(problem.starts_with(field), "{body}: {problem}");
        }
        assert!(read("lat=1").expect_err("two problems").contains("service_code: is missing"));
    }

    #[test]
    fn every_way_of_sending_answers_is_read() {
        for (body, answers) in [
            ("attribute[A]=1", vec!["1"]),
            ("attribute%5BA%5D=1", vec!["1"]),
            ("attribute[A][]=1&attribute[A][]=2", vec!["1", "2"]),
            ("attribute[A][0]=1&attribute[A][1]=2", vec!["1", "2"]),
            ("attribute[A]=1&attribute[A]=2", vec!["1", "2"]),
            ("attribute[A]=&attribute[A]=2", vec!["2"]),
            ("attribute[A]=", vec![]),
            ("attribute=1&attribute[]=1&attribute[A=1&attribute[A]x=1", vec![]),
        ] {
            let submission = read(&format!("service_code=a&lat=1&long=1&{body}")).expect("reads");
            assert_eq!(submission.answers.to("A"), answers, "{body}");
            assert_eq!(submission.answers.is_empty(), answers.is_empty(), "{body}");
        }
    }

    #[test]
    fn words_people_and_pictures_are_read() {
        let submission = read(
            "service_code=a&lat=1&long=1&title=Hole&description=Deep%0D%0Ahole&email=a%40b.org&deviceid=d&account_id=c&first_name=A&phone=1\
             &media_url=https://a/1&media_url[]=https://a/2&media_url[0]=https://a/1&media_url=&nonsense=1&easting=2",
        )
        .expect("reads");
        assert_eq!(submission.description, "Hole\n\nDeep\r\nhole");
        assert_eq!(submission.contact.email, "a@b.org");
        assert_eq!(submission.contact.device_id, "d");
        assert_eq!(submission.media_urls, ["https://a/1", "https://a/2"]);
        assert_eq!(read("service_code=a&address=x&title=Hole").expect("reads").description, "Hole");
        assert_eq!(read("service_code=a&address=x&title=Hole&description=a+Hole").expect("reads").description, "a Hole");
    }
}
