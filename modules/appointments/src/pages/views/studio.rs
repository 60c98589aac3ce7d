use events::Instant;
use kernel::{FieldError, FormState, Layout, Text, View};
use serde::Serialize;

use super::{BookingRow, Choice, PLACES, STATES, sample_time};
use crate::{
    model::{AppointmentType, Booking, CoachMode, PlaceKind, State, state::CancelledBy},
    pages::month::{MONDAY, midday},
};

/// Bookings of the business.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioBookingsView {
    /// Empty (upcoming), `past` or `all`.
    pub view: String,
    pub upcoming_path: String,
    pub past_path: String,
    pub all_path: String,
    /// The state that was asked for; empty: any.
    pub status: String,
    /// Whether the reader narrowed the list down.
    pub filtered: bool,
    pub coaches: Vec<Choice>,
    pub bookings: Vec<BookingRow>,
    pub next: Option<String>,
    pub form: FormState,
}
impl View for StudioBookingsView {
    const TEMPLATE: &'static str = "appointments/studio_bookings";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-studio-bookings")
    }
    fn samples() -> Vec<Self> {
        let empty = Self {
            view: String::new(),
            upcoming_path: "/studio/bookings".into(),
            past_path: "/studio/bookings?view=past".into(),
            all_path: "/studio/bookings?view=all".into(),
            status: String::new(),
            filtered: false,
            coaches: vec![sample_choice()],
            bookings: vec![],
            next: None,
            form: FormState::default(),
        };
        let bookings = STATES.map(BookingRow::sample).to_vec();
        let full = Self {
            view: "past".into(),
            bookings,
            next: Some("/studio/bookings?cursor=x".into()),
            ..empty.clone()
        };
        vec![Self { filtered: true, view: "all".into(), ..empty.clone() }, empty, full]
    }
}

fn sample_choice() -> Choice {
    Choice { value: "mem_1".into(), label: "Maya Lindqvist".into(), current: true }
}

/// One booking, for staff.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioBookingView {
    pub type_name: String,
    pub coach_name: String,
    pub client_name: String,
    pub client_email: String,
    pub client_zone: String,
    pub note: String,
    pub state: State,
    pub start: Instant,
    pub end: Instant,
    pub place_kind: PlaceKind,
    pub place: String,
    pub created_at: Instant,
    pub cancelled_at: Option<Instant>,
    pub cancelled_by: Option<CancelledBy>,
    pub cancel_reason: Option<String>,
    pub path: String,
    pub cancellable: bool,
}

impl StudioBookingView {
    pub fn of(booking: &Booking, now: Instant, may_cancel: bool) -> Self {
        Self {
            type_name: booking.type_name.clone(),
            coach_name: booking.coach_name.clone(),
            client_name: booking.client_name.clone(),
            client_email: booking.client_email.clone(),
            client_zone: booking.client_zone.clone(),
            note: booking.note.clone(),
            state: booking.state,
            start: booking.starts_at,
            end: booking.ends_at,
            place_kind: booking.place_kind,
            place: booking.place.clone(),
            created_at: booking.created_at,
            cancelled_at: booking.cancelled_at,
            cancelled_by: booking.cancelled_by,
            cancel_reason: booking.cancel_reason.clone(),
            path: format!("/studio/bookings/{}", booking.id),
            cancellable: may_cancel && booking.is_cancellable(now),
        }
    }
    fn sample(state: State, by: Option<CancelledBy>) -> Self {
        Self {
            type_name: "Intro call".into(),
            coach_name: "Maya Lindqvist".into(),
            client_name: "Sam Reed".into(),
            client_email: "sam@example.com".into(),
            client_zone: "America/New_York".into(),
            note: if by.is_none() { String::new() } else { "About a second offer.".into() },
            state,
            start: sample_time(0),
            end: sample_time(30),
            place_kind: PlaceKind::Video,
            place: if by.is_none() { String::new() } else { "https://meet.example.com/maya".into() },
            created_at: sample_time(-9_000),
            cancelled_at: by.map(|_| sample_time(-600)),
            cancelled_by: by,
            cancel_reason: by.filter(|by| *by == CancelledBy::Staff).map(|_| "Ill".into()),
            path: "/studio/bookings/bkg_1".into(),
            cancellable: state == State::Confirmed,
        }
    }
}
impl View for StudioBookingView {
    const TEMPLATE: &'static str = "appointments/studio_booking";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-studio-booking").arg("client", &self.client_name)
    }
    fn samples() -> Vec<Self> {
        vec![
            Self::sample(State::Confirmed, None),
            Self::sample(State::Cancelled, Some(CancelledBy::Client)),
            Self::sample(State::Cancelled, Some(CancelledBy::Staff)),
        ]
    }
}

