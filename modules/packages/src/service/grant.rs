use billing::{Order, OrderLine, StepKind, step};
use events::{ClientId, Instant, OrderId, billing::OrderPaid, packages::CreditsGranted};
use kernel::{Ctx, Problem, Tx};
use ledger::credits::{self, Grant, Granted, Origin};

use crate::{
    mails,
    model::{GrantSpec, Sold, SoldGrant},
    policy::CREDITS_WRITE,
};

/// Credits that a paid line gives.
struct Due {
    source: String,
    name: String,
    credits: i32,
    expires_at: Option<Instant>,
}

/// Hands out what a paid order grants. Run again it gives nothing: each grant has its line as its one source.
pub(crate) async fn grant_on_paid(ctx: &Ctx, paid: &OrderPaid) -> Result<(), Problem> {
    if paid.lines.iter().all(|line| line.module != crate::ID) {
        return Ok(());
    }
    ctx.tx(CREDITS_WRITE, async |tx| grant(tx, paid.order, paid.client).await).await
}

async fn grant(tx: &mut Tx, order: OrderId, client: ClientId) -> Result<(), Problem> {
    let lines = billing::lines(tx, order).await?;
    let mut given = 0;
    for line in lines.iter().filter(|line| line.module == crate::ID) {
        for due in due_of(line, tx.ctx().now())? {
            given += hand_out(tx, order, client, due).await?;
        }
    }
    if given > 0 {
        step(tx, order, StepKind::Granted, &given.to_string()).await?;
    }
    Ok(())
}

/// Days after the payment in which the safety net looks, and orders that it looks at in one turn.
const NET_DAYS: i64 = 90;
const NET_ORDERS: i64 = 200;

/// The safety net under [`grant_on_paid`] and [`tell_on_paid`]: their jobs end without effect when the module is off at
/// that moment, but what was paid for is handed out once it is on again.
pub(crate) async fn grant_what_is_missing(ctx: &Ctx) -> Result<(), Problem> {
    let since = ctx.now().plus_minutes(-NET_DAYS * 24 * 60);
    let orders: Vec<Order> = ctx
        .tx(CREDITS_WRITE, async |tx: &mut Tx| {
            Ok::<_, Problem>(
                billing::paid_without(tx, crate::ID, StepKind::Granted, since, NET_ORDERS).await?,
            )
        })
        .await?;
    for order in orders {
        ctx.tx(CREDITS_WRITE, async |tx: &mut Tx| {
            grant(tx, order.id, order.client_id).await?;
            tell(tx, &order).await
        })
        .await?;
    }
    Ok(())
}

/// The credits of a line. The life of a lot begins when it is handed out.
fn due_of(line: &OrderLine, now: Instant) -> Result<Vec<Due>, Problem> {
    let sold: Sold = serde_json::from_value(line.detail.clone()).map_err(Problem::internal)?;
    let due = |(index, grant): (usize, &SoldGrant)| match &grant.grant {
        GrantSpec::Service => None,
        GrantSpec::Credits { credits, days } => Some(Due {
            source: source(line, index),
            name: grant.name.clone(),
            credits: credits.saturating_mul(grant.times).min(credits::MAX_CREDITS),
            expires_at: days.map(|days| now.plus_minutes(i64::from(days) * 24 * 60)),
        }),
    };
    Ok(sold.grants.iter().enumerate().filter_map(due).collect())
}

/// What makes a grant one: its line and its place there.
fn source(line: &OrderLine, index: usize) -> String {
    format!("order-line/{}/{index}", line.id)
}

/// The sources of all grants of an order's lines.
pub(super) fn sources(lines: &[OrderLine]) -> Vec<String> {
    let of = |line: &OrderLine| {
        let sold: Sold = serde_json::from_value(line.detail.clone()).unwrap_or_default();
        (0..sold.grants.len()).map(|index| source(line, index)).collect::<Vec<_>>()
    };
    lines.iter().flat_map(of).collect()
}

async fn hand_out(tx: &mut Tx, order: OrderId, client: ClientId, due: Due) -> Result<i32, Problem> {
    let grant = Grant {
        client,
        source: &due.source,
        origin: Origin::Order,
        name: &due.name,
        credits: due.credits,
        expires_at: due.expires_at,
        pays_for: &[],
    };
    let Granted::Granted(lot) = credits::grant(tx, grant).await? else { return Ok(0) };
    tx.emit(&CreditsGranted { client, order, lot, credits: due.credits, expires_at: due.expires_at }).await?;
    Ok(due.credits)
}

/// Sends the receipt to the buyer and a notice to the business.
pub(crate) async fn tell_on_paid(ctx: &Ctx, paid: &OrderPaid) -> Result<(), Problem> {
    if paid.lines.iter().all(|line| line.module != crate::ID) {
        return Ok(());
    }
    ctx.tx(CREDITS_WRITE, async |tx| {
        let order = billing::by_id(tx, paid.order).await?.ok_or_else(Problem::not_found)?;
        tell(tx, &order).await
    })
    .await
}

/// Each of the mails once an order.
async fn tell(tx: &mut Tx, order: &Order) -> Result<(), Problem> {
    let lines = billing::lines(tx, order.id).await?;
    mails::queue_receipt(tx, order, &lines).await?;
    mails::queue_sold(tx, order, &lines).await?;
    Ok(())
}
