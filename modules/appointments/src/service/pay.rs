//! Paying: where a payer goes on.

use kernel::{Ctx, Problem, Tx};

use super::{cancel::by_token, holds::waits};
use crate::{
    model::{Booking, State},
    policy::BOOKING_LINK,
};

/// Where the payer of a booking that was just made goes on: its order is as it was placed, so this is no further try.
///
/// # Errors
/// 409 `hold_over` when its slot is not held (any more), 502 when the provider is away.
pub(crate) async fn first(ctx: &Ctx, booking: &Booking) -> Result<String, Problem> {
    let order = ctx
        .read_tx(BOOKING_LINK, async |tx: &mut Tx| {
            let Some(order) = booking.order_id.filter(|_| waits(booking, ctx.now())) else { return Ok(None) };
            Ok::<_, Problem>(billing::by_id(tx, order).await?)
        })
        .await?;
    billing::begin_payment(ctx, &order.ok_or_else(|| Problem::conflict("hold_over"))?).await
}

/// Where the payer of a held booking goes on: a path of this host or a provider's address. One that is paid: its page.
///
/// # Errors
/// 404 for an unknown token, 409 `hold_over` when its slot is not held any more, 502 when the provider is away.
pub(crate) async fn begin(ctx: &Ctx, token: &str) -> Result<String, Problem> {
    let booking = by_token(ctx, token).await?;
    if matches!(booking.state, State::Confirmed | State::Completed) {
        return Ok(ctx.path(&booking.path()));
    }
    let order = booking.order_id.filter(|_| waits(&booking, ctx.now()));
    let order = order.ok_or_else(|| Problem::conflict("hold_over"))?;
    let order = ctx
        .tx(BOOKING_LINK, async |tx: &mut Tx| {
            let order = billing::lock(tx, order).await?.ok_or_else(Problem::not_found)?;
            billing::pay_again(tx, &order, "").await
        })
        .await?;
    billing::begin_payment(ctx, &order).await
}
