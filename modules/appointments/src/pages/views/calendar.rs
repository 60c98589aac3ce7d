use events::Instant;
use kernel::{Layout, Text, View};
use serde::Serialize;

use super::{Choice, STATES, sample_time};
use crate::model::State;

/// A stretch of the axis on the page, as a class: from the top and length in minutes, lane of how many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Place {
    pub name: String,
    pub from: i64,
    pub minutes: i64,
    pub lane: usize,
    pub lanes: usize,
}

/// The name of a row: the clock's time in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RowLabel {
    pub place: String,
    pub at: Instant,
    /// The clock shows it for the second time.
    pub again: bool,
}

/// A free hour, as a link to book it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Cell {
    pub place: String,
    pub at: Instant,
    pub path: String,
}

/// Something that takes time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Item {
    pub place: String,
    /// `booking`, `seats`, `blackout` or `other`.
    pub kind: &'static str,
    /// Client, type of several seats, reason of a blackout.
    pub title: String,
    /// Type of the appointment, or kind of what another module takes.
    pub text: String,
    /// Where several coaches stand in one column.
    pub coach_name: Option<String>,
    /// Identifier of the coach of a booking.
    pub coach: String,
    pub state: Option<State>,
    pub seats: Option<usize>,
    pub start: Instant,
    pub end: Instant,
    pub minutes: i64,
    /// Whether its times name their zone: where the clock changes.
    pub named: bool,
    /// Little room for words.
    pub short: bool,
    pub path: Option<String>,
    /// Where it is moved, if it may be.
    pub move_path: Option<String>,
}

impl Item {
    pub fn new(start: Instant, end: Instant) -> Self {
        Self {
            place: String::new(),
            kind: "other",
            title: String::new(),
            text: String::new(),
            coach_name: None,
            coach: String::new(),
            state: None,
            seats: None,
            start,
            end,
            minutes: end.seconds_since(start) / 60,
            named: false,
            short: false,
            path: None,
            move_path: None,
        }
    }
    fn sample(state: State) -> Self {
        Self {
            place: "at0".into(),
            kind: "booking",
            title: "Sam Reed".into(),
            text: "Intro call".into(),
            coach_name: Some("Maya Lindqvist".into()),
            coach: "mem_1".into(),
            state: Some(state),
            path: Some("/studio/bookings/bkg_1".into()),
            move_path: (state == State::Confirmed).then(|| "/studio/bookings/bkg_1/move".into()),
            ..Self::new(sample_time(0), sample_time(30))
        }
    }
    /// One of each kind that is no booking.
    fn other_samples() -> [Self; 4] {
        let plain = Self::new(sample_time(60), sample_time(90));
        [
            Self {
                kind: "seats",
                title: "Group call".into(),
                seats: Some(4),
                path: Some("/studio/bookings".into()),
                ..plain.clone()
            },
            Self {
                kind: "blackout",
                title: "Dentist".into(),
                short: true,
                path: Some("/studio/availability/blackouts".into()),
                ..plain.clone()
            },
            Self { kind: "other", text: "session".into(), ..plain.clone() },
            Self { kind: "other", text: "something".into(), ..plain },
        ]
    }
}

/// A day, or one coach's part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Column {
    /// Its first moment.
    pub at: Instant,
    /// Identifier of its coach; empty: of several.
    pub coach: String,
    /// The coach's name, where each coach has a column.
    pub coach_name: Option<String>,
    pub today: bool,
    pub path: String,
    /// For the script: `axis,minutes,moment` of each piece without a clock change, the moment in minutes since 1970.
    pub spans: String,
    pub open: Vec<String>,
    pub missing: Vec<String>,
    pub cells: Vec<Cell>,
    pub items: Vec<Item>,
}

/// Columns of hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Grid {
    pub count: usize,
    /// Where on the axis the first row begins.
    pub top: i64,
    /// Minutes from the first row to the end of the last.
    pub length: i64,
    pub places: Vec<Place>,
    pub labels: Vec<RowLabel>,
    pub columns: Vec<Column>,
}

