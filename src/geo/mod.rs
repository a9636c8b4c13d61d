//! Pure geometry: no database, no HTTP, no clock.
