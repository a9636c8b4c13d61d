//! What people write to cities, in several languages: what is found in it, and what must not be.

use super::*;

fn scanner() -> Scanner {
    let all = |known: &[(&str, &str)]| known.iter().map(|(country, _)| (*country).to_owned()).collect::<Vec<_>>();
    Scanner::new(&all(&shapes::PLATES), &all(&shapes::IDS)).unwrap()
}

#[test]
fn what_is_personal_is_found_where_it_stands() {
    use Kind::*;
    let scanner = scanner();
    let table: &[(&str, &[(Kind, &str)])] = &[
        // mail
        ("Write to ana.souza+city@example.co.uk, please", &[(Email, "ana.souza+city@example.co.uk")]),
        ("mailto:jürgen@müller.example.", &[(Email, "jürgen@müller.example")]),
        ("correo: pepe_99@ejemplo.es y nada más", &[(Email, "pepe_99@ejemplo.es")]),
        // telephone, with the code of a country
        ("Call +1 (555) 010-9999 after six", &[(Phone, "+1 (555) 010-9999")]),
        ("Ruf mich an: +49 30 901820", &[(Phone, "+49 30 901820")]),
        ("mi móvil +34 612 34 56 78.", &[(Phone, "+34 612 34 56 78")]),
        ("0044 20 7946 0958 is mine", &[(Phone, "0044 20 7946 0958")]),
        // in the groups of North America
        ("phone 312-555-0143, ask for me", &[(Phone, "312-555-0143")]),
        ("(312) 555-0143", &[(Phone, "(312) 555-0143")]),
        ("text 1-312-555-0143!", &[(Phone, "1-312-555-0143")]),
        ("312.555.0143", &[(Phone, "312.555.0143")]),
        // national
        ("ring 07700 900123", &[(Phone, "07700 900123")]),
        ("07700900123", &[(Phone, "07700900123")]),
        ("(020) 7946 0958", &[(Phone, "(020) 7946 0958")]),
        ("Telefon 089/1234567", &[(Phone, "089/1234567")]),
        ("mon numéro 06 12 34 56 78", &[(Phone, "06 12 34 56 78")]),
        ("06.12.34.56.78", &[(Phone, "06.12.34.56.78")]),
        ("llame al 612 345 678", &[(Phone, "612 345 678")]),
        ("teléfono 612345678", &[(Phone, "612345678")]),
        ("call me on 5550143", &[(Phone, "5550143")]),
        ("Mobil: 1721234567", &[(Phone, "1721234567")]),
        // cards
        ("my card 4111 1111 1111 1111 was in it", &[(Card, "4111 1111 1111 1111")]),
        ("5500-0000-0000-0004", &[(Card, "5500-0000-0000-0004")]),
        ("378282246310005", &[(Card, "378282246310005")]),
        // plates
        ("a red van, plate 7ABC123, every night", &[(Plate, "7ABC123")]),
        ("License plate number: ABC-1234", &[(Plate, "ABC-1234")]),
        ("the car AB12 CDE blocks the way", &[(Plate, "AB12 CDE")]),
        ("LK53ABC is parked on the pavement", &[(Plate, "LK53ABC")]),
        ("Kennzeichen B-MW 1234 steht im Weg", &[(Plate, "B-MW 1234")]),
        ("ein Wagen mit M-AB 123", &[(Plate, "M-AB 123")]),
        ("matrícula 1234 BCD", &[(Plate, "1234 BCD")]),
        ("coche 4321BBC en doble fila", &[(Plate, "4321BBC")]),
        ("immatriculée AB-123-CD", &[(Plate, "AB-123-CD")]),
        ("targa AB 123 CD", &[(Plate, "AB 123 CD")]),
        // ids
        ("SSN 123-45-6789", &[(Id, "123-45-6789")]),
        ("DNI 12345678Z", &[(Id, "12345678Z")]),
        ("NIE X1234567L", &[(Id, "X1234567L")]),
        // several, in their order
        (
            "I am ana@example.org, 312-555-0143, and his plate is XYZ 9876",
            &[(Email, "ana@example.org"), (Phone, "312-555-0143"), (Plate, "XYZ 9876")],
        ),
    ];
    for (text, expected) in table {
        let found = scanner.find(text);
        let shown: Vec<(Kind, &str)> = found.iter().map(|found| (found.kind, found.text.as_str())).collect();
        assert_eq!(&shown, expected, "{text:?}");
        for found in &found {
            let there: String = text.chars().skip(found.span.from).take(found.span.to - found.span.from).collect();
            assert_eq!(there, found.text, "{text:?}");
        }
    }
}

