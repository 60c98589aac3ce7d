use std::{fmt, str::FromStr};

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    serialize::{self, Output, ToSql},
    sql_types,
};
use jiff_diesel::ToDiesel;

/// A moment in UTC with the microseconds that PostgreSQL keeps; RFC 3339 with `Z` as text.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    AsExpression,
    FromSqlRow,
    serde::Serialize,
    serde::Deserialize,
)]
#[diesel(sql_type = sql_types::Timestamptz)]
#[serde(transparent)]
pub struct Instant(jiff::Timestamp);

impl Instant {
    /// The earliest: the beginning of the year 0, long before which PostgreSQL's calendar ends.
    const FIRST: i64 = -62_167_219_200;

    /// Wraps a timestamp, cut to whole microseconds so that it equals itself after a round trip to the database, and
    /// not before the year 0.
    #[must_use]
    pub fn new(at: jiff::Timestamp) -> Self {
        let whole = at.as_microsecond().max(Self::FIRST.saturating_mul(1_000_000));
        Self(jiff::Timestamp::from_microsecond(whole).unwrap_or(at))
    }
    /// The timestamp, for zone arithmetic.
    #[must_use]
    pub const fn timestamp(self) -> jiff::Timestamp {
        self.0
    }
    /// This instant moved by whole seconds (negative: earlier); stops at the ends of representable time.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(self.0))
    }
    /// This instant moved by whole minutes (negative: earlier).
    #[must_use]
    pub fn plus_minutes(self, minutes: i64) -> Self {
        self.plus_seconds(minutes.saturating_mul(60))
    }
    /// Whole seconds from `earlier` to this instant; negative when this one is earlier.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> i64 {
        self.0.as_second() - earlier.0.as_second()
    }
}

impl From<jiff::Timestamp> for Instant {
    fn from(at: jiff::Timestamp) -> Self {
        Self::new(at)
    }
}
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl FromStr for Instant {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        let at: jiff::Timestamp = text.parse()?;
        if at.as_second() < Self::FIRST {
            return Err(jiff::Error::from_args(format_args!("{text} is before the year 0")));
        }
        Ok(Self::new(at))
    }
}
impl ToSql<sql_types::Timestamptz, Pg> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let value = self.0.to_diesel();
        ToSql::<sql_types::Timestamptz, Pg>::to_sql(&value, &mut out.reborrow())
    }
}
impl FromSql<sql_types::Timestamptz, Pg> for Instant {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let value = <jiff_diesel::Timestamp as FromSql<sql_types::Timestamptz, Pg>>::from_sql(bytes)?;
        Ok(Self(value.to_jiff()))
    }
}
