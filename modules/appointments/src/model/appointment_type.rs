use availability::{Bookable, Limits, Rules, RulesSpec};
use diesel::{AsChangeset, Insertable, Queryable, Selectable};
use events::{AppointmentTypeId, Instant, MemberId};
use kernel::{Check, Problem};

use super::{
    day::Day,
    details::{Duration, Durations, Question, Questions, Reminders, TypeLimits},
    text_enum::text_enum,
};
use crate::schema::appointment_types;

text_enum! {
    /// Where an appointment takes place.
    pub enum PlaceKind {
        /// At an address.
        InPerson = "in_person",
        /// By telephone.
        Phone = "phone",
        /// Behind a link that stays the same.
        Link = "link",
        /// In a video call whose link the coach sends.
        Video = "video",
        /// In a video room that is made for each booking.
        Room = "room",
    }
}

text_enum! {
    /// Whose time an appointment takes when several coaches offer it.
    pub enum CoachMode {
        /// Of the coach whom the client chose.
        Fixed = "fixed",
        /// Of whoever is free; the client may choose one.
        Any = "any",
        /// Of everyone who offers it: all take part.
        All = "all",
    }
}

/// Something bookable one to one. Minutes throughout.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = appointment_types, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct AppointmentType {
    /// Identity.
    pub id: AppointmentTypeId,
    /// Name in URLs, unique in the tenant.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// What it is, Markdown; may be empty.
    pub description: String,
    /// How long it takes.
    pub minutes: i32,
    /// Distance between the starts on offer.
    pub step_minutes: i32,
    /// Kept free before it.
    pub buffer_before_minutes: i32,
    /// Kept free after it.
    pub buffer_after_minutes: i32,
    /// How long before its start it can be booked, at the latest.
    pub notice_minutes: i32,
    /// How many days ahead it can be booked.
    pub horizon_days: i32,
    /// Kind of place.
    pub place_kind: PlaceKind,
    /// Address, number or link; may be empty.
    pub place: String,
    /// Whose time it takes when several coaches offer it.
    pub coach_mode: CoachMode,
    /// Whether it can be booked.
    pub active: bool,
    /// Smaller comes first.
    pub position: i32,
    /// When it was made.
    pub created_at: Instant,
    /// When it changed last.
    pub updated_at: Instant,
    /// More lengths to choose from.
    pub other_durations: Durations,
    /// Minor units of the tenant's currency, of the first length; 0: free.
    pub price: i64,
    /// How long a slot is kept while its payer pays.
    pub hold_minutes: i32,
    /// Whether the business approves each booking.
    pub needs_approval: bool,
    /// First date on which it takes place, in the tenant's zone.
    pub range_from: Option<Day>,
    /// Last date on which it takes place.
    pub range_to: Option<Day>,
    /// Most bookings and minutes a period.
    pub limits: TypeLimits,
    /// Clients that one slot takes.
    pub seats: i32,
    /// Its client may cancel free of charge until that long before the start.
    pub cancel_free_minutes: i32,
    /// Per cent that come back when it is cancelled later; `None`: later is refused.
    pub late_refund_percent: Option<i32>,
    /// Its client may move it until that long before the start.
    pub move_free_minutes: i32,
    /// Intake questions.
    pub questions: Questions,
    /// When its client is reminded.
    pub reminder_minutes: Reminders,
    /// Whether its client is asked for a rating afterwards.
    pub asks_rating: bool,
}

/// An appointment type as somebody typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TypeInput {
    pub slug: String,
    pub name: String,
    pub description: String,
    pub minutes: i64,
    /// `None`: as long as the appointment.
    pub step_minutes: Option<i64>,
    pub buffer_before_minutes: i64,
    pub buffer_after_minutes: i64,
    pub notice_minutes: i64,
    pub horizon_days: i64,
    pub place_kind: PlaceKind,
    pub place: String,
    pub coach_mode: CoachMode,
    pub coaches: Vec<MemberId>,
    pub active: bool,
    pub position: i64,
    pub other_durations: Vec<Duration>,
    pub price: i64,
    pub hold_minutes: i64,
    pub needs_approval: bool,
    pub range_from: Option<Day>,
    pub range_to: Option<Day>,
    pub limits: TypeLimits,
    pub seats: i64,
    pub cancel_free_minutes: i64,
    pub late_refund_percent: Option<i64>,
    pub move_free_minutes: i64,
    pub questions: Vec<Question>,
    pub reminder_minutes: Vec<i32>,
    pub asks_rating: bool,
}

