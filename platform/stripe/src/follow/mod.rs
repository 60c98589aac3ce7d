//! Reads an object as it stands at Stripe now, and writes down what that means here.

mod method;
mod payment;
mod subscription;

pub(crate) use subscription::state_of;

use std::fmt;

use kernel::Ctx;

use crate::model::Tags;

/// What came of following an object, for staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// An order is paid, now or before.
    Paid(i64),
    /// Money came that an order could not take; it goes back.
    GivenBack(i64),
    /// Money is on its way.
    Processing(i64),
    /// A try was refused.
    Refused(i64),
    /// A try came to nothing, or is still open.
    Waits(i64),
    /// What was refunded or disputed is written down.
    Back(i64),
    /// The account's state is written down.
    Account,
    /// A subscription's state is written down.
    Subscription,
    /// Something to pay with is saved, or brought up to date.
    Saved,
    /// It is not ours, or of an object that is gone.
    NotOurs,
    /// Nothing handles this kind.
    UnknownKind,
}

impl Outcome {
    /// Whether it was about something of ours.
    pub(crate) const fn is_ours(&self) -> bool {
        !matches!(self, Self::NotOurs | Self::UnknownKind)
    }
}

/// A code and an order's number, as the inbox keeps them.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (code, number) = match self {
            Self::Paid(number) => ("paid", Some(number)),
            Self::GivenBack(number) => ("given-back", Some(number)),
            Self::Processing(number) => ("processing", Some(number)),
            Self::Refused(number) => ("refused", Some(number)),
            Self::Waits(number) => ("waits", Some(number)),
            Self::Back(number) => ("back", Some(number)),
            Self::Account => ("account", None),
            Self::Subscription => ("subscription", None),
            Self::Saved => ("saved", None),
            Self::NotOurs => ("not-ours", None),
            Self::UnknownKind => ("unknown-kind", None),
        };
        match number {
            Some(number) => write!(f, "{code} {number}"),
            None => f.write_str(code),
        }
    }
}

/// Whether an object carries this tenant's name. Two tenants may share an account by their own keys.
pub(crate) fn is_ours(ctx: &Ctx, tags: &Tags) -> bool {
    tags.tenant == ctx.tenant().id.to_string()
}
