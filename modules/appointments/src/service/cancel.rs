//! Seeing and calling off a booking: by its link, or by staff.

use billing::{Order, Why};
use events::{BookingId, Instant, Money};
use kernel::{Check, Ctx, Permission, Problem, Tx};

use super::{
    credits,
    step::{self, How, Locked},
};
use crate::{
    model::{
        Booking, State,
        state::{CancelledBy, Deed},
        terms::{CancelRule, share},
    },
    policy::{BOOKING_LINK, BOOKINGS_CANCEL, BOOKINGS_READ, BOOKINGS_REFUND},
    queries::bookings::{booking_by_token, booking_within_reach},
};

/// Which booking, and with what right.
#[derive(Clone, Debug)]
pub(crate) enum Claim {
    /// Whoever has the link.
    Link(String),
    /// Staff.
    Staff(BookingId),
}

impl Claim {
    /// The permission to see it.
    pub const fn reading(&self) -> Permission {
        match self {
            Self::Link(_) => BOOKING_LINK,
            Self::Staff(_) => BOOKINGS_READ,
        }
    }
    /// The permission to change it, which for staff is `staff`.
    pub const fn changing(&self, staff: Permission) -> Permission {
        match self {
            Self::Link(_) => BOOKING_LINK,
            Self::Staff(_) => staff,
        }
    }
    /// Who makes a step by it.
    pub const fn by(&self) -> CancelledBy {
        match self {
            Self::Link(_) => CancelledBy::Client,
            Self::Staff(_) => CancelledBy::Staff,
        }
    }
    /// What can't be a claim is not looked up.
    ///
    /// # Errors
    /// 404.
    pub fn check(&self) -> Result<(), Problem> {
        match self {
            Self::Link(token) => check_token(token),
            Self::Staff(_) => Ok(()),
        }
    }
}

/// The booking of a link.
///
/// # Errors
/// 404 when no booking has it.
pub(crate) async fn by_token(ctx: &Ctx, token: &str) -> Result<Booking, Problem> {
    find(ctx, &Claim::Link(token.to_owned())).await
}

/// A booking, for staff.
///
/// # Errors
/// 404 when the tenant has no such booking, or it is another coach's.
pub(crate) async fn by_id(ctx: &Ctx, id: BookingId) -> Result<Booking, Problem> {
    find(ctx, &Claim::Staff(id)).await
}

/// The booking of a claim.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn find(ctx: &Ctx, claim: &Claim) -> Result<Booking, Problem> {
    claim.check()?;
    ctx.read_tx(claim.reading(), async |tx: &mut Tx| find_in(tx, claim).await).await
}

/// The same in a transaction.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn find_in(tx: &mut Tx, claim: &Claim) -> Result<Booking, Problem> {
    let found = match claim {
        Claim::Link(token) => booking_by_token(tx, token).await?,
        Claim::Staff(id) => booking_within_reach(tx, *id).await?,
    };
    found.ok_or_else(Problem::not_found)
}

/// A token has 27 characters; whatever can't be one is not looked up.
pub(crate) fn check_token(token: &str) -> Result<(), Problem> {
    let may_be =
        token.len() <= 64 && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if may_be { Ok(()) } else { Err(Problem::not_found()) }
}

/// How a booking is called off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CancelInput {
    /// Told to the other side; staff must give one.
    pub reason: String,
    /// Per cent of the price that go back, for who may choose it; `None`: all when staff cancel, else what was agreed.
    pub refund_percent: Option<i64>,
}

/// What calling a booking off would do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CancelPreview {
    /// What would come back; `None`: nothing was paid, or nothing comes back.
    pub refund: Option<Money>,
    /// The same per cent of the price.
    pub percent: i32,
    /// Credits that would come back.
    pub credits: i32,
    /// Its client can't cancel any more.
    pub too_late: bool,
    /// The last moment at which its client cancels free of charge.
    pub free_until: Instant,
}

/// What calling a booking off would do now, for a page that asks first.
///
/// # Errors
/// 404 when there is no such booking.
pub(crate) async fn cancel_preview(ctx: &Ctx, claim: &Claim) -> Result<CancelPreview, Problem> {
    claim.check()?;
    let (booking, left): (Booking, i64) = ctx
        .read_tx(claim.reading(), async |tx: &mut Tx| {
            let booking = find_in(tx, claim).await?;
            let left = match booking.order_id {
                Some(order) => billing::refundable(tx, order).await?,
                None => 0,
            };
            Ok::<_, Problem>((booking, left))
        })
        .await?;
    let rule = rule(&booking, claim.by(), ctx.now());
    let percent = match rule {
        CancelRule::Refund(percent) => percent,
        CancelRule::TooLate => 0,
    };
    let back =
        booking.terms.price().map(|price| Money::new(share(price.amount, percent).min(left), price.currency));
    Ok(CancelPreview {
        refund: back.filter(|money| money.amount > 0),
        percent,
        credits: booking.terms.credits_back(percent),
        too_late: rule == CancelRule::TooLate || booking.has_begun(ctx.now()),
        free_until: booking.terms.cancel_free_until(booking.starts_at),
    })
}