impl Default for TypeInput {
    fn default() -> Self {
        Self {
            slug: String::new(),
            name: String::new(),
            description: String::new(),
            minutes: 60,
            step_minutes: None,
            buffer_before_minutes: 0,
            buffer_after_minutes: 0,
            notice_minutes: 0,
            horizon_days: 60,
            place_kind: PlaceKind::Video,
            place: String::new(),
            coach_mode: CoachMode::Fixed,
            coaches: Vec::new(),
            active: true,
            position: 0,
            other_durations: Vec::new(),
            price: 0,
            hold_minutes: 15,
            needs_approval: false,
            range_from: None,
            range_to: None,
            limits: TypeLimits::default(),
            seats: 1,
            cancel_free_minutes: 0,
            late_refund_percent: None,
            move_free_minutes: 0,
            questions: Vec::new(),
            reminder_minutes: vec![1_440, 60],
            asks_rating: true,
        }
    }
}

impl TypeInput {
    /// Checks every field, and makes the row.
    ///
    /// # Errors
    /// 422 with every field at fault.
    pub fn check(
        self,
        id: AppointmentTypeId,
        now: Instant,
    ) -> Result<(AppointmentType, Vec<MemberId>), Problem> {
        let mut check = Check::new();
        let minutes = whole(&mut check, "minutes", self.minutes, 5, 1_440);
        let step = self.step_minutes.unwrap_or(i64::from(minutes));
        let place = check.line("place", &self.place, 0, 500);
        if self.place_kind == PlaceKind::Link {
            check.require(place.starts_with("https://"), "place", "https_link");
        }
        let coaches = distinct(self.coaches);
        check.require(!coaches.is_empty(), "coaches", "required");
        check.require(coaches.len() <= availability::MAX_HOSTS, "coaches", "too_many");
        let row = AppointmentType {
            id,
            slug: check.slug("slug", self.slug.trim()),
            name: check.line("name", &self.name, 1, 120),
            description: check.text("description", &self.description, 0, 4_000),
            minutes,
            step_minutes: whole(&mut check, "step_minutes", step, 5, 1_440),
            buffer_before_minutes: whole(
                &mut check,
                "buffer_before_minutes",
                self.buffer_before_minutes,
                0,
                1_440,
            ),
            buffer_after_minutes: whole(
                &mut check,
                "buffer_after_minutes",
                self.buffer_after_minutes,
                0,
                1_440,
            ),
            notice_minutes: whole(&mut check, "notice_minutes", self.notice_minutes, 0, 525_600),
            horizon_days: whole(&mut check, "horizon_days", self.horizon_days, 1, 730),
            place_kind: self.place_kind,
            place,
            coach_mode: self.coach_mode,
            active: self.active,
            position: whole(&mut check, "position", self.position, 0, 10_000),
            created_at: now,
            updated_at: now,
            other_durations: Durations(self.other_durations),
            price: check.number("price", self.price, 0, 100_000_000),
            hold_minutes: whole(&mut check, "hold_minutes", self.hold_minutes, 5, 1_440),
            needs_approval: self.needs_approval,
            range_from: self.range_from,
            range_to: self.range_to,
            limits: self.limits,
            seats: whole(&mut check, "seats", self.seats, 1, 1_000),
            cancel_free_minutes: whole(&mut check, "cancel_free_minutes", self.cancel_free_minutes, 0, 525_600),
            late_refund_percent: self
                .late_refund_percent
                .map(|percent| whole(&mut check, "late_refund_percent", percent, 0, 100)),
            move_free_minutes: whole(&mut check, "move_free_minutes", self.move_free_minutes, 0, 525_600),
            questions: Questions(self.questions),
            reminder_minutes: Reminders(self.reminder_minutes),
            asks_rating: self.asks_rating,
        };
        check.finish()?;
        Ok((row, coaches))
    }
    /// The input that would make a type as it is; what a change starts from.
    pub fn of(row: &AppointmentType, coaches: Vec<MemberId>) -> Self {
        Self {
            slug: row.slug.clone(),
            name: row.name.clone(),
            description: row.description.clone(),
            minutes: row.minutes.into(),
            step_minutes: Some(row.step_minutes.into()),
            buffer_before_minutes: row.buffer_before_minutes.into(),
            buffer_after_minutes: row.buffer_after_minutes.into(),
            notice_minutes: row.notice_minutes.into(),
            horizon_days: row.horizon_days.into(),
            place_kind: row.place_kind,
            place: row.place.clone(),
            coach_mode: row.coach_mode,
            coaches,
            active: row.active,
            position: row.position.into(),
            other_durations: row.other_durations.0.clone(),
            price: row.price,
            hold_minutes: row.hold_minutes.into(),
            needs_approval: row.needs_approval,
            range_from: row.range_from,
            range_to: row.range_to,
            limits: row.limits,
            seats: row.seats.into(),
            cancel_free_minutes: row.cancel_free_minutes.into(),
            late_refund_percent: row.late_refund_percent.map(i64::from),
            move_free_minutes: row.move_free_minutes.into(),
            questions: row.questions.0.clone(),
            reminder_minutes: row.reminder_minutes.0.clone(),
            asks_rating: row.asks_rating,
        }
    }
}

