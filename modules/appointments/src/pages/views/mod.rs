//! What the pages show, with samples of each for the test that renders all of them.

mod answers;
mod bookings;
mod by_link;
mod calendar;
mod client;
mod details;
mod pick;
mod room;
mod schedule;
mod staff_forms;
mod studio;
mod type_card;
mod type_form;

use events::Instant;
use kernel::{Text, ViewDef};
use serde::Serialize;

pub(crate) use answers::{AnswerRow, is_long};
pub(crate) use bookings::{
    Actions, BookingFacts, NoteRow, NoteView, RatingRow, Sorting, StepRow, StudioBookingView,
    StudioBookingsView, StudioCancelView,
};
pub(crate) use by_link::{
    BookingView, CancelView, MoveBookingView, NewTime, PlaceNote, Rated, SharedNote, Standing,
};
pub(crate) use calendar::{CalendarView, Cell, Column, Grid, Item, MonthDay, Place, RowLabel};
pub(crate) use client::{FeedView, MyBookingsView, MyCalendarView, OwnDay, StudioFeedView};
pub(crate) use details::{Ask, CreditChoice, DetailsView, Summary, TakenView, field_name};
pub(crate) use pick::{ChooseView, DayTimes, LengthLink, PickView, TimeLink};
pub(crate) use room::{DoorState, RoomView};
pub(crate) use schedule::{
    BlackoutRow, BlackoutsView, CoachReasons, DateCell, ExplainView, ExplainedView, HoursFound,
    OverridesView, ReasonRow,
};
pub(crate) use staff_forms::{
    BlockView, BookForView, ClientHit, DeskCredits, Length, MoveDay, MoveTime, MoveView, QuestionField,
};
pub(crate) use studio::{AvailabilityView, StudioTypeRow, StudioTypesView, WeekdayRow, WindowFields};
pub(crate) use type_card::{Rules, TypeCard, priced};
pub(crate) use type_form::{LengthLine, OpenSections, QuestionLine, ReminderLine, TypeFormView};

use crate::model::{Booking, PlaceKind, State};

pub(crate) fn definitions() -> Vec<ViewDef> {
    vec![
        ViewDef::of::<ChooseView>(),
        ViewDef::of::<PickView>(),
        ViewDef::of::<DetailsView>(),
        ViewDef::of::<TakenView>(),
        ViewDef::of::<BookingView>(),
        ViewDef::of::<CancelView>(),
        ViewDef::of::<MoveBookingView>(),
        ViewDef::of::<RoomView>(),
        ViewDef::of::<MyBookingsView>(),
        ViewDef::of::<MyCalendarView>(),
        ViewDef::of::<FeedView>(),
        ViewDef::of::<StudioFeedView>(),
        ViewDef::of::<StudioBookingsView>(),
        ViewDef::of::<StudioBookingView>(),
        ViewDef::of::<StudioCancelView>(),
        ViewDef::of::<NoteView>(),
        ViewDef::of::<CalendarView>(),
        ViewDef::of::<BookForView>(),
        ViewDef::of::<MoveView>(),
        ViewDef::of::<BlockView>(),
        ViewDef::of::<StudioTypesView>(),
        ViewDef::of::<TypeFormView>(),
        ViewDef::of::<AvailabilityView>(),
        ViewDef::of::<OverridesView>(),
        ViewDef::of::<BlackoutsView>(),
        ViewDef::of::<ExplainView>(),
    ]
}

/// An option of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Choice {
    pub value: String,
    pub label: String,
    pub current: bool,
}

/// What a field is called where all errors of a form stand together: there its own label alone would not say which line is
/// meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct FieldLabel {
    /// Name of the field.
    pub name: String,
    pub label: Text,
}

impl FieldLabel {
    pub fn new(name: impl Into<String>, label: Text) -> Self {
        Self { name: name.into(), label }
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

pub(crate) fn sample_choice() -> Choice {
    Choice { value: "mem_1".into(), label: "Maya Lindqvist".into(), current: true }
}

/// Some pounds.
pub(crate) fn sample_money() -> Option<events::Money> {
    "GBP".parse().ok().map(|currency| events::Money::new(4_500, currency))
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
