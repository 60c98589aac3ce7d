//! Staff chose a time that is taken: what stands in the way, and which times are free nearby.

use events::{BookingId, Instant, MemberId};
use kernel::{Ctx, FieldError, Form, FormState, Problem};

use super::staff::{wall, zone};
use crate::service::calendar::{self, Entry, What};

/// The time that was wanted.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// Whose; empty: of whoever is free.
    pub coaches: Vec<MemberId>,
    pub start: Instant,
    pub end: Instant,
    /// Minutes kept free before and after it.
    pub around: (i64, i64),
    /// The booking that is moved: it does not stand in its own way.
    pub moving: Option<BookingId>,
}

/// A problem as a form shows it: taken time stands at the field `at`. With it the free times nearby, if there are any.
pub(super) async fn at_field(ctx: &Ctx, problem: Problem, wanted: Option<Wanted>) -> (Problem, Vec<Instant>) {
    if problem.code != "slot_taken" {
        return (problem, Vec::new());
    }
    let nearest = problem.extra.get("nearest").cloned();
    let nearest = nearest.and_then(|list| serde_json::from_value(list).ok()).unwrap_or_default();
    let error = match wanted {
        Some(wanted) => in_the_way(ctx, &wanted).await,
        None => None,
    };
    let error = error.unwrap_or_else(|| FieldError::new("at", "time_taken"));
    (Problem { fields: vec![error], ..problem }, nearest)
}

/// The first thing in the way, in words; nothing when it can't be told.
async fn in_the_way(ctx: &Ctx, wanted: &Wanted) -> Option<FieldError> {
    if wanted.coaches.is_empty() {
        return None;
    }
    let coach = if let [only] = wanted.coaches.as_slice() { Some(*only) } else { None };
    let (before, after) = wanted.around;
    let range = (wanted.start.plus_minutes(-before), wanted.end.plus_minutes(after));
    let calendar = calendar::calendar(ctx, coach, range).await.ok()?;
    let mut entries = calendar.entries.iter().filter(|entry| wanted.meets(entry, range));
    let in_it = entries.clone().find(|entry| wanted.meets(entry, (wanted.start, wanted.end)));
    let (code, entry) = match in_it {
        Some(entry) => ("time_taken_by", entry),
        None => ("time_taken_around", entries.next()?),
    };
    let zone = zone(ctx);
    let clock = |at| wall(at, &zone).split_once('T').map(|(_, clock)| clock.to_owned()).unwrap_or_default();
    let error = match &entry.what {
        What::Booking(line) => FieldError::new("at", code).arg("name", &line.client_name),
        What::Seats(line, _) => FieldError::new("at", code).arg("name", &line.type_name),
        What::Other(kind) if kind == "session" => FieldError::new("at", "time_taken_session"),
        What::Other(_) => return None,
    };
    Some(error.arg("from", clock(entry.start)).arg("to", clock(entry.end)))
}

impl Wanted {
    fn meets(&self, entry: &Entry, (from, to): (Instant, Instant)) -> bool {
        let is_own = matches!(&entry.what, What::Booking(line) if Some(line.id) == self.moving);
        !is_own && self.coaches.contains(&entry.coach) && entry.start < to && entry.end > from
    }
}

/// The free time that was chosen in a form that had been refused, and the form with it.
pub(super) fn picked(ctx: &Ctx, form: &Form) -> Option<(Instant, FormState)> {
    let start = form.text("pick").parse::<Instant>().ok()?;
    Some((start, form.state().with("start", start).with("at", wall(start, &zone(ctx)))))
}
