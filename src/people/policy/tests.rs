//! The table of `policy.rs` written a second time, by hand, as a picture; and the scopes, every combination.

use super::*;

/// Roles in the columns: resident, member, dispatcher, supervisor, leader, auditor, admin.
/// `x` within the grant, `t` within the grant and only the person's own teams, `.` never.
const MATRIX: [(Act, &str); 31] = [
    (Act::SeePublic, "xxxxxxx"),
    (Act::FileRequest, "xxxxxxx"),
    (Act::FileByKey, "......."),
    (Act::ActOnOwnRequest, "......."),
    (Act::SeeOwnRequests, "......."),
    (Act::SignIn, "xxxxxxx"),
    (Act::KeepOwnAccount, "xxxxxxx"),
    (Act::SeeQueue, ".txxxxx"),
    (Act::SeeCase, ".txxxxx"),
    (Act::SeeContact, ".txx..x"),
    (Act::SeeInternalNotes, ".txxxxx"),
    (Act::MoveCase, ".txx..x"),
    (Act::AssignCase, "..xx..x"),
    (Act::CorrectCase, "..xx..x"),
    (Act::WriteNote, ".txx..x"),
    (Act::DecideDuplicate, "..xx..x"),
    (Act::ReviewPhoto, "..xx..x"),
    (Act::Moderate, "..xx..x"),
    (Act::EditCatalog, "...x..x"),
    (Act::EditCalendars, "...x..x"),
    (Act::EditTeams, "...x..x"),
    (Act::EditRules, "...x..x"),
    (Act::PublishBoundaries, "......x"),
    (Act::ImportRequests, "......x"),
    (Act::SeeInsight, "...xxxx"),
    (Act::SeeLog, ".....xx"),
    (Act::ProtectData, "......x"),
    (Act::ManageBlocks, "...x..x"),
    (Act::SeeNotices, ".....xx"),
    (Act::SeeStaff, ".....xx"),
    (Act::ManageStaff, "......x"),
];

const AGENCY: i64 = 1;
const DISTRICT: i64 = 2;
const SERVICE: i64 = 3;
const TEAM: i64 = 4;
const OTHER: i64 = 99;

fn member(grants: Vec<Grant>, teams: Vec<i64>) -> Who {
    Who::Member { id: 7, grants, teams }
}

fn here() -> On {
    On { agency: Some(AGENCY), jurisdictions: vec![5, DISTRICT], service: Some(SERVICE), team: Some(TEAM), request: Some(11) }
}

#[test]
fn every_role_does_exactly_what_the_matrix_says() {
    for (act, row) in MATRIX {
        for (role, cell) in ROLES.into_iter().zip(row.chars()) {
            let grants = vec![Grant::everywhere(role)];
            let own = may(&member(grants.clone(), vec![OTHER, TEAM]), act, &here());
            let strange = may(&member(grants.clone(), vec![OTHER]), act, &here());
            let teamless = may(&member(grants, vec![]), act, &here());
            let expected = match cell {
                'x' => [true, true, true],
                't' => [true, false, false],
                _ => [false, false, false],
            };
            assert_eq!([own, strange, teamless], expected, "{role} and {act:?}");
        }
    }
    assert_eq!(MATRIX.map(|(act, _)| act), ACTS, "the matrix forgets an act");
}

#[test]
fn a_grant_covers_only_what_meets_all_of_its_limits() {
    let choices = |mine| [None, Some(mine), Some(OTHER)];
    let mut cells = 0;
    for agency in choices(AGENCY) {
        for jurisdiction in choices(DISTRICT) {
            for service in choices(SERVICE) {
                let who = member(vec![Grant { role: Role::Dispatcher, agency, jurisdiction, service }], vec![]);
                let within = ![agency, jurisdiction, service].contains(&Some(OTHER));
                assert_eq!(may(&who, Act::SeeCase, &here()), within, "{who:?}");
                let limited = [agency, jurisdiction, service].iter().any(Option::is_some);
                assert_eq!(may(&who, Act::SeeCase, &On::default()), !limited, "{who:?} on what has no place, agency or service");
                cells += 1;
            }
        }
    }
    assert_eq!(cells, 27);
}

