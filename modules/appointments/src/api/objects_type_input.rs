//! What a new appointment type, or a change of one, may say.

use events::{Currency, MemberId, Money};
use kernel::{Check, Problem};
use poem_openapi::{Object, types::MaybeUndefined};

use super::objects_types::Length;
use crate::model::{
    CoachMode, PlaceKind,
    day::Day,
    details::{Duration, Question, TypeLimits},
    type_input::TypeInput,
};

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
    /// Of the first length, in the currency of the business; left out: free.
    pub price: Option<Money>,
    /// More lengths to choose from.
    #[oai(default, validator(max_items = 7))]
    pub other_durations: Vec<Length>,
    /// Left out: as long as the appointment.
    #[oai(validator(minimum(value = "5"), maximum(value = "1440")))]
    pub step_minutes: Option<i64>,
    #[oai(default, validator(minimum(value = "0"), maximum(value = "1440")))]
    pub buffer_before_minutes: i64,
    #[oai(default, validator(minimum(value = "0"), maximum(value = "1440")))]
    pub buffer_after_minutes: i64,
    #[oai(default, validator(minimum(value = "0"), maximum(value = "525600")))]
    pub notice_minutes: i64,
    /// How many days ahead, unless it has a fixed range.
    #[oai(default = "sixty", validator(minimum(value = "1"), maximum(value = "730")))]
    pub horizon_days: i64,
    /// First date on which it takes place, in the tenant’s zone.
    pub range_from: Option<Day>,
    /// Last date on which it takes place; a fixed range takes the place of the horizon.
    pub range_to: Option<Day>,
    /// The most that a coach has of it in a day, a week, a month.
    #[oai(default)]
    pub limits: TypeLimits,
    /// Clients that one slot takes; more than one does not go with the mode `all`.
    #[oai(default = "one", validator(minimum(value = "1"), maximum(value = "1000")))]
    pub seats: i64,
    pub place_kind: PlaceKind,
    /// Address, number or https link; a video room needs none.
    #[oai(default, validator(max_length = 500))]
    pub place: String,
    #[oai(default = "fixed")]
    pub coach_mode: CoachMode,
    /// At least one coach who offers it.
    pub coaches: Vec<MemberId>,
    /// How long a slot is kept while its payer pays.
    #[oai(default = "quarter", validator(minimum(value = "5"), maximum(value = "1440")))]
    pub hold_minutes: i64,
    /// Whether the business approves each booking.
    #[oai(default)]
    pub needs_approval: bool,
    /// Its client may cancel free of charge until that long before the start.
    #[oai(default, validator(minimum(value = "0"), maximum(value = "525600")))]
    pub cancel_free_minutes: i64,
    /// Per cent that come back when it is cancelled later; left out: later is refused.
    #[oai(validator(minimum(value = "0"), maximum(value = "100")))]
    pub late_refund_percent: Option<i64>,
    /// Its client may move it until that long before the start; 0: as long as cancelling is free of charge.
    #[oai(default, validator(minimum(value = "0"), maximum(value = "525600")))]
    pub move_free_minutes: i64,
    /// Asked when it is booked, in this order.
    #[oai(default, validator(max_items = 20))]
    pub questions: Vec<Question>,
    /// Minutes before the start, 5 to 86400; left out: a day and an hour.
    #[oai(default = "reminders", validator(max_items = 8))]
    pub reminder_minutes: Vec<i32>,
    /// Whether its client is asked for a rating afterwards.
    #[oai(default = "yes")]
    pub asks_rating: bool,
    /// May be paid with so many credits instead of money; left out: only with credits made for it.
    #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
    pub credits: Option<i64>,
    #[oai(default = "yes")]
    pub active: bool,
    #[oai(default, validator(minimum(value = "0"), maximum(value = "10000")))]
    pub position: i64,
}

