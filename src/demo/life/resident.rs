//! What a resident adds to a request: answers to the service's questions and, sometimes, a name. All names, mail addresses and telephone
//! numbers are made up (`example.org`, 555 01xx).

use crate::catalog::{Answers, AttributeDraft, Datatype, ServiceDraft, moment};
use crate::demo::dice::Dice;
use crate::requests::Contact;

const DAY_MS: i64 = 86_400_000;
const FIRST: &[&str] = &[
    "Ada", "Amir", "Ana", "Ben", "Bea", "Carla", "Chen", "Dana", "Elif", "Emil", "Esra", "Femi", "Greta", "Hana", "Igor", "Ines", "Ivo",
    "Jamal", "Joan", "Kofi", "Lars", "Lea", "Luis", "Mara", "Mei", "Milo", "Nadia", "Noor", "Olga", "Omar", "Paula", "Pia", "Ravi", "Rosa",
    "Sami", "Sara", "Tara", "Theo", "Uma", "Vera", "Wim", "Yara", "Yusuf", "Zoe",
];
const LAST: &[&str] = &[
    "Abara", "Almeida", "Bakker", "Becker", "Castillo", "Conti", "Dahl", "Demir", "Duarte", "Eriksen", "Farrow", "Fischer", "Gallo",
    "Haddad", "Hale", "Ibarra", "Jansen", "Kaya", "Kovac", "Lund", "Marsh", "Mendez", "Moreau", "Nowak", "Okafor", "Ortega", "Pereira",
    "Quill", "Rahman", "Reyes", "Rossi", "Sato", "Silva", "Thorne", "Tran", "Usman", "Vidal", "Wren", "Yilmaz", "Zeller",
];

/// Answers to a service's questions that its check accepts; optional ones are often skipped, and no answer ends the form.
pub(super) fn answers(service: &ServiceDraft, filed_at: i64, dice: &mut Dice) -> Answers {
    let mut answers = Answers::default();
    for question in service.attributes.iter().filter(|question| question.variable) {
        let asked = question
            .condition
            .as_ref()
            .is_none_or(|condition| answers.to(&condition.attribute).iter().any(|given| condition.any_of.contains(given)));
        if asked && (question.required || dice.chance(0.55)) {
            answer(question, filed_at, &mut answers, dice);
        }
    }
    answers
}

fn answer(question: &AttributeDraft, filed_at: i64, answers: &mut Answers, dice: &mut Dice) {
    let keys: Vec<&str> = question.values.iter().filter(|choice| choice.stop.is_none()).map(|choice| choice.key.as_str()).collect();
    match question.datatype {
        Datatype::SingleValueList => answers.give(&question.code, *dice.pick(&keys)),
        Datatype::MultiValueList => {
            let first = dice.below(keys.len());
            answers.give(&question.code, keys[first]);
            if keys.len() > 1 && dice.chance(0.3) {
                answers.give(&question.code, keys[(first + 1 + dice.below(keys.len() - 1)) % keys.len()]);
            }
        }
        Datatype::Number => answers.give(&question.code, (1 + dice.below(3) * (1 + dice.below(3))).to_string()),
        Datatype::Datetime => {
            let day = filed_at - filed_at.rem_euclid(DAY_MS) - dice.below(5) as i64 * DAY_MS;
            let time = if dice.chance(0.5) { 0 } else { dice.below(16) as i64 * 1_800_000 };
            let text = moment::write(day + time);
            answers.give(&question.code, if time == 0 { &text[..10] } else { &text });
        }
        Datatype::String | Datatype::Text => answers.give(&question.code, line(&question.code, dice)),
    }
}

fn line(code: &str, dice: &mut Dice) -> String {
    let letters = |dice: &mut Dice| (0..3).map(|_| *dice.pick(b"ABCDEFGHJKLMNPRSTVWXYZ") as char).collect::<String>();
    match code {
        "pole" => format!("L-{}", 1000 + dice.below(8000)),
        "plate" if dice.chance(0.3) => "none".into(),
        "plate" => format!("AF{} {}", 10 + dice.below(90), letters(dice)),
        "colour" => format!(
            "{} {}",
            dice.pick(&["white", "grey", "red", "blue", "green", "black"]),
            dice.pick(&["van", "car", "estate", "trailer"])
        ),
        "access" => {
            (*dice.pick(&["Gate is open all day", "Ring at the yard", "After 17:00", "Mornings", "Key at the kiosk", "Mon to Thu"])).into()
        }
        _ => (*dice.pick(&["sweet and sharp", "like tar", "like old cheese", "hard to say"])).into(),
    }
}

/// Who it is from: most say nothing.
pub(super) fn contact(dice: &mut Dice) -> Contact {
    if dice.chance(0.68) {
        return Contact::default();
    }
    let (first, last) = (*dice.pick(FIRST), *dice.pick(LAST));
    let mut contact = Contact { first_name: first.into(), last_name: last.into(), ..Contact::default() };
    if dice.chance(0.8) {
        contact.email = format!("{}.{}@example.org", first.to_lowercase(), last.to_lowercase());
    }
    if dice.chance(0.5) {
        contact.phone = format!("555 01{:02}", dice.below(100));
    }
    contact
}
