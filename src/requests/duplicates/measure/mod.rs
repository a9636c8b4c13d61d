//! Our decisions held against what a city's clerks wrote down. The history is replayed: fitted on its earlier part, reported on the
//! later one, beside the plain rule tuned on the same earlier part.

pub mod candidates;
pub mod figures;
pub mod history;
pub mod rule;
mod table;

use serde::Serialize;

use self::candidates::{Pair, pairs};
use self::figures::{Figures, figures};
use self::history::History;
use self::rule::{EXACT_M, RADII_M, Rule, Rules, WINDOWS};
use super::evidence::Evidence;
use super::fit::{Fitted, fit};
use super::related;
use super::score::{Score, score};
use crate::catalog::Weights;

/// Services with fewer marked duplicates in the later part are not listed: their figures would be noise.
const FEWEST_MARKED: usize = 10;

/// How our decisions and the rules' did over one set of requests.
#[derive(Debug, Serialize)]
pub struct Line {
    /// Code of the service; nothing for all together.
    pub service: Option<String>,
    /// As the services are set now.
    pub set: Figures,
    /// As fitted on the earlier part, if that was possible.
    pub fitted: Option<Figures>,
    /// The plain rule with its best radius (at least 10 m) and window on the earlier part.
    pub rule: Figures,
    /// That radius in metres, and window in days.
    pub rule_is: Rule,
    /// The plain rule on exactly the same coordinate, with its best window: what an address register makes possible.
    pub exact: Figures,
}

/// A decision to read.
#[derive(Debug, Serialize)]
pub struct Example {
    /// Number of the request.
    pub id: String,
    /// Number of the earlier one that it was likened to, or that the clerks named.
    pub earlier: Option<String>,
    /// Code of the service.
    pub service: String,
    /// Address in words.
    pub address: String,
    /// How likely.
    pub probability: Option<f64>,
    /// Why.
    pub reasons: Vec<String>,
}

/// The whole of it.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Requests in the history.
    pub requests: usize,
    /// Requests before the later part begins.
    pub earlier: usize,
    /// All together first, then by service.
    pub lines: Vec<Line>,
    /// Called a duplicate, and marked.
    pub found: Vec<Example>,
    /// Called a duplicate, and not marked.
    pub unmarked: Vec<Example>,
    /// Marked, and not called a duplicate.
    pub missed: Vec<Example>,
    /// What was learnt.
    #[serde(skip)]
    pub fitted: Option<Fitted>,
}

/// One decision about each request of a history.
struct Decisions {
    flagged: Vec<bool>,
    found: Vec<bool>,
    likeliest: Vec<Option<(usize, Score)>>,
}

/// Measures a history. `share` of it, from its beginning, is the earlier part.
pub fn measure(history: &History, weights: &Weights, share: f64, examples: usize) -> Report {
    let cut = history.cut(share);
    let widest = (RADII_M[RADII_M.len() - 1], WINDOWS[WINDOWS.len() - 1]);
    let as_related = related::as_set(history);
    let wide = pairs(history, &vec![widest; history.kinds.len()], &as_related);
    let radii: Vec<f64> = std::iter::once(EXACT_M).chain(RADII_M).collect();
    let (rules, exact) = (Rules::new(history, &wide, &RADII_M), Rules::new(history, &wide, &radii[..1]));
    let roots = history.roots();
    let sets: Vec<_> = history.kinds.iter().map(|kind| kind.set).collect();
    let as_set = decide(history, &Fitted { weights: *weights, sets, related: as_related }, &roots);
    let fitted = fit(history, &wide, cut);
    let as_fitted = fitted.as_ref().map(|fitted| decide(history, fitted, &roots));
    let line = |kind: Option<usize>| {
        let of = |new: &usize| kind.is_none_or(|kind| history.filed[*new].kind == kind);
        let (earlier, later): (Vec<usize>, Vec<usize>) = ((0..cut).filter(of).collect(), (cut..history.filed.len()).filter(of).collect());
        let rule_is = rules.best(history, earlier.iter().copied());
        let exact_is = exact.best(history, earlier.iter().copied());
        Line {
            service: kind.map(|kind| history.kinds[kind].code.clone()),
            set: as_set.figures(history, &later),
            fitted: as_fitted.as_ref().map(|decisions| decisions.figures(history, &later)),
            rule: by_rule(history, &later, &rules, rule_is, &wide, &roots),
            rule_is,
            exact: by_rule(history, &later, &exact, exact_is, &wide, &roots),
        }
    };
    let mut by_kind: Vec<(usize, usize)> = (0..history.kinds.len()).map(|kind| (marked_of(history, cut, kind), kind)).collect();
    by_kind.retain(|(marked, _)| *marked >= FEWEST_MARKED);
    by_kind.sort_unstable_by(|a, b| b.cmp(a));
    let lines = std::iter::once(None).chain(by_kind.into_iter().map(|(_, kind)| Some(kind))).map(line).collect();
    let shown = as_fitted.as_ref().unwrap_or(&as_set);
    let pick = |flagged: bool, marked: bool| {
        let all: Vec<usize> =
            (cut..history.filed.len()).filter(|new| shown.flagged[*new] == flagged && history.truth[*new].marked == marked).collect();
        let step = (all.len() / examples.max(1)).max(1); // from all of the time, not only its beginning
        all.into_iter().step_by(step).take(examples).map(|new| shown.example(history, new)).collect::<Vec<_>>()
    };
    let (found, unmarked, missed) = (pick(true, true), pick(true, false), pick(false, true));
    Report { requests: history.filed.len(), earlier: cut, lines, found, unmarked, missed, fitted }
}

