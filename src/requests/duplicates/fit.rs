//! Learns from a city's own history: what each kind of evidence weighs, and each service's radius, window, prior and threshold.
//!
//! 1. Each service takes the radius and window at which the plain rule does best over the earlier part, drawn towards what does
//!    best over all services as long as it has few marked duplicates of its own. These are its scales. Services that clerks
//!    called the same are related.
//! 2. One logistic regression over all candidates within twice that radius and three times that window, with shared weights drawn
//!    towards the defaults and a prior of each service drawn towards the common one (ridge, that is a normal prior; Newton's method).
//!    Clerks say *that* a request repeats another more often than *which*: so every request weighs one, and its candidates share that
//!    by their probability, which is estimated anew with the weights (expectation and maximisation; Dempster, Laird and Rubin 1977).
//! 3. The lowest threshold that all but reaches the best F1 of any: clerks leave duplicates unmarked, and a request of which nobody was
//!    asked costs more than one of which somebody was asked in vain. Drawn towards the common one likewise.
//!
//! Weights keep their signs, so that farther is never likelier, whatever a history says. What a history does not hold (reporters,
//! pictures) keeps its default. Pure.

use super::evidence::Evidence;
use super::measure::candidates::{self, Pair};
use super::measure::figures::Counted;
use super::measure::history::History;
use super::measure::rule::{RADII_M, Rules, WINDOWS, widest};
use super::related::related;
use super::score::{REACH, SPAN, features, probability};
use crate::catalog::{Duplicates, EVIDENCE, KINDS, Weights};
use crate::geo::cell::LARGEST_RADIUS_M;

/// How many marked duplicates of its own a service needs to weigh as much as all others together: for its scales, and for its threshold,
/// which a few hits more or less move about.
const OWN: f64 = 10.0;
const OWN_THRESHOLD: f64 = 100.0;

/// The share of the best F1 that a threshold has to reach.
const ALL_BUT: f64 = 0.99;

/// Strength of the ridge on weights and priors.
const RIDGE: f64 = 2.0;

/// Rounds of estimating anew which candidate it was.
const ROUNDS: usize = 5;

const STEPS: usize = 30;
const LONGEST_WINDOW: f64 = 3650.0;

/// What was learnt.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// What each kind of evidence weighs.
    pub weights: Weights,
    /// What each service is set to, by its place in the history.
    pub sets: Vec<Duplicates>,
    /// The other services that each is compared with, as places in the history.
    pub related: Vec<Vec<usize>>,
}

/// A candidate as numbers.
struct Case {
    new: usize,
    kind: usize,
    features: [f64; KINDS],
}

/// Learns from what was filed before `cut`; nothing if no duplicate is marked there. `wide` are all pairs within the widest rule.
pub fn fit(history: &History, wide: &[Pair], cut: usize) -> Option<Fitted> {
    let mut sets = scales(history, wide, cut)?;
    let bounds: Vec<(f64, f64)> = sets.iter().map(|set| (set.radius_m, set.window_days as f64)).collect();
    let near: Vec<(f64, f64)> = bounds.iter().map(|(radius_m, days)| (radius_m * REACH, days * SPAN)).collect();
    let related = related(history, &near, cut);
    let cases: Vec<Case> = candidates::pairs(history, &bounds, &related)
        .into_iter()
        .filter(|pair| pair.new < cut)
        .map(|pair| {
            let (new, kind) = (pair.new, history.filed[pair.new].kind);
            let evidence =
                Evidence { metres: pair.metres, ..Evidence::of(&history.filed[new].report, &history.filed[pair.earlier].report) };
            Case { new, kind, features: features(&evidence, bounds[kind].0, bounds[kind].1) }
        })
        .collect();
    let marked: Vec<bool> = history.truth.iter().map(|truth| truth.marked).collect();
    let model = regress(&cases, &marked, sets.len(), cut)?;
    for (set, prior) in sets.iter_mut().zip(&model.priors) {
        set.prior = rounded(*prior, 1000.0).clamp(-20.0, 20.0);
    }
    thresholds(&mut sets, history, &cases, &model, &marked, cut);
    let weights = Weights(model.weights.map(|weight| rounded(weight, 1000.0)));
    Some(Fitted { weights, sets, related })
}

fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

