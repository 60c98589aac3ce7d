//! What was agreed when it was booked; later changes of the type don't touch it.

use diesel::{deserialize::FromSqlRow, expression::AsExpression, sql_types::Jsonb};
use events::{Currency, Instant, Money};
use serde::{Deserialize, Serialize};

use super::json_column::json_column;

/// What was agreed when it was booked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
#[serde(default)]
pub struct Terms {
    /// Minor units; 0: free.
    pub price: i64,
    /// ISO 4217 code of the price; `None`: free.
    pub currency: Option<Currency>,
    /// Its client may cancel free of charge until that many minutes before the start.
    pub cancel_free_minutes: i32,
    /// Per cent of the price that come back when it is cancelled later; `None`: later is refused.
    pub late_refund_percent: Option<i32>,
    /// Its client may move it until that many minutes before the start.
    pub move_free_minutes: i32,
    /// Minutes before the start at which the client is reminded.
    pub reminder_minutes: Vec<i32>,
    /// Whether the client is asked for a rating afterwards.
    pub asks_rating: bool,
}
json_column!(Terms);

/// What a client who cancels now gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CancelRule {
    /// That many per cent of what was paid come back.
    Refund(i32),
    /// It is too late to cancel.
    TooLate,
}

impl Terms {
    /// The price; `None` when it is free.
    #[must_use]
    pub fn price(&self) -> Option<Money> {
        self.currency.filter(|_| self.price > 0).map(|currency| Money::new(self.price, currency))
    }
    /// What a client who cancels at `now` gets.
    pub(crate) fn cancel_rule(&self, start: Instant, now: Instant) -> CancelRule {
        if now <= self.cancel_free_until(start) {
            return CancelRule::Refund(100);
        }
        self.late_refund_percent.map_or(CancelRule::TooLate, CancelRule::Refund)
    }
    /// The last moment at which cancelling is free of charge.
    pub(crate) fn cancel_free_until(&self, start: Instant) -> Instant {
        start.plus_minutes(-i64::from(self.cancel_free_minutes))
    }
    /// The last moment at which its client may move it.
    pub(crate) fn move_until(&self, start: Instant) -> Instant {
        start.plus_minutes(-i64::from(self.move_free_minutes))
    }
}
