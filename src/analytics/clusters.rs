//! Requests gathered where a map has no room for each: one cluster for each cell of a coarse H3 grid that holds any.
//!
//! The grid does not move with the view, and a cell at its edge is counted whole, so a cluster is the same wherever one pans; its
//! mark stands at the mean of its places. Runs of a cell are neighbours in the columns, as for the heat map.

use std::collections::BTreeMap;

use super::columns::{Columns, Kind, Rows};
use super::filter::{Bbox, Extent, Filter};
use super::heat::{FINEST, Scale};

/// Requests of one cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// The H3 cell.
    pub cell: u64,
    /// How many.
    pub count: u64,
    /// The mean of their longitudes.
    pub lon: f64,
    /// The mean of their latitudes.
    pub lat: f64,
    /// The box that holds them: west, south, east, north.
    pub extent: [f64; 4],
    /// How many of each service, by id.
    pub services: Vec<(i64, u64)>,
    /// How many of each status, by word.
    pub statuses: Vec<(String, u64)>,
    /// The request, where it is only one.
    pub only: Option<i64>,
}

impl Columns {
    /// The clusters of an H3 resolution that a view touches, by cell; without a box all of them.
    pub fn clusters(&self, filter: &Filter, resolution: u8) -> Vec<Cluster> {
        let scale = Scale::of(resolution.min(FINEST));
        let wide = Filter { bbox: filter.bbox.map(|view| scale.around(&view)), ..filter.clone() };
        let mut heaps: BTreeMap<u64, Heap> = BTreeMap::new();
        // Rows come cell by cell, so the heap of the last is nearly always that of the next.
        let mut last: Option<(u64, Heap)> = None;
        self.each_placed(&self.reserve().open(&wide), |cell, rows, at| {
            let key = scale.key(cell);
            if last.as_ref().is_none_or(|(known, _)| *known != key) {
                put(&mut heaps, last.replace((key, Heap::default())));
            }
            if let Some((_, heap)) = &mut last {
                heap.add(rows, at);
            }
        });
        put(&mut heaps, last);
        self.join_reserved(&wide, scale, &mut heaps);
        let seen = |cell: &u64| filter.bbox.is_none_or(|view| scale.touches(*cell, &view));
        let heaps = heaps.into_iter().map(|(key, heap)| (scale.cell(key), heap)).filter(|(cell, _)| seen(cell));
        heaps.map(|(cell, heap)| self.cluster(cell, heap)).collect()
    }

    /// Puts the sensitive services to the heaps, in whole steps of the threshold, as if they all lay in the middle of the cell.
    fn join_reserved(&self, wide: &Filter, scale: Scale, heaps: &mut BTreeMap<u64, Heap>) {
        let Some(apart) = self.reserve().reserved(wide) else { return };
        // The cell of a blurred place is no finer than what blurs it.
        let shown_in = Scale::of(scale.resolution.min(self.reserve().finest()));
        let mut counts: BTreeMap<(u64, i64), (u64, BTreeMap<u32, u64>)> = BTreeMap::new();
        self.each_placed(&apart, |cell, rows, at| {
            let service = self.named().service(Kind(rows.kinds[at]));
            let (where_it_is, kinds) = counts.entry((scale.key(cell), service)).or_default();
            *where_it_is = shown_in.cell(shown_in.key(cell));
            *kinds.entry(rows.kinds[at]).or_default() += 1;
        });
        let threshold = self.reserve().threshold();
        for ((key, service), (cell, kinds)) in counts {
            let shown = threshold.shown(kinds.values().sum());
            let Some((middle, extent)) = (shown > 0).then(|| around(cell)).flatten() else { continue };
            let statuses = kinds.into_iter().map(|(kind, n)| (kind, threshold.shown(n))).filter(|&(_, n)| n > 0).collect();
            let reserved = Reserved { services: vec![(service, shown)], statuses };
            let heap = Heap { count: shown, first: middle, extent, reserved, ..Heap::default() };
            put(heaps, Some((key, heap)));
        }
    }

    /// The cells of an H3 resolution that a view touches, each with the count of all of it, ascending.
    pub fn whole_cells(&self, filter: &Filter, resolution: u8) -> Vec<(u64, u32)> {
        let scale = Scale::of(resolution.min(FINEST));
        let Some(view) = filter.bbox else { return self.heat(filter, resolution).cells };
        let wide = Filter { bbox: Some(scale.around(&view)), ..filter.clone() };
        let mut cells = self.heat(&wide, resolution).cells;
        cells.retain(|&(cell, _)| scale.touches(cell, &view));
        cells
    }

