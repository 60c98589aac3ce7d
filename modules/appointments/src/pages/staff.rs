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
/// twice is not lost; else what was typed. Empty when neither can be read. A script may send the moment alone.
pub(super) fn typed_moment(ctx: &Ctx, form: &Form, exact: &str, shown: &str) -> String {
    chosen_moment(&zone(ctx), form, exact, shown).map(|at| at.to_string()).unwrap_or_default()
}

fn chosen_moment(zone: &TimeZone, form: &Form, exact: &str, shown: &str) -> Option<Instant> {
    let (is_alone, typed) = (form.all(shown).is_empty(), form.text(shown));
    let exact = form.text(exact).parse::<Instant>().ok();
    exact.filter(|exact| is_alone || wall(*exact, zone) == typed).or_else(|| moment(typed, zone))
}

/// The problem with the names that the fields have in a form; `moments` are pairs of a use case's moment and the field where
/// it is typed. An emptied one is needed rather than unreadable.
pub(super) fn at_fields(problem: Problem, form: &Form, moments: &[(&str, &str)]) -> Problem {
    let fields = problem.fields.into_iter().map(|error| {
        let Some((_, shown)) = moments.iter().find(|(moment, _)| *moment == error.field) else {
            return error;
        };
        let is_emptied = error.code == "not_an_instant" && form.text(shown).is_empty();
        let code = if is_emptied { "required" } else { error.code };
        FieldError { field: (*shown).to_owned(), code, ..error }
    });
    Problem { fields: fields.collect(), ..problem }
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
    fn an_emptied_time_is_not_the_one_before() {
        let form = |pairs: &[(&str, &str)]| -> Form {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let exact = ("start", "2026-10-25T01:30:00Z");
        let chosen = |form: &Form| chosen_moment(&london(), form, "start", "at").map(|at| at.to_string());
        // The second half past one of that night, as long as the field still says so; a script sends it alone.
        for same in [vec![exact, ("at", "2026-10-25T01:30")], vec![exact]] {
            assert_eq!(chosen(&form(&same)).as_deref(), Some(exact.1));
        }
        let later = form(&[exact, ("at", "2026-10-25T10:00")]);
        assert_eq!(chosen(&later).as_deref(), Some("2026-10-25T10:00:00Z"));
        let emptied = form(&[exact, ("at", "")]);
        assert_eq!(chosen(&emptied), None);
        let refused = |typed: &Form| {
            let problem = Problem::field("start", "not_an_instant");
            at_fields(problem, typed, &[("start", "at")]).fields.remove(0)
        };
        assert_eq!((refused(&emptied).field.as_str(), refused(&emptied).code), ("at", "required"));
        assert_eq!(refused(&form(&[("at", "soon")])).code, "not_an_instant");
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
