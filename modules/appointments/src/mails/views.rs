use events::{Event, Instant, Money};
use kernel::mail::MailView;
use serde::Serialize;

use super::Facts;
use crate::{
    model::{PlaceKind, state::CancelledBy},
    pages::views::sample_time,
};

/// Mails that tell the same content to different readers, or nothing but [`Facts`].
macro_rules! mails {
    ($($(#[$doc:meta])* $name:ident($inner:ty) = $template:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize)]
        #[serde(transparent)]
        pub(crate) struct $name(pub $inner);
        impl MailView for $name {
            const TEMPLATE: &'static str = $template;
            fn samples() -> Vec<Self> {
                <$inner>::samples().into_iter().map(Self).collect()
            }
        }
    )*};
}

mails! {
    /// To the client: it is certain.
    Confirmed(Facts) = "appointments/confirmed";
    /// To each coach: somebody booked.
    ConfirmedCoach(Facts) = "appointments/confirmed_coach";
    /// To the client: the business has the request and decides.
    Requested(Facts) = "appointments/requested";
    /// To each coach: somebody asks, decide.
    RequestedCoach(Facts) = "appointments/requested_coach";
    /// To the client: it is off.
    Cancelled(CancelledMail) = "appointments/cancelled";
    /// To each coach: it is off, the time is free.
    CancelledCoach(CancelledMail) = "appointments/cancelled_coach";
    /// To the client: another time.
    Rescheduled(Moved) = "appointments/rescheduled";
    /// To each coach: another time, or somebody else's now.
    RescheduledCoach(Moved) = "appointments/rescheduled_coach";
    /// To the client: the payment came too late, the money goes back.
    Late(LateMail) = "appointments/late";
    /// To each coach: the same.
    LateCoach(LateMail) = "appointments/late_coach";
}

/// Somebody called it off.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CancelledMail {
    #[serde(flatten)]
    pub facts: Facts,
    pub by: CancelledBy,
    pub reason: Option<String>,
    /// Whether it had been paid.
    pub paid: bool,
    /// What goes back of that.
    pub refund: Option<Money>,
}

impl CancelledMail {
    fn samples() -> Vec<Self> {
        let one = |by, reason: Option<&str>, paid, refund| Self {
            facts: Facts::sample(PlaceKind::Video),
            by,
            reason: reason.map(Into::into),
            paid,
            refund,
        };
        vec![
            one(CancelledBy::Client, None, false, None),
            one(CancelledBy::Client, Some("Travelling"), true, None),
            one(CancelledBy::Staff, Some("Ill"), true, Some(money())),
        ]
    }
}

/// It was moved; the facts hold the new time.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Moved {
    #[serde(flatten)]
    pub facts: Facts,
    pub old_start: Instant,
    pub old_end: Instant,
    /// Whether its client moved it, not staff.
    pub by_client: bool,
    pub reason: Option<String>,
    /// The reader is the coach who no longer has it.
    pub away: bool,
}

impl Moved {
    fn samples() -> Vec<Self> {
        let one = |by_client, reason: Option<&str>, away| Self {
            facts: Facts::sample(PlaceKind::Room),
            old_start: sample_time(-1_440),
            old_end: sample_time(-1_410),
            by_client,
            reason: reason.map(Into::into),
            away,
        };
        vec![one(true, None, false), one(false, Some("A training day"), false), one(false, None, true)]
    }
}

/// Paid when its slot was gone.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LateMail {
    #[serde(flatten)]
    pub facts: Facts,
    /// What goes back: all of it.
    pub refund: Option<Money>,
}

impl LateMail {
    fn samples() -> Vec<Self> {
        let one = |refund| Self { facts: Facts::sample(PlaceKind::InPerson), refund };
        vec![one(Some(money())), one(None)]
    }
}

/// To the client: not approved.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Declined {
    #[serde(flatten)]
    pub facts: Facts,
    pub reason: Option<String>,
}

impl MailView for Declined {
    const TEMPLATE: &'static str = "appointments/declined";
    fn samples() -> Vec<Self> {
        let one = |reason| Self { facts: Facts::sample(PlaceKind::Link), reason };
        vec![one(None), one(Some("Away that week".into()))]
    }
}

/// To the client: its time is kept, pay by then.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Held {
    #[serde(flatten)]
    pub facts: Facts,
    /// Whether the client had asked and it was approved; else staff booked it for them.
    pub approved: bool,
    pub price: Option<Money>,
    pub until: Instant,
}

impl MailView for Held {
    const TEMPLATE: &'static str = "appointments/held";
    fn samples() -> Vec<Self> {
        let one = |approved, price| Self {
            facts: Facts::sample(PlaceKind::InPerson),
            approved,
            price,
            until: sample_time(-120),
        };
        vec![one(true, Some(money())), one(false, None)]
    }
}

/// To the client: it was not paid, or nobody decided, in time.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Expired {
    #[serde(flatten)]
    pub facts: Facts,
    /// Nobody of the business decided; else it was not paid.
    pub undecided: bool,
}

impl MailView for Expired {
    const TEMPLATE: &'static str = "appointments/expired";
    fn samples() -> Vec<Self> {
        [true, false].map(|undecided| Self { facts: Facts::sample(PlaceKind::Phone), undecided }).to_vec()
    }
}

/// To the client: soon.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Reminder {
    #[serde(flatten)]
    facts: Facts,
    /// It is not sent any more once the appointment has begun (see `kernel::mail::SEND_BEFORE`).
    send_before: Instant,
}

impl Reminder {
    /// One that is of use until the start.
    pub(crate) fn of(facts: Facts) -> Self {
        Self { send_before: facts.start, facts }
    }
}

impl MailView for Reminder {
    const TEMPLATE: &'static str = "appointments/reminder";
    fn samples() -> Vec<Self> {
        Facts::samples().into_iter().map(Self::of).collect()
    }
}

/// To the client: how was it?
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FollowUp {
    #[serde(flatten)]
    pub facts: Facts,
    /// Where to rate it; `None`: nothing is asked.
    pub rating_link: Option<String>,
    /// Whether the coach shared notes.
    pub notes: bool,
}

impl MailView for FollowUp {
    const TEMPLATE: &'static str = "appointments/follow_up";
    fn samples() -> Vec<Self> {
        let rate = || Some("https://example.com/maya/booking/abc/rating".into());
        let one = |rating_link, notes| Self { facts: Facts::sample(PlaceKind::InPerson), rating_link, notes };
        vec![one(rate(), false), one(rate(), true), one(None, true)]
    }
}

/// To the client: there is a note to read. What it says stays on the booking's page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NoteShared {
    #[serde(flatten)]
    pub facts: Facts,
    pub author: String,
}

impl MailView for NoteShared {
    const TEMPLATE: &'static str = "appointments/note_shared";
    fn samples() -> Vec<Self> {
        vec![Self { facts: Facts::sample(PlaceKind::Link), author: "Maya Lindqvist".into() }]
    }
}

fn money() -> Money {
    Money { amount: 9_000, ..events::billing::OrderPaid::sample().total }
}
