//! Money that goes back: written down first, then asked for by a job; or seen at a provider, where somebody gave it back.

mod ask;
mod lines;
mod read;
mod seen;
mod settled;
mod unused;
mod went;

use diesel::{Queryable, Selectable};
use events::{Currency, Instant, Money, OrderId, PaymentId, RefundId};
use serde::Serialize;

use crate::{Method, schema::refunds};

pub(crate) use ask::give_back;
pub use ask::{refund, refund_by_lines};
pub use lines::{LineBack, lines_back, lines_of_refund};
pub use read::{refund_to_ask, refundable, refunds};
pub use seen::{RefundSeen, TELL_TWICE_JOB, refund_seen};
pub use settled::ask_what_is_late;
pub(crate) use settled::{ask_what_waits, taken_by_bank};
pub use unused::{Unused, UnusedWorth, refund_unused, unused};
pub use went::{paid_back, refund_again, refund_went};

crate::text_enum! {
    /// How far a refund has got. All of them count against what was paid: money that is owed is spoken for.
    pub enum RefundState {
        /// It is to go back: the provider is asked, or staff pay it back.
        Requested = "requested",
        /// It went back.
        Done = "done",
        /// The provider refused; it is still owed.
        Failed = "failed",
    }
}

crate::text_enum! {
    /// Why money goes back.
    pub enum RefundCause {
        /// Staff wanted it.
        Staff = "staff",
        /// What was bought was cancelled, and the rule gives this share back.
        Cancelled = "cancelled",
        /// What was bought can't be provided any more.
        Unavailable = "unavailable",
        /// The payment came after the order had ended.
        Late = "late",
        /// The order was paid already.
        Twice = "twice",
        /// It was given back in the provider's own pages.
        Provider = "provider",
        /// The cardholder's bank took it.
        Dispute = "dispute",
    }
}

/// Why money goes back, with the words of staff if it was their wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why<'a> {
    /// Staff wanted it, with their words, at most 500 characters; empty: none.
    Staff(&'a str),
    /// What was bought was cancelled, and the rule gives this share back.
    Cancelled,
    /// What was bought can't be provided any more.
    Unavailable,
}

impl<'a> Why<'a> {
    const fn parts(self) -> (RefundCause, &'a str) {
        match self {
            Self::Staff(words) => (RefundCause::Staff, words),
            Self::Cancelled => (RefundCause::Cancelled, ""),
            Self::Unavailable => (RefundCause::Unavailable, ""),
        }
    }
}

/// Money that goes back.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = refunds, check_for_backend(diesel::pg::Pg))]
pub struct Refund {
    /// Identity.
    pub id: RefundId,
    /// Of which order.
    pub order_id: OrderId,
    /// Whose money it is.
    pub payment_id: PaymentId,
    /// What makes it one.
    pub source: String,
    /// Minor units; zero when it only takes off what is still to come.
    pub amount: i64,
    /// ISO 4217.
    pub currency: Currency,
    /// Through whom it goes back.
    pub provider: Method,
    /// Why.
    pub cause: RefundCause,
    /// What staff wrote.
    pub reason: String,
    /// How far it has got.
    pub state: RefundState,
    /// What the provider calls it, or what staff wrote beside it.
    pub reference: String,
    /// When it was asked for.
    pub created_at: Instant,
    /// When its state changed last.
    pub updated_at: Instant,
    /// Number of its credit note, counted up in the tenant without gaps.
    pub credit_note_number: Option<i64>,
    /// How often it was asked for anew after it had failed.
    #[serde(skip)]
    pub turn: i32,
    /// Whether staff paid it back themselves, so that no provider knows of it.
    #[serde(skip)]
    pub by_hand: bool,
    /// What it takes off instalments that are still to come, minor units; with no money that goes back, it does nothing else.
    pub lowered: i64,
}

impl Refund {
    /// What makes a call to the provider one, however often it is made: another one when it is asked for anew.
    #[must_use]
    pub fn key(&self) -> String {
        match self.turn {
            0 => self.id.to_string(),
            turn => format!("{}/{turn}", self.id),
        }
    }
    /// How much.
    #[must_use]
    pub const fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
    /// What it credits: money that goes back, and what is taken off instalments that are still to come.
    #[must_use]
    pub const fn credited(&self) -> Money {
        Money::new(self.amount.saturating_add(self.lowered), self.currency)
    }
    /// What it takes off instalments that are still to come; `None`: nothing.
    #[must_use]
    pub fn taken_off(&self) -> Option<Money> {
        (self.lowered > 0).then(|| Money::new(self.lowered, self.currency))
    }
    /// Whether it waits for staff to pay it back by hand.
    #[must_use]
    pub fn is_owed_by_hand(&self) -> bool {
        self.provider == Method::Manual && self.state != RefundState::Done
    }
}
