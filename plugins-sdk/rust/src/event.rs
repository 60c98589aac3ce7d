use std::fmt;

use serde::{de::DeserializeOwned, Deserialize};

use crate::{Error, Value};

/// Something that happened, as the platform publishes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Identifier of the event (`evt_…`); the same in a repeat of the run.
    pub id: String,
    /// Its name, for example `booking.confirmed`.
    pub name: String,
    /// Version of its data.
    pub version: u32,
    /// When it happened.
    pub occurred_at: Instant,
    /// Its own fields.
    pub data: Data,
}

/// The fields of an event, typed for those that this crate knows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Data {
    /// `booking.confirmed`
    BookingConfirmed(BookingConfirmed),
    /// `order.paid`
    OrderPaid(OrderPaid),
    /// Any other event, or a later version whose form this crate does not know.
    Other(Value),
}

/// A booking is certain: it was free, paid, or approved.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct BookingConfirmed {
    /// The booking (`bkg_…`).
    pub booking: String,
    /// What was booked.
    pub appointment_type: String,
    /// Its name when it was booked.
    pub appointment_name: String,
    /// Who comes.
    pub client: ClientId,
    /// The client's name.
    pub client_name: String,
    /// The client's e-mail.
    pub client_email: String,
    /// Whose time it takes.
    pub coach: String,
    /// Start.
    pub start: Instant,
    /// End.
    pub end: Instant,
    /// The zone the client booked in (IANA name).
    pub client_zone: String,
}

/// An order is paid in full (or was free).
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct OrderPaid {
    /// The order (`ord_…`).
    pub order: String,
    /// Number on the receipt.
    pub number: i64,
    /// Who bought.
    pub client: ClientId,
    /// The client's name.
    pub client_name: String,
    /// The client's e-mail.
    pub client_email: String,
    /// What was paid.
    pub total: Money,
    /// What was bought.
    pub lines: Vec<PaidLine>,
}

/// One line of a paid order.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct PaidLine {
    /// The line.
    pub line: String,
    /// Which part of the product sells it, for example `packages`.
    pub module: String,
    /// What was sold, as that part names it.
    pub item: String,
    /// The name it was sold under.
    pub name: String,
    /// How many.
    pub quantity: i64,
}

/// An amount in minor units (pence, cents) of one currency.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Money {
    /// Minor units.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// A client of the business (`cli_…`), as events name them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(transparent)]
pub struct ClientId(String);

impl ClientId {
    /// Wraps an identifier taken from the data of an event without a type of its own.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }
    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A moment in UTC, RFC 3339 as text (`2026-12-31T10:00:00Z`); texts of one form sort as the moments do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(transparent)]
pub struct Instant(String);

impl Instant {
    /// The text as published.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The moment to the minute for people, with its zone named: `2026-12-31 10:00 UTC`.
    #[must_use]
    pub fn to_minute(&self) -> String {
        match (self.0.get(..10), self.0.get(11..16)) {
            (Some(day), Some(time)) => format!("{day} {time} UTC"),
            _ => self.0.clone(),
        }
    }
}

#[derive(Deserialize)]
struct Document {
    id: String,
    name: String,
    version: u32,
    occurred_at: Instant,
    data: Value,
}

impl Event {
    /// Reads the document that an automation is called with.
    ///
    /// # Errors
    /// It is no event document, or an event of a known version lacks a field.
    pub fn parse(document: &str) -> Result<Self, Error> {
        let Document { id, name, version, occurred_at, data } =
            serde_json::from_str(document).map_err(|error| format!("the event can't be read: {error}"))?;
        let data = match name.as_str() {
            "booking.confirmed" => typed(data, version, Data::BookingConfirmed)?,
            "order.paid" => typed(data, version, Data::OrderPaid)?,
            _ => Data::Other(data),
        };
        Ok(Self { id, name, version, occurred_at, data })
    }
}

/// The typed form of an event's data. The crate knows version 1 of each; a later one that no longer fits is handed
/// on as it came.
fn typed<T: DeserializeOwned>(data: Value, version: u32, wrap: fn(T) -> Data) -> Result<Data, Error> {
    match T::deserialize(&data) {
        Ok(typed) => Ok(wrap(typed)),
        Err(_) if version > 1 => Ok(Data::Other(data)),
        Err(error) => Err(format!("the event's data can't be read: {error}").into()),
    }
}
