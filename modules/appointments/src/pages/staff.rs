//! What the studio's forms have in common: times on the wall clock of the business, and the way back.

use events::{BookingId, Instant};
use jiff::{civil::DateTime, tz::TimeZone};
use kernel::{Ctx, FieldError, Form, Problem};
use poem::http::StatusCode;

use crate::model::when;

/// The zone that the studio shows times in.
pub(super) fn zone(ctx: &Ctx) -> TimeZone {
    when::zone(&ctx.tenant().zone)
}

/// A moment as `<input type="datetime-local">` has it.
pub(super) fn wall(at: Instant, zone: &TimeZone) -> String {
    at.timestamp().to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// The moment that was typed; in an hour that comes twice the first, in one that is missing as much later.
pub(super) fn moment(typed: &str, zone: &TimeZone) -> Option<Instant> {
    // A date alone is no moment.
    let wall: DateTime = typed.contains('T').then(|| typed.parse().ok()).flatten()?;
    Some(Instant::new(wall.to_zoned(zone.clone()).ok()?.timestamp()))
}

/// The moment of a form: `exact` as long as the time shown beside it still says the same, so that an hour that comes
/// twice is not lost; else what was typed. Empty when neither can be read.
pub(super) fn typed_moment(ctx: &Ctx, form: &Form, exact: &str, shown: &str) -> String {
    let (zone, typed) = (zone(ctx), form.text(shown));
    let exact = form.text(exact).parse::<Instant>().ok();
    if let Some(exact) = exact.filter(|exact| typed.is_empty() || wall(*exact, &zone) == typed) {
        return exact.to_string();
    }
    moment(typed, &zone).map(|at| at.to_string()).unwrap_or_default()
}

/// The page of the studio where a form came from; anything else is none.
pub(super) fn back(asked: &str, otherwise: &str) -> String {
    let safe = asked.starts_with("/studio/")
        && asked.len() <= 500
        && !asked.contains("//")
        && asked.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if safe { asked.to_owned() } else { otherwise.to_owned() }
}

/// The identifier in an address.
///
/// # Errors
/// 404 when it is none.
pub(super) fn parse(id: &str) -> Result<BookingId, Problem> {
    id.parse().map_err(|_| Problem::not_found())
}

/// Whether a form is shown again with what was wrong: the input, or something that is not possible any more.
pub(super) fn is_refusal(problem: &Problem) -> bool {
    matches!(problem.status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT)
}

/// The problem with its fields under the names they have in a form.
pub(super) fn renamed(problem: Problem, name: impl Fn(&str) -> String) -> Problem {
    let fields = problem.fields.into_iter().map(|error| FieldError { field: name(&error.field), ..error });
    Problem { fields: fields.collect(), ..problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn london() -> TimeZone {
        when::zone("Europe/London")
    }

    #[test]
    fn times_go_to_the_wall_and_back() {
        let at: Instant = "2026-07-01T09:30:00Z".parse().unwrap();
        assert_eq!(wall(at, &london()), "2026-07-01T10:30");
        assert_eq!(moment("2026-07-01T10:30", &london()), Some(at));
        assert_eq!(moment("2026-07-01T10:30:00", &london()), Some(at));
        for bad in ["", "2026-07-01", "10:30", "2026-13-01T10:30", "yesterday"] {
            assert_eq!(moment(bad, &london()), None, "{bad}");
        }
        // The hour that is missing, and the one that comes twice.
        assert_eq!(moment("2026-03-29T01:30", &london()).unwrap().to_string(), "2026-03-29T01:30:00Z");
        assert_eq!(moment("2026-10-25T01:30", &london()).unwrap().to_string(), "2026-10-25T00:30:00Z");
    }

    #[test]
    fn the_way_back_stays_in_the_studio() {
        let calendar = "/studio/calendar?view=day&date=2026-11-24";
        assert_eq!(back(calendar, "/studio/bookings"), calendar);
        for bad in [
            "",
            "https://evil.example",
            "//evil.example",
            "/studio//evil",
            "/studio/\\evil",
            "/me",
            "/studio/ x",
        ] {
            assert_eq!(back(bad, "/studio/bookings"), "/studio/bookings", "{bad}");
        }
    }
}
