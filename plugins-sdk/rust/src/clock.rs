//! The only time a run can see.

/// When the event happened, in milliseconds since 1970-01-01T00:00:00Z; the same all through the run.
#[must_use]
pub fn now_ms() -> u64 {
    crate::bindings::coach::automation::clock::now()
}
