//! What the calendar was asked for, and the links that ask for something else.

use events::{Instant, MemberId};
use jiff::{ToSpan, civil::Date};
use kernel::Ctx;
use serde::Deserialize;

use crate::{
    model::{timegrid::Axis, when},
    pages::href::with_query,
};

const PATH: &str = "/studio/calendar";
/// Everybody's time.
const ALL: &str = "all";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct CalendarQuery {
    view: String,
    date: String,
    coach: String,
    hours: String,
}

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Day,
    Week,
    Month,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// What the calendar was asked for. What can't be read is as if it had been left out.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub kind: Kind,
    pub date: Date,
    /// `None`: everybody.
    pub coach: Option<MemberId>,
    /// The coach as links name it.
    pub coach_word: String,
    pub all_hours: bool,
}

impl Asked {
    pub fn of(ctx: &Ctx, query: &CalendarQuery) -> Self {
        let kind = match query.view.as_str() {
            "day" => Kind::Day,
            "month" => Kind::Month,
            _ => Kind::Week,
        };
        let today = when::date_in(ctx.now(), &when::zone(&ctx.tenant().zone));
        // Coaches see their own time first, those who run the business everybody's.
        let own = ctx.actor().staff().filter(|staff| staff.role == "coach").map(|staff| staff.member);
        let coach = query.coach.parse().ok().or(own.filter(|_| query.coach != ALL));
        Self {
            kind,
            date: when::date(&query.date).unwrap_or(today),
            coach,
            coach_word: coach.map_or_else(|| ALL.to_owned(), |coach| coach.to_string()),
            all_hours: query.hours == ALL,
        }
    }
    /// The first day that is shown, and how many.
    pub fn days(&self) -> (Date, i32) {
        match self.kind {
            Kind::Day => (self.date, 1),
            Kind::Week => (monday(self.date), 7),
            Kind::Month => {
                let (first, last) = (monday(self.date.first_of_month()), self.date.last_of_month());
                let days = first.until(last).map_or(34, |span| span.get_days());
                // Whole weeks.
                (first, (days / 7 + 1) * 7)
            }
        }
    }
    /// A moment of what is shown, for its name.
    pub fn title_at(&self, axis: &Axis) -> Option<Instant> {
        let day = match self.kind {
            Kind::Month => axis.days.iter().find(|day| day.date.day() == 1),
            Kind::Day | Kind::Week => axis.days.first(),
        };
        day.map(|day| day.start)
    }
    pub fn earlier(&self) -> Option<Date> {
        match self.kind {
            Kind::Day => self.date.checked_sub(1.day()).ok(),
            Kind::Week => self.date.checked_sub(7.days()).ok(),
            Kind::Month => self.date.first_of_month().checked_sub(1.month()).ok(),
        }
    }
    pub fn later(&self) -> Option<Date> {
        match self.kind {
            Kind::Day => self.date.checked_add(1.day()).ok(),
            Kind::Week => self.date.checked_add(7.days()).ok(),
            Kind::Month => self.date.first_of_month().checked_add(1.month()).ok(),
        }
    }
    pub fn path(&self, kind: Kind, date: Date) -> String {
        self.with(kind, date, self.all_hours)
    }
    /// The same with more or fewer hours.
    pub fn hours_path(&self) -> String {
        self.with(self.kind, self.date, !self.all_hours)
    }
    fn with(&self, kind: Kind, date: Date, all_hours: bool) -> String {
        let parameters = [
            ("view", kind.word()),
            ("date", &date.to_string()),
            ("coach", &self.coach_word),
            ("hours", if all_hours { ALL } else { "" }),
        ];
        with_query(PATH, &parameters)
    }
    /// A form that comes back here, for the coach who is shown.
    pub fn with_back(&self, path: &str, more: &[(&str, &str)]) -> String {
        let back = self.path(self.kind, self.date);
        let coach = self.coach.map(|coach| coach.to_string()).unwrap_or_default();
        let mut parameters = vec![("coach", coach.as_str()), ("back", back.as_str())];
        parameters.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        parameters.extend(more);
        with_query(path, &parameters)
    }
}

/// The Monday of a week.
fn monday(date: Date) -> Date {
    date.saturating_sub(i64::from(date.weekday().to_monday_zero_offset()).days())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn asked(kind: Kind, date: Date) -> Asked {
        Asked { kind, date, coach: None, coach_word: ALL.into(), all_hours: false }
    }

    #[test]
    fn links_keep_what_was_chosen() {
        let week = Asked { all_hours: true, ..asked(Kind::Week, date(2026, 11, 25)) };
        assert_eq!(
            week.path(Kind::Day, date(2026, 11, 26)),
            "/studio/calendar?view=day&date=2026-11-26&coach=all&hours=all"
        );
        assert_eq!(week.hours_path(), "/studio/calendar?view=week&date=2026-11-25&coach=all");
        let form = week.with_back("/studio/bookings/new", &[("start", "2026-11-26T10:00:00Z")]);
        assert!(
            form.starts_with("/studio/bookings/new?back=/studio/calendar%3Fview%3Dweek%26date"),
            "{form}"
        );
    }

    #[test]
    fn leafing_goes_by_what_is_shown() {
        let end = date(2026, 3, 31);
        assert_eq!(asked(Kind::Month, end).earlier(), Some(date(2026, 2, 1)));
        assert_eq!(asked(Kind::Month, end).later(), Some(date(2026, 4, 1)));
        assert_eq!(asked(Kind::Week, end).later(), Some(date(2026, 4, 7)));
        assert_eq!(asked(Kind::Day, Date::MAX).later(), None);
    }

    proptest! {
        #[test]
        fn a_view_is_whole_weeks_around_its_date(year in 1990_i16..2100, month in 1_i8..=12, day in 1_i8..=28) {
            let at = date(year, month, day);
            for (kind, last) in [(Kind::Week, at), (Kind::Month, at.last_of_month())] {
                let (first, count) = asked(kind, at).days();
                prop_assert_eq!((first.weekday().to_monday_one_offset(), count % 7), (1, 0));
                let end = first.checked_add(count.days()).unwrap();
                prop_assert!(first <= at && last < end && count <= 42);
                prop_assert!(end.checked_sub(7.days()).unwrap() <= last, "no week without need");
            }
        }
    }
}