/// Staff call a booking off.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioCancelView {
    pub booking: StudioBookingView,
    pub form: FormState,
}
impl View for StudioCancelView {
    const TEMPLATE: &'static str = "appointments/studio_cancel";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-cancel").arg("type", &self.booking.type_name)
    }
    fn samples() -> Vec<Self> {
        let booking = StudioBookingView::sample(State::Confirmed, None);
        let refused = FormState::default().wrong(&FieldError::new("reason", "too_long").arg("max", 500));
        vec![Self { booking: booking.clone(), form: FormState::default() }, Self { booking, form: refused }]
    }
}

/// A type in the studio's list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioTypeRow {
    pub name: String,
    pub minutes: i32,
    pub place_kind: PlaceKind,
    pub coach_names: Vec<String>,
    pub active: bool,
    pub path: String,
    pub public_path: String,
}

impl StudioTypeRow {
    pub fn of(row: &AppointmentType, coach_names: Vec<String>) -> Self {
        Self {
            name: row.name.clone(),
            minutes: row.minutes,
            place_kind: row.place_kind,
            coach_names,
            active: row.active,
            path: format!("/studio/appointment-types/{}", row.id),
            public_path: format!("/book/{}", row.slug),
        }
    }
}

/// All types.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioTypesView {
    pub types: Vec<StudioTypeRow>,
}
impl View for StudioTypesView {
    const TEMPLATE: &'static str = "appointments/studio_types";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-studio-types")
    }
    fn samples() -> Vec<Self> {
        let row = |place_kind| StudioTypeRow {
            name: "Intro call".into(),
            minutes: 30,
            place_kind,
            coach_names: vec!["Jonas Weber".into(), "Aylin Demir".into()],
            active: place_kind != PlaceKind::Phone,
            path: "/studio/appointment-types/apt_1".into(),
            public_path: "/book/intro-call".into(),
        };
        vec![Self { types: vec![] }, Self { types: PLACES.map(row).to_vec() }]
    }
}

/// The form of a type.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TypeFormView {
    pub action: String,
    pub is_new: bool,
    pub place_kind: String,
    pub coach_mode: String,
    pub coaches: Vec<Choice>,
    pub coaches_error: Option<Text>,
    pub form: FormState,
}
impl View for TypeFormView {
    const TEMPLATE: &'static str = "appointments/studio_type";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key(if self.is_new { "appointments-title-type-new" } else { "appointments-title-type-edit" })
    }
    fn samples() -> Vec<Self> {
        let error = FieldError::new("coaches", "required");
        let form = FormState::default().with("name", "Intro call");
        let view = |is_new, form: FormState| Self {
            action: "/studio/appointment-types/new".into(),
            is_new,
            place_kind: PlaceKind::Video.word().into(),
            coach_mode: CoachMode::Any.word().into(),
            coaches: vec![sample_choice(), Choice { current: false, ..sample_choice() }],
            coaches_error: form.errors.get("coaches").cloned(),
            form,
        };
        vec![view(true, form.clone()), view(false, form.wrong(&error))]
    }
}

/// A window's two fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct WindowFields {
    /// From 1.
    pub number: usize,
    pub opens: String,
    pub closes: String,
}

/// A weekday in the editor.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WeekdayRow {
    /// A moment of such a day in UTC, for its name.
    pub at: Instant,
    pub lines: Vec<WindowFields>,
}

/// A coach's weekly windows.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AvailabilityView {
    pub coach: String,
    pub coach_name: String,
    pub coaches: Vec<Choice>,
    pub tenant_zone: String,
    pub may_write: bool,
    pub days: Vec<WeekdayRow>,
    pub form: FormState,
}
impl View for AvailabilityView {
    const TEMPLATE: &'static str = "appointments/studio_availability";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-availability")
    }
    fn samples() -> Vec<Self> {
        let zone = crate::model::when::zone("UTC");
        let line = |number| WindowFields {
            number,
            opens: format!("opens-1-{number}"),
            closes: format!("closes-1-{number}"),
        };
        let view = |may_write, coaches, form| Self {
            coach: "mem_1".into(),
            coach_name: "Maya Lindqvist".into(),
            coaches,
            tenant_zone: "Europe/London".into(),
            may_write,
            days: vec![WeekdayRow { at: midday(MONDAY, &zone), lines: vec![line(1), line(2)] }],
            form,
        };
        let refused = FormState::default()
            .with("opens-1-1", "09:00")
            .wrong(&FieldError::new("closes-1-1", "zero_length"));
        let two = vec![sample_choice(), Choice { current: false, ..sample_choice() }];
        vec![view(true, vec![sample_choice()], refused), view(false, two, FormState::default())]
    }
}
