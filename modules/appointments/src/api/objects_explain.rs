//! The explanation of a start as the API gives it.

use events::{Instant, MemberId};
use poem_openapi::Object;

use crate::{
    model::explained::{OpenedBy, Reason},
    service::explain::Explained,
};

/// Open hours that hold a start.
#[derive(Clone, Debug, Object)]
pub(crate) struct OpenHours {
    pub from: Instant,
    pub to: Instant,
    pub by: OpenedBy,
}

/// What one coach's time says.
#[derive(Clone, Debug, Object)]
pub(crate) struct CoachExplanation {
    pub coach: MemberId,
    pub coach_name: String,
    /// Whether nothing of this coach closes it.
    pub open: bool,
    pub hours: Option<OpenHours>,
    /// All rules that close it.
    pub closed_by: Vec<Reason>,
}

/// Which rules open or close a start.
#[derive(Clone, Debug, Object)]
pub(crate) struct Explanation {
    pub start: Instant,
    pub end: Instant,
    /// Whether clients can book it now: it is among the slots.
    pub open: bool,
    /// 0 when it is closed.
    pub seats_left: u32,
    /// Rules that close it whoever the coach is.
    pub closed_by: Vec<Reason>,
    pub coaches: Vec<CoachExplanation>,
}

impl From<Explained> for Explanation {
    fn from(of: Explained) -> Self {
        let coaches = of.coaches.into_iter().map(|(coach, coach_name, answer)| CoachExplanation {
            coach,
            coach_name,
            open: answer.is_open,
            hours: answer.hours.map(|(from, to, by)| OpenHours { from, to, by }),
            closed_by: answer.closed_by,
        });
        Self {
            start: of.start,
            end: of.end,
            open: of.is_open,
            seats_left: of.seats_left,
            closed_by: of.for_all,
            coaches: coaches.collect(),
        }
    }
}
