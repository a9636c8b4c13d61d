//! Words that say what the number after them is, in the languages that people write to a city in. They are looked for shortly before
//! it, in small letters.

/// How many characters before are looked at.
const BEFORE: usize = 32;

const CALL: [&str; 33] = [
    "call",
    "phone",
    "tel",
    "telephone",
    "mobile",
    "cell",
    "cellphone",
    "text",
    "ring",
    "whatsapp",
    "llame",
    "llamar",
    "llámame",
    "llámeme",
    "llamame",
    "teléfono",
    "telefono",
    "tfno",
    "móvil",
    "movil",
    "celular",
    "handy",
    "telefon",
    "anruf",
    "anrufen",
    "ruf",
    "mobil",
    "appelez",
    "téléphone",
    "portable",
    "telefoon",
    "telefone",
    "cellulare",
];

const PLATE: [&str; 24] = [
    "plate",
    "plates",
    "license",
    "licence",
    "registration",
    "reg",
    "tag",
    "tags",
    "matrícula",
    "matricula",
    "placa",
    "placas",
    "kennzeichen",
    "nummernschild",
    "immatriculation",
    "immatriculée",
    "plaque",
    "targa",
    "kenteken",
    "vehicle",
    "car",
    "van",
    "coche",
    "auto",
];

/// Words that may stand between such a word and what it is about.
const BETWEEN: [&str; 24] = [
    "number", "no", "nr", "num", "numero", "número", "me", "us", "on", "at", "is", "was", "es", "al", "el", "the", "a", "ist", "unter",
    "au", "est", "with", "con", "my",
];

/// Whether people are asked to call what stands at this byte.
pub(super) fn asks_to_call(text: &str, at: usize) -> bool {
    said(text, at, &CALL)
}

/// Whether what stands at this byte is said to be a plate.
pub(super) fn speaks_of_a_plate(text: &str, at: usize) -> bool {
    said(text, at, &PLATE)
}

/// Whether one of the words comes before, with nothing but little words between.
fn said(text: &str, at: usize, words: &[&str]) -> bool {
    let start = text[..at].char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at);
    let before = text[start..at].to_lowercase();
    let mut last = before.rsplit(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let told = last.find(|word| !BETWEEN.contains(word));
    told.is_some_and(|word| words.contains(&word))
}