#[test]
fn what_is_not_personal_passes() {
    let scanner = scanner();
    for text in [
        "Deep hole in front of 1234 Mill Lane, AF1 2BC",
        "Between 5th and 42nd Street, about 120 metres from number 1200-1250",
        "It has been there since 2026-06-10, reported again on 01/02/2026 10:30",
        "am 12.06.2026 um 14:30 Uhr",
        "desde el 12-06-2026, hace 3 semanas",
        "52.600123, 0.900345",
        "41.878113 -87.629799",
        "lat 41.878113, lon -87.629799 (41°52'41.2\"N 87°37'47.3\"W)",
        "My report 4K72-18QX was closed, and so was AF-0000123",
        "case #312-555-0143 of the old system",
        "SR 20-01234567 and 101000012345678",
        "ticket 2026-000123456",
        "The lamp 0012345 is dark, and so are 17, 18 and 19",
        "pole no. 123456",
        "bus 1234, route 66, line U2",
        "ZIP 60614-1234",
        "10115 Berlin",
        "Postcode SW1A 1AA or EC1A 1BB",
        "It costs 1,234,567.89 dollars or 1.234.567,89 euros",
        "1234567890123456 is no card",
        "3.5 x 2.0 m, 40 cm deep, 100 % full, 7 days a week, 24/7",
        "ISBN 978-3-16-148410-0",
        "open 08:00-18:00, 0900-1700",
        "the years 2019-2024",
        "@council fix this",
        "I gave up after 100 calls",
        "the 2 cars at 15 and 17",
        "A-1 and B-2 are dark",
        "Room AB 12",
        "000-00-0000 and 666-12-3456 and 12345678A",
        "el número 15 de la calle Mayor, portal 3, 2º B",
        "Hausnummer 12a, 3. OG, Tel",
        "",
    ] {
        assert_eq!(scanner.find(text), [], "{text:?}");
    }
}

#[test]
fn a_city_chooses_what_is_looked_for() {
    let none = Scanner::new(&[], &[]).unwrap();
    assert_eq!(none.find("plate AB12 CDE, SSN 123-45-6789"), []);
    let german = Scanner::new(&["de".into()], &[]).unwrap();
    assert_eq!(german.find("B-MW 1234 und LK53ABC").len(), 1);
    let odd = Scanner::new(&["xx".into()], &[]).unwrap_err().to_string();
    assert!(odd.contains("privacy.plates") && odd.contains("\"xx\"") && odd.contains("gb"), "{odd}");
}

#[test]
fn what_was_found_is_masked_and_the_rest_stays() {
    let scanner = scanner();
    assert_eq!(scanner.masked("¡Ñandú! ana@example.org, 312-555-0143 ¡ya!"), "¡Ñandú! ▇▇▇, ▇▇▇ ¡ya!");
    assert_eq!(scanner.masked("Deep hole"), "Deep hole");
    assert!(!scanner.finds(&scanner.masked("ana@example.org")));
}

#[test]
fn a_span_is_replaced_by_characters() {
    let span = |from, to| Span { from, to };
    assert_eq!(redacted("äöü", span(1, 2), "-").as_deref(), Some("ä-ü"));
    assert_eq!(redacted("äöü", span(0, 3), "").as_deref(), Some(""));
    for (from, to) in [(1, 1), (2, 1), (0, 4), (4, 5)] {
        assert_eq!(redacted("äöü", span(from, to), "-"), None);
    }
}
