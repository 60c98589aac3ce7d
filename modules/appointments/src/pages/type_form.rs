//! The form of an appointment type: from a type, and back.

use billing::{parse_price, price_text};
use events::{AppointmentTypeId, Currency, Instant, MemberId};
use kernel::{Check, FieldError, Form, FormState, Problem};

use super::type_lists::{Lists, joined, split, unit, whole};
use crate::model::{
    CoachMode, PlaceKind,
    day::Day,
    details::{PeriodLimit, TypeLimits},
    type_input::TypeInput,
};

/// Plain figures, and what they are when nothing was typed.
const FIGURES: [(&str, i64); 7] = [
    ("minutes", 0),
    ("buffer_before_minutes", 0),
    ("buffer_after_minutes", 0),
    ("horizon_days", 60),
    ("position", 0),
    ("seats", 1),
    ("hold_minutes", 15),
];
/// Stretches of time with a unit.
pub(super) const SPANS: [&str; 3] = ["notice_minutes", "cancel_free_minutes", "move_free_minutes"];
const PERIODS: [&str; 3] = ["day", "week", "month"];

/// What a new type begins with.
pub(super) fn fresh() -> TypeInput {
    TypeInput {
        minutes: 45,
        buffer_after_minutes: 15,
        notice_minutes: 720,
        cancel_free_minutes: 1_440,
        move_free_minutes: 1_440,
        ..TypeInput::default()
    }
}

/// The form as it is for a type.
pub(super) fn filled(input: &TypeInput, currency: Currency) -> FormState {
    let figures = [
        input.minutes,
        input.buffer_before_minutes,
        input.buffer_after_minutes,
        input.horizon_days,
        input.position,
        input.seats,
        input.hold_minutes,
    ];
    let mut form = FormState::default()
        .with("slug", &input.slug)
        .with("name", &input.name)
        .with("description", &input.description)
        .with("place_kind", input.place_kind.word())
        .with("place", &input.place)
        .with("coach_mode", input.coach_mode.word())
        .with("price", price_text(input.price, currency))
        .with("bookable", if input.range_from.or(input.range_to).is_some() { "range" } else { "horizon" })
        .with("late", if input.late_refund_percent.is_some() { "share" } else { "refuse" })
        .with("late_refund_percent", input.late_refund_percent.unwrap_or(50));
    for ((name, _), value) in FIGURES.into_iter().zip(figures) {
        form = form.with(name, value);
    }
    let spans = [input.notice_minutes, input.cancel_free_minutes, input.move_free_minutes];
    for (name, (amount, of)) in SPANS.into_iter().zip(spans.map(split)) {
        form = form.with(name, amount).with(&unit(name), of);
    }
    let form = with_choices(form, input);
    Lists::of(input, currency).fill(with_limits(form, &input.limits))
}

/// What may stay empty, and what is ticked.
fn with_choices(mut form: FormState, input: &TypeInput) -> FormState {
    let step = input.step_minutes.filter(|step| *step != input.minutes);
    let ticked = |on: bool| on.then(|| "on".to_owned());
    let choices = [
        ("step_minutes", step.map(|step| step.to_string())),
        ("range_from", input.range_from.map(|day| day.to_string())),
        ("range_to", input.range_to.map(|day| day.to_string())),
        ("credits", input.credits.map(|credits| credits.to_string())),
        ("active", ticked(input.active)),
        ("needs_approval", ticked(input.needs_approval)),
        ("asks_rating", ticked(input.asks_rating)),
    ];
    for (name, value) in choices {
        if let Some(value) = value {
            form = form.with(name, value);
        }
    }
    form
}

fn with_limits(mut form: FormState, limits: &TypeLimits) -> FormState {
    for (period, limit) in PERIODS.into_iter().zip([limits.day, limits.week, limits.month]) {
        for (part, value) in [("count", limit.count), ("minutes", limit.minutes)] {
            if let Some(value) = value {
                form = form.with(&format!("limits/{period}/{part}"), value);
            }
        }
    }
    form
}

/// Reads the form; what can't be read is named, and with it whatever else is wrong, so that nothing is left for a second
/// round. The type and the moment are those it would be made with.
pub(super) fn read(
    form: &Form,
    lists: &Lists,
    currency: Currency,
    (id, now): (AppointmentTypeId, Instant),
) -> Result<TypeInput, Problem> {
    let mut check = Check::new();
    let input = typed(&mut check, form, lists, currency);
    let Err(mut problem) = check.finish() else { return Ok(input) };
    // What stands in for the unreadable says nothing about its field.
    if let Err(rest) = input.check(id, now) {
        let is_new = |field: &str| problem.fields.iter().all(|error| error.field != field);
        let rest: Vec<FieldError> = rest.fields.into_iter().filter(|error| is_new(&error.field)).collect();
        problem.fields.extend(rest);
    }
    Err(problem)
}

