use events::Instant;
use kernel::{FieldError, FormState, Layout, Text, View};
use serde::Serialize;

use super::{Choice, FieldLabel, sample_choice, sample_time};
use crate::model::explained::{OpenedBy, Reason, Rule};

/// A date in the calendar of other hours.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DateCell {
    pub day: i8,
    /// A moment of it, for its name.
    pub at: Instant,
    pub path: String,
    pub current: bool,
    /// `usual`, `other` or `closed`.
    pub state: &'static str,
}

/// Other hours on dates: a month, and the form of one date.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OverridesView {
    pub coach: String,
    pub coach_name: String,
    pub coaches: Vec<Choice>,
    /// Zone of the hours.
    pub zone: String,
    pub hours_path: String,
    /// A moment of the month, for its name.
    pub month_at: Instant,
    pub previous: String,
    pub next: String,
    pub weeks: Vec<Vec<Option<DateCell>>>,
    pub date: String,
    pub date_at: Instant,
    /// `usual`, `other` or `closed`.
    pub state: String,
    pub lines: Vec<super::WindowFields>,
    /// What the fields of the lines are called in the summary of errors.
    pub labels: Vec<FieldLabel>,
    pub may_write: bool,
    pub form: FormState,
}
impl View for OverridesView {
    const TEMPLATE: &'static str = "appointments/studio_overrides";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-overrides")
    }
    fn samples() -> Vec<Self> {
        let cell = |state| {
            Some(DateCell {
                day: 24,
                at: sample_time(0),
                path: "/studio/availability/overrides".into(),
                current: state == "closed",
                state,
            })
        };
        let view = |may_write, state: &str, coaches, form| Self {
            coach: "mem_1".into(),
            coach_name: "Maya Lindqvist".into(),
            coaches,
            zone: "Europe/London".into(),
            hours_path: "/studio/availability".into(),
            month_at: sample_time(0),
            previous: "/studio/availability/overrides?month=2026-11".into(),
            next: "/studio/availability/overrides?month=2027-01".into(),
            weeks: vec![vec![None, cell("usual"), cell("other"), cell("closed")]],
            date: "2026-12-24".into(),
            date_at: sample_time(0),
            state: state.into(),
            lines: vec![super::WindowFields {
                number: 1,
                opens: "opens-0".into(),
                closes: "closes-0".into(),
            }],
            labels: vec![FieldLabel::new(
                "closes-0",
                Text::key("appointments-hours-closes").arg("number", 1),
            )],
            may_write,
            form,
        };
        let wrong =
            FormState::default().with("opens-0", "09:00").wrong(&FieldError::new("closes-0", "zero_length"));
        let two = vec![sample_choice(), Choice { current: false, ..sample_choice() }];
        vec![
            view(true, "other", vec![sample_choice()], wrong),
            view(
                true,
                "usual",
                two.clone(),
                FormState::default().wrong(&FieldError::new("state", "hours_not_used")),
            ),
            view(false, "closed", two, FormState::default()),
        ]
    }
}

/// A blackout in the list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BlackoutRow {
    /// `None`: the whole business.
    pub coach_name: Option<String>,
    pub start: Instant,
    pub end: Instant,
    pub reason: String,
    /// Bookings inside it, which stay.
    pub bookings: i64,
    pub bookings_path: String,
    /// Where it is taken away, if one may.
    pub remove: Option<String>,
}

/// All blackouts that are not over, and the form of a new one.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BlackoutsView {
    pub zone: String,
    pub rows: Vec<BlackoutRow>,
    pub next: Option<String>,
    pub coaches: Vec<Choice>,
    /// Whether one may close the whole business.
    pub may_all: bool,
    pub all: bool,
    pub form: FormState,
}
impl View for BlackoutsView {
    const TEMPLATE: &'static str = "appointments/studio_blackouts";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-blackouts")
    }
    fn samples() -> Vec<Self> {
        let row = |bookings: i64| BlackoutRow {
            coach_name: (bookings > 0).then(|| "Maya Lindqvist".into()),
            start: sample_time(0),
            end: sample_time(2_880),
            reason: if bookings > 0 { "Holiday".into() } else { String::new() },
            bookings,
            bookings_path: "/studio/bookings".into(),
            remove: (bookings > 0).then(|| "/studio/availability/blackouts/bko_1/delete".into()),
        };
        let view = |rows: Vec<BlackoutRow>, may_all, form| Self {
            zone: "Europe/London".into(),
            next: (!rows.is_empty()).then(|| "/studio/availability/blackouts?cursor=x".into()),
            rows,
            coaches: vec![sample_choice()],
            may_all,
            all: may_all,
            form,
        };
        let wrong = FormState::default().wrong(&FieldError::new("end", "end_before_start"));
        vec![view(vec![], false, FormState::default()), view(vec![row(0), row(1), row(2)], true, wrong)]
    }
}

