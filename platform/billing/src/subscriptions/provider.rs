use std::fmt;

use events::Instant;
use kernel::{BoxFuture, Ctx};

use super::{ProviderState, Subscription, Terms, When};
use crate::ProviderError;

/// What a client or staff want with a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// It rests, until then or until somebody resumes it.
    Pause(Option<Instant>),
    /// It goes on.
    Resume,
    /// It ends with the period.
    EndWithPeriod,
    /// It ends at once; whether what is left of the period goes back is decided by staff.
    EndNow {
        /// Give back what is left.
        refund: bool,
    },
    /// It is not to end, and not to change, after all.
    Keep,
    /// It is for something else.
    Change {
        /// What it is for then.
        terms: Box<Terms>,
        /// When; `None`: at once when that costs something or nothing, else at the end of the period.
        when: Option<When>,
    },
}

/// A provider that renews subscriptions itself.
///
/// Invariant: called outside of any transaction.
pub trait SubscriptionProvider: Send + Sync {
    /// Carries a wish out and answers how the subscription stands there afterwards. Called again with the same wish it
    /// changes nothing more.
    fn act<'a>(
        &'a self,
        ctx: &'a Ctx,
        subscription: &'a Subscription,
        wish: &'a Wish,
    ) -> BoxFuture<'a, Result<ProviderState, ProviderError>>;
}

impl fmt::Debug for dyn SubscriptionProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubscriptionProvider")
    }
}
