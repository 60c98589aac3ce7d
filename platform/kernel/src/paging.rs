use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use events::Instant;
use uuid::Uuid;

use crate::Problem;

/// Where the next page of a list begins: after the row with this time and identifier. Opaque to callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The time the list is sorted by.
    pub at: Instant,
    /// Tells rows of the same time apart.
    pub id: Uuid,
}

impl Cursor {
    /// As text for the caller.
    #[must_use]
    pub fn encode(self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{} {}", self.at, self.id.simple()))
    }
    /// Reads what [`Cursor::encode`] wrote.
    ///
    /// # Errors
    /// 422 at the field `cursor`.
    pub fn decode(text: &str) -> Result<Self, Problem> {
        let read = || {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            let plain = String::from_utf8(bytes).ok()?;
            let (at, id) = plain.split_once(' ')?;
            Some(Self { at: at.parse().ok()?, id: Uuid::try_parse(id).ok()? })
        };
        read().ok_or_else(|| Problem::field("cursor", "cursor"))
    }
}

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// After this row; `None`: from the beginning.
    pub after: Option<Cursor>,
    /// At most so many rows, 1 to 100.
    pub limit: i64,
}

impl Paging {
    /// Reads the query parameters `cursor` and `limit` (default 25).
    ///
    /// # Errors
    /// 422 at the parameter.
    pub fn new(cursor: Option<&str>, limit: Option<i64>) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(25);
        if !(1..=100).contains(&limit) {
            let error = crate::FieldError::new("limit", "out_of_range").arg("min", 1).arg("max", 100);
            return Err(Problem::invalid(vec![error]));
        }
        let after = cursor.filter(|text| !text.is_empty()).map(Cursor::decode).transpose()?;
        Ok(Self { after, limit })
    }
    /// Cuts rows fetched with `limit + 1` to the page, and tells where the next one begins.
    #[must_use]
    pub fn cut<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> (Instant, Uuid)) -> (Vec<T>, Option<String>) {
        let limit = usize::try_from(self.limit).unwrap_or(25);
        if rows.len() <= limit {
            return (rows, None);
        }
        rows.truncate(limit);
        let next = rows.last().map(|row| {
            let (at, id) = key(row);
            Cursor { at, id }.encode()
        });
        (rows, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursor_round_trip() {
        let at: Instant = "2026-03-29T01:30:00.123456Z".parse().unwrap();
        let cursor = Cursor { at, id: Uuid::from_u128(7) };
        assert_eq!(Cursor::decode(&cursor.encode()).unwrap(), cursor);
        assert!(Cursor::decode("../../etc").is_err());
    }
}
