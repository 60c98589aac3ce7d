use events::Instant;
use ledger::credits::{Part, Why};
use serde::Serialize;

/// Credits of one lot that paid for a booking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PaidWith {
    /// So many of them.
    pub count: u32,
    /// What they were bought with, or given for.
    pub name: String,
    /// When the rest of the lot expires.
    pub expires_at: Option<Instant>,
    /// Why these and no others.
    pub why: Why,
}

impl PaidWith {
    pub(crate) fn of(part: Part) -> Self {
        let Part { credits, name, expires_at, why, .. } = part;
        Self { count: credits.unsigned_abs(), name, expires_at, why }
    }

    /// One for each reason.
    pub(crate) fn samples(expires_at: Instant) -> Vec<Self> {
        let one = |count, name: &str, why| Self {
            count,
            name: name.into(),
            expires_at: Some(expires_at).filter(|_| why == Why::ExpiresFirst),
            why,
        };
        vec![
            one(1, "Three talks", Why::MadeFor),
            one(1, "Ten classes", Why::ExpiresFirst),
            one(2, "Five classes", Why::Oldest),
        ]
    }
}