/// A day of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct MonthDay {
    pub day: i8,
    pub at: Instant,
    pub path: String,
    /// Of another month.
    pub outside: bool,
    pub today: bool,
    /// Somebody's time is blocked.
    pub closed: bool,
    pub count: usize,
    pub items: Vec<Item>,
    /// How many it has besides those named.
    pub more: usize,
}

/// The staff calendar.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CalendarView {
    /// `day`, `week` or `month`.
    pub kind: &'static str,
    /// `2026-11-24`
    pub date: String,
    /// A moment of what is shown, for its name.
    pub at: Option<Instant>,
    /// A moment of the last day that is shown.
    pub until: Option<Instant>,
    /// Identifier, or `all`.
    pub coach: String,
    pub coaches: Vec<Choice>,
    pub day_path: String,
    pub week_path: String,
    pub month_path: String,
    pub previous_path: Option<String>,
    pub next_path: Option<String>,
    pub today_path: String,
    /// This very view.
    pub back: String,
    pub hours_path: String,
    pub all_hours: bool,
    pub book_path: Option<String>,
    pub block_path: Option<String>,
    pub grid: Option<Grid>,
    pub weeks: Vec<Vec<MonthDay>>,
}
impl View for CalendarView {
    const TEMPLATE: &'static str = "appointments/studio_calendar";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-calendar")
    }
    fn samples() -> Vec<Self> {
        let path = || "/studio/calendar?view=week&date=2026-11-23&coach=all".to_owned();
        let week = Self {
            kind: "week",
            date: "2026-11-23".into(),
            at: Some(sample_time(0)),
            until: Some(sample_time(6 * 1_440)),
            coach: "all".into(),
            coaches: vec![Choice { value: "mem_1".into(), label: "Maya Lindqvist".into(), current: false }],
            day_path: path(),
            week_path: path(),
            month_path: path(),
            previous_path: Some(path()),
            next_path: Some(path()),
            today_path: path(),
            back: path(),
            hours_path: path(),
            all_hours: false,
            book_path: Some("/studio/bookings/new".into()),
            block_path: Some("/studio/calendar/block".into()),
            grid: Some(sample_grid()),
            weeks: vec![],
        };
        let day =
            Self { kind: "day", all_hours: true, coach: "mem_1".into(), previous_path: None, ..week.clone() };
        let month = Self {
            kind: "month",
            grid: None,
            weeks: vec![sample_week()],
            book_path: None,
            block_path: None,
            ..week.clone()
        };
        vec![week, day, month]
    }
}

fn sample_grid() -> Grid {
    let mut items: Vec<Item> = STATES.iter().take(5).map(|state| Item::sample(*state)).collect();
    items.extend(Item::other_samples());
    let column = |coach_name: Option<&str>, today| Column {
        at: sample_time(0),
        coach: "mem_1".into(),
        coach_name: coach_name.map(str::to_owned),
        today,
        path: "/studio/calendar?view=day".into(),
        spans: "0,1440,29923200".into(),
        open: vec!["at0".into()],
        missing: vec!["at0".into()],
        cells: vec![Cell { place: "at0".into(), at: sample_time(120), path: "/studio/bookings/new".into() }],
        items: items.clone(),
    };
    let label = |again| RowLabel { place: "at0".into(), at: sample_time(0), again };
    Grid {
        count: 2,
        top: 420,
        length: 780,
        places: vec![Place { name: "at0".into(), from: 0, minutes: 60, lane: 0, lanes: 1 }],
        labels: vec![label(false), label(true)],
        columns: vec![column(None, true), column(Some("Maya Lindqvist"), false)],
    }
}

fn sample_week() -> Vec<MonthDay> {
    let day = |outside, more| MonthDay {
        day: 23,
        at: sample_time(0),
        path: "/studio/calendar?view=day".into(),
        outside,
        today: !outside,
        closed: outside,
        count: 4 + more,
        items: STATES.iter().take(5).map(|state| Item::sample(*state)).chain(Item::other_samples()).collect(),
        more,
    };
    vec![day(false, 2), day(true, 0)]
}