#[test]
fn grants_add_up_and_do_not_multiply() {
    let dispatcher_elsewhere = Grant { role: Role::Dispatcher, agency: None, jurisdiction: Some(OTHER), service: None };
    let leader_here = Grant { role: Role::Leader, agency: None, jurisdiction: Some(DISTRICT), service: None };
    let who = member(vec![dispatcher_elsewhere, leader_here], vec![]);
    assert!(may(&who, Act::SeeCase, &here()), "as leader");
    assert!(!may(&who, Act::MoveCase, &here()), "the dispatcher's grant is for another district");
    assert!(!may(&who, Act::SeeContact, &here()));
    assert!(may(&who, Act::MoveCase, &On { jurisdictions: vec![OTHER], ..here() }));
}

#[test]
fn strangers_residents_and_keys_do_only_what_is_theirs() {
    for act in ACTS {
        let public = matches!(act, Act::SeePublic | Act::FileRequest | Act::SignIn);
        assert_eq!(may(&Who::Anyone, act, &here()), public, "anyone and {act:?}");
        let key = |files, reads| Who::Key { id: 1, files, reads, grants: vec![] };
        let filing = matches!(act, Act::FileRequest | Act::FileByKey);
        assert_eq!(may(&key(Scope::Everything, false), act, &here()), filing || act == Act::SignIn, "a key that files and {act:?}");
        let reading = matches!(act, Act::SeePublic | Act::SignIn);
        assert_eq!(may(&key(Scope::Nothing, true), act, &here()), reading, "a key that reads and {act:?}");
        let elsewhere = Scope::of([Reach { agency: None, jurisdiction: None, service: Some(OTHER), teams: None }]);
        assert_eq!(may(&key(elsewhere, false), act, &here()), act == Act::SignIn, "a key that files something else and {act:?}");
        assert_eq!(may(&Who::Contact, act, &here()), public || act == Act::SeeOwnRequests, "whoever proved an address and {act:?}");
        let own = Who::Resident { request: 11 };
        assert_eq!(may(&own, act, &here()), public || act == Act::ActOnOwnRequest, "the reporter and {act:?}");
        let of_another = Who::Resident { request: 12 };
        assert_eq!(may(&of_another, act, &here()), public, "another's reporter and {act:?}");
        assert_eq!(may(&of_another, act, &On::default()), public, "a reporter, on nothing, and {act:?}");
    }
}

#[test]
fn somebody_without_a_grant_is_a_stranger() {
    for act in ACTS {
        let expected = act == Act::KeepOwnAccount || may(&Who::Anyone, act, &here());
        assert_eq!(may(&member(vec![], vec![TEAM]), act, &here()), expected, "{act:?}");
    }
}

#[test]
fn a_list_holds_what_may_be_opened_and_nothing_else() {
    // Every set of up to two grants over a small world, against every case of that world.
    let ids = [None, Some(1), Some(2)];
    let mut grants = Vec::new();
    for role in ROLES {
        for agency in ids {
            for jurisdiction in ids {
                for service in ids {
                    grants.push(Grant { role, agency, jurisdiction, service });
                }
            }
        }
    }
    let mut cases = Vec::new();
    for agency in ids {
        for jurisdictions in [vec![], vec![1], vec![2], vec![1, 2]] {
            for service in [Some(1), Some(2)] {
                for team in ids {
                    cases.push(On { agency, jurisdictions: jurisdictions.clone(), service, team, request: None });
                }
            }
        }
    }
    for (nth, grant) in grants.iter().enumerate() {
        let other = grants[(nth * 31 + 17) % grants.len()];
        let who = member(vec![*grant, other], vec![1]);
        for act in ACTS.into_iter().filter(|act| !matches!(act, Act::SeePublic | Act::FileRequest | Act::SignIn | Act::KeepOwnAccount)) {
            let scope = scope(&who, act);
            for case in &cases {
                assert_eq!(scope.covers(case), may(&who, act, case), "{who:?} {act:?} {case:?}");
            }
        }
    }
}

