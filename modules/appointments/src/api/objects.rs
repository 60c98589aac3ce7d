//! What the API takes and gives.

use events::{AppointmentTypeId, BookingId, ClientId, Instant, MemberId};
use poem_openapi::Object;

use crate::{
    model::{
        AppointmentType, Booking, CoachMode, PlaceKind, State,
        appointment_type::TypeInput,
        hours::{Window, WindowInput, clock},
        state::CancelledBy,
    },
    service::{schedules::Weekly, types::Offered},
};

/// Something bookable one to one. Minutes throughout.
#[derive(Clone, Debug, Object)]
#[oai(rename = "AppointmentType")]
pub(crate) struct TypeOut {
    pub id: AppointmentTypeId,
    /// Name in URLs.
    pub slug: String,
    pub name: String,
    /// Markdown.
    pub description: String,
    pub minutes: i32,
    /// Distance between the starts on offer.
    pub step_minutes: i32,
    pub buffer_before_minutes: i32,
    pub buffer_after_minutes: i32,
    /// How long before its start it can be booked, at the latest.
    pub notice_minutes: i32,
    pub horizon_days: i32,
    pub place_kind: PlaceKind,
    pub place: String,
    pub coach_mode: CoachMode,
    /// Coaches who offer it.
    pub coaches: Vec<MemberId>,
    pub active: bool,
    pub position: i32,
}

impl TypeOut {
    /// What one may know. The place of an appointment (a link, an address) is for those who booked it, and for staff.
    pub fn of((row, coaches): Offered, with_place: bool) -> Self {
        let AppointmentType { id, slug, name, description, minutes, step_minutes, .. } = row;
        Self {
            id,
            slug,
            name,
            description,
            minutes,
            step_minutes,
            buffer_before_minutes: row.buffer_before_minutes,
            buffer_after_minutes: row.buffer_after_minutes,
            notice_minutes: row.notice_minutes,
            horizon_days: row.horizon_days,
            place_kind: row.place_kind,
            place: if with_place { row.place } else { String::new() },
            coach_mode: row.coach_mode,
            coaches,
            active: row.active,
            position: row.position,
        }
    }
}

/// One page of appointment types.
#[derive(Clone, Debug, Object)]
pub(crate) struct AppointmentTypeList {
    pub items: Vec<TypeOut>,
    /// Where the next page begins; absent on the last.
    pub next_cursor: Option<String>,
}

/// A new appointment type. Minutes throughout.
#[derive(Clone, Debug, Object)]
pub(crate) struct NewAppointmentType {
    /// `a-z 0-9 -`, unique.
    pub slug: String,
    #[oai(validator(min_length = 1, max_length = 120))]
    pub name: String,
    /// Markdown.
    #[oai(default, validator(max_length = 4000))]
    pub description: String,
    #[oai(validator(minimum(value = "5"), maximum(value = "1440")))]
    pub minutes: i64,
    /// Left out: as long as the appointment.
    #[oai(validator(minimum(value = "5"), maximum(value = "1440")))]
    pub step_minutes: Option<i64>,
    #[oai(default, validator(minimum(value = "0"), maximum(value = "1440")))]
    pub buffer_before_minutes: i64,
    #[oai(default, validator(minimum(value = "0"), maximum(value = "1440")))]
    pub buffer_after_minutes: i64,
    #[oai(default, validator(minimum(value = "0"), maximum(value = "525600")))]
    pub notice_minutes: i64,
    #[oai(default = "sixty", validator(minimum(value = "1"), maximum(value = "730")))]
    pub horizon_days: i64,
    pub place_kind: PlaceKind,
    /// Address, number or https link.
    #[oai(default, validator(max_length = 500))]
    pub place: String,
    #[oai(default = "fixed")]
    pub coach_mode: CoachMode,
    /// At least one coach who offers it.
    pub coaches: Vec<MemberId>,
    #[oai(default = "yes")]
    pub active: bool,
    #[oai(default, validator(minimum(value = "0"), maximum(value = "10000")))]
    pub position: i64,
}

fn sixty() -> i64 {
    60
}
fn fixed() -> CoachMode {
    CoachMode::Fixed
}
fn yes() -> bool {
    true
}

impl From<NewAppointmentType> for TypeInput {
    fn from(new: NewAppointmentType) -> Self {
        Self {
            slug: new.slug,
            name: new.name,
            description: new.description,
            minutes: new.minutes,
            step_minutes: new.step_minutes,
            buffer_before_minutes: new.buffer_before_minutes,
            buffer_after_minutes: new.buffer_after_minutes,
            notice_minutes: new.notice_minutes,
            horizon_days: new.horizon_days,
            place_kind: new.place_kind,
            place: new.place,
            coach_mode: new.coach_mode,
            coaches: new.coaches,
            active: new.active,
            position: new.position,
            ..TypeInput::default()
        }
    }
}

