//! Hours of coaches as the API takes and gives them.

use events::{BlackoutId, Instant, MemberId};
use poem_openapi::Object;

use crate::{
    model::{
        day::Day,
        hours::{Window, WindowInput, clock},
        overrides::HoursInput,
    },
    service::{blackouts::Counted, overrides::OverriddenDate, schedules::Weekly},
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

/// Hours on one date, on the wall clock.
#[derive(Clone, Debug, Object)]
#[oai(rename = "DateHours")]
pub(crate) struct HoursObject {
    /// `HH:MM`.
    pub opens: String,
    /// `HH:MM`; earlier than `opens`: on the next day; `24:00`: the end of the day.
    pub closes: String,
}

impl From<HoursObject> for HoursInput {
    fn from(hours: HoursObject) -> Self {
        Self { opens: hours.opens, closes: hours.closes }
    }
}

/// What holds on one date instead of the weekly windows.
#[derive(Clone, Debug, Object)]
#[oai(rename = "AvailabilityOverride")]
pub(crate) struct OverrideOut {
    pub date: Day,
    /// None: closed that day.
    pub hours: Vec<HoursObject>,
}

impl From<OverriddenDate> for OverrideOut {
    fn from(of: OverriddenDate) -> Self {
        let hours =
            of.hours.iter().map(|row| HoursObject { opens: clock(row.opens), closes: clock(row.closes) });
        Self { date: of.date, hours: hours.collect() }
    }
}

/// A coach's dates with other hours.
#[derive(Clone, Debug, Object)]
pub(crate) struct AvailabilityOverrides {
    pub coach: MemberId,
    /// The zone the hours are read in (IANA name).
    pub zone: String,
    /// In order.
    pub overrides: Vec<OverrideOut>,
}

/// Other hours for one date; they take the place of its weekly windows.
#[derive(Clone, Debug, Object)]
pub(crate) struct NewAvailabilityOverride {
    pub coach: MemberId,
    pub date: Day,
    /// None: closed that day.
    #[oai(validator(max_items = 10))]
    pub hours: Vec<HoursObject>,
}

/// A stretch in which nothing is offered.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Blackout")]
pub(crate) struct BlackoutOut {
    pub id: BlackoutId,
    /// Absent: the whole business.
    pub coach: Option<MemberId>,
    pub coach_name: Option<String>,
    pub start: Instant,
    /// Exclusive.
    pub end: Instant,
    pub reason: String,
    /// Bookings inside it that were made before; they stay.
    pub bookings: i64,
}

impl From<Counted> for BlackoutOut {
    fn from(of: Counted) -> Self {
        let Counted { blackout, coach_name, bookings, .. } = of;
        Self {
            id: blackout.id,
            coach: blackout.coach_id,
            coach_name,
            start: blackout.starts_at,
            end: blackout.ends_at,
            reason: blackout.reason,
            bookings,
        }
    }
}

/// One page of blackouts.
#[derive(Clone, Debug, Object)]
pub(crate) struct BlackoutList {
    pub items: Vec<BlackoutOut>,
    /// Where the next page begins; absent on the last.
    pub next_cursor: Option<String>,
}

/// A stretch to be closed.
#[derive(Clone, Debug, Object)]
pub(crate) struct NewBlackout {
    /// Left out: the whole business.
    pub coach: Option<MemberId>,
    pub start: Instant,
    /// At most 400 days after the start.
    pub end: Instant,
    /// For staff only.
    #[oai(default, validator(max_length = 200))]
    pub reason: String,
}
