use events::Instant;
use kernel::{Ctx, Problem, Tx};

use crate::{
    BillingError, Method, Order, PaymentProvider, Settings, Start, installed, methods, place::restart,
    rules_of, settings,
};

/// Minutes that an order waits for a payment on a page. Longer than the provider's own page stays open.
pub const PAY_MINUTES: i64 = 40;
/// Minutes that an order must still have for a way to pay that takes days.
const SLOW_MINUTES: i64 = 24 * 60;
/// Minutes that new tries may add to an order's time, all together.
const EXTRA_MINUTES: i64 = 60;

/// Until when an order waits for a payment of this method that begins at `from`; `None`: it waits for nothing.
#[must_use]
pub fn waits_until(method: Method, settings: &Settings, from: Instant) -> Option<Instant> {
    match method {
        Method::Free => None,
        Method::Manual => Some(from.plus_minutes(i64::from(settings.manual_days) * 24 * 60)),
        Method::Sandbox | Method::Stripe => Some(from.plus_minutes(PAY_MINUTES)),
    }
}

/// The wanted way to pay `total` minor units (empty: the first there is), and until when an order that begins now waits
/// for it.
///
/// # Errors
/// 409 `no_way_to_pay` when the business offers none, 422 at `method` when it is not offered.
pub async fn choose_method(
    tx: &mut Tx,
    total: i64,
    wanted: &str,
) -> Result<(Method, Option<Instant>), Problem> {
    let (settings, now) = (settings(tx).await?, tx.ctx().now());
    let ways = methods(&settings, installed(), total);
    chosen(&ways, if total == 0 { "" } else { wanted }, &settings, now)
}

fn chosen(
    ways: &[Method],
    wanted: &str,
    settings: &Settings,
    now: Instant,
) -> Result<(Method, Option<Instant>), Problem> {
    let first = ways.first().ok_or_else(|| Problem::conflict("no_way_to_pay"))?;
    let asked = if wanted.is_empty() { Some(first) } else { ways.iter().find(|way| way.code() == wanted) };
    let method = *asked.ok_or_else(|| Problem::field("method", "payment_method"))?;
    Ok((method, waits_until(method, settings, now)))
}

/// Ways to pay an order that waits. A transfer is left out when the order ends before one can arrive.
#[must_use]
pub fn ways_now(order: &Order, settings: &Settings, now: Instant) -> Vec<Method> {
    let soon = now.plus_minutes(SLOW_MINUTES);
    let ends_soon = !rules_of(&order.module).prolongs && order.expires_at.is_some_and(|at| at < soon);
    if order.waits_for_card() {
        return ways_to_save(settings);
    }
    let mut ways = methods(settings, installed(), order.total);
    ways.retain(|way| *way != Method::Manual || order.provider == Method::Manual || !ends_soon);
    ways
}

/// Ways to pay that the business offers and that save what is paid with, for later.
#[must_use]
pub fn ways_to_save(settings: &Settings) -> Vec<Method> {
    let mut ways = methods(settings, installed(), 1);
    ways.retain(|way| saves(*way));
    ways
}

/// Whether a way to pay saves what is paid with, for later.
#[must_use]
pub fn saves(method: Method) -> bool {
    installed().of(method).is_ok_and(PaymentProvider::saves)
}

/// Another try to pay an order that waits, perhaps in another way. One that is paid is answered as it is. Go on with
/// [`begin_payment`] when the transaction is committed.
///
/// # Errors
/// 409 `order_closed` when its time is over, 422 at `method` when the way is not offered.
pub async fn pay_again(tx: &mut Tx, order: &Order, wanted: &str) -> Result<Order, Problem> {
    if order.status.was_paid() {
        return Ok(order.clone());
    }
    let now = tx.ctx().now();
    if !order.may_be_paid(now) {
        return Err(Problem::conflict("order_closed"));
    }
    let settings = settings(tx).await?;
    let (method, until) = if order.waits_for_card() {
        chosen(&ways_to_save(&settings), wanted, &settings, now)?
    } else {
        choose_method(tx, order.total, wanted).await?
    };
    if (order.total > 0 || order.waits_for_card()) && !ways_now(order, &settings, now).contains(&method) {
        return Err(Problem::field("method", "payment_method"));
    }
    let until = match (rules_of(&order.module).prolongs, order.expires_at) {
        (false, Some(at)) => at,
        _ => {
            let most = waits_until(method, &settings, order.created_at).unwrap_or(now);
            extended(order.expires_at, until.unwrap_or(now), most)
        }
    };
    Ok(restart(tx, order, method, until).await?)
}

/// Until when an order waits after a new try: as long as the way to pay asks for, but a buyer who tries again and again
/// can't keep what is reserved for ever. A new try never shortens the time.
fn extended(before: Option<Instant>, until: Instant, most: Instant) -> Instant {
    let until = until.min(most.plus_minutes(EXTRA_MINUTES));
    before.map_or(until, |before| before.max(until))
}

/// Begins the payment of an order and answers where the buyer goes on: the provider's page (a path of this host or an
/// `https` address), the order's own page to read how to pay by transfer, or, when there is nothing to pay (any more), back
/// to where the order says. No transaction may be open: a provider may be far away.
///
/// # Errors
/// 502 `payment_away` when the provider can't be reached.
pub async fn begin_payment(ctx: &Ctx, order: &Order) -> Result<String, Problem> {
    if !order.may_be_paid(ctx.now()) {
        return Ok(ctx.path(&order.back_path()));
    }
    let start = installed().start(ctx, order).await.map_err(BillingError::from)?;
    Ok(goes_on(ctx, order, start))
}

/// The same for an order that is placed in this very transaction, where no provider far away is asked; `None`: its payment is
/// begun with [`begin_payment`] once the order stands.
pub(crate) async fn begin_with(tx: &Tx, order: &Order) -> Result<Option<String>, BillingError> {
    if !order.may_be_paid(tx.ctx().now()) {
        return Ok(None);
    }
    let Ok(provider) = installed().of(order.provider) else { return Ok(None) };
    let start = provider.start_with(tx, order).await?;
    Ok(start.map(|start| goes_on(tx.ctx(), order, start)))
}

/// Where the buyer goes on.
fn goes_on(ctx: &Ctx, order: &Order, start: Start) -> String {
    match start {
        Start::Redirect(next) => next,
        Start::Paid => ctx.path(&order.back_path()),
        Start::Instructions => ctx.path(&order.own_path()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trying_again_can_t_hold_a_place_for_ever() {
        let start = Instant::new(jiff::Timestamp::from_second(0).unwrap());
        let (mut ends, mut now) = (start.plus_minutes(40), start);
        for _ in 0..50 {
            now = now.plus_minutes(30);
            if now >= ends {
                break;
            }
            ends = extended(Some(ends), now.plus_minutes(40), start.plus_minutes(40));
        }
        assert_eq!(ends, start.plus_minutes(100));
    }
    #[test]
    fn each_way_has_its_time() {
        let from = Instant::new(jiff::Timestamp::from_second(0).unwrap());
        let settings = Settings { manual_days: 3, ..Settings::default() };
        assert_eq!(waits_until(Method::Free, &settings, from), None);
        assert_eq!(waits_until(Method::Manual, &settings, from), Some(from.plus_minutes(3 * 24 * 60)));
        assert_eq!(waits_until(Method::Sandbox, &settings, from), Some(from.plus_minutes(PAY_MINUTES)));
    }
}