fn typed(check: &mut Check, form: &Form, lists: &Lists, currency: Currency) -> TypeInput {
    let fresh = TypeInput::default();
    let [minutes, before, after, horizon_days, position, seats, hold_minutes] =
        FIGURES.map(|(name, otherwise)| number(check, form, name).unwrap_or(otherwise));
    let [notice_minutes, cancel_free_minutes, move_free_minutes] = SPANS.map(|name| span(check, form, name));
    let (range_from, range_to) = range(check, form);
    TypeInput {
        slug: form.string("slug"),
        name: form.string("name"),
        description: form.string("description"),
        minutes,
        step_minutes: number(check, form, "step_minutes"),
        buffer_before_minutes: before,
        buffer_after_minutes: after,
        notice_minutes,
        horizon_days,
        place_kind: one_of(check, form, "place_kind", fresh.place_kind),
        place: form.string("place"),
        coach_mode: one_of(check, form, "coach_mode", fresh.coach_mode),
        coaches: chosen(form),
        active: form.ticked("active"),
        position,
        other_durations: lists.durations(check, currency),
        price: price(check, form, currency),
        hold_minutes,
        needs_approval: form.ticked("needs_approval"),
        range_from,
        range_to,
        limits: limits(check, form),
        seats,
        cancel_free_minutes,
        late_refund_percent: late(check, form),
        move_free_minutes,
        questions: lists.questions(check),
        reminder_minutes: lists.reminders(check),
        asks_rating: form.ticked("asks_rating"),
        credits: number(check, form, "credits"),
    }
}

/// The coaches that are ticked.
pub(super) fn chosen(form: &Form) -> Vec<MemberId> {
    form.all("coaches").iter().filter_map(|id| id.parse().ok()).collect()
}

fn number(check: &mut Check, form: &Form, name: &str) -> Option<i64> {
    let typed = form.optional(name)?;
    let value = whole(&typed);
    check.require(value.is_some(), name, "whole_number");
    value
}

fn span(check: &mut Check, form: &Form, name: &str) -> i64 {
    let Some(amount) = form.optional(name) else { return 0 };
    let of = form.optional(&unit(name)).unwrap_or_else(|| "minutes".to_owned());
    let minutes = joined(&amount, &of);
    check.require(minutes.is_some(), name, "whole_number");
    minutes.unwrap_or(0)
}

fn price(check: &mut Check, form: &Form, currency: Currency) -> i64 {
    let Some(typed) = form.optional("price") else { return 0 };
    let price = parse_price(&typed, currency);
    check.require(price.is_some(), "price", "price_unreadable");
    price.unwrap_or(0)
}

fn date(check: &mut Check, form: &Form, name: &str) -> Option<Day> {
    let typed = form.optional(name)?;
    let day = typed.parse().ok();
    check.require(day.is_some(), name, "not_a_date");
    day
}

/// The dates, when a fixed range is chosen.
fn range(check: &mut Check, form: &Form) -> (Option<Day>, Option<Day>) {
    let dates = (date(check, form, "range_from"), date(check, form, "range_to"));
    if form.text("bookable") != "range" {
        return (None, None);
    }
    check.require(form.optional("range_to").is_some(), "range_to", "range_end_needed");
    dates
}

fn late(check: &mut Check, form: &Form) -> Option<i64> {
    if form.text("late") != "share" {
        return None;
    }
    let percent = number(check, form, "late_refund_percent");
    check.require(form.optional("late_refund_percent").is_some(), "late_refund_percent", "required");
    Some(percent.unwrap_or(0))
}

fn limits(check: &mut Check, form: &Form) -> TypeLimits {
    let mut part = |period: &str, part: &str| {
        let name = format!("limits/{period}/{part}");
        let value = number(check, form, &name);
        value.map(|value| i32::try_from(value).unwrap_or(-1))
    };
    let [day, week, month] =
        PERIODS.map(|period| PeriodLimit { count: part(period, "count"), minutes: part(period, "minutes") });
    TypeLimits { day, week, month }
}

/// One of the words; nothing typed is the usual one.
fn one_of<T: std::str::FromStr>(check: &mut Check, form: &Form, name: &str, otherwise: T) -> T {
    let Some(typed) = form.optional(name) else { return otherwise };
    let value = typed.parse().ok();
    check.require(value.is_some(), name, "choose_one");
    value.unwrap_or(otherwise)
}

