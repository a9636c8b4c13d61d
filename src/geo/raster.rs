//! A grid of cells of about 100 m over all areas, in which most points find their answer with one look.
//!
//! A cell that no border touches lies in the same areas everywhere; a cell that a border touches names the areas to ask exactly.

use std::collections::HashMap;

use geo::Coord;

use super::EARTH_RADIUS_M;
use super::outline::{Bounds, Outline, Position};

/// The side of a cell in metres, unless the areas spread so far that the grid would grow too large.
const SIDE_M: f64 = 100.0;
/// At most this many cells (4 bytes each).
const MOST_CELLS: f64 = 4e6;
/// At most this many cells visited while building: the boxes of all areas and the way along all edges, in cells.
const MOST_VISITS: f64 = 4e7;
/// By how much, in cells, the way of an edge is widened, against rounding: a hundred thousand times what rounding can do, and 1 cm.
const WIDER: f64 = 1e-4;

/// What is known of a cell: the areas it lies in, and those whose border touches it; both by number and ascending.
#[derive(Clone, Default)]
pub(super) struct Known {
    pub inside: Vec<u32>,
    pub border: Vec<u32>,
}

/// What one look tells.
pub(super) enum Look<'r> {
    /// The place is outside of all areas.
    Nowhere,
    /// It is inside of this area, and of no other.
    Sole(u32),
    /// It is in a cell of which this is known.
    Cell(&'r Known),
}

/// Marks a cell that says by itself which one area it lies in; others name a list.
const SOLE: u32 = 1 << 31;

pub(super) struct Raster {
    bounds: Bounds,
    columns_per_degree: f64,
    rows_per_degree: f64,
    columns: usize,
    cells: Vec<u32>,
    known: Vec<Known>,
}

impl Raster {
    pub fn new(outlines: &[Outline]) -> Self {
        let bounds = Bounds::around(outlines.iter().map(|outline| outline.bounds));
        let (width, height) = (bounds.east - bounds.west, bounds.north - bounds.south);
        let mut raster =
            Self { bounds, columns_per_degree: 0.0, rows_per_degree: 0.0, columns: 0, cells: Vec::new(), known: vec![Known::default()] };
        if !(width.is_finite() && height.is_finite()) {
            return raster;
        }
        let degree_m = EARTH_RADIUS_M.to_radians();
        let middle = ((bounds.south + bounds.north) / 2.0).to_radians().cos().max(0.01);
        let mut side_m = SIDE_M;
        loop {
            raster.rows_per_degree = degree_m / side_m;
            raster.columns_per_degree = degree_m * middle / side_m;
            let cells = (width * raster.columns_per_degree + 1.0) * (height * raster.rows_per_degree + 1.0);
            if cells <= MOST_CELLS && outlines.iter().map(|outline| raster.visits(outline)).sum::<f64>() <= MOST_VISITS {
                break;
            }
            side_m *= 1.5;
            if side_m > 1e8 {
                break;
            }
        }
        raster.columns = raster.column(bounds.east) + 1;
        raster.cells = vec![0; raster.columns * (raster.row(bounds.north) + 1)];
        for (outline, nth) in outlines.iter().zip(0u32..) {
            raster.draw(nth, outline);
        }
        raster.shorten();
        raster
    }

