use events::{Instant, Money};
use kernel::{FieldError, FormState, Layout, Text, View};
use serde::Serialize;

use super::{
    AnswerRow, Choice, DayTimes, PLACES, Rules, STATES, TimeLink, pick::sample_month, sample_money,
    sample_time,
};
use crate::{
    model::{PaidWith, PlaceKind, State},
    pages::month::Month,
};

/// Where a booking stands, as its client is told it. What jobs have yet to do shows already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// Its state says it all.
    Plain,
    /// The money is there, the confirmation is being written.
    Confirming,
    /// Its time to pay is over.
    HoldOver,
}

/// What follows where no place is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PlaceNote {
    Nothing,
    /// The client gave a number and is called.
    Call,
    /// The link of the call is sent.
    LinkFollows,
}

/// What a coach shares after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SharedNote {
    pub author_name: String,
    /// Markdown.
    pub body: String,
    pub at: Instant,
}

/// What its client said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Rated {
    pub stars: i16,
    pub words: String,
    /// Whether it can still be changed.
    pub open: bool,
}

/// A booking behind its link.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BookingView {
    pub type_name: String,
    /// All who take part.
    pub coach_name: String,
    pub client_name: String,
    pub client_email: String,
    pub state: State,
    pub standing: Standing,
    /// Until when it has to be paid, while it is held.
    pub held_until: Option<Instant>,
    pub start: Instant,
    pub end: Instant,
    pub zone: String,
    pub place_kind: PlaceKind,
    /// Address, number or link; empty while it is not certain, and for rooms.
    pub place: String,
    pub place_note: PlaceNote,
    pub room_path: Option<String>,
    pub note: String,
    /// The note is more than a line.
    pub note_long: bool,
    pub answers: Vec<AnswerRow>,
    pub notes: Vec<SharedNote>,
    pub price: Option<Money>,
    /// Credits that it was paid with.
    pub credits: Option<i32>,
    /// Which ones, and why those.
    pub paid_with: Vec<PaidWith>,
    /// The receipt, or what is still to be paid.
    pub order_path: Option<String>,
    pub paid: bool,
    /// What went back.
    pub refunded: Option<Money>,
    pub cancel_reason: Option<String>,
    /// Staff called it off.
    pub by_staff: bool,
    /// It was asked for and nobody answered; else what ended was a hold that was not paid.
    pub undecided: bool,
    pub contact_email: String,
    pub path: String,
    pub again_path: String,
    /// One's own area, for whoever is signed in.
    pub own_area: bool,
    pub cancellable: bool,
    pub movable: bool,
    pub rules: Rules,
    /// Whether the form for a rating is shown.
    pub may_rate: bool,
    /// The stars of the rating; 0: none yet.
    pub stars: i16,
    pub rating: Option<Rated>,
    pub form: FormState,
}

impl BookingView {
    pub fn sample(state: State, place_kind: PlaceKind) -> Self {
        let phone = place_kind == PlaceKind::Phone;
        let note = SharedNote {
            author_name: "Maya Lindqvist".into(),
            body: "Try **one** call.".into(),
            at: sample_time(60),
        };
        Self {
            type_name: "Intro call".into(),
            coach_name: "Maya Lindqvist".into(),
            client_name: "Sam Reed".into(),
            client_email: "sam@example.com".into(),
            state,
            standing: Standing::Plain,
            held_until: (state == State::Held).then(|| sample_time(-600)),
            start: sample_time(0),
            end: sample_time(30),
            zone: "Europe/London".into(),
            place_kind,
            place: if phone { String::new() } else { "https://meet.example.com/maya".into() },
            place_note: match place_kind {
                PlaceKind::Phone => PlaceNote::Call,
                PlaceKind::InPerson => PlaceNote::LinkFollows,
                _ => PlaceNote::Nothing,
            },
            room_path: (place_kind == PlaceKind::Room).then(|| "/booking/abc/room".into()),
            note: "I would like to talk about a second offer.".into(),
            note_long: false,
            answers: AnswerRow::samples(),
            notes: vec![note],
            price: (!phone).then(sample_money).flatten(),
            credits: phone.then_some(4),
            paid_with: if phone { PaidWith::samples(sample_time(43_200)) } else { vec![] },
            order_path: (!phone).then(|| "/order/abc".into()),
            paid: state == State::Confirmed,
            refunded: (state == State::Cancelled).then(sample_money).flatten(),
            cancel_reason: (state == State::Cancelled).then(|| "Ill".into()),
            by_staff: !phone,
            undecided: phone,
            contact_email: "hello@maya.example".into(),
            path: "/booking/abc".into(),
            again_path: "/book/intro-call".into(),
            own_area: phone,
            cancellable: state == State::Confirmed,
            movable: state == State::Confirmed,
            rules: Rules::samples().remove(0),
            may_rate: state == State::Completed,
            stars: 0,
            rating: None,
            form: FormState::default(),
        }
    }
}
impl View for BookingView {
    const TEMPLATE: &'static str = "appointments/booking";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("appointments-title-booking").arg("type", &self.type_name)
    }
    fn samples() -> Vec<Self> {
        let mut samples: Vec<Self> =
            STATES.iter().map(|state| Self::sample(*state, PlaceKind::Video)).collect();
        samples.extend(PLACES.iter().map(|place| Self::sample(State::Confirmed, *place)));
        let rated = |open| Some(Rated { stars: 4, words: "Calm and clear.".into(), open });
        let done = Self::sample(State::Completed, PlaceKind::Phone);
        let wrong = FormState::default().wrong(&FieldError::new("stars", "required"));
        samples.extend([
            Self {
                note: String::new(),
                note_long: true,
                place: String::new(),
                cancel_reason: None,
                refunded: None,
                by_staff: false,
                answers: vec![],
                notes: vec![],
                ..Self::sample(State::Cancelled, PlaceKind::InPerson)
            },
            Self { standing: Standing::Confirming, ..Self::sample(State::Held, PlaceKind::Room) },
            Self { standing: Standing::HoldOver, ..Self::sample(State::Held, PlaceKind::Phone) },
            Self { refunded: sample_money(), ..Self::sample(State::Expired, PlaceKind::Video) },
            Self { note_long: true, ..Self::sample(State::Expired, PlaceKind::Phone) },
            Self { rating: rated(true), stars: 4, ..done.clone() },
            Self { rating: rated(false), stars: 4, may_rate: false, ..done.clone() },
            Self { form: wrong, ..done },
        ]);
        samples
    }
}

