//! Real cities' files in.
