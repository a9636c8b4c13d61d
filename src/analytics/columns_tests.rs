//! Any sequence of events, counted by the columns and counted by hand.

use std::collections::BTreeMap;

use h3o::{CellIndex, LatLng, Resolution};
use proptest::prelude::*;

use super::columns::{Loading, Place, Row};
use super::{Bbox, Columns, Counts, Day, Filter, Heat, Pins};

const STATUSES: [&str; 4] = ["new", "assigned", "resolved", "closed"];

/// A request as the database would have it.
#[derive(Debug, Clone)]
struct Plain {
    case: i64,
    place: Option<(f64, f64)>,
    service: i64,
    day: u16,
}

#[derive(Debug, Clone)]
enum Step {
    Put(i64, Plain),
    Remove(i64),
    SetCase(i64, usize, Vec<i64>),
    Compact,
}

/// The requests, and what each case has: status and jurisdictions.
#[derive(Default)]
struct ByHand {
    requests: BTreeMap<i64, Plain>,
    cases: BTreeMap<i64, (usize, Vec<i64>)>,
}

impl ByHand {
    fn case(&self, case: i64) -> (usize, Vec<i64>) {
        self.cases.get(&case).cloned().unwrap_or_default()
    }

    fn passing(&self, filter: &Filter) -> Vec<(i64, &Plain)> {
        let passes = |plain: &Plain| {
            let (status, places) = self.case(plain.case);
            filter.bbox.is_none_or(|b| plain.place.is_some_and(|(lon, lat)| b.contains(lon, lat)))
                && filter.services.as_ref().is_none_or(|s| s.contains(&plain.service))
                && filter.statuses.as_ref().is_none_or(|s| s.iter().any(|s| s == STATUSES[status]))
                && filter.jurisdictions.as_ref().is_none_or(|j| places.iter().any(|p| j.contains(p)))
                && filter.from.is_none_or(|d| plain.day >= d.0)
                && filter.to.is_none_or(|d| plain.day <= d.0)
        };
        self.requests.iter().filter(|(_, plain)| passes(plain)).map(|(&id, plain)| (id, plain)).collect()
    }

    fn heat(&self, filter: &Filter, resolution: u8) -> Heat {
        let (mut cells, mut unplaced) = (BTreeMap::<u64, u32>::new(), 0);
        for (_, plain) in self.passing(filter) {
            match plain.place {
                Some(place) => *cells.entry(parent(cell(place), resolution)).or_default() += 1,
                None => unplaced += 1,
            }
        }
        let total = cells.values().map(|&n| u64::from(n)).sum();
        Heat { resolution, total, max: cells.values().copied().max().unwrap_or(0), unplaced, cells: cells.into_iter().collect() }
    }

    fn counts(&self, filter: &Filter) -> Counts {
        self.counts_of(self.passing(filter))
    }

    /// The counts of one of some steps, and of one cell of a resolution alone; without its days.
    fn counts_of_step(&self, filter: &Filter, firsts: &[Day], step: usize, wanted: Option<(u64, u8)>) -> Counts {
        let in_step = |plain: &Plain| plain.day >= firsts[step].0 && firsts.get(step + 1).is_none_or(|next| plain.day < next.0);
        let in_cell = |plain: &Plain| {
            wanted.is_none_or(|(known, resolution)| plain.place.is_some_and(|place| parent(cell(place), resolution) == known))
        };
        let passing = self.passing(filter).into_iter().filter(|(_, plain)| in_step(plain) && in_cell(plain)).collect();
        Counts { days: Vec::new(), ..self.counts_of(passing) }
    }

    fn counts_of(&self, passing: Vec<(i64, &Plain)>) -> Counts {
        let unplaced = passing.iter().filter(|(_, plain)| plain.place.is_none()).count() as u64;
        fn by<K: Ord>(keys: impl Iterator<Item = K>) -> Vec<(K, u64)> {
            let mut counts = BTreeMap::new();
            keys.for_each(|key| *counts.entry(key).or_default() += 1);
            counts.into_iter().collect()
        }
        Counts {
            total: passing.len() as u64,
            unplaced,
            services: by(passing.iter().map(|(_, p)| p.service)),
            statuses: by(passing.iter().map(|(_, p)| STATUSES[self.case(p.case).0].to_owned())),
            days: by(passing.iter().map(|(_, p)| Day(p.day))),
            jurisdictions: by(passing.iter().flat_map(|(_, p)| self.case(p.case).1)),
        }
    }

