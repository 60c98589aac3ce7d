//! What the pages show, with samples of each for the test that renders all of them.

mod public;
mod studio;

use events::Instant;
use kernel::ViewDef;
use serde::Serialize;

pub(crate) use public::{
    BookingView, CancelView, ChooseView, DayTimes, DetailsView, MyBookingsView, PickView, Summary, TakenView,
    TimeLink,
};
pub(crate) use studio::{
    AvailabilityView, StudioBookingView, StudioBookingsView, StudioCancelView, StudioTypeRow,
    StudioTypesView, TypeFormView, WeekdayRow, WindowFields,
};

use crate::model::{AppointmentType, Booking, PlaceKind, State};

pub(crate) fn definitions() -> Vec<ViewDef> {
    vec![
        ViewDef::of::<ChooseView>(),
        ViewDef::of::<PickView>(),
        ViewDef::of::<DetailsView>(),
        ViewDef::of::<TakenView>(),
        ViewDef::of::<BookingView>(),
        ViewDef::of::<CancelView>(),
        ViewDef::of::<MyBookingsView>(),
        ViewDef::of::<StudioBookingsView>(),
        ViewDef::of::<StudioBookingView>(),
        ViewDef::of::<StudioCancelView>(),
        ViewDef::of::<StudioTypesView>(),
        ViewDef::of::<TypeFormView>(),
        ViewDef::of::<AvailabilityView>(),
    ]
}

/// An option of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Choice {
    pub value: String,
    pub label: String,
    pub current: bool,
}

/// An appointment type as visitors see it. Where exactly it takes place is told to those who booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct TypeCard {
    pub slug: String,
    pub name: String,
    pub description: String,
    pub minutes: i32,
    pub place_kind: PlaceKind,
    pub path: String,
}

impl TypeCard {
    pub fn of(row: &AppointmentType) -> Self {
        Self {
            slug: row.slug.clone(),
            name: row.name.clone(),
            description: row.description.clone(),
            minutes: row.minutes,
            place_kind: row.place_kind,
            path: format!("/book/{}", row.slug),
        }
    }
    pub fn sample(place_kind: PlaceKind) -> Self {
        Self {
            slug: "intro-call".into(),
            name: "Intro call".into(),
            description: "Half an hour to find out whether we **fit**.".into(),
            minutes: 30,
            place_kind,
            path: "/book/intro-call".into(),
        }
    }
}

/// A booking in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct BookingRow {
    pub type_name: String,
    pub coach_name: String,
    pub client_name: String,
    pub client_email: String,
    pub state: State,
    pub start: Instant,
    pub end: Instant,
    pub path: String,
}

pub(crate) fn booking_row(booking: &Booking, path: String) -> BookingRow {
    BookingRow {
        type_name: booking.type_name.clone(),
        coach_name: booking.coach_name.clone(),
        client_name: booking.client_name.clone(),
        client_email: booking.client_email.clone(),
        state: booking.state,
        start: booking.starts_at,
        end: booking.ends_at,
        path,
    }
}

impl BookingRow {
    pub fn sample(state: State) -> Self {
        Self {
            type_name: "Intro call".into(),
            coach_name: "Maya Lindqvist".into(),
            client_name: "Sam Reed".into(),
            client_email: "sam@example.com".into(),
            state,
            start: sample_time(0),
            end: sample_time(30),
            path: "/booking/abc".into(),
        }
    }
}

/// A Monday morning, some minutes later.
pub(crate) fn sample_time(minutes: i64) -> Instant {
    Instant::new(jiff::Timestamp::constant(1_795_426_200, 0)).plus_minutes(minutes)
}

/// Every state, for samples that show every badge.
pub(crate) const STATES: [State; 8] = [
    State::Requested,
    State::Held,
    State::Confirmed,
    State::Completed,
    State::NoShow,
    State::Cancelled,
    State::Expired,
    State::Declined,
];
/// Every kind of place, for the same reason.
pub(crate) const PLACES: [PlaceKind; 5] =
    [PlaceKind::InPerson, PlaceKind::Phone, PlaceKind::Link, PlaceKind::Video, PlaceKind::Room];