/// The radius and window of each service.
fn scales(history: &History, wide: &[Pair], cut: usize) -> Option<Vec<Duplicates>> {
    let rules = Rules::new(history, wide, &RADII_M);
    let of = |kind: usize| (0..cut).filter(move |new| history.filed[*new].kind == kind);
    let own: Vec<_> = (0..history.kinds.len()).map(|kind| rules.counted(history, of(kind))).collect();
    // Services whose duplicates nobody marks say nothing about what a duplicate is.
    let telling = own.iter().filter(|counted| counted.first().is_some_and(|(_, all)| all.marked >= 3.0));
    let mut common: Vec<Counted> = vec![Counted::default(); RADII_M.len() * WINDOWS.len()];
    for (sum, (_, counted)) in telling.flat_map(|counted| (0..).zip(counted)).map(|(place, counted): (usize, _)| (place, counted)) {
        let sum = &mut common[sum];
        (sum.hits, sum.flagged, sum.marked) = (sum.hits + counted.hits, sum.flagged + counted.flagged, sum.marked + counted.marked);
    }
    let marked = common.first().map_or(0.0, |all| all.marked);
    let anything = own.iter().any(|counted| counted.first().is_some_and(|(_, all)| all.marked > 0.0));
    if !anything {
        return None;
    }
    let share = OWN / marked.max(1.0);
    let drawn = |(own, all): (&(_, Counted), &Counted)| {
        let (rule, own) = *own;
        let sum = Counted {
            hits: own.hits + share * all.hits,
            flagged: own.flagged + share * all.flagged,
            marked: own.marked + share * all.marked,
        };
        (rule, sum.f1())
    };
    let sets = own.iter().zip(&history.kinds).map(|(counted, kind)| {
        let (radius_m, days) = widest(counted.iter().zip(&common).map(drawn));
        Duplicates {
            radius_m: (radius_m / REACH).min(LARGEST_RADIUS_M),
            window_days: (days / SPAN).round().min(LONGEST_WINDOW) as i64,
            ..kind.set
        }
    });
    Some(sets.collect())
}

struct Model {
    weights: [f64; KINDS],
    priors: Vec<f64>,
}

/// Which way a kind of evidence may point.
fn bounded(kind: usize, weight: f64) -> f64 {
    match EVIDENCE[kind] {
        "other_street" | "related" => weight.min(0.0),
        _ => weight.max(0.0),
    }
}

fn regress(cases: &[Case], marked: &[bool], kinds: usize, cut: usize) -> Option<Model> {
    if !cases.iter().any(|case| marked[case.new]) {
        return None;
    }
    let start = Weights::default().0;
    let mut model = Model { weights: start, priors: vec![-1.0; kinds] };
    for _ in 0..ROUNDS {
        let said: Vec<f64> = cases.iter().map(|case| probability(model.log_odds(case))).collect();
        let mut sums = vec![0.0; cut];
        for (case, said) in cases.iter().zip(&said) {
            sums[case.new] += said;
        }
        let shares: Vec<f64> = cases.iter().zip(&said).map(|(case, said)| said / sums[case.new].max(1e-12)).collect();
        model = newton(cases, &shares, marked, kinds, start);
    }
    Some(model)
}

impl Model {
    fn log_odds(&self, case: &Case) -> f64 {
        self.priors[case.kind] + case.features.iter().zip(&self.weights).map(|(feature, weight)| feature * weight).sum::<f64>()
    }
}

/// The shared unknowns: the common prior, then the weights.
const SHARED: usize = KINDS + 1;

/// Maximises the weighted likelihood less the ridge. The services' own priors touch only their own candidates, so the system of each
/// step is solved by eliminating them (Schur's complement): one pass over the candidates and a system of eleven unknowns.
fn newton(cases: &[Case], shares: &[f64], marked: &[bool], kinds: usize, start: [f64; KINDS]) -> Model {
    let is = |case: &Case| f64::from(u8::from(marked[case.new]));
    let (all, yes) = cases.iter().zip(shares).fold((0.0, 0.0), |(all, yes), (case, share)| (all + share, yes + share * is(case)));
    let mut shared = [0.0; SHARED];
    shared[0] = (yes / (all - yes).max(1e-9)).max(1e-9).ln();
    shared[1..].copy_from_slice(&start);
    let mut own = vec![0.0; kinds];
    let with = |case: &Case, shared: &[f64; SHARED], own: &[f64]| {
        shared[0] + own[case.kind] + case.features.iter().zip(&shared[1..]).map(|(f, w)| f * w).sum::<f64>()
    };
    let loss = |shared: &[f64; SHARED], own: &[f64]| {
        let misfit: f64 = cases
            .iter()
            .zip(shares)
            .map(|(case, share)| {
                let odds = with(case, shared, own);
                share * (odds.max(0.0) + (-odds.abs()).exp().ln_1p() - is(case) * odds)
            })
            .sum();
        let ridge: f64 = shared[1..].iter().zip(&start).map(|(weight, start)| (weight - start).powi(2)).sum::<f64>();
        misfit + 0.5 * RIDGE * (ridge + own.iter().map(|prior| prior * prior).sum::<f64>())
    };
    let mut least = loss(&shared, &own);
    for _ in 0..STEPS {
        let mut gradient = [0.0; SHARED];
        let mut matrix = [[0.0; SHARED]; SHARED];
        let mut own_gradient: Vec<f64> = own.iter().map(|prior| RIDGE * prior).collect();
        let mut own_curve = vec![RIDGE; kinds];
        let mut cross = vec![[0.0; SHARED]; kinds];
        for place in 1..SHARED {
            gradient[place] = RIDGE * (shared[place] - start[place - 1]);
            matrix[place][place] = RIDGE;
        }
        for (case, share) in cases.iter().zip(shares) {
            let says = probability(with(case, &shared, &own));
            let (pull, curve) = (share * (says - is(case)), (share * says * (1.0 - says)).max(1e-9));
            let mut row = [1.0; SHARED];
            row[1..].copy_from_slice(&case.features);
            own_gradient[case.kind] += pull;
            own_curve[case.kind] += curve;
            for i in 0..SHARED {
                gradient[i] += pull * row[i];
                cross[case.kind][i] += curve * row[i];
                for j in 0..SHARED {
                    matrix[i][j] += curve * row[i] * row[j];
                }
            }
        }
        for kind in 0..kinds {
            for i in 0..SHARED {
                gradient[i] -= cross[kind][i] * own_gradient[kind] / own_curve[kind];
                for j in 0..SHARED {
                    matrix[i][j] -= cross[kind][i] * cross[kind][j] / own_curve[kind];
                }
            }
        }
        let step = solve(matrix, gradient);
        let own_step = |kind: usize| (own_gradient[kind] - (0..SHARED).map(|i| cross[kind][i] * step[i]).sum::<f64>()) / own_curve[kind];
        let own_steps: Vec<f64> = (0..kinds).map(own_step).collect();
        let mut length = 1.0;
        let moved = loop {
            let mut next = shared;
            for place in 0..SHARED {
                next[place] -= length * step[place];
                if place > 0 {
                    next[place] = bounded(place - 1, next[place]);
                }
            }
            let next_own: Vec<f64> = own.iter().zip(&own_steps).map(|(prior, step)| prior - length * step).collect();
            let lost = loss(&next, &next_own);
            if lost < least {
                break Some((next, next_own, lost));
            }
            length /= 2.0;
            if length < 1e-4 {
                break None;
            }
        };
        let Some((next, next_own, lost)) = moved else { break };
        let gained = least - lost;
        (shared, own, least) = (next, next_own, lost);
        if gained < 1e-7 * least.abs() {
            break;
        }
    }
    let weights = std::array::from_fn(|kind| shared[kind + 1]);
    Model { weights, priors: own.iter().map(|prior| shared[0] + prior).collect() }
}