fn marked_of(history: &History, cut: usize, kind: usize) -> usize {
    (cut..history.filed.len()).filter(|new| history.filed[*new].kind == kind && history.truth[*new].marked).count()
}

fn decide(history: &History, model: &Fitted, roots: &[usize]) -> Decisions {
    let bounds: Vec<(f64, f64)> = model.sets.iter().map(|set| (set.radius_m, set.window_days as f64)).collect();
    let all = history.filed.len();
    let mut decisions = Decisions { flagged: vec![false; all], found: vec![false; all], likeliest: vec![None; all] };
    for pair in pairs(history, &bounds, &model.related) {
        let (new, earlier) = (&history.filed[pair.new], &history.filed[pair.earlier]);
        let evidence = Evidence { metres: pair.metres, ..Evidence::of(&new.report, &earlier.report) };
        let set = &model.sets[new.kind];
        let scored = score(&evidence, set, &model.weights);
        if scored.probability >= set.threshold {
            decisions.flagged[pair.new] = true;
            decisions.found[pair.new] |= same(history, roots, &pair);
        }
        let best = &mut decisions.likeliest[pair.new];
        if best.as_ref().is_none_or(|(_, before)| before.probability < scored.probability) {
            *best = Some((pair.earlier, scored));
        }
    }
    decisions
}

/// Which of the requests of one service, from a place in the history on, are likened to an open one; of each, whether it could join.
pub fn replay(history: &History, weights: &Weights, kind: usize, since: usize) -> Vec<bool> {
    let bounds: Vec<(f64, f64)> = history.kinds.iter().map(|kind| (kind.set.radius_m, kind.set.window_days as f64)).collect();
    let set = &history.kinds[kind].set;
    let mut likened: std::collections::BTreeMap<usize, bool> = std::collections::BTreeMap::new();
    for pair in pairs(history, &bounds, &related::as_set(history))
        .into_iter()
        .filter(|pair| pair.new >= since && history.filed[pair.new].kind == kind)
    {
        let evidence =
            Evidence { metres: pair.metres, ..Evidence::of(&history.filed[pair.new].report, &history.filed[pair.earlier].report) };
        if score(&evidence, set, weights).probability >= set.threshold {
            *likened.entry(pair.new).or_default() |= pair.metres.is_some();
        }
    }
    likened.into_values().collect()
}

/// Whether the clerks say that the two are the same.
fn same(history: &History, roots: &[usize], pair: &Pair) -> bool {
    history.truth[pair.new].parent.is_some() && roots[pair.new] == roots[pair.earlier]
}

fn by_rule(history: &History, requests: &[usize], rules: &Rules, rule: Rule, wide: &[Pair], roots: &[usize]) -> Figures {
    let decided: Vec<(bool, bool)> = requests.iter().map(|new| (rules.flags(*new, rule), history.truth[*new].marked)).collect();
    let mut found = vec![false; history.filed.len()];
    let within = |pair: &&Pair| {
        let near = pair.metres.is_some_and(|metres| metres <= rule.0) && pair.age_ms as f64 <= rule.1 * 86_400_000.0;
        near && history.filed[pair.new].kind == history.filed[pair.earlier].kind
    };
    for pair in wide.iter().filter(within) {
        found[pair.new] |= same(history, roots, pair);
    }
    let known: Vec<usize> = requests.iter().copied().filter(|new| history.truth[*new].parent.is_some()).collect();
    figures(&decided, known.len(), known.iter().filter(|new| found[**new]).count())
}

impl Decisions {
    fn figures(&self, history: &History, requests: &[usize]) -> Figures {
        let decided: Vec<(bool, bool)> = requests.iter().map(|new| (self.flagged[*new], history.truth[*new].marked)).collect();
        let known: Vec<usize> = requests.iter().copied().filter(|new| history.truth[*new].parent.is_some()).collect();
        figures(&decided, known.len(), known.iter().filter(|new| self.found[**new]).count())
    }

    fn example(&self, history: &History, new: usize) -> Example {
        let filed = &history.filed[new];
        let likeliest = self.likeliest[new].as_ref();
        let named = likeliest.map(|(earlier, _)| *earlier).or(history.truth[new].parent);
        Example {
            id: filed.id.clone(),
            earlier: named.map(|earlier| history.filed[earlier].id.clone()),
            service: history.kinds[filed.kind].code.clone(),
            address: filed.address.clone(),
            probability: likeliest.map(|(_, score)| (score.probability * 1000.0).round() / 1000.0),
            reasons: likeliest.map(|(_, score)| score.reasons.iter().map(|reason| reason.words.clone()).collect()).unwrap_or_default(),
        }
    }
}
