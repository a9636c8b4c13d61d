//! Whoever changes, removes, adds or moves a row of the log, or the words it commits to, is named by `verify-log`.

use std::process::Command;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use waymark::cases::notes::{self, NewNote, NoteKind};
use waymark::db::{Dialect, Tx};
use waymark::error::Error;
use waymark::events::{self, unhex};
use waymark::ledger::{self, Head, Report, tree};
use waymark::people::policy::{Grant, Role, Who};
use waymark::record;

use crate::helpers::{City, NOON};
use crate::staff::{self, Browser, filed};

/// Rounds of tampering at random.
const ROUNDS: usize = 60;

record! {
    #[derive(Debug, Clone)]
    struct Row {
        seq: i64,
        position: i64,
        at: i64,
        kind: String,
        case_id: Option<i64>,
        request_id: Option<i64>,
        member_id: Option<i64>,
        data_json: String,
        commitment: Option<String>,
    }
}

/// Returns when everything so far is in the tree.
async fn linked(city: &City) -> i64 {
    city.app.settle().await.unwrap();
    let head = events::head(&city.app.db).await.unwrap();
    for _ in 0..400 {
        if ledger::size(&city.app.db).await.unwrap() == head {
            return head;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{head} events are not linked");
}

async fn verified(city: &City, given: &[Head]) -> Report {
    ledger::verify(&city.app.db, given, |_, _| ()).await.unwrap()
}

/// The position that the check names first, and why.
async fn named(city: &City, given: &[Head]) -> (i64, String) {
    let first = verified(city, given).await.first.expect("the breach is noticed");
    (first.position, first.what)
}

async fn signed(city: &City) -> Head {
    ledger::sign(&city.app.db, &city.app.signer, 0, NOON).await.unwrap();
    ledger::newest(&city.app.db).await.unwrap().unwrap()
}

/// A statement that nobody with good intentions runs.
async fn tamper(city: &City, sql: String) {
    let done = city.app.db.write(async move |tx| tx.sql(sql.clone()).run().await).await.unwrap();
    assert!(done > 0, "the statement touches something");
}

async fn rows(city: &City) -> Vec<Row> {
    let rows = "select seq, position, at, kind, case_id, request_id, member_id, data_json, commitment from event order by position";
    city.app.db.sql(rows).all().await.unwrap()
}

/// Puts every row back as it was.
async fn restore(city: &City, rows: &[Row]) {
    let rows = rows.to_vec();
    let work = async move |tx: &mut Tx| {
        tx.sql("delete from event").run().await?;
        for row in &rows {
            insert(tx, row).await?;
        }
        Ok::<_, Error>(())
    };
    city.app.db.write(work).await.unwrap();
}

async fn insert(tx: &mut Tx, row: &Row) -> Result<(), Error> {
    let Row { seq, position, at, kind, case_id, request_id, member_id, data_json, commitment } = row.clone();
    let columns = "at, kind, case_id, request_id, member_id, data_json, commitment";
    let query = match tx.dialect() {
        Dialect::Sqlite => tx.sql(format!("insert into event (seq, {columns}) values ($1, $2, $3, $4, $5, $6, $7, $8)")).bind(position),
        Dialect::Postgres => tx
            .sql(format!("insert into event (seq, position, {columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"))
            .bind(seq)
            .bind(position),
    };
    query.bind(at).bind(kind).bind(case_id).bind(request_id).bind(member_id).bind(data_json).bind(commitment).run().await?;
    Ok(())
}

/// Some cases with notes and moves.
async fn life(city: &City, requests: usize) {
    for nth in 0..requests {
        let (_, case) = filed(city, "noise", None, None).await;
        let work = async move |tx: &mut Tx| {
            let who = Who::Member { id: 1, grants: vec![Grant::everywhere(Role::Admin)], teams: Vec::new() };
            let note = NewNote::new("text", &format!("Note {nth}"), NoteKind::Progress, true, 100)?;
            notes::write(tx, &who, case, &note, NOON).await?;
            Ok::<_, Error>(())
        };
        city.app.db.write(work).await.unwrap();
    }
}

on_both! {
    async fn whatever_is_done_to_a_row_at_random_the_row_is_named(city) {
        staff::appoint(&city).await;
        life(&city, 40).await;
        let size = linked(&city).await;
        let whole = verified(&city, &[]).await;
        assert!(whole.first.is_none() && whole.size == size && whole.words == 80, "{whole:?}");
        let before = rows(&city).await;
        assert!(before.len() > 100 && before.len() as i64 == size);
        // Two rows in a row that say the same may change places, and nothing was changed.
        let own: Vec<usize> = (1..before.len() - 1).filter(|nth| before[*nth].commitment.is_some()).collect();
        let mut dice = StdRng::seed_from_u64(311);
        for round in 0..ROUNDS {
            let drawn = dice.random_range(1..own.len());
            let nth = own[drawn];
            let mut after = before.clone();
            let place = after[nth].position;
            let (what, wanted) = match round % 12 {
                0 => { after[nth].at += 1; ("at", place) }
                1 => { after[nth].kind.push('x'); ("kind", place) }
                2 => { after[nth].case_id = Some(after[nth].case_id.unwrap_or(0) + 1); ("case", place) }
                3 => { after[nth].request_id = Some(after[nth].request_id.unwrap_or(0) + 1); ("request", place) }
                4 => { after[nth].member_id = Some(after[nth].member_id.unwrap_or(0) + 1); ("member", place) }
                5 => { after[nth].data_json.push(' '); ("data", place) }
                6 => { after[nth].commitment = Some("0".repeat(64)); ("commitment", place) }
                7 => { after.remove(nth); ("removed", place) }
                8 => {
                    after.remove(nth);
                    after[nth..].iter_mut().for_each(|row| { row.position -= 1; row.seq -= 1 });
                    ("removed, and the rest moved up", place)
                }
                9 => {
                    let row = Row { at: 1, commitment: None, ..after[nth].clone() };
                    after[nth..].iter_mut().for_each(|row| { row.position += 1; row.seq += 1 });
                    after.insert(nth, row);
                    ("inserted", place)
                }
                10 => {
                    let other = own[dice.random_range(0..drawn)];
                    let (here, there) = ((after[nth].position, after[nth].seq), (after[other].position, after[other].seq));
                    (after[nth].position, after[nth].seq) = there;
                    (after[other].position, after[other].seq) = here;
                    ("swapped", there.0)
                }
                _ => { after.truncate(nth); ("cut off", place) }
            };
            restore(&city, &after).await;
            let (position, words) = named(&city, &[]).await;
            assert_eq!(position, wanted, "{what} in round {round}: {words}");
            let said = match what {
                "removed, and the rest moved up" => "moved up",
                "removed" | "cut off" => "removed",
                "inserted" => "put in here",
                "swapped" => "reordered",
                _ => "changed",
            };
            assert!(words.contains(said), "{what}: {words}");
        }
        restore(&city, &before).await;
        relink(&city).await; // the row that was put in pushed another over the end, and that joined the tree
        assert_eq!(verified(&city, &[]).await.first, None, "as it was, it is whole");
    }

    async fn what_was_changed_is_told_where_it_can_be_known(city) {
        staff::appoint(&city).await;
        let (number, case) = filed(&city, "noise", None, None).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        admin.post(&format!("/api/cases/{case}/moves"), &json!({ "to": "pending" })).await.expect(200);
        linked(&city).await;
        let last = "(select max(seq) from event where kind = 'moved')";
        for (change, words) in [
            ("data_json = replace(data_json, 'pending', 'on_hold')", r#"`data_json` was changed; it was {"kind":"moved","from":"new","to":"pending"}"#),
            ("member_id = member_id + 1", "`member_id` was changed"),
            ("member_id = null", "`member_id` was changed"),
        ] {
            let before = rows(&city).await;
            tamper(&city, format!("update event set {change} where seq = {last}")).await;
            let (_, what) = named(&city, &[]).await;
            assert!(what.starts_with(words), "{what}");
            restore(&city, &before).await;
        }
        tamper(&city, "update event set kind = 'joined' where kind = 'filed'".into()).await;
        assert_eq!(named(&city, &[]).await.1, "`kind` was changed; it was filed");
        tamper(&city, "update event set kind = 'filed' where kind = 'joined'".into()).await;
        tamper(&city, format!("update request set description = 'Nothing at all' where number = '{number}'")).await;
        let (position, what) = named(&city, &[]).await;
        let filed = rows(&city).await.into_iter().find(|row| row.kind == "filed").unwrap();
        assert!(position == filed.position && what.contains("are not those that were committed to"), "{position} {what}");
    }

    async fn a_log_that_is_rewritten_with_its_tree_breaks_the_heads_that_were_signed(city) {
        staff::appoint(&city).await;
        life(&city, 3).await;
        linked(&city).await;
        let old = signed(&city).await;
        life(&city, 3).await;
        let size = linked(&city).await;
        let new = signed(&city).await;
        assert_eq!((old.size < new.size, new.size), (true, size));
        let remembered = city.count("select count(*) from log_head").await as usize;
        let whole = verified(&city, &[old.clone(), new.clone()]).await;
        assert!(whole.first.is_none() && whole.heads == remembered + 2 && remembered >= 2, "remembered and given: {whole:?}");

        // The end cut off, the tree and its size with it: the heads say so.
        let before = rows(&city).await;
        let cut = async |city: &City, left: i64| {
            tamper(city, format!("delete from event where position > {left}")).await;
            relink(city).await;
        };
        cut(&city, new.size - 1).await;
        assert_eq!(named(&city, &[]).await, (size, format!("the end was cut off: {size} events were signed on 2026-06-10T12:00:00Z, and the log has {}", size - 1)));
        restore(&city, &before).await;
        relink(&city).await;
        assert_eq!(verified(&city, &[]).await.first, None, "rebuilt from the same rows the tree is the same");

        // A row after the first head, and a whole new tree over it.
        tamper(&city, format!("update event set at = at + 1 where position = {}", old.size + 2)).await;
        relink(&city).await;
        let (position, what) = named(&city, &[]).await;
        assert_eq!(position, old.size + 1, "{what}");
        assert!(what.contains("is not theirs"), "{what}");
        // A server that runs signs nothing over it.
        life(&city, 1).await;
        linked(&city).await;
        let refused = ledger::sign(&city.app.db, &city.app.signer, 0, NOON).await.unwrap_err().to_string();
        assert!(refused.contains("no longer begins with"), "{refused}");
        // Whoever forgets the heads too, and holds the key, is found out only by those who kept one.
        tamper(&city, "delete from log_head".into()).await;
        assert_eq!(verified(&city, &[]).await.first, None);
        assert_eq!(named(&city, std::slice::from_ref(&new)).await.0, 1);
        assert_eq!(named(&city, &[old.clone(), new]).await.0, old.size + 1);
        let mut forged = old.clone();
        forged.note = forged.note.replace("time 178", "time 177");
        assert!(named(&city, &[forged]).await.1.contains("signature"));
    }

    async fn a_tree_that_is_changed_alone_is_noticed(city) {
        staff::appoint(&city).await;
        life(&city, 40).await;
        linked(&city).await;
        let tiles: Vec<(i64, i64, Vec<u8>)> = city.app.db.sql("select level, place, hashes from log_tile order by level, place").all().await.unwrap();
        assert!(tiles.len() >= 3 && tiles.iter().any(|(level, ..)| *level == 1), "{}", tiles.len());
        for (level, place, bytes) in tiles {
            let put = async |hashes: Vec<u8>| {
                let work = async move |tx: &mut Tx| {
                    tx.sql("update log_tile set hashes = $1 where level = $2 and place = $3").bind(hashes.clone()).bind(level).bind(place).run().await
                };
                city.app.db.write(work).await.unwrap();
            };
            let mut bent = bytes.clone();
            bent[3] ^= 1;
            put(bent).await;
            assert_eq!(named(&city, &[]).await.0, place * 64 + 1, "row {place} of level {level}");
            put(bytes).await;
        }
        assert_eq!(verified(&city, &[]).await.first, None);
    }

    async fn an_installation_that_was_there_before_links_its_whole_log(city) {
        staff::appoint(&city).await;
        life(&city, 5).await;
        linked(&city).await;
        let head = signed(&city).await;
        // As the migration leaves it: no tree, no cursor.
        relink(&city).await;
        let report = verified(&city, &[head]).await;
        assert!(report.first.is_none() && report.heads >= 2 && report.waiting == 0, "{report:?}");
    }

    async fn a_row_that_was_taken_before_its_turn_leaves_a_hole(city) {
        staff::appoint(&city).await;
        let size = linked(&city).await;
        life(&city, 1).await;
        linked(&city).await;
        tamper(&city, format!("delete from event where position = {}", size + 1)).await;
        relink(&city).await;
        let (position, what) = named(&city, &[]).await;
        assert!(position == size + 1 && what.contains("removed"), "{position} {what}");
    }

    async fn auditors_are_given_proofs_that_hold_and_others_none(city) {
        staff::appoint(&city).await;
        life(&city, 4).await;
        linked(&city).await;
        signed(&city).await;
        let old = city.get("/api/log/head").await.expect(200).json();
        life(&city, 30).await;
        linked(&city).await;
        signed(&city).await;
        let new = city.get("/api/log/head").await.expect(200).json();
        let (from, size) = (old["size"].as_i64().unwrap(), new["size"].as_i64().unwrap());
        assert!(size > 64 && from < size);
        let kept = Head::read(&new.to_string(), &city.app.signer).unwrap();
        assert!(kept.holds() && kept.size == size);

        let auditor = Browser::signed_in(&city, "auditor@city.example").await;
        let hash = |value: &Value| unhex(value.as_str().unwrap()).unwrap();
        let path = |proof: &Value| proof["path"].as_array().unwrap().iter().map(hash).collect::<Vec<_>>();
        let proof = auditor.get(&format!("/api/log/proof?from={from}&size={size}")).await.expect(200).json();
        assert!(tree::continues(from as u64, &hash(&old["root"]), size as u64, &hash(&new["root"]), &path(&proof)), "{proof}");
        for position in [1, 2, from, from + 1, 64, 65, size - 1, size] {
            let proof = auditor.get(&format!("/api/log/proof?position={position}&size={size}")).await.expect(200).json();
            let entry = proof["entry"].as_str().unwrap();
            let entry: Vec<u8> = (0..entry.len() / 2).map(|n| u8::from_str_radix(&entry[2 * n..2 * n + 2], 16).unwrap()).collect();
            assert_eq!(tree::leaf(&entry), hash(&proof["leaf"]));
            assert!(tree::includes(&hash(&proof["leaf"]), position as u64 - 1, size as u64, &path(&proof), &hash(&new["root"])), "{proof}");
        }
        for (query, status) in [
            ("position=0", 422), ("position=1000000", 422), ("position=1&size=1000000", 422), ("from=0", 422), ("from=3&size=2", 422),
            ("", 422), ("position=1&from=1", 422), ("position=x", 422),
        ] {
            auditor.get(&format!("/api/log/proof?{query}")).await.expect(status);
        }
        city.get("/api/log/proof?position=1").await.expect(401);
        Browser::signed_in(&city, "supervisor@city.example").await.get("/api/log/proof?position=1").await.expect(403);
        Browser::signed_in(&city, "auditor.north@city.example").await.get("/api/log/proof?position=1").await.expect(403);
    }

    async fn the_command_says_so_and_ends_with_a_code(city) {
        staff::appoint(&city).await;
        life(&city, 2).await;
        let run = |words: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_waymark"));
            command.args(words).args(["--database", &city.database.url, "--data"]).arg(city.database.folder());
            let output = command.env("WAYMARK_LOG", "error").output().unwrap();
            (output.status.success(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
        };
        let (good, head, complaint) = run(&["log", "head"]);
        assert!(good, "{complaint}");
        let kept = city.database.folder().join("head.json");
        std::fs::write(&kept, &head).unwrap();
        let (good, said, complaint) = run(&["verify-log", "--head", kept.to_str().unwrap()]);
        assert!(good && said.contains("signed heads hold") && !said.contains("0 signed heads"), "{said}{complaint}");
        tamper(&city, "update event set at = at - 1 where position = 3".into()).await;
        let (good, _, complaint) = run(&["verify-log"]);
        assert!(!good && complaint.contains("the log is broken at position 3, seq "), "{complaint}");
    }
}

/// Takes the tree away and has the worker build it again, as a forger would.
async fn relink(city: &City) {
    let work = async move |tx: &mut Tx| {
        tx.sql("delete from log_tile").run().await?;
        tx.sql("update follower set position = 0 where name = 'ledger'").run().await
    };
    city.app.db.write(work).await.unwrap();
    ledger::catch_up(&city.app.db).await.unwrap();
}