/// The words that a form may leave out.
pub(super) fn words(form: &FormState) -> (String, String) {
    let typed = |name: &str, otherwise: &str| {
        form.values
            .get(name)
            .filter(|value| !value.is_empty())
            .cloned()
            .unwrap_or_else(|| otherwise.to_owned())
    };
    (typed("place_kind", PlaceKind::Video.word()), typed("coach_mode", CoachMode::Fixed.word()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        details::{Duration, Question, QuestionKind},
        type_input::tests::{input, row},
    };

    fn sketch() -> (AppointmentTypeId, Instant) {
        let row = row(input());
        (row.id, row.created_at)
    }
    fn as_sent(state: &FormState) -> Form {
        state.values.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }
    fn again(input: &TypeInput, code: &str) -> TypeInput {
        let currency = code.parse().unwrap();
        let form = as_sent(&filled(input, currency));
        let back = read(&form, &Lists::typed(&form), currency, sketch()).unwrap();
        TypeInput { coaches: input.coaches.clone(), ..back }
    }

    #[test]
    fn a_type_goes_through_the_form_unchanged() {
        let question = Question {
            key: "goal".into(),
            label: "Your goal?".into(),
            kind: QuestionKind::Choice,
            required: true,
            choices: vec!["One".into(), "Two".into()],
        };
        let whole = TypeInput {
            other_durations: vec![Duration { minutes: 90, price: 12_345 }],
            price: 4_500,
            range_from: Some("2026-12-01".parse().unwrap()),
            range_to: Some("2026-12-24".parse().unwrap()),
            limits: TypeLimits {
                week: PeriodLimit { count: Some(3), minutes: None },
                ..TypeLimits::default()
            },
            seats: 4,
            late_refund_percent: Some(25),
            questions: vec![question],
            reminder_minutes: vec![2_880, 90, 60],
            needs_approval: true,
            step_minutes: Some(15),
            credits: Some(2),
            ..input()
        };
        for code in ["GBP", "JPY", "KWD"] {
            assert_eq!(again(&whole, code), whole, "{code}");
        }
        let plain = again(&fresh(), "GBP");
        assert_eq!(
            row(TypeInput { slug: "x".into(), name: "X".into(), coaches: input().coaches, ..plain })
                .step_minutes,
            45
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let pairs = [
            ("minutes", "long"),
            ("price", "12.345"),
            ("place_kind", "moon"),
            ("coach_mode", "none"),
            ("notice_minutes", "1"),
            ("notice_minutes_unit", "weeks"),
            ("bookable", "range"),
            ("range_from", ""),
            ("range_to", "soon"),
            ("late", "share"),
            ("limits/day/count", "few"),
            ("seats", "1.5"),
        ];
        let form: Form =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let problem = read(&form, &Lists::typed(&form), "GBP".parse().unwrap(), sketch()).unwrap_err();
        let mut wrong: Vec<&str> = problem.fields.iter().map(|error| error.field.as_str()).collect();
        wrong.sort_unstable();
        let expected = [
            "coach_mode",
            "coaches",
            "late_refund_percent",
            "limits/day/count",
            "minutes",
            "name",
            "notice_minutes",
            "place_kind",
            "price",
            "range_to",
            "seats",
            "slug",
        ];
        assert_eq!(wrong, expected, "also what is only missing");
    }

    #[test]
    fn a_number_beyond_all_bounds_is_out_of_its_range() {
        let huge = "99999999999999999999";
        let pairs = [
            ("name", "Long"),
            ("slug", "long"),
            ("minutes", huge),
            ("notice_minutes", huge),
            ("notice_minutes_unit", "days"),
            ("other_durations/0/minutes", "-99999999999999999999"),
            ("reminder_minutes/0", huge),
            ("reminder_minutes/0_unit", "days"),
            ("limits/day/count", huge),
        ];
        let form: Form =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let currency = "GBP".parse().unwrap();
        let typed = read(&form, &Lists::typed(&form), currency, sketch()).unwrap();
        let problem = typed.check(sketch().0, sketch().1).unwrap_err();
        let of =
            |field: &str| problem.fields.iter().find(|error| error.field == field).map(|error| error.code);
        assert_eq!(
            [
                "minutes",
                "notice_minutes",
                "other_durations/0/minutes",
                "reminder_minutes/0",
                "limits/day/count"
            ]
            .map(of),
            [
                Some("out_of_range"),
                Some("span_out_of_range"),
                Some("out_of_range"),
                Some("reminder_out_of_range"),
                Some("out_of_range")
            ]
        );
    }
}
