use events::Instant;
use kernel::{Layout, Text, View};
use serde::Serialize;

use super::{BookingRow, STATES, pick::sample_month, sample_time};
use crate::pages::month::Month;

/// One's own bookings.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MyBookingsView {
    pub past: bool,
    pub zone: String,
    pub bookings: Vec<BookingRow>,
    pub next: Option<String>,
}
impl View for MyBookingsView {
    const TEMPLATE: &'static str = "appointments/my_bookings";
    const LAYOUT: Layout = Layout::Client;
    fn title(&self) -> Text {
        Text::key("appointments-title-my-bookings")
    }
    fn samples() -> Vec<Self> {
        let rows = STATES.map(BookingRow::sample).to_vec();
        let view = |past, bookings, next| Self { past, zone: "Europe/London".into(), bookings, next };
        vec![
            view(false, vec![], None),
            view(true, vec![], None),
            view(true, rows, Some("/me/bookings?cursor=x".into())),
        ]
    }
}

/// A day of one's own calendar that has bookings.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OwnDay {
    /// Name of its place on the page.
    pub id: String,
    /// A moment of it, for its name.
    pub at: Instant,
    pub bookings: Vec<BookingRow>,
}

/// A month of one's own bookings.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MyCalendarView {
    pub zone: String,
    pub month: Month,
    pub days: Vec<OwnDay>,
}
impl View for MyCalendarView {
    const TEMPLATE: &'static str = "appointments/my_calendar";
    const LAYOUT: Layout = Layout::Client;
    fn title(&self) -> Text {
        Text::key("appointments-title-my-calendar")
    }
    fn samples() -> Vec<Self> {
        let view = |days| Self { zone: "Europe/London".into(), month: sample_month(true), days };
        let rows = STATES.map(BookingRow::sample).to_vec();
        vec![
            view(vec![]),
            view(vec![OwnDay { id: "day-2026-11-23".into(), at: sample_time(0), bookings: rows }]),
        ]
    }
}

/// The private address of a calendar, in the client area.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FeedView {
    /// The address; `None`: there is none.
    pub address: Option<String>,
    /// Path of this page.
    pub action: String,
}
impl View for FeedView {
    const TEMPLATE: &'static str = "appointments/feed";
    const LAYOUT: Layout = Layout::Client;
    fn title(&self) -> Text {
        Text::key("appointments-title-feed")
    }
    fn samples() -> Vec<Self> {
        let view = |address| Self { address, action: "/me/bookings/feed".into() };
        vec![view(None), view(Some("https://example.com/maya/calendar/abc.ics".into()))]
    }
}

/// The same for staff.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct StudioFeedView(pub FeedView);
impl View for StudioFeedView {
    const TEMPLATE: &'static str = "appointments/studio_feed";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-feed")
    }
    fn samples() -> Vec<Self> {
        FeedView::samples().into_iter().map(Self).collect()
    }
}
