//! The album: forty pictures that look like what people photograph, painted by code, so that the demo needs no photo of anybody's street.
//! It paints; keeping is for `photos`.

mod canvas;
mod ground;
mod scenery;
mod street;

use crate::demo::dice::Dice;
use crate::error::{Error, Result};
use canvas::Canvas;

type Paint = fn(&mut Canvas, &mut Dice);

// the services that a motif shows, who paints it, how many versions of it the album has
const MOTIFS: [(&[&str], Paint, usize); 16] = [
    (&["pothole"], ground::pothole, 5),
    (&["cave-in"], ground::cave_in, 2),
    (&["pavement", "marking"], ground::paving, 3),
    (&["street-cleaning"], ground::litter, 2),
    (&["blocked-drain", "water-leak"], ground::drain, 2),
    (&["flooding"], ground::flood, 2),
    (&["street-light"], street::lamp, 3),
    (&["sign"], street::sign, 2),
    (&["fly-tipping", "rats"], street::dumped, 4),
    (&["litter-bin", "missed-bin"], street::bin, 3),
    (&["abandoned-vehicle", "parking"], street::parked, 3),
    (&["graffiti"], scenery::graffiti, 3),
    (&["tree"], scenery::tree, 2),
    (&["park-equipment"], scenery::bench, 2),
    (&["grass"], scenery::grass, 1),
    (&["building"], scenery::cracked, 1),
];

/// How many pictures the album has.
pub const COUNT: usize = 40;

/// The index of a picture that shows what a service is for, if the album has one.
pub fn choose(service: &str, dice: &mut Dice) -> Option<usize> {
    let mut first = 0;
    for (services, _, versions) in MOTIFS {
        if services.contains(&service) {
            return Some(first + dice.below(versions));
        }
        first += versions;
    }
    None
}

/// Paints a picture of the album (`index` below [`COUNT`]) as a JPEG file. The same index gives the same picture for ever.
pub fn paint(index: usize) -> Result<Vec<u8>> {
    let mut first = 0;
    for (_, painter, versions) in MOTIFS {
        if index < first + versions {
            let mut canvas = Canvas::new(index as u64 + 1);
            painter(&mut canvas, &mut Dice::named(index as u64, "picture"));
            return canvas.develop().map_err(|e| Error::internal(format!("a demo picture cannot be written: {e}")));
        }
        first += versions;
    }
    Err(Error::NotFound("picture"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_album_has_its_number_of_pictures_and_each_is_painted_alike_again() {
        assert_eq!(MOTIFS.iter().map(|(.., versions)| versions).sum::<usize>(), COUNT);
        let painted = paint(COUNT - 1).expect("the last picture");
        assert_eq!(painted, paint(COUNT - 1).expect("the last picture again"));
        let picture = image::load_from_memory(&painted).expect("a JPEG");
        assert_eq!((picture.width(), picture.height()), (880, 660));
        assert!(paint(COUNT).is_err());
    }
}
