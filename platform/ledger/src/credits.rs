//! Credits: a double-entry ledger of lots, append-only.
//!
//! **Words.** A *credit* pays for one place. A *lot* holds the credits of one source with one expiry. A *transaction* is
//! one thing that happened to a client's credits; its *entries* move them between the accounts of a lot: `held` (what the
//! client has), `issued` (where they came from), `spent`, `expired`. A *source* names the cause of a transaction; it is
//! unique in the tenant, so whatever is tried again happens once. A *stream* is a source that comes again and again: the
//! weeks of a plan. A *key* names what a credit pays for: a class type, or an appointment type (`apt_…`).
//!
//! **Invariants** (held by the database):
//! - The entries of a transaction sum to zero, per lot.
//! - No lot falls below zero; its cached balance is the sum of its `held` entries.
//! - Nothing is changed or deleted.
//!
//! Lock order: lots come after calendar and capacity; several lots of a client are locked in the order of their ids.

mod expire;
mod grant;
mod plan;
mod post;
mod read;
mod refund;
mod rules;
mod spend;
mod stream;
mod take;

use events::{ClientId, Instant, LotId};
use serde::{Deserialize, Serialize};

pub use expire::expire;
pub use grant::grant;
pub use plan::{OpenLot, Short, Take, Why, plan_cut, plan_refund, plan_spend};
pub use read::{
    Balance, Held, Lot, LotUse, Movement, Part, balance, balance_for, balance_made_for, balances,
    bought_expiring, explain, history, holders, lots, lots_of_sources, uses,
};
pub use refund::{OnExpired, give_back, refund, revoke, revoke_stream};
pub use rules::{CreditRules, DueRule, EndedRule, NamesRule, ReturnRule, due, install_rules, names};
pub use spend::{spend, spend_made_for};
pub use stream::{StreamSoFar, cut, grant_next, lock_all, open_streams, so_far};
pub use take::{Withdrawal, take};

/// The most credits of one grant or spend.
pub const MAX_CREDITS: i32 = 10_000;

/// What a lot came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Bought.
    Order,
    /// A week of a plan.
    Plan,
    /// Given by staff.
    Staff,
    /// Returned after its first lot had expired.
    Refund,
}

impl Origin {
    /// As the database writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Plan => "plan",
            Self::Staff => "staff",
            Self::Refund => "refund",
        }
    }
}

/// Credits to be given to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant<'a> {
    /// Who gets them.
    pub client: ClientId,
    /// What they come from, exactly once: `order-line/oln_…/0`.
    pub source: &'a str,
    /// What kind of source that is.
    pub origin: Origin,
    /// Name of what was bought, for people.
    pub name: &'a str,
    /// How many, 1 to [`MAX_CREDITS`].
    pub credits: i32,
    /// When they expire; `None`: never.
    pub expires_at: Option<Instant>,
    /// Class types they pay for; empty: all.
    pub pays_for: &'a [String],
}

/// What became of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granted {
    /// The lot was made now.
    Granted(LotId),
    /// The source was used before; its lot stands as it is.
    AlreadyGranted(LotId),
}

impl Granted {
    /// The lot of the source.
    #[must_use]
    pub const fn lot(self) -> LotId {
        match self {
            Self::Granted(lot) | Self::AlreadyGranted(lot) => lot,
        }
    }
}

/// Credits to be taken for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spend<'a> {
    /// Whose.
    pub client: ClientId,
    /// What they are taken for, exactly once: `registration/reg_…`.
    pub source: &'a str,
    /// The same in words, for the client's history.
    pub reason: &'a str,
    /// How many, 1 to [`MAX_CREDITS`].
    pub credits: i32,
    /// The class type that is paid for; `None`: only lots that pay for all.
    pub pays_for: Option<&'a str>,
}

/// What became of a spend: which lots paid, the first to expire first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spent {
    /// Taken now.
    Spent(Vec<Take>),
    /// The source was used before; this is what it took then.
    AlreadySpent(Vec<Take>),
}

/// What became of a return or of taking a grant back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Returned {
    /// Moved now, this much from or to each lot.
    Returned(Vec<Take>),
    /// Done before.
    AlreadyReturned,
}

/// Why the ledger refused.
#[derive(Debug, thiserror::Error)]
pub enum CreditError {
    /// The client holds too few usable credits.
    #[error("{missing} credits are missing")]
    Short {
        /// How many more it would take.
        missing: i32,
    },
    /// An amount outside 1 to [`MAX_CREDITS`], or an expiry that lies in the past.
    #[error("not an amount of credits that can be moved")]
    Amount,
    /// There is no spend or grant of that source.
    #[error("nothing is known of that source")]
    UnknownSource,
    /// A module's rule refused.
    #[error("a rule refused: {0}")]
    Rule(Box<kernel::Problem>),
    /// The database refused.
    #[error(transparent)]
    Db(#[from] diesel::result::Error),
}

impl CreditError {
    fn rule(problem: kernel::Problem) -> Self {
        Self::Rule(Box::new(problem))
    }
}

impl From<CreditError> for kernel::Problem {
    fn from(error: CreditError) -> Self {
        match error {
            CreditError::Short { missing } => Self::conflict("credits_short").arg("missing", missing),
            CreditError::Amount => {
                let error =
                    kernel::FieldError::new("credits", "out_of_range").arg("min", 1).arg("max", MAX_CREDITS);
                Self::invalid(vec![error])
            }
            CreditError::UnknownSource => Self::not_found(),
            CreditError::Rule(problem) => *problem,
            CreditError::Db(error) => error.into(),
        }
    }
}

/// Invariant: checked before anything is written.
fn checked_amount(credits: i32) -> Result<i32, CreditError> {
    if (1..=MAX_CREDITS).contains(&credits) { Ok(credits) } else { Err(CreditError::Amount) }
}