impl AppointmentType {
    /// Its rules for the engine.
    pub(crate) fn rules(&self) -> Result<Rules, Problem> {
        let spec = RulesSpec {
            durations_min: vec![natural(self.minutes)],
            step_min: natural(self.step_minutes),
            buffer_before_min: natural(self.buffer_before_minutes),
            buffer_after_min: natural(self.buffer_after_minutes),
            notice_min: natural(self.notice_minutes),
            bookable: Bookable::HorizonDays(natural(self.horizon_days)),
            limits: Limits::default(),
            seats: 1,
        };
        Rules::new(spec).map_err(|errors| Problem::internal(format!("rules of {}: {errors:?}", self.id)))
    }
    /// Its end when it starts then.
    pub(crate) fn end(&self, start: Instant) -> Instant {
        start.plus_minutes(self.minutes.into())
    }
    /// What it keeps of the coach's time when it starts then, buffers included.
    pub(crate) fn blocked(&self, start: Instant) -> (Instant, Instant) {
        let from = start.plus_minutes(-i64::from(self.buffer_before_minutes));
        (from, self.end(start).plus_minutes(self.buffer_after_minutes.into()))
    }
}

/// Invariant: the columns have CHECKs, so that nothing is negative.
pub(crate) fn natural(value: i32) -> u32 {
    u32::try_from(value).unwrap_or(0)
}

/// A number within bounds that fit the column.
fn whole(check: &mut Check, field: &str, value: i64, min: i64, max: i64) -> i32 {
    i32::try_from(check.number(field, value, min, max)).unwrap_or(0)
}

fn distinct(mut coaches: Vec<MemberId>) -> Vec<MemberId> {
    coaches.sort_unstable();
    coaches.dedup();
    coaches
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn input() -> TypeInput {
        TypeInput {
            slug: "intro-call".into(),
            name: "Intro call".into(),
            description: String::new(),
            minutes: 30,
            step_minutes: None,
            buffer_before_minutes: 0,
            buffer_after_minutes: 10,
            notice_minutes: 120,
            horizon_days: 30,
            place_kind: PlaceKind::Phone,
            place: String::new(),
            coach_mode: CoachMode::Fixed,
            coaches: vec![member(1)],
            ..TypeInput::default()
        }
    }

    pub(crate) fn member(number: u128) -> MemberId {
        events::Id::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn fields(input: TypeInput) -> Vec<String> {
        let now = "2026-11-23T09:00:00Z".parse().unwrap();
        match input.check(events::Id::from_uuid(uuid::Uuid::from_u128(9)), now) {
            Ok(_) => vec![],
            Err(problem) => problem.fields.into_iter().map(|error| error.field).collect(),
        }
    }

    #[test]
    fn a_good_type_is_taken_and_its_rules_are_the_engines() {
        let now = "2026-11-23T09:00:00Z".parse().unwrap();
        let (row, coaches) = input().check(events::Id::from_uuid(uuid::Uuid::from_u128(9)), now).unwrap();
        assert_eq!((row.step_minutes, coaches.len()), (30, 1));
        assert_eq!(row.rules().unwrap().spec().buffer_after_min, 10);
        let (from, to) = row.blocked("2026-12-01T10:00:00Z".parse().unwrap());
        assert_eq!(
            (from.to_string(), to.to_string()),
            ("2026-12-01T10:00:00Z".into(), "2026-12-01T10:40:00Z".into())
        );
        assert_eq!(TypeInput::of(&row, coaches).check(row.id, now).unwrap().0, row);
    }

    #[test]
    fn every_field_at_fault_is_named() {
        let bad = TypeInput {
            slug: "Intro Call".into(),
            name: "x".repeat(10_000),
            minutes: 0,
            notice_minutes: -1,
            horizon_days: 100_000,
            place_kind: PlaceKind::Link,
            place: "javascript:alert(1)".into(),
            coaches: vec![],
            ..input()
        };
        let found = fields(bad);
        for field in ["slug", "name", "minutes", "notice_minutes", "horizon_days", "place", "coaches"] {
            assert!(found.contains(&field.to_owned()), "{field} in {found:?}");
        }
    }
}
