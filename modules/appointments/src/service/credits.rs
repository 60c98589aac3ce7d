//! Appointments that are paid with credits instead of money.
//!
//! Credits made for a type (`apt_…`) pay one each; where the type says so, others pay as many as it says. They are taken in
//! the transaction that books, after the coach's time, and come back by the same rules as money, in whole credits.

use events::{AppointmentTypeId, BookingId, ClientId, Instant};
use kernel::{Actor, Ctx, Problem, Tx};
use ledger::credits::{self, Balance, CreditError, NamesRule, Spend, Spent};

use crate::{
    model::{
        AppointmentType, Booking, PaidWith,
        when::{date_in, zone},
    },
    policy::BOOKINGS_CREATE,
    queries::types::type_names,
};

/// What a client may pay an appointment with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CreditOffer {
    /// So many are taken.
    pub credits: i32,
    /// Only from lots that were made for this type.
    pub made_for: bool,
    /// So many could be taken.
    pub left: i64,
    /// When the first of them expire.
    pub expires_at: Option<Instant>,
}

/// Names of appointment types, for those who show what credits pay for.
pub const CREDIT_NAMES: NamesRule = |tx, keys| {
    Box::pin(async move {
        let ids: Vec<AppointmentTypeId> = keys.iter().filter_map(|key| key.parse().ok()).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(type_names(tx, &ids).await?.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
    })
};

/// The client who acts. Nobody else is told anything of credits.
fn acting(ctx: &Ctx) -> Option<ClientId> {
    match ctx.actor() {
        Actor::Client { client, .. } => *client,
        Actor::Visitor | Actor::Staff(_) | Actor::System { .. } => None,
    }
}

/// What the client who acts may pay this type with, when it costs `price`.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn offered(
    ctx: &Ctx,
    kind: &AppointmentType,
    price: i64,
) -> Result<Option<CreditOffer>, Problem> {
    let Some(client) = acting(ctx).filter(|_| price > 0) else { return Ok(None) };
    ctx.tx(BOOKINGS_CREATE, async |tx: &mut Tx| Ok(offer_in(tx, client, kind).await?)).await
}

async fn offer_in(
    tx: &mut Tx,
    client: ClientId,
    kind: &AppointmentType,
) -> Result<Option<CreditOffer>, CreditError> {
    credits::due(tx, client).await?;
    let key = kind.id.to_string();
    let made_for = credits::balance_made_for(tx, client, &key).await?;
    if let Some(offer) = of_balance(made_for, Some(1), true) {
        return Ok(Some(offer));
    }
    Ok(of_balance(credits::balance_for(tx, client, &key).await?, kind.credits, false))
}

/// Pure.
fn of_balance(balance: Balance, credits: Option<i32>, made_for: bool) -> Option<CreditOffer> {
    let credits = credits.filter(|credits| balance.credits >= i64::from(*credits))?;
    Some(CreditOffer { credits, made_for, left: balance.credits, expires_at: balance.next_expiry })
}

/// What a client's credits could pay of this type, for staff who book for them.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn of_client(
    tx: &mut Tx,
    client: ClientId,
    kind: &AppointmentType,
) -> Result<Option<CreditOffer>, Problem> {
    Ok(offer_in(tx, client, kind).await?)
}

/// Pays a booking whose time is taken with the credits of its client: of the one who acts, or `by_staff` of whoever it is
/// booked for. Writes into its terms how many.
///
/// # Errors
/// 422 at `email` when a client books for somebody else, 409 `booking_credits_short` when there are too few (any more).
pub(crate) async fn pay(
    tx: &mut Tx,
    kind: &AppointmentType,
    booking: &mut Booking,
    by_staff: bool,
) -> Result<(), Problem> {
    let own = acting(tx.ctx()).filter(|client| *client == booking.client_id);
    let client = if by_staff { Some(booking.client_id) } else { own };
    let client = client.ok_or_else(|| Problem::field("email", "credits_of_another"))?;
    let offer = offer_in(tx, client, kind).await?.ok_or_else(short)?;
    let (source, key) = (source(booking.id), kind.id.to_string());
    let reason = reason(booking);
    let spend =
        Spend { client, source: &source, reason: &reason, credits: offer.credits, pays_for: Some(&key) };
    let spent = if offer.made_for {
        credits::spend_made_for(tx, spend).await
    } else {
        credits::spend(tx, spend).await
    };
    match spent {
        Ok(Spent::Spent(_) | Spent::AlreadySpent(_)) => {
            booking.terms = booking.terms.clone().paid_with(offer.credits);
            Ok(())
        }
        Err(CreditError::Short { .. }) => Err(short()),
        Err(error) => Err(error.into()),
    }
}

/// Which credits a booking was paid with, and why those; empty when it was not.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn paid_with(tx: &mut Tx, booking: &Booking) -> Result<Vec<PaidWith>, Problem> {
    if booking.terms.credits.is_none() {
        return Ok(Vec::new());
    }
    let parts = credits::explain(tx, &source(booking.id)).await?;
    Ok(parts.into_iter().map(PaidWith::of).collect())
}

fn short() -> Problem {
    Problem::conflict("booking_credits_short")
}

/// What makes a booking pay once.
fn source(id: BookingId) -> String {
    format!("booking/{id}")
}

/// For the client's history: what, and when.
fn reason(booking: &Booking) -> String {
    let day = date_in(booking.starts_at, &zone(&booking.client_zone));
    format!("{} ({day})", booking.type_name)
}

/// Gives a share of the credits back that a booking was paid with, in whole credits. Again: nothing more.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn give_back(tx: &mut Tx, booking: &Booking, percent: i32) -> Result<(), Problem> {
    let back = booking.terms.credits_back(percent);
    if back > 0 {
        let spent = source(booking.id);
        credits::give_back(tx, &spent, &format!("{spent}/back"), &reason(booking), Some(back)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_needs_enough() {
        let balance = |credits| Balance { credits, ..Balance::default() };
        assert_eq!(of_balance(balance(2), Some(3), false), None);
        assert_eq!(of_balance(balance(3), None, false), None);
        let offer = of_balance(balance(3), Some(3), false).unwrap();
        assert_eq!((offer.credits, offer.left), (3, 3));
        assert_eq!(of_balance(balance(0), Some(1), true), None);
    }
}
