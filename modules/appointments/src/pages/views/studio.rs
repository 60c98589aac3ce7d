use events::Instant;
use kernel::{FieldError, FormState, Layout, Text, View};
use serde::Serialize;

use super::{Choice, FieldLabel, PLACES, sample_choice};
use crate::{
    model::{AppointmentType, PlaceKind},
    pages::month::{MONDAY, midday},
};

/// A type in the studio's list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioTypeRow {
    pub name: String,
    pub minutes: i32,
    pub place_kind: PlaceKind,
    pub coach_names: Vec<String>,
    pub active: bool,
    pub path: String,
    pub public_path: String,
}

impl StudioTypeRow {
    pub fn of(row: &AppointmentType, coach_names: Vec<String>) -> Self {
        Self {
            name: row.name.clone(),
            minutes: row.minutes,
            place_kind: row.place_kind,
            coach_names,
            active: row.active,
            path: format!("/studio/appointment-types/{}", row.id),
            public_path: format!("/book/{}", row.slug),
        }
    }
}

/// All types.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioTypesView {
    pub types: Vec<StudioTypeRow>,
}
impl View for StudioTypesView {
    const TEMPLATE: &'static str = "appointments/studio_types";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-studio-types")
    }
    fn samples() -> Vec<Self> {
        let row = |place_kind| StudioTypeRow {
            name: "Intro call".into(),
            minutes: 30,
            place_kind,
            coach_names: vec!["Jonas Weber".into(), "Aylin Demir".into()],
            active: place_kind != PlaceKind::Phone,
            path: "/studio/appointment-types/apt_1".into(),
            public_path: "/book/intro-call".into(),
        };
        vec![Self { types: vec![] }, Self { types: PLACES.map(row).to_vec() }]
    }
}

/// A window's two fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct WindowFields {
    /// From 1.
    pub number: usize,
    pub opens: String,
    pub closes: String,
}

/// A weekday in the editor.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WeekdayRow {
    /// 1 (Monday) to 7.
    pub weekday: u8,
    /// A moment of such a day in UTC, for its name.
    pub at: Instant,
    pub lines: Vec<WindowFields>,
    /// Chosen to be copied, or to be copied to.
    pub copy_from: bool,
    pub copy_to: bool,
}

/// A coach's weekly windows.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AvailabilityView {
    pub coach: String,
    pub coach_name: String,
    pub coaches: Vec<Choice>,
    pub tenant_zone: String,
    pub may_write: bool,
    pub days: Vec<WeekdayRow>,
    pub zones: Vec<Choice>,
    pub zone_error: bool,
    /// What the fields of the lines are called in the summary of errors.
    pub labels: Vec<FieldLabel>,
    /// `done` when hours were just copied, `none` when no day was ticked for it; else empty.
    pub copy: &'static str,
    pub form: FormState,
}
impl View for AvailabilityView {
    const TEMPLATE: &'static str = "appointments/studio_availability";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-availability")
    }
    fn samples() -> Vec<Self> {
        let zone = crate::model::when::zone("UTC");
        let line = |number| WindowFields {
            number,
            opens: format!("opens-1-{number}"),
            closes: format!("closes-1-{number}"),
        };
        let label = |name: &str, part: &str| {
            let label = Text::key(format!("appointments-hours-of-{part}"));
            FieldLabel::new(name, label.arg("day", "mon").arg("number", 1))
        };
        let labels = vec![label("opens-1-1", "opens"), label("closes-1-1", "closes")];
        let view = |copy: &'static str, coaches, form| Self {
            coach: "mem_1".into(),
            coach_name: "Maya Lindqvist".into(),
            coaches,
            tenant_zone: "Europe/London".into(),
            may_write: copy != "none",
            zones: vec![sample_choice()],
            zone_error: copy.is_empty(),
            labels: labels.clone(),
            copy,
            days: vec![WeekdayRow {
                weekday: 1,
                at: midday(MONDAY, &zone),
                lines: vec![line(1), line(2)],
                copy_from: copy == "done",
                copy_to: copy == "done",
            }],
            form,
        };
        let refused = FormState::default()
            .with("opens-1-1", "09:00")
            .wrong(&FieldError::new("closes-1-1", "zero_length"));
        let two = vec![sample_choice(), Choice { current: false, ..sample_choice() }];
        vec![
            view("", vec![sample_choice()], refused),
            view("done", two.clone(), FormState::default()),
            view("none", two, FormState::default()),
        ]
    }
}
