use std::collections::BTreeMap;

use events::Instant;
use kernel::{FieldError, FormState, Layout, Text, View};
use serde::Serialize;

use super::{BookingRow, Choice, PLACES, STATES, TypeCard, sample_time};
use crate::{
    model::{Booking, PlaceKind, State},
    pages::month::{self, Marks, Month},
};

/// The types one can book.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ChooseView {
    pub types: Vec<TypeCard>,
}
impl View for ChooseView {
    const TEMPLATE: &'static str = "appointments/choose";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("appointments-title-choose")
    }
    fn samples() -> Vec<Self> {
        vec![Self { types: PLACES.map(TypeCard::sample).to_vec() }, Self { types: vec![] }]
    }
}

/// A start one can press.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TimeLink {
    pub start: Instant,
    pub path: String,
}

/// The times of one day.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DayTimes {
    /// A moment of the day, for its name.
    pub at: Instant,
    pub times: Vec<TimeLink>,
}

/// Coach, month, day, time.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PickView {
    pub kind: TypeCard,
    /// The coach who was chosen.
    pub coach_name: Option<String>,
    /// Whom one can choose between; empty: nobody.
    pub coaches: Vec<Choice>,
    /// Whether one may leave the choice open.
    pub anyone: bool,
    pub zone: String,
    pub zones: Vec<Choice>,
    /// `None` while a coach has to be chosen first.
    pub month: Option<Month>,
    pub day: Option<DayTimes>,
    /// The next free time, when the month has none.
    pub next_free: Option<TimeLink>,
}
impl View for PickView {
    const TEMPLATE: &'static str = "appointments/pick";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("appointments-title-pick").arg("type", &self.kind.name)
    }
    fn samples() -> Vec<Self> {
        let choice = |label: &str, current| Choice { value: label.into(), label: label.into(), current };
        let full = Self {
            kind: TypeCard::sample(PlaceKind::Video),
            coach_name: None,
            coaches: vec![],
            anyone: false,
            zone: "Europe/London".into(),
            zones: vec![choice("Europe/London", true), choice("Europe/Paris", false)],
            month: Some(sample_month(true)),
            day: Some(DayTimes {
                at: sample_time(0),
                times: (0..6)
                    .map(|n| TimeLink { start: sample_time(30 * n), path: "/book/x/details?start=y".into() })
                    .collect(),
            }),
            next_free: None,
        };
        let coaches = vec![choice("Jonas Weber", true), choice("Aylin Demir", false)];
        let free = TimeLink { start: sample_time(60 * 24 * 40), path: "/book/x".into() };
        let empty =
            Self { month: Some(sample_month(false)), day: None, next_free: Some(free), ..full.clone() };
        let undecided =
            Self { coaches: vec![choice("Jonas Weber", false)], month: None, day: None, ..full.clone() };
        vec![
            Self {
                coaches: coaches.clone(),
                coach_name: Some("Jonas Weber".into()),
                anyone: true,
                ..full.clone()
            },
            Self { next_free: None, ..empty.clone() },
            empty,
            undecided,
            full,
        ]
    }
}

fn sample_month(has_slots: bool) -> Month {
    let zone = crate::model::when::zone("Europe/London");
    let first = jiff::civil::date(2026, 11, 1);
    let slots = BTreeMap::from([(jiff::civil::date(2026, 11, 23), vec![sample_time(0), sample_time(30)])]);
    let slots = if has_slots { slots } else { BTreeMap::new() };
    let marks = Marks {
        slots: &slots,
        zone: &zone,
        chosen: Some(month::MONDAY),
        today: jiff::civil::date(2026, 11, 20),
    };
    Month {
        at: month::midday(first, &zone),
        name: month::name(first),
        previous: (!has_slots).then(|| "/book/x?month=2026-10".into()),
        next: Some("/book/x?month=2026-12".into()),
        weeks: month::weeks(first, &marks, |day| format!("/book/x?day={day}")),
    }
}

/// What is about to be booked.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Summary {
    pub kind: TypeCard,
    pub coach_name: Option<String>,
    pub start: Instant,
    pub end: Instant,
    pub zone: String,
}

impl Summary {
    fn sample(coach_name: Option<&str>) -> Self {
        Self {
            kind: TypeCard::sample(PlaceKind::InPerson),
            coach_name: coach_name.map(str::to_owned),
            start: sample_time(0),
            end: sample_time(30),
            zone: "Europe/London".into(),
        }
    }
}

