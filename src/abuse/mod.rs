//! What keeps a few strangers from taking the server away from everybody else: how often somebody may ask ([`rates`]), and how
//! much of one's work is done at the same time ([`turns`]). All of it is in the memory of one process, bounded whoever asks; a
//! city with several servers gives out that many times as much. It knows nothing of HTTP and of what is asked for.

pub mod rates;
mod table;
pub mod turns;
