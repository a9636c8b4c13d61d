//! Who the provider says somebody is, read from its claims. Pure.

use serde_json::Value;

use crate::config::{Oidc, OidcRole};

/// The most groups that are looked at.
const GROUPS: usize = 1000;

/// What the claims of the ID token, and of the provider's page about the user, say together.
#[derive(Debug, Clone)]
pub struct Said {
    /// Who says it.
    pub issuer: String,
    /// The provider's own name for the person, which never changes.
    pub subject: String,
    /// Every claim.
    pub claims: Value,
}

/// A person as the provider knows them.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who says it.
    pub issuer: String,
    /// The provider's own name for the person.
    pub subject: String,
    /// The mail address, if the provider has seen that it is theirs.
    pub email: Option<String>,
    /// What colleagues call the person.
    pub name: String,
    /// The roles that follow from the groups.
    pub roles: Vec<OidcRole>,
}

impl Person {
    /// The person of these claims; the settings say which claim holds the groups, and what they mean.
    pub fn read(said: &Said, settings: &Oidc) -> Person {
        let word = |name: &str| said.claims.get(name).and_then(Value::as_str).map(str::trim).filter(|word| !word.is_empty());
        let verified = said.claims.get("email_verified") == Some(&Value::Bool(true));
        let email = word("email").filter(|_| verified).map(str::to_owned);
        let name = ["name", "preferred_username", "email"].into_iter().find_map(word).unwrap_or(&said.subject);
        let groups = groups(&said.claims, &settings.claim);
        let roles = settings.roles.iter().filter(|role| groups.contains(&role.value.as_str())).cloned().collect();
        Person { issuer: said.issuer.clone(), subject: said.subject.clone(), email, name: name.to_owned(), roles }
    }
}

/// The words at a path like `realm_access.roles`: a list, or one word. A claim whose own name has dots goes before a path.
fn groups<'a>(claims: &'a Value, path: &str) -> Vec<&'a str> {
    let found = claims.get(path).or_else(|| path.split('.').try_fold(claims, |within, name| within.get(name)));
    match found {
        Some(Value::Array(list)) => list.iter().take(GROUPS).filter_map(Value::as_str).collect(),
        Some(Value::String(word)) => vec![word],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn person(claims: Value, claim: &str) -> Person {
        let role = |value: &str, role: &str| OidcRole { value: value.into(), role: role.into(), ..OidcRole::default() };
        let settings = Oidc { claim: claim.into(), roles: vec![role("desk", "dispatcher"), role("heads", "leader")], ..Oidc::default() };
        Person::read(&Said { issuer: "https://id.example".into(), subject: "7".into(), claims }, &settings)
    }

    fn roles(claims: Value, claim: &str) -> Vec<String> {
        person(claims, claim).roles.into_iter().map(|role| role.role).collect()
    }

    #[test]
    fn groups_are_found_where_providers_put_them() {
        assert_eq!(roles(json!({ "groups": ["desk", "chess"] }), "groups"), ["dispatcher"]);
        assert_eq!(roles(json!({ "realm_access": { "roles": ["heads", "desk"] } }), "realm_access.roles"), ["dispatcher", "leader"]);
        assert_eq!(roles(json!({ "role": "heads" }), "role"), ["leader"]);
        assert_eq!(roles(json!({ "https://city.example/groups": ["desk"] }), "https://city.example/groups"), ["dispatcher"]);
        for claims in [
            json!({}),
            json!({ "groups": 7 }),
            json!({ "groups": { "desk": true } }),
            json!({ "groups": ["Desk", "des", 7, null] }),
            json!([]),
        ] {
            assert!(roles(claims.clone(), "groups").is_empty(), "{claims}");
        }
    }

    #[test]
    fn a_mail_address_counts_only_if_the_provider_vouches_for_it() {
        let email = |claims| person(claims, "groups").email;
        assert_eq!(email(json!({ "email": "ana@city.example", "email_verified": true })).as_deref(), Some("ana@city.example"));
        for claims in [
            json!({ "email": "ana@city.example" }),
            json!({ "email": "ana@city.example", "email_verified": false }),
            json!({ "email": "ana@city.example", "email_verified": "true" }),
            json!({ "email": "", "email_verified": true }),
            json!({ "email": ["ana@city.example"], "email_verified": true }),
        ] {
            assert_eq!(email(claims.clone()), None, "{claims}");
        }
    }

    #[test]
    fn a_person_without_a_name_is_called_by_what_there_is() {
        assert_eq!(person(json!({ "name": " Ana Souza ", "email": "a@x" }), "groups").name, "Ana Souza");
        assert_eq!(person(json!({ "preferred_username": "ana" }), "groups").name, "ana");
        assert_eq!(person(json!({}), "groups").name, "7");
    }
}