fn one() -> i64 {
    1
}
fn quarter() -> i64 {
    15
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
fn reminders() -> Vec<i32> {
    TypeInput::default().reminder_minutes
}

/// Prices are in the currency of the business.
fn check(price: Option<Money>, lengths: &[Length], currency: Currency) -> Result<(), Problem> {
    let mut check = Check::new();
    check.require(price.is_none_or(|price| price.currency == currency), "price", "wrong_currency");
    for (at, length) in lengths.iter().enumerate() {
        let is_own = length.price.currency == currency;
        check.require(is_own, &format!("other_durations/{at}/price"), "wrong_currency");
    }
    check.finish()
}

fn durations(lengths: Vec<Length>) -> Vec<Duration> {
    let duration = |one: Length| Duration { minutes: one.minutes, price: one.price.amount };
    lengths.into_iter().map(duration).collect()
}

impl NewAppointmentType {
    /// The input of a business with this currency.
    ///
    /// # Errors
    /// 422 at a price in another currency.
    pub fn input(self, currency: Currency) -> Result<TypeInput, Problem> {
        check(self.price, &self.other_durations, currency)?;
        Ok(self.into())
    }
}

impl From<NewAppointmentType> for TypeInput {
    fn from(new: NewAppointmentType) -> Self {
        Self {
            slug: new.slug,
            name: new.name,
            description: new.description,
            minutes: new.minutes,
            price: new.price.map_or(0, |price| price.amount),
            other_durations: durations(new.other_durations),
            step_minutes: new.step_minutes,
            buffer_before_minutes: new.buffer_before_minutes,
            buffer_after_minutes: new.buffer_after_minutes,
            notice_minutes: new.notice_minutes,
            horizon_days: new.horizon_days,
            range_from: new.range_from,
            range_to: new.range_to,
            limits: new.limits,
            seats: new.seats,
            place_kind: new.place_kind,
            place: new.place,
            coach_mode: new.coach_mode,
            coaches: new.coaches,
            hold_minutes: new.hold_minutes,
            needs_approval: new.needs_approval,
            cancel_free_minutes: new.cancel_free_minutes,
            late_refund_percent: new.late_refund_percent,
            move_free_minutes: new.move_free_minutes,
            questions: new.questions,
            reminder_minutes: new.reminder_minutes,
            asks_rating: new.asks_rating,
            credits: new.credits,
            active: new.active,
            position: new.position,
        }
    }
}

/// What should change of an appointment type; what is left out stays. A list takes the place of the whole list.
#[derive(Clone, Debug, Object)]
pub(crate) struct AppointmentTypeChange {
    pub slug: Option<String>,
    #[oai(validator(min_length = 1, max_length = 120))]
    pub name: Option<String>,
    #[oai(validator(max_length = 4000))]
    pub description: Option<String>,
    #[oai(validator(minimum(value = "5"), maximum(value = "1440")))]
    pub minutes: Option<i64>,
    /// In the currency of the business.
    pub price: Option<Money>,
    #[oai(validator(max_items = 7))]
    pub other_durations: Option<Vec<Length>>,
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
    /// `null`: no first date.
    pub range_from: MaybeUndefined<Day>,
    /// `null`: no last date; the horizon holds.
    pub range_to: MaybeUndefined<Day>,
    pub limits: Option<TypeLimits>,
    #[oai(validator(minimum(value = "1"), maximum(value = "1000")))]
    pub seats: Option<i64>,
    pub place_kind: Option<PlaceKind>,
    #[oai(validator(max_length = 500))]
    pub place: Option<String>,
    pub coach_mode: Option<CoachMode>,
    pub coaches: Option<Vec<MemberId>>,
    #[oai(validator(minimum(value = "5"), maximum(value = "1440")))]
    pub hold_minutes: Option<i64>,
    pub needs_approval: Option<bool>,
    #[oai(validator(minimum(value = "0"), maximum(value = "525600")))]
    pub cancel_free_minutes: Option<i64>,
    /// `null`: later is refused.
    #[oai(validator(minimum(value = "0"), maximum(value = "100")))]
    pub late_refund_percent: MaybeUndefined<i64>,
    #[oai(validator(minimum(value = "0"), maximum(value = "525600")))]
    pub move_free_minutes: Option<i64>,
    #[oai(validator(max_items = 20))]
    pub questions: Option<Vec<Question>>,
    #[oai(validator(max_items = 8))]
    pub reminder_minutes: Option<Vec<i32>>,
    pub asks_rating: Option<bool>,
    /// `null`: only with credits made for it.
    #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
    pub credits: MaybeUndefined<i64>,
    pub active: Option<bool>,
    #[oai(validator(minimum(value = "0"), maximum(value = "10000")))]
    pub position: Option<i64>,
}

impl AppointmentTypeChange {
    /// Whether it can be applied in a business with this currency.
    ///
    /// # Errors
    /// 422 at a price in another currency.
    pub fn check(&self, currency: Currency) -> Result<(), Problem> {
        check(self.price, self.other_durations.as_deref().unwrap_or_default(), currency)
    }
    /// The input after the change.
    pub fn onto(self, now: TypeInput) -> TypeInput {
        TypeInput {
            slug: self.slug.unwrap_or(now.slug),
            name: self.name.unwrap_or(now.name),
            description: self.description.unwrap_or(now.description),
            minutes: self.minutes.unwrap_or(now.minutes),
            price: self.price.map_or(now.price, |price| price.amount),
            other_durations: self.other_durations.map_or(now.other_durations, durations),
            step_minutes: self.step_minutes.or(now.step_minutes),
            buffer_before_minutes: self.buffer_before_minutes.unwrap_or(now.buffer_before_minutes),
            buffer_after_minutes: self.buffer_after_minutes.unwrap_or(now.buffer_after_minutes),
            notice_minutes: self.notice_minutes.unwrap_or(now.notice_minutes),
            horizon_days: self.horizon_days.unwrap_or(now.horizon_days),
            range_from: or_now(self.range_from, now.range_from),
            range_to: or_now(self.range_to, now.range_to),
            limits: self.limits.unwrap_or(now.limits),
            seats: self.seats.unwrap_or(now.seats),
            place_kind: self.place_kind.unwrap_or(now.place_kind),
            place: self.place.unwrap_or(now.place),
            coach_mode: self.coach_mode.unwrap_or(now.coach_mode),
            coaches: self.coaches.unwrap_or(now.coaches),
            hold_minutes: self.hold_minutes.unwrap_or(now.hold_minutes),
            needs_approval: self.needs_approval.unwrap_or(now.needs_approval),
            cancel_free_minutes: self.cancel_free_minutes.unwrap_or(now.cancel_free_minutes),
            late_refund_percent: or_now(self.late_refund_percent, now.late_refund_percent),
            move_free_minutes: self.move_free_minutes.unwrap_or(now.move_free_minutes),
            questions: self.questions.unwrap_or(now.questions),
            reminder_minutes: self.reminder_minutes.unwrap_or(now.reminder_minutes),
            asks_rating: self.asks_rating.unwrap_or(now.asks_rating),
            credits: or_now(self.credits, now.credits),
            active: self.active.unwrap_or(now.active),
            position: self.position.unwrap_or(now.position),
        }
    }
}

/// What was sent, `null` included; else what it is.
fn or_now<T>(sent: MaybeUndefined<T>, now: Option<T>) -> Option<T> {
    match sent {
        MaybeUndefined::Undefined => now,
        MaybeUndefined::Null => None,
        MaybeUndefined::Value(value) => Some(value),
    }
}
