//! Photos: taken in safely, kept, and let go.

pub mod intake;
