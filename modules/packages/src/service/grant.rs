use billing::{Order, OrderLine, ReceiptNote, Status, StepKind, step};
use events::{ClientId, Instant, OrderId, billing::OrderPaid, packages::CreditsGranted};
use kernel::{Block, Ctx, Problem, Tx};
use ledger::credits::{self, CreditError, Grant, Granted, Origin};

use crate::{
    model::{GrantSpec, Sold, SoldGrant},
    policy::{CREDITS_READ, CREDITS_WRITE},
    views::{HandedOut, LotView},
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
    // Held until the end: a refund that takes everything back comes before or after, never in between.
    let paid = billing::lock(tx, order).await?.ok_or_else(Problem::not_found)?;
    if paid.status == Status::Refunded {
        return Ok(());
    }
    let lines = billing::lines(tx, order).await?;
    let mut given = 0;
    for line in lines.iter().filter(|line| line.module == crate::ID) {
        for due in due_of(line, tx.ctx().now())? {
            given += hand_out(tx, order, client, due).await?;
        }
    }
    if given > 0 {
        step(tx, order, StepKind::Granted, &given.to_string()).await?;
    } else if sources(&lines).is_empty() && !marked(tx, order).await? {
        step(tx, order, StepKind::NothingToGrant, "").await?;
    }
    Ok(())
}

/// Whether the order's timeline says already that there is nothing to hand out.
async fn marked(tx: &mut Tx, order: OrderId) -> Result<bool, Problem> {
    let steps = billing::steps(tx, order).await?;
    Ok(steps.iter().any(|step| step.kind == StepKind::NothingToGrant))
}

/// Takes the credits of an order back as far as they are unused.
pub(super) async fn revoke(tx: &mut Tx, order: &Order) -> Result<(), Problem> {
    let lines = billing::lines(tx, order.id).await?;
    let mut granted = sources(&lines);
    granted.sort_unstable();
    for source in granted {
        match credits::revoke(tx, &source, &order.number.to_string()).await {
            // Not handed out yet; it won't be any more.
            Ok(_) | Err(CreditError::UnknownSource) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Days after the payment in which the safety net looks, and orders that it looks at in one turn.
const NET_DAYS: i64 = 90;
const NET_ORDERS: i64 = 200;

/// The safety net under [`grant_on_paid`]: what was paid for is handed out, whatever became of its job.
pub(crate) async fn grant_what_is_missing(ctx: &Ctx) -> Result<(), Problem> {
    let since = ctx.now().plus_minutes(-NET_DAYS * 24 * 60);
    let orders: Vec<Order> = ctx
        .tx(CREDITS_WRITE, async |tx: &mut Tx| {
            Ok::<_, Problem>(
                billing::paid_without(
                    tx,
                    crate::ID,
                    &[StepKind::Granted, StepKind::NothingToGrant],
                    since,
                    NET_ORDERS,
                )
                .await?,
            )
        })
        .await?;
    for order in orders {
        ctx.tx(CREDITS_WRITE, async |tx: &mut Tx| grant(tx, order.id, order.client_id).await).await?;
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

/// The sources of all credits that an order's lines give.
pub(super) fn sources(lines: &[OrderLine]) -> Vec<String> {
    let of = |line: &OrderLine| {
        let sold: Sold = serde_json::from_value(line.detail.clone()).unwrap_or_default();
        let credits = |grant: &SoldGrant| matches!(grant.grant, GrantSpec::Credits { .. });
        let places = sold.grants.iter().enumerate().filter(|(_, grant)| credits(grant));
        places.map(|(index, _)| source(line, index)).collect::<Vec<_>>()
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

/// What was handed out for an order, on its page in the studio.
pub(super) async fn handed_out(ctx: &Ctx, lines: &[OrderLine]) -> Result<Vec<Block>, Problem> {
    if !ctx.may(CREDITS_READ) {
        return Ok(Vec::new());
    }
    let sources = sources(lines);
    let lots = ctx
        .tx(CREDITS_READ, async |tx| Ok::<_, Problem>(credits::lots_of_sources(tx, &sources).await?))
        .await?;
    let lots: Vec<LotView> = lots.into_iter().map(LotView::of).collect();
    Ok(if lots.is_empty() { Vec::new() } else { vec![HandedOut { lots }.block()] })
}

/// The credits that lines give, all together, for the receipt.
pub(super) fn receipt(lines: &[OrderLine]) -> Vec<ReceiptNote> {
    let sold = lines.iter().filter_map(|line| serde_json::from_value::<Sold>(line.detail.clone()).ok());
    let credits = |sold: Sold| {
        let each = sold.grants.into_iter().map(|grant| match grant.grant {
            GrantSpec::Credits { credits, .. } => i64::from(credits) * i64::from(grant.times),
            GrantSpec::Service => 0,
        });
        each.sum::<i64>()
    };
    let count: i64 = sold.map(credits).sum();
    if count == 0 { Vec::new() } else { vec![ReceiptNote { key: "packages-mail-receipt-credits", count }] }
}
