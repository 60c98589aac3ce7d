use std::{fmt, hash::Hash, marker::PhantomData, str::FromStr};

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    serialize::{self, Output, ToSql},
    sql_types,
};
use uuid::Uuid;

/// What an [`Id`] names.
pub trait Kind: 'static {
    /// The prefix before the underscore, for example `bkg`.
    const PREFIX: &'static str;
}

/// A typed identifier: a UUID in the database, `prefix_` and 32 hex digits everywhere else.
///
/// ```
/// let id: events::BookingId = "bkg_0192f0c1a2b37c4d8e5f60718293a4b5".parse()?;
/// assert_eq!(id.to_string(), "bkg_0192f0c1a2b37c4d8e5f60718293a4b5");
/// assert!("ord_0192f0c1a2b37c4d8e5f60718293a4b5".parse::<events::BookingId>().is_err());
/// # Ok::<(), events::IdError>(())
/// ```
#[derive(AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Uuid)]
pub struct Id<K: 'static>(Uuid, PhantomData<fn() -> K>);

/// The text is not an identifier of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an identifier like {prefix}_ followed by 32 hexadecimal digits")]
pub struct IdError {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

impl<K> Id<K> {
    /// Wraps a UUID that is known to name a `K`.
    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }
    /// The bare UUID.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", K::PREFIX, self.0.simple())
    }
}
impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl<K: Kind> FromStr for Id<K> {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = IdError { prefix: K::PREFIX };
        let hex = text
            .strip_prefix(K::PREFIX)
            .and_then(|rest| rest.strip_prefix('_'))
            .ok_or_else(|| wrong.clone())?;
        if hex.len() != 32 || hex.bytes().any(|b| !b.is_ascii_digit() && !(b'a'..=b'f').contains(&b)) {
            return Err(wrong);
        }
        Uuid::try_parse(hex).map(Self::from_uuid).map_err(|_| wrong)
    }
}
impl<K: Kind> serde::Serialize for Id<K> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de, K: Kind> serde::Deserialize<'de> for Id<K> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
impl<K: Kind> ToSql<sql_types::Uuid, Pg> for Id<K> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <Uuid as ToSql<sql_types::Uuid, Pg>>::to_sql(&self.0, out)
    }
}
impl<K: Kind> FromSql<sql_types::Uuid, Pg> for Id<K> {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        <Uuid as FromSql<sql_types::Uuid, Pg>>::from_sql(bytes).map(Self::from_uuid)
    }
}

/// Markers for [`Id`], one for each kind of thing.
pub mod kinds {
    macro_rules! kinds {
        ($($name:ident $prefix:literal),* $(,)?) => {$(
            #[doc = concat!("Marker of identifiers that begin with `", $prefix, "_`.")]
            #[derive(Debug)]
            pub enum $name {}
            impl super::Kind for $name {
                const PREFIX: &'static str = $prefix;
            }
        )*};
    }
    kinds! {
        Tenant "ten", Account "acc", Member "mem", Client "cli", AppointmentType "apt", Booking "bkg", Block "blk",
        SharedSlot "sls", Blackout "bko", Note "nte", Step "stp", Feed "fee",
        Product "prd", Package "pkg", Order "ord", OrderLine "oln", Payment "pay", Refund "ref", Lot "lot", Event "evt", Mail "mai",
        Job "job", Automation "aut", Run "run",
        Plan "pln", Subscription "sub", SavedMethod "pmt", Dispute "dsp", TaxRate "tax", Coupon "cpn", Voucher "vch", OfferFile "fil",
    }
}
