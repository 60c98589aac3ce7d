//! Stretches in which nothing is offered: of one coach, or of the whole business.

use availability::Blackout as EngineBlackout;
use diesel::{Insertable, Queryable, Selectable};
use events::{BlackoutId, Instant, MemberId};
use kernel::{Check, Problem};

use crate::schema::blackouts;

/// The longest one in days.
pub(crate) const MAX_DAYS: i64 = 400;

/// A stretch in which nothing is offered. Bookings that were made before stay.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = blackouts, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Blackout {
    /// Identity.
    pub id: BlackoutId,
    /// Whose; `None`: the whole business.
    pub coach_id: Option<MemberId>,
    /// When it begins.
    pub starts_at: Instant,
    /// When it ends, exclusive.
    pub ends_at: Instant,
    /// For staff only; may be empty.
    pub reason: String,
    /// When it was made.
    pub created_at: Instant,
}

impl Blackout {
    /// Whether it closes this coach's time.
    pub fn is_of(&self, coach: MemberId) -> bool {
        self.coach_id.is_none_or(|own| own == coach)
    }
    /// As the engine wants it.
    ///
    /// # Errors
    /// 500 when it ends before it starts; the database makes that impossible.
    pub fn engine(&self) -> Result<EngineBlackout, Problem> {
        EngineBlackout::new(self.starts_at.timestamp(), self.ends_at.timestamp()).map_err(Problem::internal)
    }
}

/// One coach's blackouts and those of the whole business, in the order of the list: a closing rule's index is one of them.
///
/// # Errors
/// 500 when one ends before it starts; the database makes that impossible.
pub(crate) fn of_coach(all: &[Blackout], coach: MemberId) -> Result<Vec<EngineBlackout>, Problem> {
    all.iter().filter(|blackout| blackout.is_of(coach)).map(Blackout::engine).collect()
}

/// A blackout as somebody asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BlackoutInput {
    pub coach: Option<MemberId>,
    pub start: Instant,
    pub end: Instant,
    pub reason: String,
}

impl BlackoutInput {
    /// Checks it, and makes the row.
    ///
    /// # Errors
    /// 422 with every field at fault.
    pub fn check(self, id: BlackoutId, now: Instant) -> Result<Blackout, Problem> {
        let mut check = Check::new();
        if self.end <= self.start {
            check.require(false, "end", "end_before_start");
        } else {
            let fits = self.end.seconds_since(self.start) <= MAX_DAYS * 86_400;
            check.require(fits, "end", "blackout_too_long");
            check.require(self.end > now, "end", "in_the_past");
        }
        check.require(self.start.seconds_since(now) < 20 * 366 * 86_400, "start", "too_far_ahead");
        let reason = check.line("reason", &self.reason, 0, 200);
        check.finish()?;
        let Self { coach, start, end, .. } = self;
        Ok(Blackout { id, coach_id: coach, starts_at: start, ends_at: end, reason, created_at: now })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::appointment_type::tests::member;

    const NOW: &str = "2026-11-23T09:00:00Z";

    fn input(start: i64, end: i64) -> BlackoutInput {
        let now: Instant = NOW.parse().unwrap();
        BlackoutInput {
            coach: None,
            start: now.plus_minutes(start),
            end: now.plus_minutes(end),
            reason: "Holiday".into(),
        }
    }
    fn checked(input: BlackoutInput) -> Result<Blackout, Vec<(String, &'static str)>> {
        let id = events::Id::from_uuid(uuid::Uuid::from_u128(7));
        let told =
            |problem: Problem| problem.fields.into_iter().map(|error| (error.field, error.code)).collect();
        input.check(id, NOW.parse().unwrap()).map_err(told)
    }

    #[test]
    fn what_is_wrong_is_named() {
        let one = |field: &str, code| Err(vec![(field.to_owned(), code)]);
        assert_eq!(checked(input(60, 60)).map(drop), one("end", "end_before_start"));
        assert_eq!(checked(input(60, 0)).map(drop), one("end", "end_before_start"));
        assert_eq!(checked(input(-60, -30)).map(drop), one("end", "in_the_past"));
        assert_eq!(checked(input(60, 60 + 401 * 1_440)).map(drop), one("end", "blackout_too_long"));
        let far = 30 * 366 * 1_440;
        assert_eq!(checked(input(far, far + 60)).map(drop), one("start", "too_far_ahead"));
        let long = BlackoutInput { reason: "x".repeat(201), ..input(0, 60) };
        assert_eq!(checked(long).map(drop), one("reason", "too_long"));
        let lines = BlackoutInput { reason: "a\u{7}b".into(), ..input(0, 60) };
        assert_eq!(checked(lines).map(drop), one("reason", "control_characters"));
    }

    #[test]
    fn that_of_the_business_closes_everybody() {
        let of = |coach| checked(BlackoutInput { coach, ..input(0, 60) }).unwrap();
        let all = [of(None), of(Some(member(1))), of(Some(member(2)))];
        assert_eq!(of_coach(&all, member(1)).unwrap().len(), 2);
        assert_eq!(of_coach(&all, member(3)).unwrap().len(), 1);
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_is_one_to_the_engine(start in -900_000_i64..900_000, length in -900_000_i64..900_000) {
            if let Ok(made) = checked(input(start, start + length)) {
                prop_assert!(length > 0 && length <= MAX_DAYS * 1_440);
                prop_assert!(made.engine().is_ok());
            }
        }
    }
}