/// What should change of an appointment type; what is left out stays.
#[derive(Clone, Debug, Object)]
pub(crate) struct AppointmentTypeChange {
    pub slug: Option<String>,
    #[oai(validator(min_length = 1, max_length = 120))]
    pub name: Option<String>,
    #[oai(validator(max_length = 4000))]
    pub description: Option<String>,
    #[oai(validator(minimum(value = "5"), maximum(value = "1440")))]
    pub minutes: Option<i64>,
    #[oai(validator(minimum(value = "5"), maximum(value = "1440")))]
    pub step_minutes: Option<i64>,
    #[oai(validator(minimum(value = "0"), maximum(value = "1440")))]
    pub buffer_before_minutes: Option<i64>,
    #[oai(validator(minimum(value = "0"), maximum(value = "1440")))]
    pub buffer_after_minutes: Option<i64>,
    #[oai(validator(minimum(value = "0"), maximum(value = "525600")))]
    pub notice_minutes: Option<i64>,
    #[oai(validator(minimum(value = "1"), maximum(value = "730")))]
    pub horizon_days: Option<i64>,
    pub place_kind: Option<PlaceKind>,
    #[oai(validator(max_length = 500))]
    pub place: Option<String>,
    pub coach_mode: Option<CoachMode>,
    pub coaches: Option<Vec<MemberId>>,
    pub active: Option<bool>,
    #[oai(validator(minimum(value = "0"), maximum(value = "10000")))]
    pub position: Option<i64>,
}

impl AppointmentTypeChange {
    /// The input after the change.
    pub fn onto(self, now: TypeInput) -> TypeInput {
        TypeInput {
            slug: self.slug.unwrap_or(now.slug),
            name: self.name.unwrap_or(now.name),
            description: self.description.unwrap_or(now.description),
            minutes: self.minutes.unwrap_or(now.minutes),
            step_minutes: self.step_minutes.or(now.step_minutes),
            buffer_before_minutes: self.buffer_before_minutes.unwrap_or(now.buffer_before_minutes),
            buffer_after_minutes: self.buffer_after_minutes.unwrap_or(now.buffer_after_minutes),
            notice_minutes: self.notice_minutes.unwrap_or(now.notice_minutes),
            horizon_days: self.horizon_days.unwrap_or(now.horizon_days),
            place_kind: self.place_kind.unwrap_or(now.place_kind),
            place: self.place.unwrap_or(now.place),
            coach_mode: self.coach_mode.unwrap_or(now.coach_mode),
            coaches: self.coaches.unwrap_or(now.coaches),
            active: self.active.unwrap_or(now.active),
            position: self.position.unwrap_or(now.position),
            ..now
        }
    }
}

/// Open hours on a weekday, on the wall clock.
#[derive(Clone, Debug, Object)]
#[oai(rename = "AvailabilityWindow")]
pub(crate) struct WindowObject {
    /// 1 (Monday) to 7 (Sunday).
    pub weekday: i64,
    /// `HH:MM`.
    pub opens: String,
    /// `HH:MM`; earlier than `opens`: on the next day; `24:00`: the end of the day.
    pub closes: String,
}

impl From<&Window> for WindowObject {
    fn from(window: &Window) -> Self {
        Self { weekday: window.weekday.into(), opens: clock(window.opens), closes: clock(window.closes) }
    }
}
impl From<WindowObject> for WindowInput {
    fn from(window: WindowObject) -> Self {
        Self { weekday: window.weekday, opens: window.opens, closes: window.closes }
    }
}

/// A coach's weekly windows.
#[derive(Clone, Debug, Object)]
pub(crate) struct AvailabilityWindows {
    pub coach: MemberId,
    /// The zone the hours are read in (IANA name).
    pub zone: String,
    /// Whether that is a zone of the coach's own rather than the tenant's.
    pub own_zone: bool,
    pub windows: Vec<WindowObject>,
}

impl AvailabilityWindows {
    pub fn of(weekly: &Weekly, tenant_zone: &str) -> Self {
        Self {
            coach: weekly.coach,
            zone: weekly.zone.clone().unwrap_or_else(|| tenant_zone.to_owned()),
            own_zone: weekly.zone.is_some(),
            windows: weekly.windows.iter().map(WindowObject::from).collect(),
        }
    }
}

