//! An appointment type as somebody typed it, and every check of it.

use events::{AppointmentTypeId, Instant, MemberId};
use kernel::{Check, FieldError, Problem};

use super::{
    AppointmentType, CoachMode, PlaceKind,
    day::Day,
    details::{Duration, Durations, Question, Questions, Reminders, TypeLimits},
    type_checks as checks,
};

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
    /// May be paid with so many credits instead of money.
    pub credits: Option<i64>,
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
            credits: None,
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
        let coaches = distinct(self.coaches.clone());
        check.require(!coaches.is_empty(), "coaches", "required");
        check.require(coaches.len() <= availability::MAX_HOSTS, "coaches", "too_many");
        let together = self.seats > 1 && self.coach_mode == CoachMode::All;
        check.require(!together, "seats", "seats_not_with_all");
        let row = self.row(&mut check, id, now);
        check.finish()?;
        Ok((row, coaches))
    }

    fn row(self, check: &mut Check, id: AppointmentTypeId, now: Instant) -> AppointmentType {
        let [minutes, step_minutes, before, after, horizon_days, position, hold_minutes, seats] =
            self.figures(check);
        let [notice_minutes, cancel_free_minutes, move_free_minutes] = self.spans(check);
        let lengths = checks::durations(check, minutes, self.other_durations);
        checks::limits(check, minutes, &lengths, &self.limits);
        checks::range(check, self.range_from, self.range_to);
        let late = self.late_refund_percent.map(|share| whole(check, "late_refund_percent", share, 0, 100));
        let credits = self.credits.map(|credits| whole(check, "credits", credits, 1, 100));
        AppointmentType {
            id,
            slug: check.slug("slug", self.slug.trim()),
            name: check.line("name", &self.name, 1, 120),
            description: check.text("description", &self.description, 0, 4_000),
            minutes,
            step_minutes,
            buffer_before_minutes: before,
            buffer_after_minutes: after,
            notice_minutes,
            horizon_days,
            place_kind: self.place_kind,
            place: checks::place(check, self.place_kind, &self.place),
            coach_mode: self.coach_mode,
            active: self.active,
            position,
            created_at: now,
            updated_at: now,
            other_durations: Durations(lengths),
            price: checks::price(check, "price", self.price),
            hold_minutes,
            needs_approval: self.needs_approval,
            range_from: self.range_from,
            range_to: self.range_to,
            limits: self.limits,
            seats,
            cancel_free_minutes,
            late_refund_percent: late,
            move_free_minutes,
            questions: Questions(checks::questions(check, self.questions)),
            reminder_minutes: Reminders(checks::reminders(check, &self.reminder_minutes)),
            asks_rating: self.asks_rating,
            credits,
        }
    }

    /// Whole numbers with their bounds.
    fn figures(&self, check: &mut Check) -> [i32; 8] {
        let step = self.step_minutes.unwrap_or(self.minutes);
        let bounds = [
            ("minutes", self.minutes, 5, 1_440),
            ("step_minutes", step, 5, 1_440),
            ("buffer_before_minutes", self.buffer_before_minutes, 0, 1_440),
            ("buffer_after_minutes", self.buffer_after_minutes, 0, 1_440),
            ("horizon_days", self.horizon_days, 1, 730),
            ("position", self.position, 0, 10_000),
            ("hold_minutes", self.hold_minutes, 5, 1_440),
            ("seats", self.seats, 1, 1_000),
        ];
        bounds.map(|(field, value, min, max)| {
            // An unset step is the length, whose own error says it all.
            if field == "step_minutes" && self.step_minutes.is_none() {
                return i32::try_from(value).unwrap_or(0);
            }
            whole(check, field, value, min, max)
        })
    }

    /// Stretches of time up to a year.
    fn spans(&self, check: &mut Check) -> [i32; 3] {
        [
            ("notice_minutes", self.notice_minutes),
            ("cancel_free_minutes", self.cancel_free_minutes),
            ("move_free_minutes", self.move_free_minutes),
        ]
        .map(|(field, value)| year(check, field, value))
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
            credits: row.credits.map(i64::from),
        }
    }
}

/// A number within bounds that fit the column.
fn whole(check: &mut Check, field: &str, value: i64, min: i64, max: i64) -> i32 {
    i32::try_from(check.number(field, value, min, max)).unwrap_or(0)
}

/// Minutes up to a year.
fn year(check: &mut Check, field: &str, value: i64) -> i32 {
    if !(0..=525_600).contains(&value) {
        check.wrong(FieldError::new(field, "span_out_of_range").arg("days", 365));
    }
    i32::try_from(value).unwrap_or(0)
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

    /// The row that an input makes.
    pub(crate) fn row(input: TypeInput) -> AppointmentType {
        made(input).unwrap().0
    }

    fn made(input: TypeInput) -> Result<(AppointmentType, Vec<MemberId>), Problem> {
        input.check(events::Id::from_uuid(uuid::Uuid::from_u128(9)), "2026-11-23T09:00:00Z".parse().unwrap())
    }

    /// Field and code of everything that is wrong.
    pub(crate) fn wrong(input: TypeInput) -> Vec<(String, &'static str)> {
        let fields = made(input).map_or_else(|problem| problem.fields, |_| vec![]);
        fields.into_iter().map(|error| (error.field, error.code)).collect()
    }

    #[test]
    fn a_good_type_is_taken_and_comes_back() {
        let (kept, coaches) = made(TypeInput {
            other_durations: vec![Duration { minutes: 90, price: 5 }, Duration { minutes: 60, price: 0 }],
            late_refund_percent: Some(50),
            ..input()
        })
        .unwrap();
        assert_eq!((kept.step_minutes, coaches.len()), (30, 1));
        assert_eq!(kept.other_durations.0.iter().map(|one| one.minutes).collect::<Vec<_>>(), [60, 90]);
        assert_eq!(row(TypeInput::of(&kept, coaches)), kept);
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
            price: -1,
            hold_minutes: 1,
            seats: 0,
            cancel_free_minutes: 525_601,
            late_refund_percent: Some(101),
            move_free_minutes: i64::MAX,
            ..input()
        };
        let found: Vec<String> = wrong(bad).into_iter().map(|(field, _)| field).collect();
        for field in [
            "slug",
            "name",
            "minutes",
            "notice_minutes",
            "horizon_days",
            "place",
            "coaches",
            "price",
            "hold_minutes",
            "seats",
            "cancel_free_minutes",
            "late_refund_percent",
            "move_free_minutes",
        ] {
            assert!(found.contains(&field.to_owned()), "{field} in {found:?}");
        }
    }

    #[test]
    fn seats_and_everyone_together_do_not_go() {
        let all = TypeInput { coach_mode: CoachMode::All, ..input() };
        assert_eq!(wrong(all.clone()), []);
        assert_eq!(wrong(TypeInput { seats: 2, ..all }), [("seats".to_owned(), "seats_not_with_all")]);
    }
}
