//! Where a request goes, and why.