    fn pins(&self, filter: &Filter, limit: usize) -> Pins {
        let mut placed: Vec<_> = self.passing(filter).into_iter().filter(|(_, p)| p.place.is_some()).map(|(id, p)| (p.day, id)).collect();
        placed.sort_unstable_by(|a, b| b.cmp(a));
        Pins { total: placed.len() as u64, requests: placed.into_iter().take(limit).map(|(_, id)| id).collect() }
    }
}

fn cell((lon, lat): (f64, f64)) -> CellIndex {
    LatLng::new(lat, lon).expect("a place on earth").to_cell(Resolution::Ten)
}

fn parent(cell: CellIndex, resolution: u8) -> u64 {
    let resolution = Resolution::try_from(resolution).expect("a resolution of H3");
    cell.parent(resolution).expect("a coarser cell").into()
}

fn put(columns: &mut Columns, by_hand: &ByHand, id: i64, plain: &Plain) {
    let (status, places) = by_hand.case(plain.case);
    let kind = columns.names().kind(plain.service, STATUSES[status]);
    let jurisdictions = columns.names().combination(&places);
    let place = plain.place.map(|(lon, lat)| Place { lon, lat, cell: cell((lon, lat)).into() });
    columns.put(Row { id, case: plain.case, place, kind, day: Day(plain.day), jurisdictions });
}

/// Coordinates on a coarse lattice around the antimeridian, so that places meet each other and the edges of boxes.
fn place() -> impl Strategy<Value = (f64, f64)> {
    (-12i32..=12, -8i32..=8).prop_map(|(x, y)| {
        let lon = 180.0 + f64::from(x) * 0.001;
        (if lon > 180.0 { lon - 360.0 } else { lon }, -17.0 + f64::from(y) * 0.001)
    })
}

