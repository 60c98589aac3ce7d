//! Appointment types as the API takes and gives them.

use events::{AppointmentTypeId, Currency, MemberId, Money};
use poem_openapi::Object;

use crate::{
    model::{
        CoachMode, PlaceKind,
        day::Day,
        details::{Duration, Question, TypeLimits},
    },
    service::types::Offered,
};

/// One more length to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Object)]
#[oai(rename = "Duration")]
pub(crate) struct Length {
    /// How long it takes.
    pub minutes: i32,
    /// In the currency of the business; an amount of 0: free.
    pub price: Money,
}

/// Something bookable. Minutes throughout.
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
    /// Of the first length; an amount of 0: free.
    pub price: Money,
    /// More lengths to choose from, the shortest first.
    pub other_durations: Vec<Length>,
    /// Distance between the starts on offer.
    pub step_minutes: i32,
    pub buffer_before_minutes: i32,
    pub buffer_after_minutes: i32,
    /// How long before its start it can be booked, at the latest.
    pub notice_minutes: i32,
    /// How many days ahead, unless it has a fixed range.
    pub horizon_days: i32,
    /// First date on which it takes place.
    pub range_from: Option<Day>,
    /// Last date on which it takes place; a fixed range takes the place of the horizon.
    pub range_to: Option<Day>,
    pub limits: TypeLimits,
    /// Clients that one slot takes.
    pub seats: i32,
    pub place_kind: PlaceKind,
    pub place: String,
    pub coach_mode: CoachMode,
    /// Coaches who offer it.
    pub coaches: Vec<MemberId>,
    /// How long a slot is kept while its payer pays.
    pub hold_minutes: i32,
    /// Whether the business approves each booking.
    pub needs_approval: bool,
    /// Its client may cancel free of charge until that long before the start.
    pub cancel_free_minutes: i32,
    /// Per cent that come back when it is cancelled later; absent: later is refused.
    pub late_refund_percent: Option<i32>,
    /// Its client may move it until that long before the start; 0: as long as cancelling is free of charge.
    pub move_free_minutes: i32,
    pub questions: Vec<Question>,
    /// Minutes before the start at which its client is reminded, the longest first.
    pub reminder_minutes: Vec<i32>,
    /// Whether its client is asked for a rating afterwards.
    pub asks_rating: bool,
    /// May be paid with so many credits instead of money; absent: only with credits made for it.
    pub credits: Option<i32>,
    pub active: bool,
    pub position: i32,
}

impl TypeOut {
    /// What one may know. The place of an appointment (a link, an address) is for those who booked it, and for staff.
    pub fn of((row, coaches): Offered, currency: Currency, with_place: bool) -> Self {
        let length = |one: &Duration| Length { minutes: one.minutes, price: Money::new(one.price, currency) };
        Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            description: row.description,
            minutes: row.minutes,
            price: Money::new(row.price, currency),
            other_durations: row.other_durations.0.iter().map(length).collect(),
            step_minutes: row.step_minutes,
            buffer_before_minutes: row.buffer_before_minutes,
            buffer_after_minutes: row.buffer_after_minutes,
            notice_minutes: row.notice_minutes,
            horizon_days: row.horizon_days,
            range_from: row.range_from,
            range_to: row.range_to,
            limits: row.limits,
            seats: row.seats,
            place_kind: row.place_kind,
            place: if with_place { row.place } else { String::new() },
            coach_mode: row.coach_mode,
            coaches,
            hold_minutes: row.hold_minutes,
            needs_approval: row.needs_approval,
            cancel_free_minutes: row.cancel_free_minutes,
            late_refund_percent: row.late_refund_percent,
            move_free_minutes: row.move_free_minutes,
            questions: row.questions.0,
            reminder_minutes: row.reminder_minutes.0,
            asks_rating: row.asks_rating,
            credits: row.credits,
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
