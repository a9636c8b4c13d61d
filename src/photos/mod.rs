//! Photos: taken in safely, kept, and let go.
//!
//! [`Photos::keep`] takes a photo in ([`intake`]), stores it ([`store`]) and writes its row; [`attach`] gives it to a request inside
//! the transaction that files it; [`Photos::expire`] erases what no request took. The picture's bytes are shared by content, its row
//! and its id are not. Refuses to decide who may see a photo: that is people's policy, asked by HTTP.

pub mod intake;
mod keep;
mod letting_go;
mod redaction;
mod row;
pub mod store;
#[cfg(test)]
mod tests;
mod upload;

pub use intake::Area;
pub use keep::{Photos, Said, Uploaded, again};
pub use letting_go::let_go_of;
pub use row::{Photo, State, attach, check_id, decide, find, fingerprints, of_requests, review};
pub use upload::Upload;
