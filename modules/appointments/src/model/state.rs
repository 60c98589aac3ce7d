//! The states of a booking and the steps between them, in one place.

use super::text_enum::text_enum;

text_enum! {
    /// Where a booking stands.
    pub enum State {
        /// Waits for the business to approve it.
        Requested = "requested",
        /// Keeps its slot while its payer pays.
        Held = "held",
        /// Certain.
        Confirmed = "confirmed",
        /// It took place.
        Completed = "completed",
        /// The client did not come.
        NoShow = "no_show",
        /// Called off by its client or by staff.
        Cancelled = "cancelled",
        /// A hold that was not paid in time.
        Expired = "expired",
        /// Not approved.
        Declined = "declined",
    }
}

text_enum! {
    /// Who called a booking off.
    pub enum CancelledBy {
        /// Its client, by the link.
        Client = "client",
        /// Somebody of the business.
        Staff = "staff",
        /// The product by a rule: paid too late for its slot.
        System = "system",
    }
}

/// What a step leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// To another state.
    To(State),
    /// It is there already: nothing changes and nothing is told again.
    Already,
    /// There is no such step from here.
    Refused,
}

impl State {
    /// Whether a booking in this state keeps its coach's time. Its block in the calendar ledger exists exactly then.
    pub(crate) const fn holds_time(self) -> bool {
        matches!(self, Self::Requested | Self::Held | Self::Confirmed | Self::Completed | Self::NoShow)
    }
    /// Calling it off. What has begun can't be called off any more.
    pub(crate) const fn cancel(self, has_begun: bool) -> Step {
        match self {
            Self::Cancelled => Step::Already,
            Self::Requested | Self::Held | Self::Confirmed if !has_begun => Step::To(Self::Cancelled),
            _ => Step::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [State; 8] = [
        State::Requested,
        State::Held,
        State::Confirmed,
        State::Completed,
        State::NoShow,
        State::Cancelled,
        State::Expired,
        State::Declined,
    ];

    #[test]
    fn cancelling_frees_time_once() {
        for state in ALL {
            match state.cancel(false) {
                Step::To(next) => assert!(state.holds_time() && !next.holds_time(), "{state:?}"),
                Step::Already => assert_eq!(state, State::Cancelled),
                Step::Refused => assert!(!matches!(state, State::Confirmed | State::Cancelled), "{state:?}"),
            }
        }
    }

    #[test]
    fn what_has_begun_is_not_cancelled() {
        for state in ALL {
            assert!(!matches!(state.cancel(true), Step::To(_)), "{state:?}");
        }
        assert_eq!(State::Cancelled.cancel(true), Step::Already);
    }

    #[test]
    fn words_come_back() {
        for state in ALL {
            assert_eq!(state.word().parse::<State>(), Ok(state));
        }
        assert!("pending".parse::<State>().is_err());
    }
}
