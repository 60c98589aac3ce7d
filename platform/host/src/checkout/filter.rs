//! What a list of orders is asked for: read from a query, and written back into links.

use billing::office::{OrderFilter, Side, Span};
use events::{ClientId, Instant};
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use kernel::{Cursor, FieldError, Problem};
use serde::Deserialize;

/// The longest search, in characters.
const MAX_SEARCH: usize = 100;

/// A query as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct FilterText {
    pub(crate) search: String,
    pub(crate) status: String,
    pub(crate) method: String,
    pub(crate) module: String,
    pub(crate) needs: String,
    /// First and last day in the business's zone, `2026-11-23`.
    pub(crate) from: String,
    pub(crate) to: String,
    /// Where the page stands: behind a row, or before one.
    pub(crate) cursor: String,
    pub(crate) before: String,
}

impl FilterText {
    /// What is asked for. Days are days of `zone`, the last one included.
    ///
    /// # Errors
    /// 422 at whatever can't be read.
    pub(crate) fn read(&self, client: Option<ClientId>, zone: &str) -> Result<OrderFilter, Problem> {
        let search = self.search.trim();
        if search.chars().count() > MAX_SEARCH {
            let error = FieldError::new("search", "too_long").arg("max", MAX_SEARCH);
            return Err(Problem::invalid(vec![error]));
        }
        Ok(OrderFilter {
            status: code(&self.status).map_err(|_| Problem::field("status", "order_status"))?,
            method: code(&self.method).map_err(|_| Problem::field("method", "payment_method"))?,
            module: self.module.trim().to_owned(),
            client,
            placed: self.span(zone)?,
            needs: code(&self.needs).map_err(|_| Problem::field("needs", "order_needs"))?,
            search: search.to_owned(),
        })
    }
    /// The time between its days.
    pub(crate) fn span(&self, zone: &str) -> Result<Span, Problem> {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let from = day(&self.from, "from")?.map(|day| midnight(day, &zone, "from")).transpose()?;
        let after = |day: Date| day.checked_add(1.day()).map_err(|_| Problem::field("to", "date"));
        let until = day(&self.to, "to")?.map(after).transpose()?;
        let until = until.map(|day| midnight(day, &zone, "to")).transpose()?;
        if from.zip(until).is_some_and(|(from, until)| from >= until) {
            return Err(Problem::field("to", "range"));
        }
        Ok(Span { from, until })
    }
    /// Which part of the list.
    pub(crate) fn side(&self) -> Result<Side, Problem> {
        Ok(match (self.cursor.as_str(), self.before.as_str()) {
            ("", "") => Side::First,
            ("", before) => Side::Before(Cursor::decode(before)?),
            (after, _) => Side::After(Cursor::decode(after)?),
        })
    }
    /// What narrows the list, as pairs for a form or link.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        let all = [
            ("search", &self.search),
            ("status", &self.status),
            ("method", &self.method),
            ("module", &self.module),
            ("needs", &self.needs),
            ("from", &self.from),
            ("to", &self.to),
        ];
        let given = all.into_iter().map(|(name, value)| (name, value.trim().to_owned()));
        given.filter(|(_, value)| !value.is_empty()).collect()
    }
    /// A link to another part of the same list.
    pub(crate) fn link(&self, name: &'static str, cursor: Cursor) -> String {
        let mut pairs = self.pairs();
        pairs.push((name, cursor.encode()));
        format!("?{}", serde_urlencoded::to_string(pairs).unwrap_or_default())
    }
}

/// Reads what is given; nothing is not read.
fn code<T: std::str::FromStr>(text: &str) -> Result<Option<T>, T::Err> {
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

fn day(text: &str, field: &str) -> Result<Option<Date>, Problem> {
    code(text).map_err(|_| Problem::field(field, "date"))
}

fn midnight(day: Date, zone: &TimeZone, field: &str) -> Result<Instant, Problem> {
    let zoned = day.to_zoned(zone.clone()).map_err(|_| Problem::field(field, "date"))?;
    Ok(Instant::new(zoned.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(from: &str, to: &str) -> FilterText {
        FilterText { from: from.into(), to: to.into(), ..FilterText::default() }
    }

    #[test]
    fn days_are_days_of_the_business() {
        let span = text("2026-10-25", "2026-10-25").span("Europe/London").unwrap();
        assert_eq!(span.from.unwrap().to_string(), "2026-10-24T23:00:00Z");
        assert_eq!(span.until.unwrap().to_string(), "2026-10-26T00:00:00Z", "a day of 25 hours");
        assert_eq!(text("", "").span("Europe/London").unwrap(), Span::default());
    }
    #[test]
    fn what_can_t_be_read_is_refused() {
        for (from, to) in
            [("yesterday", ""), ("", "2026-02-30"), ("2026-02-02", "2026-02-01"), ("", "9999-12-31")]
        {
            assert!(text(from, to).span("UTC").is_err(), "{from} {to}");
        }
        let wrong = FilterText { status: "lost".into(), ..FilterText::default() };
        assert!(wrong.read(None, "UTC").is_err());
        let long = FilterText { search: "x".repeat(101), ..FilterText::default() };
        assert!(long.read(None, "UTC").is_err());
    }
    #[test]
    fn links_keep_what_narrows() {
        let filter = FilterText { search: "sam & co".into(), status: "paid".into(), ..FilterText::default() };
        let cursor = Cursor { at: "2026-11-23T00:00:00Z".parse().unwrap(), id: uuid::Uuid::from_u128(1) };
        let link = filter.link("before", cursor);
        assert!(link.starts_with("?search=sam+%26+co&status=paid&before="), "{link}");
    }
}