/// What comes back by right. What is not certain yet can be given up at any time.
fn rule(booking: &Booking, by: CancelledBy, now: Instant) -> CancelRule {
    match (by, booking.state) {
        (CancelledBy::Client, State::Confirmed) => booking.terms.cancel_rule(booking.starts_at, now),
        _ => CancelRule::Refund(100),
    }
}

/// Calls a booking off: its time is free at once, both sides are told by mail, and what was agreed goes back. Again: the
/// same answer, nothing changes.
///
/// # Errors
/// 404 when there is no such booking, 409 `booking_over` when it has begun or ended otherwise, 409
/// `too_late_to_cancel` with `free_until`, 422 at `reason` or `refund_percent`.
pub(crate) async fn cancel(ctx: &Ctx, claim: &Claim, input: &CancelInput) -> Result<Booking, Problem> {
    claim.check()?;
    let (reason, percent) = checked(ctx, claim, input)?;
    ctx.tx(claim.changing(BOOKINGS_CANCEL), async |tx| {
        let id = find_in(tx, claim).await?.id;
        let Locked { booking: before, order } = step::lock(tx, id).await?;
        let by = claim.by();
        let Some(after) = step::next(tx.ctx(), &before, Deed::Cancel(by))? else { return Ok(before) };
        let percent = allowed(tx.ctx(), &before, by, percent)?;
        let after = called_off(after, by, &reason, tx.ctx().now());
        let how = How { kind: "cancelled", by, reason: &reason };
        let after = step::go(tx, &before, after, &how).await?;
        // Whoever is called off by the business has nothing to lose.
        let share = if by == CancelledBy::Client { percent } else { 100 };
        credits::give_back(tx, &after, share).await?;
        if let Some(order) = order {
            settle(tx, &after, &order, percent).await?;
        }
        Ok(after)
    })
    .await
}

fn checked(ctx: &Ctx, claim: &Claim, input: &CancelInput) -> Result<(String, Option<i32>), Problem> {
    let mut check = Check::new();
    let is_staff = claim.by() == CancelledBy::Staff;
    let reason = check.text("reason", &input.reason, usize::from(is_staff), 500);
    let percent = input.refund_percent.map(|percent| check.number("refund_percent", percent, 0, 100));
    check.finish()?;
    let percent = percent.and_then(|percent| i32::try_from(percent).ok());
    // Everybody of the staff may give all of it back; less is for who may choose.
    if percent.is_some_and(|percent| percent != 100) && !(is_staff && ctx.may(BOOKINGS_REFUND)) {
        return Err(Problem::from(kernel::TxError::Denied(BOOKINGS_REFUND)));
    }
    Ok((reason, percent))
}

/// The share that goes back.
fn allowed(ctx: &Ctx, before: &Booking, by: CancelledBy, percent: Option<i32>) -> Result<i32, Problem> {
    match rule(before, by, ctx.now()) {
        CancelRule::Refund(agreed) if by == CancelledBy::Client => Ok(agreed),
        CancelRule::Refund(agreed) => Ok(percent.unwrap_or(agreed)),
        CancelRule::TooLate => {
            let until = before.terms.cancel_free_until(before.starts_at);
            Err(Problem::conflict("too_late_to_cancel").with("free_until", until))
        }
    }
}

/// A booking that is off.
pub(crate) fn called_off(after: Booking, by: CancelledBy, reason: &str, now: Instant) -> Booking {
    Booking {
        sequence: after.sequence + 1,
        cancelled_at: Some(now),
        cancelled_by: Some(by),
        cancel_reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
        held_until: None,
        ..after
    }
}

/// Gives the share of a paid order back; ends one that is not paid.
async fn settle(tx: &mut Tx, after: &Booking, order: &Order, percent: i32) -> Result<(), Problem> {
    if !order.status.was_paid() {
        return if order.status.is_open() { billing::cancel(tx, order).await.map(drop) } else { Ok(()) };
    }
    let back = share(order.total, percent).min(billing::refundable(tx, order.id).await?);
    if back > 0 {
        let source = format!("booking/{}/cancel", after.id);
        billing::refund(tx, order.id, back, &source, Why::Cancelled).await?;
    }
    Ok(())
}