/// Solves a small system (Gauss, with the largest pivot first).
fn solve(mut matrix: [[f64; SHARED]; SHARED], mut right: [f64; SHARED]) -> [f64; SHARED] {
    for column in 0..SHARED {
        let pivot = (column..SHARED).max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs())).unwrap_or(column);
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        let head = matrix[column][column];
        if head.abs() < 1e-12 {
            continue; // nothing is known in this direction
        }
        let lead = matrix[column];
        for row in column + 1..SHARED {
            let factor = matrix[row][column] / head;
            matrix[row].iter_mut().zip(lead).skip(column).for_each(|(value, above)| *value -= factor * above);
            right[row] -= factor * right[column];
        }
    }
    let mut solution = [0.0; SHARED];
    for row in (0..SHARED).rev() {
        let known: f64 = (row + 1..SHARED).map(|place| matrix[row][place] * solution[place]).sum();
        solution[row] = if matrix[row][row].abs() < 1e-12 { 0.0 } else { (right[row] - known) / matrix[row][row] };
    }
    solution
}

/// The threshold of each service.
fn thresholds(sets: &mut [Duplicates], history: &History, cases: &[Case], model: &Model, marked: &[bool], cut: usize) {
    let mut likeliest = vec![0.0f64; cut];
    for case in cases {
        likeliest[case.new] = likeliest[case.new].max(probability(model.log_odds(case)));
    }
    let best = |requests: &[usize]| {
        let counted = |threshold: f64| {
            requests.iter().fold(Counted::default(), |mut counted, &new| {
                let flagged = likeliest[new] >= threshold;
                counted.hits += f64::from(u8::from(flagged && marked[new]));
                counted.flagged += f64::from(u8::from(flagged));
                counted.marked += f64::from(u8::from(marked[new]));
                counted
            })
        };
        let tried: Vec<(f64, f64)> = (2..96).map(|percent| f64::from(percent) / 100.0).map(|at| (at, counted(at).f1())).collect();
        let most = tried.iter().map(|(_, f1)| *f1).fold(0.0, f64::max);
        tried.iter().find(|(_, f1)| *f1 >= ALL_BUT * most).map_or(0.5, |(at, _)| *at)
    };
    let all: Vec<usize> = (0..cut).collect();
    let common = best(&all);
    let odds = |p: f64| (p / (1.0 - p)).ln();
    for (kind, set) in sets.iter_mut().enumerate() {
        let own: Vec<usize> = all.iter().copied().filter(|new| history.filed[*new].kind == kind).collect();
        let known = own.iter().filter(|new| marked[**new]).count() as f64;
        let drawn = if known == 0.0 {
            common
        } else {
            probability((known * odds(best(&own)) + OWN_THRESHOLD * odds(common)) / (known + OWN_THRESHOLD))
        };
        set.threshold = rounded(drawn, 1000.0).clamp(0.01, 0.99);
    }
}
