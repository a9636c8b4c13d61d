//! What keeps a few strangers from taking the server away from everybody else: how often somebody may ask ([`rates`]), and how
//! much of one's work is done at the same time ([`turns`]), both in the memory of one process, bounded whoever asks; what a
//! filing costs where many are filed ([`challenge`]); and who may not file at all for a while ([`blocks`]), in the database. It knows nothing of HTTP and of what is asked for.

pub mod blocks;
pub mod challenge;
pub mod rates;
mod table;
pub mod turns;