    fn cluster(&self, cell: u64, heap: Heap) -> Cluster {
        let names = self.named();
        let (mut services, mut statuses) = (BTreeMap::new(), BTreeMap::new());
        for (kind, count) in heap.kinds {
            *services.entry(names.service(Kind(kind))).or_default() += count;
            *statuses.entry(names.status(Kind(kind)).to_owned()).or_default() += count;
        }
        for (service, count) in heap.reserved.services {
            *services.entry(service).or_default() += count;
        }
        for (kind, count) in heap.reserved.statuses {
            *statuses.entry(names.status(Kind(kind)).to_owned()).or_default() += count;
        }
        let Extent { west, south, east, north } = heap.extent;
        let n = heap.count as f64;
        Cluster {
            cell,
            count: heap.count,
            lon: heap.first.0 + heap.offsets.0 / n,
            lat: heap.first.1 + heap.offsets.1 / n,
            extent: [west, south, east, north],
            services: services.into_iter().collect(),
            statuses: statuses.into_iter().collect(),
            only: (heap.count == 1).then_some(heap.id),
        }
    }
}

fn put(heaps: &mut BTreeMap<u64, Heap>, done: Option<(u64, Heap)>) {
    let Some((key, heap)) = done else { return };
    match heaps.entry(key) {
        std::collections::btree_map::Entry::Vacant(free) => drop(free.insert(heap)),
        std::collections::btree_map::Entry::Occupied(mut known) => known.get_mut().join(heap),
    }
}

/// The middle of a cell and the box around it; a cell across the antimeridian is all in its middle.
fn around(cell: u64) -> Option<((f64, f64), Extent)> {
    let cell = h3o::CellIndex::try_from(cell).ok()?;
    let middle = h3o::LatLng::from(cell);
    let extent = cell.boundary().iter().fold(Extent::EMPTY, |all, corner| all.and(&Extent::point(corner.lng(), corner.lat())));
    let extent = if extent.east - extent.west < 180.0 { extent } else { Extent::point(middle.lng(), middle.lat()) };
    Some(((middle.lng(), middle.lat()), extent))
}

/// What of a heap is counted with reserve: its services, and by kind its statuses, which may be fewer.
#[derive(Default)]
struct Reserved {
    services: Vec<(i64, u64)>,
    statuses: Vec<(u32, u64)>,
}

struct Heap {
    count: u64,
    /// The first place; the others are summed as what they are off it, so that a million degrees lose no digits.
    first: (f64, f64),
    offsets: (f64, f64),
    extent: Extent,
    kinds: Vec<(u32, u64)>,
    reserved: Reserved,
    id: i64,
}

impl Default for Heap {
    fn default() -> Heap {
        let (kinds, reserved) = (Vec::new(), Reserved::default());
        Heap { count: 0, first: (0.0, 0.0), offsets: (0.0, 0.0), extent: Extent::EMPTY, kinds, reserved, id: 0 }
    }
}

impl Heap {
    fn add(&mut self, rows: &Rows, at: usize) {
        let (lon, lat) = (rows.lons[at], rows.lats[at]);
        if self.count == 0 {
            (self.first, self.id) = ((lon, lat), rows.ids[at]);
        }
        self.count += 1;
        self.offsets.0 += lon - self.first.0;
        self.offsets.1 += lat - self.first.1;
        self.extent = self.extent.and(&Extent::point(lon, lat));
        self.add_kind(rows.kinds[at], 1);
    }

    fn add_kind(&mut self, kind: u32, count: u64) {
        // A city has some hundred kinds, a cell some dozen; the one of the row before is the likeliest.
        match self.kinds.iter().rposition(|&(known, _)| known == kind) {
            Some(at) => self.kinds[at].1 += count,
            None => self.kinds.push((kind, count)),
        }
    }

    fn join(&mut self, other: Heap) {
        let n = other.count as f64;
        self.offsets.0 += other.offsets.0 + (other.first.0 - self.first.0) * n;
        self.offsets.1 += other.offsets.1 + (other.first.1 - self.first.1) * n;
        self.count += other.count;
        self.extent = self.extent.and(&other.extent);
        other.kinds.into_iter().for_each(|(kind, count)| self.add_kind(kind, count));
        self.reserved.services.extend(other.reserved.services);
        self.reserved.statuses.extend(other.reserved.statuses);
    }
}

impl Scale {
    /// How far a corner of a cell may lie from its middle, in metres: the average edge and a margin for the larger cells
    /// (<https://h3geo.org/docs/core-library/restable/>).
    fn reach(self) -> f64 {
        let resolution = h3o::Resolution::try_from(self.resolution).unwrap_or(h3o::Resolution::Ten);
        resolution.edge_length_m() * 1.4
    }

    /// A box that holds every row of every cell that touches the view. The cells of resolution 10 that are gathered into a
    /// cell reach over its edge by a little.
    pub(super) fn around(self, view: &Bbox) -> Bbox {
        view.widened(3.0 * self.reach())
    }

    /// Whether a cell may touch the view.
    pub(super) fn touches(self, cell: u64, view: &Bbox) -> bool {
        let Ok(cell) = h3o::CellIndex::try_from(cell) else { return false };
        let middle = h3o::LatLng::from(cell);
        view.widened(self.reach()).contains(middle.lng(), middle.lat())
    }
}