    /// What is known of the cell that holds the place; nothing lies outside of the grid.
    pub fn at(&self, place: Coord) -> Look<'_> {
        if !self.bounds.holds(place) {
            return Look::Nowhere;
        }
        match self.cells[self.row(place.y) * self.columns + self.column(place.x)] {
            0 => Look::Nowhere,
            cell if cell & SOLE != 0 => Look::Sole(cell ^ SOLE),
            list => Look::Cell(&self.known[list as usize]),
        }
    }

    /// West and east of all areas.
    pub fn width(&self) -> (f64, f64) {
        (self.bounds.west, self.bounds.east)
    }

    /// Writes into each cell that lies in one area and touches no border which one it is: most places are answered by one load.
    fn shorten(&mut self) {
        for cell in &mut self.cells {
            if let Known { inside, border } = &self.known[*cell as usize]
                && let ([sole], []) = (inside.as_slice(), border.as_slice())
            {
                *cell = SOLE | sole;
            }
        }
    }

    /// How many cells drawing this area will visit, about.
    fn visits(&self, outline: &Outline) -> f64 {
        let b = outline.bounds;
        let steps = |a: Coord, b: Coord| (a.x - b.x).abs() * self.columns_per_degree + (a.y - b.y).abs() * self.rows_per_degree + 1.0;
        let along: f64 = outline.edges().iter().map(|&(a, b)| steps(a, b)).sum();
        along + ((b.east - b.west) * self.columns_per_degree + 1.0) * ((b.north - b.south) * self.rows_per_degree + 1.0)
    }

    // Both rise with the coordinate and never fall, rounding or not, so what lies between two places falls between their cells.
    fn column(&self, lon: f64) -> usize {
        ((lon - self.bounds.west) * self.columns_per_degree) as usize
    }

    fn row(&self, lat: f64) -> usize {
        ((lat - self.bounds.south) * self.rows_per_degree) as usize
    }

    fn middle_of(&self, column: usize, row: usize) -> Coord {
        Coord {
            x: self.bounds.west + (column as f64 + 0.5) / self.columns_per_degree,
            y: self.bounds.south + (row as f64 + 0.5) / self.rows_per_degree,
        }
    }

    /// Adds an area: the cells that its edges touch, then each run of cells between them in a row, for which one exact answer is enough.
    fn draw(&mut self, nth: u32, outline: &Outline) {
        let b = outline.bounds;
        let (left, right, bottom, top) = (self.column(b.west), self.column(b.east), self.row(b.south), self.row(b.north));
        let width = right - left + 1;
        let mut touched = vec![false; width * (top - bottom + 1)];
        for &(a, b) in outline.edges() {
            self.walk(a, b, |column, row| {
                if (left..=right).contains(&column) && (bottom..=top).contains(&row) {
                    touched[(row - bottom) * width + column - left] = true;
                }
            });
        }
        let mut next = HashMap::new();
        for row in bottom..=top {
            let mut state = None;
            for column in left..=right {
                let here = if touched[(row - bottom) * width + column - left] {
                    state = None;
                    Position::Border
                } else {
                    *state.get_or_insert_with(|| outline.position(self.middle_of(column, row)))
                };
                if here != Position::Outside {
                    self.add(row * self.columns + column, nth, here, &mut next);
                }
            }
        }
    }

    /// Adds an area to what is known of a cell; `next` remembers which list becomes which, so equal cells share one list.
    fn add(&mut self, cell: usize, nth: u32, here: Position, next: &mut HashMap<(u32, bool), u32>) {
        let touched = here == Position::Border;
        let before = self.cells[cell];
        self.cells[cell] = *next.entry((before, touched)).or_insert_with(|| {
            let mut known = self.known[before as usize].clone();
            if touched {
                known.border.push(nth)
            } else {
                known.inside.push(nth)
            }
            self.known.push(known);
            (self.known.len() - 1) as u32
        });
    }

    /// Visits every cell that the edge, widened a little, touches.
    fn walk(&self, a: Coord, b: Coord, mut visit: impl FnMut(usize, usize)) {
        let grid = |c: Coord| ((c.x - self.bounds.west) * self.columns_per_degree, (c.y - self.bounds.south) * self.rows_per_degree);
        let ((u0, v0), (u1, v1)) = if a.y <= b.y { (grid(a), grid(b)) } else { (grid(b), grid(a)) };
        for row in (v0 - WIDER).max(0.0) as usize..=(v1 + WIDER) as usize {
            // where the edge enters and leaves the row; a nearly level edge counts whole, its slope would magnify rounding
            let across = |v: f64| if v1 - v0 < 0.01 { None } else { Some(u0 + ((v - v0) / (v1 - v0)).clamp(0.0, 1.0) * (u1 - u0)) };
            let (enter, leave) = (across(row as f64 - WIDER).unwrap_or(u0), across(row as f64 + 1.0 + WIDER).unwrap_or(u1));
            for column in (enter.min(leave) - WIDER).max(0.0) as usize..=(enter.max(leave) + WIDER) as usize {
                visit(column, row);
            }
        }
    }
}
