//! Why a photo was not taken, in words for the person who sent it.

use std::fmt;

use crate::error::Error;

/// The media types that are taken.
pub const TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/webp", "image/gif"];

const ACCEPTED: &str = "JPEG, PNG, WebP or GIF";

/// Why a photo was not taken. `Display` is the text for the sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No bytes came.
    Empty,
    /// More bytes than allowed (413).
    TooManyBytes {
        /// Bytes allowed.
        limit: usize,
    },
    /// More pixels than allowed (413).
    TooManyPixels {
        /// Width the header claims.
        width: u32,
        /// Height the header claims.
        height: u32,
        /// Pixels allowed, width times height.
        limit: u64,
    },
    /// One side longer than allowed (413).
    TooLong {
        /// The longer side, in pixels.
        side: u32,
        /// Pixels allowed.
        limit: u32,
    },
    /// Decoding would take more memory than allowed (413).
    TooMuchMemory {
        /// Bytes allowed.
        limit: u64,
    },
    /// HEIC or HEIF, which phones write and servers cannot read freely (415).
    Heic,
    /// Something else than the accepted types, with its name (415).
    Foreign(&'static str),
    /// It is of an accepted type but does not decode (422).
    Broken,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the photo is empty: no bytes arrived"),
            Self::TooManyBytes { limit } => write!(f, "the photo has more than {} MB; send a smaller one", limit >> 20),
            Self::TooManyPixels { width, height, limit } => {
                write!(f, "the photo has {width} × {height} pixels; at most {} megapixels are taken", limit / 1_000_000)
            }
            Self::TooLong { side, limit } => write!(f, "the photo is {side} pixels long; at most {limit} are taken"),
            Self::TooMuchMemory { limit } => {
                write!(f, "the photo would need more than {} MB of memory to decode; send a smaller one", limit >> 20)
            }
            Self::Heic => write!(
                f,
                "this is a HEIC photo, which cannot be read here; send it as {ACCEPTED} (on an iPhone: Settings, Camera, Formats, Most Compatible)"
            ),
            Self::Foreign(what) => write!(f, "this is {what}; a photo must be {ACCEPTED}"),
            Self::Broken => write!(f, "the photo cannot be decoded: it is damaged or was cut off on the way"),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let large = |what: String, limit: String| Error::TooLarge { what, limit };
        match refusal {
            Refusal::TooManyBytes { limit } => large("The photo's file".into(), format!("{} MB", limit >> 20)),
            Refusal::TooManyPixels { width, height, limit } => {
                large(format!("The photo, with {width} × {height} pixels,"), format!("{} megapixels", limit / 1_000_000))
            }
            Refusal::TooLong { side, limit } => large(format!("The photo, {side} pixels long,"), format!("{limit} pixels")),
            Refusal::TooMuchMemory { limit } => large("The memory that the photo needs".into(), format!("{} MB", limit >> 20)),
            Refusal::Heic | Refusal::Foreign(_) => Error::Unsupported(refusal.to_string()),
            Refusal::Empty | Refusal::Broken => Error::invalid("photo", refusal.to_string()),
        }
    }
}
