use diesel::{Queryable, Selectable};
use events::{ClientId, Instant, SavedMethodId};
use serde::Serialize;

use crate::{Method, schema::payment_methods};

/// What a client saved to pay with. Of a card only what is printed on receipts.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = payment_methods, check_for_backend(diesel::pg::Pg))]
pub struct SavedMethod {
    /// Identity.
    pub id: SavedMethodId,
    /// Whose it is.
    pub client_id: ClientId,
    /// Who keeps it.
    pub provider: Method,
    /// What the provider calls it.
    pub reference: String,
    /// `card`, `sepa_debit`.
    pub kind: String,
    /// `visa`; empty: none.
    pub brand: String,
    /// The last four digits; empty: none.
    pub last4: String,
    /// When it expires.
    pub exp_month: Option<i32>,
    /// When it expires.
    pub exp_year: Option<i32>,
    /// Whether it is used unless the client chooses otherwise.
    pub is_default: bool,
    /// When it was saved.
    pub created_at: Instant,
}