/// Who is coming.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DetailsView {
    pub summary: Summary,
    pub action: String,
    pub back: String,
    pub form: FormState,
}
impl View for DetailsView {
    const TEMPLATE: &'static str = "appointments/details";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("appointments-title-details").arg("type", &self.summary.kind.name)
    }
    fn samples() -> Vec<Self> {
        let refused = sample_form()
            .wrong(&FieldError::new("email", "email"))
            .wrong(&FieldError::new("start", "too_soon"));
        let view = |form, coach| Self {
            summary: Summary::sample(coach),
            action: "/book/x/details".into(),
            back: "/book/x".into(),
            form,
        };
        vec![view(FormState::default(), Some("Maya Lindqvist")), view(refused, None)]
    }
}

fn sample_form() -> FormState {
    FormState::default()
        .with("name", "Sam Reed")
        .with("email", "sam@")
        .with("start", sample_time(0))
        .with("key", "k")
}

/// Somebody was faster: other times, with what was typed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TakenView {
    pub summary: Summary,
    pub nearest: Vec<Instant>,
    pub action: String,
    pub back: String,
    pub form: FormState,
}
impl View for TakenView {
    const TEMPLATE: &'static str = "appointments/taken";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("appointments-title-taken")
    }
    fn samples() -> Vec<Self> {
        let view = |nearest| Self {
            summary: Summary::sample(Some("Maya Lindqvist")),
            nearest,
            action: "/book/x/details".into(),
            back: "/book/x".into(),
            form: sample_form(),
        };
        vec![view(vec![sample_time(30), sample_time(90)]), view(vec![])]
    }
}

/// A booking behind its link.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BookingView {
    pub type_name: String,
    pub coach_name: String,
    pub client_name: String,
    pub client_email: String,
    pub state: State,
    pub start: Instant,
    pub end: Instant,
    pub zone: String,
    pub place_kind: PlaceKind,
    pub place: String,
    pub note: String,
    pub cancel_reason: Option<String>,
    pub contact_email: String,
    pub path: String,
    pub cancellable: bool,
}

impl BookingView {
    pub fn of(booking: &Booking, now: Instant, contact_email: &str) -> Self {
        Self {
            type_name: booking.type_name.clone(),
            coach_name: booking.coach_name.clone(),
            client_name: booking.client_name.clone(),
            client_email: booking.client_email.clone(),
            state: booking.state,
            start: booking.starts_at,
            end: booking.ends_at,
            zone: booking.client_zone.clone(),
            place_kind: booking.place_kind,
            place: booking.place.clone(),
            note: booking.note.clone(),
            cancel_reason: booking.cancel_reason.clone(),
            contact_email: contact_email.to_owned(),
            path: booking.path(),
            cancellable: booking.is_cancellable(now),
        }
    }
    fn sample(state: State, place_kind: PlaceKind) -> Self {
        Self {
            type_name: "Intro call".into(),
            coach_name: "Maya Lindqvist".into(),
            client_name: "Sam Reed".into(),
            client_email: "sam@example.com".into(),
            state,
            start: sample_time(0),
            end: sample_time(30),
            zone: "Europe/London".into(),
            place_kind,
            place: if place_kind == PlaceKind::Phone {
                String::new()
            } else {
                "https://meet.example.com/maya".into()
            },
            note: "I would like to talk about a second offer.".into(),
            cancel_reason: (state == State::Cancelled).then(|| "Ill".into()),
            contact_email: "hello@maya.example".into(),
            path: "/booking/abc".into(),
            cancellable: state == State::Confirmed,
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
        let bare = Self {
            note: String::new(),
            place: String::new(),
            cancel_reason: None,
            ..Self::sample(State::Cancelled, PlaceKind::InPerson)
        };
        samples.push(bare);
        samples
    }
}

/// "Really?", with a reason if one likes.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CancelView {
    pub booking: BookingView,
    pub form: FormState,
}
impl View for CancelView {
    const TEMPLATE: &'static str = "appointments/cancel";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("appointments-title-cancel").arg("type", &self.booking.type_name)
    }
    fn samples() -> Vec<Self> {
        let booking = BookingView::sample(State::Confirmed, PlaceKind::Phone);
        let refused = FormState::default().wrong(&FieldError::new("reason", "too_long").arg("max", 500));
        vec![Self { booking: booking.clone(), form: FormState::default() }, Self { booking, form: refused }]
    }
}

/// One's own bookings.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MyBookingsView {
    pub past: bool,
    pub zone: String,
    pub bookings: Vec<BookingRow>,
    pub next: Option<String>,
}
impl View for MyBookingsView {
    const TEMPLATE: &'static str = "appointments/my_bookings";
    const LAYOUT: Layout = Layout::Client;
    fn title(&self) -> Text {
        Text::key("appointments-title-my-bookings")
    }
    fn samples() -> Vec<Self> {
        let rows = STATES.map(BookingRow::sample).to_vec();
        let view = |past, bookings, next| Self { past, zone: "Europe/London".into(), bookings, next };
        vec![
            view(false, vec![], None),
            view(true, vec![], None),
            view(true, rows, Some("/me/bookings?cursor=x".into())),
        ]
    }
}
