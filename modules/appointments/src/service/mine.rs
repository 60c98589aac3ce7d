//! A booking as its client sees it, with all that belongs to it.

use billing::Order;
use events::Money;
use kernel::{Ctx, Problem, Tx};

use super::{cancel::by_token, credits::paid_with};
use crate::{
    model::{
        Booking, PaidWith,
        note::{Note, StaffRating},
    },
    policy::BOOKING_LINK,
    queries::notes::{notes_of, other_coaches, rating_of},
};

/// A booking with what its client may see.
#[derive(Clone, Debug)]
pub(crate) struct Detail {
    pub booking: Booking,
    /// Names of the coaches who take part besides the first.
    pub other_coaches: Vec<String>,
    /// What staff shared, the oldest first.
    pub notes: Vec<Note>,
    pub rating: Option<StaffRating>,
    /// What pays it.
    pub order: Option<Order>,
    /// The credits that paid it.
    pub paid_with: Vec<PaidWith>,
    /// What went back of the price, or is on its way; `None`: nothing.
    pub refunded: Option<Money>,
}

/// The booking of a link.
///
/// # Errors
/// 404 for an unknown token.
pub(crate) async fn detail(ctx: &Ctx, token: &str) -> Result<Detail, Problem> {
    let booking = by_token(ctx, token).await?;
    ctx.tx(BOOKING_LINK, async move |tx: &mut Tx| {
        let (order, refunded) = money(tx, &booking).await?;
        Ok(Detail {
            other_coaches: other_coaches(tx, booking.id).await?,
            notes: notes_of(tx, booking.id, true).await?,
            rating: rating_of(tx, booking.id).await?,
            paid_with: paid_with(tx, &booking).await?,
            order,
            refunded,
            booking,
        })
    })
    .await
}

async fn money(tx: &mut Tx, booking: &Booking) -> Result<(Option<Order>, Option<Money>), Problem> {
    let Some(id) = booking.order_id else { return Ok((None, None)) };
    let Some(order) = billing::by_id(tx, id).await? else { return Ok((None, None)) };
    let back: i64 = billing::refunds(tx, id).await?.iter().map(|refund| refund.amount).sum();
    let back = (back > 0).then(|| Money::new(back, order.currency));
    Ok((Some(order), back))
}
