//! What the packages module tells.

use serde::{Deserialize, Serialize};

use crate::{ClientId, Event, Id, Instant, LotId, OrderId};

/// A client was given credits for something they bought.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreditsGranted {
    /// Who got them.
    pub client: ClientId,
    /// The order they were bought with.
    pub order: OrderId,
    /// The lot they lie in.
    pub lot: LotId,
    /// How many.
    pub credits: i32,
    /// When the lot expires, if it does.
    pub expires_at: Option<Instant>,
}
impl Event for CreditsGranted {
    const NAME: &'static str = "credits.granted";
    const MODULE: &'static str = "packages";
    const VERSION: i32 = 1;
    fn sample() -> Self {
        Self {
            client: Id::from_uuid(uuid::Uuid::from_u128(3)),
            order: Id::from_uuid(uuid::Uuid::from_u128(5)),
            lot: Id::from_uuid(uuid::Uuid::from_u128(8)),
            credits: 10,
            expires_at: Some(Instant::new(jiff::Timestamp::constant(1_806_573_600, 0))),
        }
    }
}
