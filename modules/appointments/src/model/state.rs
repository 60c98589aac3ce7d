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
        /// A hold that was not paid in time, or a request that nobody decided.
        Expired = "expired",
        /// Not approved.
        Declined = "declined",
    }
}

text_enum! {
    /// Who made a step.
    pub enum CancelledBy {
        /// Its client, by the link.
        Client = "client",
        /// Somebody of the business.
        Staff = "staff",
        /// The product by a rule: paid too late for its slot.
        System = "system",
    }
}

/// Something that is done to a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Staff approve a request; what is to be paid is held for its payment.
    Approve { to_be_paid: bool },
    /// Staff decline a request.
    Decline,
    /// Its price was paid.
    Pay,
    /// The time to pay or to decide is over.
    Expire,
    /// It is called off.
    Cancel(CancelledBy),
    /// It is moved to another time.
    Move(CancelledBy),
    /// It took place.
    Complete,
    /// The client did not come.
    NoShow,
}

/// What a deed leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// To this state.
    To(State),
    /// It was done before: nothing changes and nothing is told again.
    Already,
    /// There is no such step from here.
    Refused,
    /// There will be, once it has begun.
    NotBegun,
}

impl State {
    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 8] = [
        Self::Requested,
        Self::Held,
        Self::Confirmed,
        Self::Completed,
        Self::NoShow,
        Self::Cancelled,
        Self::Expired,
        Self::Declined,
    ];

    /// Whether a booking in this state keeps its coach's time. Its block in the calendar ledger exists exactly then.
    pub(crate) const fn holds_time(self) -> bool {
        matches!(self, Self::Requested | Self::Held | Self::Confirmed | Self::Completed | Self::NoShow)
    }
    /// Whether it is still to take place, certain or not.
    pub(crate) const fn is_coming(self) -> bool {
        matches!(self, Self::Requested | Self::Held | Self::Confirmed)
    }
    /// THE table of steps: what a deed leads to, for a booking that has begun or not.
    ///
    /// Paying an expired booking leads back to `confirmed` only while its time is still free: the caller takes it first.
    pub(crate) const fn after(self, deed: Deed, has_begun: bool) -> Turn {
        use State::{Cancelled, Completed, Confirmed, Declined, Expired, Held, NoShow, Requested};
        match deed {
            Deed::Approve { to_be_paid } => match self {
                Requested if has_begun => Turn::Refused,
                Requested if to_be_paid => Turn::To(Held),
                Requested => Turn::To(Confirmed),
                Held | Confirmed => Turn::Already,
                _ => Turn::Refused,
            },
            Deed::Decline => once(self, Declined, matches!(self, Requested)),
            Deed::Pay => match self {
                Held | Expired => Turn::To(Confirmed),
                Confirmed | Completed | NoShow => Turn::Already,
                Requested | Cancelled | Declined => Turn::Refused,
            },
            Deed::Expire => once(self, Expired, matches!(self, Held | Requested)),
            Deed::Cancel(by) => once(self, Cancelled, self.may_be_cancelled(by, has_begun)),
            Deed::Move(by) => match (self, by) {
                (Requested | Confirmed, CancelledBy::Staff) => Turn::To(self),
                (Requested | Confirmed, CancelledBy::Client) if !has_begun => Turn::To(self),
                _ => Turn::Refused,
            },
            Deed::Complete | Deed::NoShow => {
                let end = if matches!(deed, Deed::Complete) { Completed } else { NoShow };
                if matches!(self, Confirmed) && !has_begun {
                    return Turn::NotBegun;
                }
                once(self, end, matches!(self, Confirmed))
            }
        }
    }
    /// Clients call off what has not begun. Staff call off what is certain afterwards too, until they say how it went. The
    /// product calls off what was paid too late.
    const fn may_be_cancelled(self, by: CancelledBy, has_begun: bool) -> bool {
        match by {
            CancelledBy::Client => self.is_coming() && !has_begun,
            CancelledBy::Staff => matches!(self, Self::Confirmed) || (self.is_coming() && !has_begun),
            CancelledBy::System => matches!(self, Self::Expired),
        }
    }
}

