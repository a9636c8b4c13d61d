//! Who of a team gets what comes to it. Those who come at the same moment take turns: the team's row is held until the transaction
//! ends, so that turns are fair and limits hold however many file at once, on any node.

use std::collections::HashMap;

use super::Strategy;
use crate::cases::Status;
use crate::db::Tx;
use crate::error::Result;
use crate::events::{Fact, New, append};
use crate::record;

record! { struct Rule { strategy: String, most_open: Option<i64>, last_member_id: Option<i64> } }

/// Somebody who may get it, and who has it instead while they are away.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    /// Whose turn it is.
    member: i64,
    /// Who works.
    hands: i64,
}

/// Gives a case that just came to who of its team gets it; whether anybody did. The last thing that a filing does, since whoever
/// files for the same team waits from here to the commit.
pub async fn hand_out(tx: &mut Tx, case: i64, now: i64) -> Result<bool> {
    // One look for the many teams that work from their queue.
    let giving = "select t.id, c.service_id from case_record c join team t on t.id = c.team_id where c.id = $1 and t.strategy <> 'queue'";
    let Some((team, service)) = tx.sql(giving).bind(case).optional::<(i64, i64)>().await? else { return Ok(false) };
    let Some(member) = choose(tx, team, service, now).await? else { return Ok(false) };
    tx.sql("update case_record set assignee_id = $1, status = $2 where id = $3")
        .bind(member)
        .bind(Status::Assigned)
        .bind(case)
        .run()
        .await?;
    append(tx, New::at(now, Fact::Assigned { team: Some(team), member: Some(member) }).of_case(case)).await?;
    Ok(true)
}

/// The member who gets a case of this service that comes to the team now; nobody where the team works from its queue, or everybody is
/// away or has enough.
pub(super) async fn choose(tx: &mut Tx, team: i64, service: i64, now: i64) -> Result<Option<i64>> {
    let known: Rule = tx.sql("select strategy, most_open, last_member_id from team where id = $1").bind(team).one().await?;
    if Strategy::parse(&known.strategy) == Strategy::Queue {
        return Ok(None);
    }
    let held = "update team set code = code where id = $1 returning strategy, most_open, last_member_id";
    let rule: Rule = tx.sql(held).bind(team).one().await?;
    let strategy = Strategy::parse(&rule.strategy);
    let mut candidates = present(tx, team, (strategy == Strategy::Skills).then_some(service), now).await?;
    match strategy {
        Strategy::Queue => return Ok(None),
        Strategy::RoundRobin => {
            let last = rule.last_member_id.unwrap_or(0);
            let next = candidates.partition_point(|one| one.member <= last);
            candidates.rotate_left(next);
        }
        Strategy::Skills | Strategy::LeastLoaded => {
            let open = open_cases(tx, &candidates).await?;
            candidates.sort_by_key(|one| (open.get(&one.hands).copied().unwrap_or(0), one.member));
        }
    }
    for one in candidates {
        if !has_room(tx, one.hands, rule.most_open).await? {
            continue;
        }
        if strategy == Strategy::RoundRobin {
            tx.sql("update team set last_member_id = $1 where id = $2").bind(one.member).bind(team).run().await?;
        }
        return Ok(Some(one.hands));
    }
    Ok(None)
}

/// The members of a team who are here, or whose stand-in is, by id.
async fn present(tx: &mut Tx, team: i64, service: Option<i64>, now: i64) -> Result<Vec<Candidate>> {
    let members: Vec<(i64,)> = tx
        .sql("select m.id from member m join member_team t on t.member_id = m.id where m.active and t.team_id = $1 order by m.id")
        .bind(team)
        .all()
        .await?;
    let away: Vec<(i64, Option<i64>)> = tx
        .sql(
            "select a.member_id, a.cover_id from absence a join member_team t on t.member_id = a.member_id
             where t.team_id = $1 and a.from_at <= $2 and a.until_at > $2 order by a.id",
        )
        .bind(team)
        .bind(now)
        .all()
        .await?;
    let away: HashMap<i64, Option<i64>> = away.into_iter().collect();
    let skilled: Option<Vec<(i64,)>> = match service {
        Some(service) => Some(tx.sql("select member_id from member_skill where service_id = $1").bind(service).all().await?),
        None => None,
    };
    let here = |id: i64| members.contains(&(id,)) && !away.contains_key(&id);
    let candidate = |&(member,): &(i64,)| match away.get(&member) {
        None => Some(Candidate { member, hands: member }),
        // A stand-in of the same team: whoever is not could not even see the case.
        Some(cover) => cover.filter(|cover| here(*cover)).map(|hands| Candidate { member, hands }),
    };
    let able = |member: &&(i64,)| skilled.as_ref().is_none_or(|skilled| skilled.contains(member));
    Ok(members.iter().filter(able).filter_map(candidate).collect())
}

/// How many open cases each has.
async fn open_cases(tx: &mut Tx, candidates: &[Candidate]) -> Result<HashMap<i64, i64>> {
    let counts: Vec<(i64, i64)> = tx
        .sql("select assignee_id, count(*) from case_record where closed_at is null and assignee_id is not null")
        .within(" and assignee_id", candidates.iter().map(|one| one.hands))
        .push(" group by assignee_id")
        .all()
        .await?;
    Ok(counts.into_iter().collect())
}

/// Whether a member may have one more. The member's row is held, since other teams may give to the same person at this moment.
async fn has_room(tx: &mut Tx, member: i64, most: Option<i64>) -> Result<bool> {
    let Some(most) = most else { return Ok(true) };
    tx.sql("update member set version = version where id = $1").bind(member).run().await?;
    let (open,): (i64,) =
        tx.sql("select count(*) from case_record where closed_at is null and assignee_id = $1").bind(member).one().await?;
    Ok(open < most)
}
