use availability::{Bookable, Rules, RulesSpec};
use diesel::{AsChangeset, Insertable, Queryable, Selectable};
use events::{AppointmentTypeId, Instant};
use jiff::tz::TimeZone;
use kernel::Problem;

use super::{
    day::Day,
    details::{Duration, Durations, Questions, Reminders, TypeLimits},
    text_enum::text_enum,
    when::{end_of_day, start_of_day},
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
    /// Its client may move it until that long before the start; 0: as long as cancelling is free of charge.
    pub move_free_minutes: i32,
    /// Intake questions.
    pub questions: Questions,
    /// When its client is reminded.
    pub reminder_minutes: Reminders,
    /// Whether its client is asked for a rating afterwards.
    pub asks_rating: bool,
    /// May be paid with so many credits instead of money; `None`: only with credits made for it.
    pub credits: Option<i32>,
}

impl AppointmentType {
    /// All lengths with their prices, the first one first.
    #[must_use]
    pub fn durations(&self) -> Vec<Duration> {
        let first = Duration { minutes: self.minutes, price: self.price };
        std::iter::once(first).chain(self.other_durations.0.iter().copied()).collect()
    }
    /// The length of so many minutes; the first one when none is named. `None` when it does not have that length.
    #[must_use]
    pub fn duration(&self, minutes: Option<i64>) -> Option<Duration> {
        let wanted = minutes.unwrap_or_else(|| self.minutes.into());
        self.durations().into_iter().find(|one| i64::from(one.minutes) == wanted)
    }
    /// Its rules for the engine. The dates of a fixed range are read in `zone`, the tenant's.
    pub(crate) fn rules_in(&self, zone: &TimeZone) -> Result<Rules, Problem> {
        let spec = RulesSpec {
            durations_min: self.durations().iter().map(|one| natural(one.minutes)).collect(),
            step_min: natural(self.step_minutes),
            buffer_before_min: natural(self.buffer_before_minutes),
            buffer_after_min: natural(self.buffer_after_minutes),
            notice_min: natural(self.notice_minutes),
            bookable: self.bookable(zone),
            limits: self.limits.engine(),
            seats: natural(self.seats),
        };
        Rules::new(spec).map_err(|errors| Problem::internal(format!("rules of {}: {errors:?}", self.id)))
    }
    /// A fixed range when it has one, else the horizon. Without a first date the range has begun; a range without a
    /// last date does not exist.
    fn bookable(&self, zone: &TimeZone) -> Bookable {
        let last = self.range_to.and_then(|day| end_of_day(day.0, zone));
        let Some(to) = last else { return Bookable::HorizonDays(natural(self.horizon_days)) };
        let first = self.range_from.and_then(|day| start_of_day(day.0, zone));
        let from = first.map_or(jiff::Timestamp::UNIX_EPOCH, Instant::timestamp).min(to.timestamp());
        Bookable::Between { from, to: to.timestamp() }
    }
}

/// Invariant: the columns have CHECKs, so that nothing is negative.
pub(crate) fn natural(value: i32) -> u32 {
    u32::try_from(value).unwrap_or(0)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::type_input::TypeInput;
    pub(crate) use crate::model::type_input::tests::{input, member, row};

    #[test]
    fn its_rules_are_the_engines() {
        let made = row(TypeInput {
            other_durations: vec![Duration { minutes: 60, price: 4_000 }],
            seats: 6,
            ..input()
        });
        let rules = made.rules_in(&TimeZone::UTC).unwrap();
        assert_eq!((rules.spec().buffer_after_min, rules.spec().seats), (10, 6));
        assert_eq!(rules.spec().durations_min, [30, 60]);
        assert_eq!(made.duration(Some(60)).unwrap().price, 4_000);
        assert_eq!((made.duration(None).unwrap().minutes, made.duration(Some(45))), (30, None));
    }

    #[test]
    fn a_range_is_whole_days_of_the_zone() {
        let day = |text: &str| Some(Day(text.parse().unwrap()));
        let ranged = row(TypeInput { range_from: day("2026-12-01"), range_to: day("2026-12-24"), ..input() });
        let york = crate::model::when::zone("America/New_York");
        let Bookable::Between { from, to } = ranged.bookable(&york) else { panic!("a range") };
        assert_eq!(
            (from.to_string(), to.to_string()),
            ("2026-12-01T05:00:00Z".into(), "2026-12-25T05:00:00Z".into())
        );
        let until = row(TypeInput { range_from: None, ..TypeInput::of(&ranged, vec![member(1)]) });
        assert!(
            matches!(until.bookable(&york), Bookable::Between { from, .. } if from == jiff::Timestamp::UNIX_EPOCH)
        );
        assert_eq!(row(input()).bookable(&york), Bookable::HorizonDays(30));
    }
}