/// To an end: once, and only from where it is allowed.
const fn once(from: State, end: State, allowed: bool) -> Turn {
    match (from, end) {
        (State::Declined, State::Declined)
        | (State::Expired, State::Expired)
        | (State::Cancelled, State::Cancelled)
        | (State::Completed, State::Completed)
        | (State::NoShow, State::NoShow) => Turn::Already,
        _ if allowed => Turn::To(end),
        _ => Turn::Refused,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DEEDS: [Deed; 13] = [
        Deed::Approve { to_be_paid: false },
        Deed::Approve { to_be_paid: true },
        Deed::Decline,
        Deed::Pay,
        Deed::Expire,
        Deed::Cancel(CancelledBy::Client),
        Deed::Cancel(CancelledBy::Staff),
        Deed::Cancel(CancelledBy::System),
        Deed::Move(CancelledBy::Client),
        Deed::Move(CancelledBy::Staff),
        Deed::Move(CancelledBy::System),
        Deed::Complete,
        Deed::NoShow,
    ];

    /// Every step there is, written down once more: `(from, deed, has begun, to)`.
    fn allowed() -> Vec<(State, Deed, bool, State)> {
        use CancelledBy::{Client, Staff, System};
        use State::{Cancelled, Completed, Confirmed, Declined, Expired, Held, NoShow, Requested};
        let mut table = vec![
            (Requested, Deed::Approve { to_be_paid: false }, false, Confirmed),
            (Requested, Deed::Approve { to_be_paid: true }, false, Held),
            (Confirmed, Deed::Cancel(Staff), true, Cancelled),
            (Requested, Deed::Move(Client), false, Requested),
            (Confirmed, Deed::Move(Client), false, Confirmed),
            (Confirmed, Deed::Complete, true, Completed),
            (Confirmed, Deed::NoShow, true, NoShow),
        ];
        for begun in [false, true] {
            table.extend([
                (Requested, Deed::Decline, begun, Declined),
                (Requested, Deed::Expire, begun, Expired),
                (Held, Deed::Expire, begun, Expired),
                (Held, Deed::Pay, begun, Confirmed),
                (Expired, Deed::Pay, begun, Confirmed),
                (Expired, Deed::Cancel(System), begun, Cancelled),
                (Requested, Deed::Move(Staff), begun, Requested),
                (Confirmed, Deed::Move(Staff), begun, Confirmed),
            ]);
        }
        for state in [Requested, Held, Confirmed] {
            table.extend([Client, Staff].map(|by| (state, Deed::Cancel(by), false, Cancelled)));
        }
        table
    }

    #[test]
    fn these_steps_and_no_others() {
        let table = allowed();
        for from in State::ALL {
            for deed in DEEDS {
                for begun in [false, true] {
                    let listed = table
                        .iter()
                        .find(|row| (row.0, row.1, row.2) == (from, deed, begun))
                        .map(|row| row.3);
                    let led = match from.after(deed, begun) {
                        Turn::To(next) => Some(next),
                        Turn::Already | Turn::Refused | Turn::NotBegun => None,
                    };
                    assert_eq!(led, listed, "{from:?} {deed:?} {begun}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_coming_takes_no_time_unless_it_took_place() {
        for state in State::ALL {
            let took_place = matches!(state, State::Completed | State::NoShow);
            assert_eq!(state.holds_time(), state.is_coming() || took_place, "{state:?}");
        }
    }

    #[test]
    fn nothing_is_completed_before_it_begins() {
        for deed in [Deed::Complete, Deed::NoShow] {
            assert_eq!(State::Confirmed.after(deed, false), Turn::NotBegun);
            assert_eq!(State::Held.after(deed, false), Turn::Refused);
        }
    }

    #[test]
    fn words_come_back() {
        for state in State::ALL {
            assert_eq!(state.word().parse::<State>(), Ok(state));
        }
        assert!("pending".parse::<State>().is_err());
    }

    proptest! {
        /// Doing the same once more at once changes nothing, except that a booking may be moved again.
        #[test]
        fn each_deed_counts_once(from in 0..State::ALL.len(), deed in 0..DEEDS.len(), begun: bool) {
            let (from, deed) = (State::ALL[from], DEEDS[deed]);
            if let Turn::To(next) = from.after(deed, begun)
                && !matches!(deed, Deed::Move(_))
            {
                prop_assert_eq!(next.after(deed, begun), Turn::Already);
            }
        }
        /// Whatever is done in whatever order: an end stays an end, and what once was let go comes back only when paid.
        #[test]
        fn ends_are_ends(deeds in proptest::collection::vec((0..DEEDS.len(), any::<bool>()), 0..60), first in 0..3_usize) {
            let mut state = [State::Requested, State::Held, State::Confirmed][first];
            for (deed, begun) in deeds {
                let deed = DEEDS[deed];
                let Turn::To(next) = state.after(deed, begun) else { continue };
                let is_end = matches!(state, State::Completed | State::NoShow | State::Cancelled | State::Declined);
                prop_assert!(!is_end, "{state:?} {deed:?}");
                if !state.holds_time() && next.holds_time() {
                    prop_assert_eq!((state, deed), (State::Expired, Deed::Pay));
                }
                state = next;
            }
        }
    }
}