/// Windows that take the place of all that a coach had.
#[derive(Clone, Debug, Object)]
pub(crate) struct NewAvailabilityWindows {
    pub coach: MemberId,
    /// IANA name; left out: the tenant's zone.
    pub zone: Option<String>,
    pub windows: Vec<WindowObject>,
}

/// A start on offer.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Slot")]
pub(crate) struct SlotOut {
    pub start: Instant,
    pub end: Instant,
    /// The start on the wall clock of the zone asked for, with its offset (RFC 3339).
    pub local_start: String,
}

/// Starts on offer, in order.
#[derive(Clone, Debug, Object)]
pub(crate) struct SlotList {
    /// The zone of `local_start`.
    pub zone: String,
    pub minutes: i32,
    pub slots: Vec<SlotOut>,
}

/// A booking as a visitor makes it.
#[derive(Clone, Debug, Object)]
pub(crate) struct NewBooking {
    /// Slug or identifier of an appointment type.
    #[oai(rename = "type")]
    pub kind: String,
    pub start: String,
    /// Needed when the type has several coaches to choose from; else whoever is free.
    pub coach: Option<String>,
    #[oai(validator(min_length = 1, max_length = 120))]
    pub name: String,
    pub email: String,
    /// IANA zone of the client; left out: the tenant's.
    pub zone: Option<String>,
    #[oai(default, validator(max_length = 2000))]
    pub note: String,
}

/// A booking as staff see it.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Booking")]
pub(crate) struct BookingOut {
    pub id: BookingId,
    pub type_id: AppointmentTypeId,
    pub type_name: String,
    pub coach: MemberId,
    pub coach_name: String,
    pub client: ClientId,
    pub client_name: String,
    pub client_email: String,
    pub client_zone: String,
    pub note: String,
    pub state: State,
    pub start: Instant,
    pub end: Instant,
    pub place_kind: PlaceKind,
    pub place: String,
    pub cancelled_at: Option<Instant>,
    pub cancelled_by: Option<CancelledBy>,
    pub cancel_reason: Option<String>,
    pub created_at: Instant,
}

impl From<Booking> for BookingOut {
    fn from(booking: Booking) -> Self {
        Self {
            id: booking.id,
            type_id: booking.type_id,
            type_name: booking.type_name,
            coach: booking.coach_id,
            coach_name: booking.coach_name,
            client: booking.client_id,
            client_name: booking.client_name,
            client_email: booking.client_email,
            client_zone: booking.client_zone,
            note: booking.note,
            state: booking.state,
            start: booking.starts_at,
            end: booking.ends_at,
            place_kind: booking.place_kind,
            place: booking.place,
            cancelled_at: booking.cancelled_at,
            cancelled_by: booking.cancelled_by,
            cancel_reason: booking.cancel_reason,
            created_at: booking.created_at,
        }
    }
}

/// One page of bookings.
#[derive(Clone, Debug, Object)]
pub(crate) struct BookingList {
    pub items: Vec<BookingOut>,
    /// Where the next page begins; absent on the last.
    pub next_cursor: Option<String>,
}

/// A booking as its client sees it, with the token that manages it.
#[derive(Clone, Debug, Object)]
pub(crate) struct OwnBooking {
    pub id: BookingId,
    pub type_name: String,
    pub coach: MemberId,
    pub coach_name: String,
    pub state: State,
    pub start: Instant,
    pub end: Instant,
    pub zone: String,
    pub place_kind: PlaceKind,
    pub place: String,
    /// Whoever has it can see and cancel the booking: keep it.
    pub token: String,
    /// Page of the booking.
    pub url: String,
}

impl OwnBooking {
    pub fn of(booking: Booking, url: String) -> Self {
        Self {
            id: booking.id,
            type_name: booking.type_name,
            coach: booking.coach_id,
            coach_name: booking.coach_name,
            state: booking.state,
            start: booking.starts_at,
            end: booking.ends_at,
            zone: booking.client_zone,
            place_kind: booking.place_kind,
            place: booking.place,
            token: booking.token,
            url,
        }
    }
}

/// Calls a booking off.
#[derive(Clone, Debug, Object)]
pub(crate) struct Cancellation {
    /// Its client's right to do so; staff leave it out.
    pub token: Option<String>,
    /// Told to the other side.
    #[oai(default, validator(max_length = 500))]
    pub reason: String,
}

/// What became of it.
#[derive(Clone, Debug, Object)]
pub(crate) struct Cancelled {
    pub id: BookingId,
    pub state: State,
    pub cancelled_at: Option<Instant>,
}