/// "Really?", with what comes back, and a reason if one likes.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CancelView {
    pub booking: BookingView,
    /// It is too late.
    pub too_late: bool,
    pub free_until: Instant,
    pub refund: Option<Money>,
    /// Per cent of the price that come back; 100: all.
    pub percent: i32,
    /// Credits that come back.
    pub credits: i32,
    pub form: FormState,
}
impl View for CancelView {
    const TEMPLATE: &'static str = "appointments/cancel";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("appointments-title-cancel").arg("type", &self.booking.type_name)
    }
    fn samples() -> Vec<Self> {
        let view = |paid, too_late, percent, form| Self {
            booking: BookingView { paid, ..BookingView::sample(State::Confirmed, PlaceKind::Phone) },
            too_late,
            free_until: sample_time(-1_440),
            refund: (percent > 0).then(sample_money).flatten(),
            percent,
            credits: i32::from(percent == 100),
            form,
        };
        let refused = FormState::default().wrong(&FieldError::new("reason", "too_long").arg("max", 500));
        vec![
            view(true, false, 100, FormState::default()),
            view(true, false, 50, refused),
            view(true, false, 0, FormState::default()),
            view(false, false, 0, FormState::default()),
            view(true, true, 0, FormState::default()),
        ]
    }
}

/// The new time one is asked about.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewTime {
    pub start: Instant,
    pub end: Instant,
}

/// Moving it: month, times, then the old and the new one to confirm.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MoveBookingView {
    pub booking: BookingView,
    /// It is too late.
    pub too_late: bool,
    pub move_until: Instant,
    /// When cancelling is not free of charge any more, and so is not after the move: until when it was.
    pub cancel_was_free_until: Option<Instant>,
    /// It can't be moved here at all: nobody offers its type any more who would take it.
    pub closed: bool,
    /// Somebody was faster.
    pub taken: bool,
    pub zone: String,
    pub zones: Vec<Choice>,
    pub month: Option<Month>,
    pub day: Option<DayTimes>,
    pub next_free: Option<TimeLink>,
    /// What is asked about, instead of the month.
    pub chosen: Option<NewTime>,
    /// Back to the times.
    pub back: String,
    pub form: FormState,
}
impl View for MoveBookingView {
    const TEMPLATE: &'static str = "appointments/move";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("appointments-title-move").arg("type", &self.booking.type_name)
    }
    fn samples() -> Vec<Self> {
        let full = Self {
            booking: BookingView::sample(State::Confirmed, PlaceKind::Phone),
            too_late: false,
            move_until: sample_time(-1_440),
            cancel_was_free_until: None,
            closed: false,
            taken: false,
            zone: "Europe/London".into(),
            zones: vec![Choice {
                value: "Europe/London".into(),
                label: "Europe/London".into(),
                current: true,
            }],
            month: Some(sample_month(true)),
            day: Some(DayTimes::sample(Some(2))),
            next_free: None,
            chosen: None,
            back: "/booking/abc/move".into(),
            form: FormState::default(),
        };
        let empty = Self { month: Some(sample_month(false)), day: None, ..full.clone() };
        let asked = Self {
            chosen: Some(NewTime { start: sample_time(60), end: sample_time(90) }),
            form: FormState::default().wrong(&FieldError::new("start", "not_offered")),
            ..full.clone()
        };
        vec![
            Self { too_late: true, month: None, day: None, ..full.clone() },
            Self { taken: true, ..full.clone() },
            Self { next_free: Some(TimeLink::sample(60 * 24 * 40, None)), ..empty.clone() },
            Self { closed: true, month: None, day: None, ..full.clone() },
            Self { cancel_was_free_until: Some(sample_time(-2_880)), ..asked.clone() },
            empty,
            asked,
            full,
        ]
    }
}
