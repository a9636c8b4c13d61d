//! Numbers over all requests, from columns held in memory.