#[test]
fn who_is_let_through_before_it_is_known_to_what_reaches_something_and_nobody_else_does() {
    for act in ACTS.into_iter().filter(|act| !matches!(act, Act::FileByKey | Act::ActOnOwnRequest | Act::SeeOwnRequests)) {
        for role in ROLES {
            for limit in [None, Some(DISTRICT)] {
                let who = member(vec![Grant { role, agency: None, jurisdiction: limit, service: None }], vec![TEAM]);
                assert_eq!(anywhere(&who, act), may(&who, act, &here()), "{role} {act:?}");
            }
        }
        assert_eq!(anywhere(&Who::Anyone, act), may(&Who::Anyone, act, &here()), "{act:?}");
    }
    let teamless = member(vec![Grant::everywhere(Role::Member)], vec![]);
    assert!(!anywhere(&teamless, Act::SeeQueue), "whose teams are none has no queue");
}

#[test]
fn a_key_sees_what_its_role_sees_and_never_changes_anything() {
    for power in POWERS {
        let Power::As(role) = power else { continue };
        let grant = Grant { role, agency: None, jurisdiction: Some(DISTRICT), service: None };
        let key = Who::Key { id: 1, files: Scope::Nothing, reads: false, grants: vec![grant] };
        let changes =
            [Act::MoveCase, Act::AssignCase, Act::WriteNote, Act::DecideDuplicate, Act::ReviewPhoto, Act::EditCatalog, Act::EditRules];
        assert!(changes.into_iter().all(|act| !anywhere(&key, act)), "{role}");
        assert!(!anywhere(&key, Act::ManageStaff) && !anywhere(&key, Act::SeeContact) && !anywhere(&key, Act::KeepOwnAccount), "{role}");
        assert!(may(&key, Act::SeeCase, &here()) && !may(&key, Act::SeeCase, &On { jurisdictions: vec![OTHER], ..here() }), "{role}");
    }
}

#[test]
fn nobody_gives_what_they_do_not_hold() {
    let limits = [None, Some(1), Some(2)];
    let all = |role: Role| {
        let with = move |agency| limits.map(|jurisdiction| limits.map(|service| Grant { role, agency, jurisdiction, service }));
        limits.into_iter().flat_map(with).flatten().collect::<Vec<_>>()
    };
    for given in ROLES.into_iter().flat_map(all) {
        for role in ROLES.into_iter().filter(|role| *role != Role::Admin) {
            assert!(!may_give(&member(vec![Grant::everywhere(role)], vec![TEAM]), &given), "{role} gives {given:?}");
        }
        for held in all(Role::Admin) {
            let inside = |ours: Option<i64>, theirs: Option<i64>| ours.is_none() || ours == theirs;
            let within =
                inside(held.agency, given.agency) && inside(held.jurisdiction, given.jurisdiction) && inside(held.service, given.service);
            assert_eq!(may_give(&member(vec![held], vec![]), &given), within, "{held:?} gives {given:?}");
        }
    }
    let key = Who::Key { id: 1, files: Scope::Everything, reads: true, grants: vec![Grant::everywhere(Role::Auditor)] };
    assert!(!may_give(&key, &Grant::everywhere(Role::Resident)));
}

#[test]
fn every_role_is_read_back_from_its_word() {
    for role in ROLES {
        assert_eq!(Role::parse(role.word()), Some(role));
        assert_eq!(serde_json::to_value(role).expect("a word"), role.word());
    }
    assert_eq!(Role::parse("root"), None);
}
