//! Hours of coaches as the API takes and gives them.

use events::MemberId;
use poem_openapi::Object;

use crate::{
    model::hours::{Window, WindowInput, clock},
    service::schedules::Weekly,
};

/// Open hours on a weekday, on the wall clock.
#[derive(Clone, Debug, Object)]
#[oai(rename = "AvailabilityWindow")]
pub(crate) struct WindowObject {
    /// 1 (Monday) to 7 (Sunday).
    pub weekday: i64,
    /// `HH:MM`.
    pub opens: String,
    /// `HH:MM`; earlier than `opens`: on the next day; `24:00`: the end of the day.
    pub closes: String,
}

impl From<&Window> for WindowObject {
    fn from(window: &Window) -> Self {
        Self { weekday: window.weekday.into(), opens: clock(window.opens), closes: clock(window.closes) }
    }
}
impl From<WindowObject> for WindowInput {
    fn from(window: WindowObject) -> Self {
        Self { weekday: window.weekday, opens: window.opens, closes: window.closes }
    }
}

/// A coach's weekly windows.
#[derive(Clone, Debug, Object)]
pub(crate) struct AvailabilityWindows {
    pub coach: MemberId,
    /// The zone the hours are read in (IANA name).
    pub zone: String,
    /// Whether that is a zone of the coach's own rather than the tenant's.
    pub own_zone: bool,
    pub windows: Vec<WindowObject>,
}

impl AvailabilityWindows {
    pub fn of(weekly: &Weekly, tenant_zone: &str) -> Self {
        Self {
            coach: weekly.coach,
            zone: weekly.zone.clone().unwrap_or_else(|| tenant_zone.to_owned()),
            own_zone: weekly.zone.is_some(),
            windows: weekly.windows.iter().map(WindowObject::from).collect(),
        }
    }
}

/// Windows that take the place of all that a coach had.
#[derive(Clone, Debug, Object)]
pub(crate) struct NewAvailabilityWindows {
    pub coach: MemberId,
    /// IANA name; left out: the tenant's zone.
    pub zone: Option<String>,
    pub windows: Vec<WindowObject>,
}
