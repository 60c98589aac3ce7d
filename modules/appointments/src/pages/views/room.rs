use events::Instant;
use kernel::{Layout, Text, View};
use serde::Serialize;

use super::sample_time;

/// Whether one can come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DoorState {
    /// Not yet.
    Early,
    /// Not before it is certain: the business has to answer, or it has to be paid.
    Uncertain,
    Open,
    /// It has ended, or never takes place.
    Closed,
}

/// The video room of a booking.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RoomView {
    pub type_name: String,
    pub coach_name: String,
    pub start: Instant,
    pub end: Instant,
    pub zone: String,
    pub door: DoorState,
    /// When it opens.
    pub opens: Instant,
    /// Where the room is, while it is open.
    pub address: Option<String>,
    pub path: String,
}
impl View for RoomView {
    const TEMPLATE: &'static str = "appointments/room";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("appointments-title-room").arg("type", &self.type_name)
    }
    fn samples() -> Vec<Self> {
        let room = |door| Self {
            type_name: "Intro call".into(),
            coach_name: "Maya Lindqvist".into(),
            start: sample_time(0),
            end: sample_time(30),
            zone: "Europe/London".into(),
            door,
            opens: sample_time(-15),
            address: (door == DoorState::Open).then(|| "https://meet.example.com/abc#x".into()),
            path: "/booking/abc".into(),
        };
        [DoorState::Early, DoorState::Uncertain, DoorState::Open, DoorState::Closed].map(room).to_vec()
    }
}