fn step() -> impl Strategy<Value = Step> {
    let plain = (0i64..12, proptest::option::weighted(0.85, place()), 0i64..5, 1u16..10).prop_map(|(case, place, service, day)| Plain {
        case,
        place,
        service,
        day: if day == 9 { u16::MAX } else { day },
    });
    prop_oneof![
        12 => (0i64..60, plain).prop_map(|(id, plain)| Step::Put(id, plain)),
        2 => (0i64..60).prop_map(Step::Remove),
        3 => (0i64..12, 0usize..4, proptest::collection::btree_set(0i64..6, 0..3)).prop_map(|(c, s, j)| Step::SetCase(c, s, j.into_iter().collect())),
        2 => Just(Step::Compact),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    let bbox = (place(), place()).prop_map(|((west, y), (east, z))| Bbox { west, south: y.min(z), east, north: y.max(z) });
    let some = proptest::option::weighted::<BoxedStrategy<Bbox>>;
    let list = |most: i64| proptest::option::weighted(0.4, proptest::collection::vec(0..most, 0..4));
    let day = || proptest::option::weighted(0.4, (2u16..9).prop_map(Day));
    (some(0.6, bbox.boxed()), list(6), list(4), list(7), day(), day()).prop_map(|(bbox, services, statuses, jurisdictions, from, to)| {
        let statuses = statuses.map(|list| list.into_iter().map(|s| STATUSES[s as usize].to_owned()).collect());
        Filter { bbox, services, statuses, jurisdictions, from, to, except: Vec::new() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn after_any_events_every_filter_counts_what_a_plain_count_counts(
        steps in proptest::collection::vec(step(), 0..160), filters in proptest::collection::vec((filter(), 0u8..=10, 0usize..20), 1..8), tail in 1usize..12,
    ) {
        let (mut columns, mut by_hand) = (Columns::with_tail(tail), ByHand::default());
        for step in steps {
            match step {
                Step::Put(id, plain) => {
                    put(&mut columns, &by_hand, id, &plain);
                    by_hand.requests.insert(id, plain);
                }
                Step::Remove(id) => prop_assert_eq!(columns.remove(id), by_hand.requests.remove(&id).is_some()),
                Step::SetCase(case, status, places) => {
                    let combination = columns.names().combination(&places);
                    columns.set_case(case, STATUSES[status], combination);
                    by_hand.cases.insert(case, (status, places));
                    let mut ids = columns.requests_of(case);
                    ids.sort_unstable();
                    let expected: Vec<i64> = by_hand.requests.iter().filter(|(_, p)| p.case == case).map(|(&id, _)| id).collect();
                    prop_assert_eq!(ids, expected);
                }
                Step::Compact => columns.compact(),
            }
        }
        prop_assert_eq!(columns.len(), by_hand.requests.len());
        for (filter, resolution, limit) in filters {
            prop_assert_eq!(columns.heat(&filter, resolution), by_hand.heat(&filter, resolution));
            prop_assert_eq!(columns.counts(&filter), by_hand.counts(&filter));
            let days_alone = Filter { from: filter.from, to: filter.to, ..Filter::default() };
            prop_assert_eq!(columns.counts(&days_alone), by_hand.counts(&days_alone));
            for filter in [&filter, &days_alone] {
                let firsts = [Day(3), Day(4), Day(7)];
                for (step, counts) in columns.counts_by_step(filter, &firsts, None).into_iter().enumerate() {
                    prop_assert_eq!(counts, by_hand.counts_of_step(filter, &firsts, step, None));
                }
                let in_cell = parent(cell((-179.999, -17.0)), resolution);
                for (step, counts) in columns.counts_by_step(filter, &firsts, Some(in_cell)).into_iter().enumerate() {
                    prop_assert_eq!(counts, by_hand.counts_of_step(filter, &firsts, step, Some((in_cell, resolution))));
                }
            }
            prop_assert_eq!(columns.pins(&filter, limit), by_hand.pins(&filter, limit));
        }
    }

    #[test]
    fn rows_taken_all_at_once_count_like_rows_taken_one_by_one(
        plains in proptest::collection::vec(step(), 0..80), filter in filter(), resolution in 0u8..=10,
    ) {
        let mut by_hand = ByHand::default();
        plains.into_iter().for_each(|step| if let Step::Put(id, plain) = step { by_hand.requests.insert(id, plain); });
        let mut single = Columns::default();
        by_hand.requests.iter().for_each(|(&id, plain)| put(&mut single, &by_hand, id, plain));
        let mut loading = Loading::default();
        for (&id, plain) in &by_hand.requests {
            let (kind, jurisdictions) = (loading.names.kind(plain.service, STATUSES[0]), loading.names.combination(&[]));
            loading.push(&Row { kind, jurisdictions, ..single.get(id).expect("it was put in") });
        }
        let whole = loading.finish();
        prop_assert_eq!(whole.heat(&filter, resolution), by_hand.heat(&filter, resolution));
        prop_assert_eq!(whole.counts(&filter), by_hand.counts(&filter));
    }
}

#[test]
fn what_was_sorted_beside_a_change_is_not_adopted() {
    let (mut columns, by_hand) = (Columns::with_tail(2), ByHand::default());
    let plain = |service| Plain { case: 1, place: Some((0.0, 0.0)), service, day: 5 };
    put(&mut columns, &by_hand, 1, &plain(1));
    put(&mut columns, &by_hand, 2, &plain(1));
    let late = columns.compacted().expect("the tail is full");
    put(&mut columns, &by_hand, 2, &plain(2));
    assert!(!columns.adopt(late));
    let only = Filter { services: Some(vec![2]), ..Filter::default() };
    assert_eq!(columns.heat(&only, 10).total, 1);
    columns.compact();
    assert_eq!(columns.heat(&only, 10).total, 1);
}

/// What is shown of sensitive services, counted by hand: service 1 is blurred and sensitive, 2 is hidden and sensitive, 3 is blurred.
mod reserve {
    use super::*;
    use crate::geo::{Point, cell as h3};
    use crate::privacy::{PlacePrivacy, Threshold, Veil};

    const LEAST: u64 = 3;
    const VEIL: u8 = 9;

    fn columns(plains: &[Plain]) -> Columns {
        let veil = Veil::new(VEIL, false);
        let mut reserve = super::super::Reserve::new(veil, Threshold::new(LEAST));
        let privacy = |service| match service {
            1 | 3 => PlacePrivacy::Blurred,
            2 => PlacePrivacy::Hidden,
            _ => PlacePrivacy::Exact,
        };
        (1..=4).for_each(|service| reserve.add(service, privacy(service), service < 3));
        let mut loading = Loading::with(reserve);
        for (id, plain) in (1..).zip(plains) {
            let point = plain.place.and_then(|(lon, lat)| veil.point(privacy(plain.service), Point { lon, lat }));
            let place = point.map(|Point { lon, lat }| Place { lon, lat, cell: h3::cell(Point { lon, lat }).cast_unsigned() });
            let (kind, jurisdictions) = (loading.names.kind(plain.service, STATUSES[0]), loading.names.combination(&[]));
            loading.push(&Row { id, case: id, place, kind, day: Day(plain.day), jurisdictions });
        }
        loading.finish()
    }

    fn plain() -> impl Strategy<Value = Plain> {
        let place = (0..4u32, 0..4u32).prop_map(|(x, y)| (0.9 + f64::from(x) / 500.0, 52.6 + f64::from(y) / 500.0));
        (proptest::option::weighted(0.9, place), 1i64..=4, 40u16..44).prop_map(|(place, service, day)| Plain {
            case: 0,
            place,
            service,
            day,
        })
    }

    fn only(service: i64) -> Filter {
        Filter { services: Some(vec![service]), ..Filter::default() }
    }

    proptest! {
        #[test]
        fn no_number_of_a_sensitive_service_is_small_and_none_follows_from_two_others(
            plains in proptest::collection::vec(plain(), 0..120), resolution in 5u8..=10, days in (40u16..44, 40u16..44),
        ) {
            let columns = columns(&plains);
            let some_days = |filter: Filter| Filter { from: Some(Day(days.0.min(days.1))), to: Some(Day(days.0.max(days.1))), ..filter };
            let fair = |n: u64| n.is_multiple_of(LEAST);
            for filter in [only(1), only(2), some_days(only(1)), some_days(only(2))] {
                let heat = columns.heat(&filter, resolution);
                prop_assert!(heat.cells.iter().all(|&(_, n)| fair(n.into())) && fair(heat.total) && fair(heat.unplaced), "{:?}", heat);
                let counts = columns.counts(&filter);
                prop_assert!(fair(counts.total) && counts.days.iter().all(|&(_, n)| fair(n)) && counts.statuses.iter().all(|(_, n)| fair(*n)));
                prop_assert!(columns.clusters(&filter, resolution).iter().all(|c| fair(c.count) && c.only.is_none() && c.services.iter().all(|&(_, n)| fair(n))));
                prop_assert_eq!(columns.pins(&filter, 10).total, 0);
                let steps = columns.heat_by_step(&filter, resolution, &[Day(40), Day(42)]);
                let by_step = columns.counts_by_step(&filter, &[Day(40), Day(42)], None);
                prop_assert!(by_step.iter().all(|step| fair(step.total) && fair(step.unplaced)));
                for (cell, _) in &heat.cells {
                    let inside = columns.counts_by_step(&filter, &[Day(40), Day(42)], Some(*cell));
                    prop_assert!(inside.iter().all(|step| fair(step.total) && step.services.iter().all(|&(_, n)| fair(n))));
                }
                prop_assert!(steps.cells.iter().flat_map(|(_, counts)| counts).all(|&n| fair(n.into())) && steps.totals.iter().all(|&n| fair(n)));
            }
            // What all together show, less what the others show, is again no small number.
            let others = Filter { services: Some(vec![3, 4]), ..Filter::default() };
            let (all, open) = (columns.heat(&Filter::default(), resolution), columns.heat(&others, resolution));
            for &(cell, n) in &all.cells {
                let less = open.cells.iter().find(|(known, _)| *known == cell).map_or(0, |&(_, n)| n);
                prop_assert!(fair((n - less).into()));
            }
            prop_assert!(fair(columns.counts(&Filter::default()).total - columns.counts(&others).total));
        }

        #[test]
        fn blurred_places_are_in_no_cell_finer_than_what_blurs_them(plains in proptest::collection::vec(plain(), 0..60), resolution in 5u8..=10) {
            let columns = columns(&plains);
            let heat = columns.heat(&only(3), resolution);
            let (placed, all) = (plains.iter().filter(|p| p.service == 3 && p.place.is_some()).count() as u64, columns.counts(&only(3)).total);
            prop_assert_eq!(heat.total, if resolution > VEIL { 0 } else { placed });
            prop_assert_eq!(heat.total + heat.unplaced, all);
            let middles: Vec<u64> = plains.iter().filter(|p| p.service == 3).filter_map(|p| p.place)
                .filter_map(|(lon, lat)| Veil::new(VEIL, false).point(PlacePrivacy::Blurred, Point { lon, lat }))
                .map(|Point { lon, lat }| parent(cell((lon, lat)), resolution)).collect();
            prop_assert!(heat.cells.iter().all(|(cell, _)| middles.contains(cell)));
        }
    }
}