/// What one coach's time says.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CoachReasons {
    pub name: String,
    pub open: bool,
    pub hours: Option<HoursFound>,
    pub reasons: Vec<ReasonRow>,
}

/// Hours that hold the start.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HoursFound {
    pub from: Instant,
    pub to: Instant,
    pub by: OpenedBy,
}

/// A rule in words, with a link where it is a booking.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReasonRow {
    pub reason: Reason,
    pub path: Option<String>,
}

/// The answer about one start.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ExplainedView {
    pub type_name: String,
    pub start: Instant,
    pub end: Instant,
    pub open: bool,
    pub seats_left: u32,
    pub for_all: Vec<ReasonRow>,
    pub coaches: Vec<CoachReasons>,
}

/// "Explain this time".
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ExplainView {
    pub zone: String,
    pub types: Vec<Choice>,
    pub coaches: Vec<Choice>,
    pub answer: Option<ExplainedView>,
    pub form: FormState,
}
impl View for ExplainView {
    const TEMPLATE: &'static str = "appointments/studio_explain";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-explain")
    }
    fn samples() -> Vec<Self> {
        let bare = |rule| ReasonRow { reason: Reason::plain(rule), path: None };
        let coach = |open, reasons, by| CoachReasons {
            name: "Maya Lindqvist".into(),
            open,
            hours: Some(HoursFound { from: sample_time(0), to: sample_time(240), by }),
            reasons,
        };
        let answer = |open, coaches| ExplainedView {
            type_name: "Intro call".into(),
            start: sample_time(0),
            end: sample_time(30),
            open,
            seats_left: u32::from(open),
            for_all: if open { vec![] } else { vec![bare(Rule::TypeOff)] },
            coaches,
        };
        let view = |answer, form| Self {
            zone: "Europe/London".into(),
            types: vec![sample_choice()],
            coaches: vec![sample_choice()],
            answer,
            form,
        };
        let closed = coach(false, CLOSING_RULES.into_iter().map(sample_reason).collect(), OpenedBy::Override);
        let few = coach(false, vec![bare(Rule::OffGrid), bare(Rule::OutsideHours)], OpenedBy::Weekly);
        let wrong = FormState::default().wrong(&FieldError::new("at", "not_an_instant"));
        vec![
            view(None, wrong),
            view(Some(answer(false, vec![closed, few])), FormState::default()),
            view(Some(answer(true, vec![coach(true, vec![], OpenedBy::Weekly)])), FormState::default()),
        ]
    }
}

/// Every rule that closes a start of a coach.
const CLOSING_RULES: [Rule; 18] = [
    Rule::OutsideHours,
    Rule::DateClosed,
    Rule::DateHours,
    Rule::TooShort,
    Rule::OffGrid,
    Rule::Blackout,
    Rule::Booking,
    Rule::BookingBuffer,
    Rule::OwnBuffer,
    Rule::Session,
    Rule::Full,
    Rule::Past,
    Rule::Notice,
    Rule::Horizon,
    Rule::FixedRange,
    Rule::DayLimit,
    Rule::WeekLimit,
    Rule::MonthLimit,
];

fn sample_reason(rule: Rule) -> ReasonRow {
    ReasonRow {
        reason: Reason {
            from: Some(sample_time(0)),
            to: Some(sample_time(30)),
            used: Some(3),
            most: Some(3),
            ..Reason::plain(rule)
        },
        path: (rule == Rule::Booking).then(|| "/studio/bookings/bkg_1".into()),
    }
}
