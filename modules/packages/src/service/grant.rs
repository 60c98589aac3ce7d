use billing::{Order, OrderLine, ReceiptNote, Status, StepKind, Unused, step};
use events::{ClientId, Instant, OrderId, billing::OrderPaid, packages::CreditsGranted};
use futures::{future::try_join_all, try_join};
use kernel::{Block, Ctx, Problem, Tx};
use ledger::credits::{self, Grant, Granted, Origin};

use super::{
    files,
    vouchers::{VoucherDue, hand_out_voucher, revoke_voucher, tell_buyer},
};
use crate::{
    model::{Gift, GrantSpec, Sold, SoldGrant},
    policy::{CREDITS_READ, CREDITS_WRITE, ORDERS_CREATE},
    queries,
    views::{HandedOut, LotView, OrderCredits, VouchersCard, YoursCard},
};

/// Credits that a paid line gives.
struct Due {
    source: String,
    name: String,
    credits: i32,
    expires_at: Option<Instant>,
    pays_for: Vec<String>,
}

/// Sees to it that what a paid order grants is handed out: the payment's own transaction does so, unless that failed. Run
/// again it gives nothing: each grant has its line as its one source.
pub(crate) async fn grant_on_paid(ctx: &Ctx, paid: &OrderPaid) -> Result<(), Problem> {
    if paid.lines.iter().all(|line| line.module != crate::ID) {
        return Ok(());
    }
    ctx.tx(CREDITS_WRITE, async |tx| grant(tx, paid.order).await).await
}

/// Hands out what an order grants that is paid.
async fn grant(tx: &mut Tx, order: OrderId) -> Result<(), Problem> {
    // Held until the end: a refund that takes everything back comes before or after, never in between.
    let paid = billing::lock(tx, order).await?.ok_or_else(Problem::not_found)?;
    if paid.status == Status::Refunded {
        return Ok(());
    }
    let taken = taken_back(tx, order).await?;
    let lines = billing::lines(tx, order).await?;
    grant_lines(tx, &paid, &lines, &taken).await
}

/// Hands out what an order grants, in the transaction that marks it paid: nothing of it was handed out or taken back before.
pub(super) async fn grant_with_payment(
    tx: &mut Tx,
    order: &Order,
    lines: &[OrderLine],
) -> Result<(), Problem> {
    grant_lines(tx, order, lines, &[]).await
}

/// Invariant: the order is locked.
async fn grant_lines(
    tx: &mut Tx,
    order: &Order,
    lines: &[OrderLine],
    taken: &[String],
) -> Result<(), Problem> {
    let (mut given, mut made) = (Vec::new(), false);
    for line in lines.iter().filter(|line| line.module == crate::ID && !taken.contains(&line.id.to_string()))
    {
        let sold = sold(line)?;
        for due in due_of(line, &sold, tx.ctx().now()) {
            given.extend(hand_out(tx, order.id, order.client_id, due).await?);
        }
        made |= vouchers_of(tx, order, line, &sold).await?;
    }
    if made {
        tell_buyer(tx, order).await?;
    }
    if !given.is_empty() {
        let credits: i32 = given.iter().map(|granted| granted.credits).sum();
        let (shared, credits): (&Tx, _) = (tx, credits.to_string());
        let told = try_join_all(given.iter().map(|granted| shared.emit(granted)));
        try_join!(told, step(shared, order.id, StepKind::Granted, &credits))?;
    } else if sources(lines)?.is_empty() && !marked(tx, order.id).await? {
        step(tx, order.id, StepKind::NothingToGrant, "").await?;
    }
    Ok(())
}

/// Makes the vouchers of a line; answers whether any was not there yet.
async fn vouchers_of(tx: &mut Tx, order: &Order, line: &OrderLine, sold: &Sold) -> Result<bool, Problem> {
    let nobody = Gift::default();
    let gift = sold.gift.as_ref().unwrap_or(&nobody);
    let mut made = false;
    for (index, grant) in sold.grants.iter().enumerate() {
        let GrantSpec::Voucher { amount, days } = grant.grant else { continue };
        for number in 0..grant.times {
            let source = format!("{}/{number}", source(line, index));
            let due = VoucherDue { source, amount, currency: order.currency, days, gift };
            made |= hand_out_voucher(tx, order.id, due).await?;
        }
    }
    Ok(made)
}

/// Whether the order's timeline says already that there is nothing to hand out.
async fn marked(tx: &mut Tx, order: OrderId) -> Result<bool, Problem> {
    let steps = billing::steps(tx, order).await?;
    Ok(steps.iter().any(|step| step.kind == StepKind::NothingToGrant))
}

/// The lines of an order that were taken back, as the timeline names them.
pub(super) async fn taken_back(tx: &mut Tx, order: OrderId) -> Result<Vec<String>, Problem> {
    let steps = billing::steps(tx, order).await?;
    Ok(steps.into_iter().filter(|step| step.kind == StepKind::TakenBack).map(|step| step.detail).collect())
}

/// Takes back what a line gave, as far as it is unused.
pub(super) async fn revoke(tx: &mut Tx, order: &Order, line: &OrderLine) -> Result<(), Problem> {
    // What is not handed out yet won't be any more.
    credits::revoke(tx, &sources(std::slice::from_ref(line))?, &order.number.to_string()).await?;
    for (index, grant) in sold(line)?.grants.iter().enumerate() {
        if matches!(grant.grant, GrantSpec::Voucher { .. }) {
            for number in 0..grant.times {
                revoke_voucher(tx, &format!("{}/{number}", source(line, index))).await?;
            }
        }
    }
    Ok(())
}

/// Days after the payment in which the safety net looks, and orders that it looks up at once.
const NET_DAYS: i64 = 90;
const NET_ORDERS: i64 = 200;

/// The safety net under [`grant_on_paid`]: what was paid for is handed out, whatever became of its job. One order that can't
/// be handed out is told of in the end, and holds none of the others up.
pub(crate) async fn grant_what_is_missing(ctx: &Ctx) -> Result<(), Problem> {
    let (mut seen, mut failed) = (Vec::new(), None);
    loop {
        let some = missing(ctx, &seen).await?;
        if some.is_empty() {
            return failed.map_or(Ok(()), Err);
        }
        for order in some {
            let given = ctx.tx(CREDITS_WRITE, async |tx: &mut Tx| grant(tx, order.id).await);
            failed = failed.or(given.await.err());
            seen.push(order.id);
        }
    }
}

/// Orders whose timeline does not say that they were handed out, other than those.
async fn missing(ctx: &Ctx, seen: &[OrderId]) -> Result<Vec<Order>, Problem> {
    let since = ctx.now().plus_minutes(-NET_DAYS * 24 * 60);
    let handed = [StepKind::Granted, StepKind::NothingToGrant];
    ctx.tx(CREDITS_WRITE, async |tx: &mut Tx| {
        Ok::<_, Problem>(billing::paid_without(tx, crate::ID, &handed, since, seen, NET_ORDERS).await?)
    })
    .await
}

/// What a line remembers of the moment of sale. What can't be read is an error, never "it gives nothing".
pub(super) fn sold(line: &OrderLine) -> Result<Sold, Problem> {
    let unreadable = |error| Problem::internal(format!("what {} remembers can't be read: {error}", line.id));
    Sold::read(&line.detail).map_err(unreadable)
}

/// How many credits a grant gives, for how many days, and what for; `None`: it gives none.
fn credits_of(grant: &SoldGrant) -> Option<(i32, Option<i32>, Vec<String>)> {
    let (each, days, pays_for) = match &grant.grant {
        GrantSpec::Credits { credits, days, pays_for } => (*credits, *days, pays_for.clone()),
        GrantSpec::Appointment { of, count, days, .. } => (*count, *days, vec![of.clone()]),
        GrantSpec::Download { .. } | GrantSpec::Voucher { .. } | GrantSpec::Service | GrantSpec::Other(_) => {
            return None;
        }
    };
    Some((each.saturating_mul(grant.times).min(credits::MAX_CREDITS), days, pays_for))
}

/// The name of a lot, for people: of an appointment what it pays for.
fn lot_name(grant: &SoldGrant) -> &str {
    match &grant.grant {
        GrantSpec::Appointment { name, .. } => name,
        _ => &grant.name,
    }
}

/// The credits of a line. The life of a lot begins when it is handed out.
fn due_of(line: &OrderLine, sold: &Sold, now: Instant) -> Vec<Due> {
    let due = |(index, grant): (usize, &SoldGrant)| {
        let (credits, days, pays_for) = credits_of(grant)?;
        Some(Due {
            source: source(line, index),
            name: lot_name(grant).to_owned(),
            credits,
            expires_at: days.map(|days| now.plus_minutes(i64::from(days) * 24 * 60)),
            pays_for,
        })
    };
    sold.grants.iter().enumerate().filter_map(due).collect()
}

/// What makes a grant one: its line and its place there.
fn source(line: &OrderLine, index: usize) -> String {
    format!("order-line/{}/{index}", line.id)
}

/// Lines whose memory can be read, where an order is looked at. The others make no page fail: the job that can't hand out what
/// they give is seen to fail.
pub(super) fn readable(lines: &[OrderLine]) -> Vec<OrderLine> {
    lines.iter().filter(|line| line.module != crate::ID || sold(line).is_ok()).cloned().collect()
}

/// The sources of all credits that an order's lines give.
pub(super) fn sources(lines: &[OrderLine]) -> Result<Vec<String>, Problem> {
    let mut all = Vec::new();
    for line in lines.iter().filter(|line| line.module == crate::ID) {
        let sold = sold(line)?;
        let places = sold.grants.iter().enumerate().filter(|(_, grant)| credits_of(grant).is_some());
        all.extend(places.map(|(index, _)| source(line, index)));
    }
    Ok(all)
}

/// `None`: it was handed out before.
async fn hand_out(
    tx: &mut Tx,
    order: OrderId,
    client: ClientId,
    due: Due,
) -> Result<Option<CreditsGranted>, Problem> {
    let grant = Grant {
        client,
        source: &due.source,
        origin: Origin::Order,
        name: &due.name,
        credits: due.credits,
        expires_at: due.expires_at,
        pays_for: &due.pays_for,
    };
    Ok(match credits::grant(tx, grant).await? {
        Granted::Granted(lot) => {
            Some(CreditsGranted { client, order, lot, credits: due.credits, expires_at: due.expires_at })
        }
        Granted::AlreadyGranted(_) => None,
    })
}

/// Takes back the credits of lines that are unused.
pub(super) async fn forfeit(tx: &mut Tx, order: &Order, lines: &[OrderLine]) -> Result<(), Problem> {
    credits::revoke(tx, &sources(lines)?, &order.number.to_string()).await?;
    Ok(())
}

/// How many of the credits that lines gave can still be used. A line whose memory can't be read is left out: its order can be
/// looked at all the same.
pub(super) async fn unused(tx: &mut Tx, lines: &[OrderLine]) -> Result<Vec<Unused>, Problem> {
    let mut all = Vec::new();
    for line in readable(lines).iter().filter(|line| line.module == crate::ID) {
        let uses = credits::uses(tx, &sources(std::slice::from_ref(line))?).await?;
        let (unused, of) = uses.iter().fold((0, 0), |sum, one| (sum.0 + one.unused, sum.1 + one.given));
        if of > 0 {
            all.push(Unused { line: line.id, unused, of });
        }
    }
    Ok(all)
}

/// What was handed out for an order, on its page in the studio.
pub(super) async fn handed_out(ctx: &Ctx, order: &Order, lines: &[OrderLine]) -> Result<Vec<Block>, Problem> {
    if !ctx.may(CREDITS_READ) {
        return Ok(Vec::new());
    }
    let sources = sources(&readable(lines))?;
    let (lots, vouchers) = ctx
        .tx(CREDITS_READ, async |tx| {
            let lots = credits::lots_of_sources(tx, &sources).await?;
            Ok::<_, Problem>((lots, queries::vouchers_of_order(tx, order.id).await?))
        })
        .await?;
    let lots: Vec<LotView> = lots.into_iter().map(LotView::of).collect();
    let mut blocks = if lots.is_empty() { Vec::new() } else { vec![HandedOut { lots }.block()] };
    blocks.extend(VouchersCard::of(ctx, &vouchers).map(|card| card.block()));
    Ok(blocks)
}

/// What was handed out for an order, on its own page: files to open, credits to use, vouchers to pass on.
pub(super) async fn yours(ctx: &Ctx, order: &Order, lines: &[OrderLine]) -> Result<Vec<Block>, Problem> {
    let mut blocks = files::buyer_card(ctx, order).await?;
    let sources = sources(&readable(lines))?;
    let (lots, vouchers) = ctx
        .tx(ORDERS_CREATE, async |tx| {
            let lots = credits::lots_of_sources(tx, &sources).await?;
            Ok::<_, Problem>((lots, queries::vouchers_of_order(tx, order.id).await?))
        })
        .await?;
    let lots: Vec<LotView> = lots.into_iter().map(LotView::of).collect();
    blocks.extend((!lots.is_empty()).then(|| OrderCredits { lots }.block()));
    blocks.extend(YoursCard::of(&vouchers, ctx.now()).map(|card| card.block()));
    Ok(blocks)
}

/// The credits that lines give, all together, for the receipt.
pub(super) fn receipt(lines: &[OrderLine]) -> Result<Vec<ReceiptNote>, Problem> {
    let own = lines.iter().filter(|line| line.module == crate::ID);
    let sold: Vec<Sold> = own.map(sold).collect::<Result<_, _>>()?;
    let grants = || sold.iter().flat_map(|sold| &sold.grants);
    let credits = grants().filter_map(credits_of).map(|(credits, ..)| i64::from(credits)).sum::<i64>();
    let times = |of: fn(&GrantSpec) -> bool| {
        grants().filter(|grant| of(&grant.grant)).map(|grant| i64::from(grant.times)).sum::<i64>()
    };
    let vouchers = times(|grant| matches!(grant, GrantSpec::Voucher { .. }));
    let downloads =
        i64::try_from(grants().filter(|grant| matches!(grant.grant, GrantSpec::Download { .. })).count());
    let notes = [
        ReceiptNote { key: "packages-mail-receipt-credits", count: credits },
        ReceiptNote { key: "packages-mail-receipt-vouchers", count: vouchers },
        ReceiptNote { key: "packages-mail-receipt-downloads", count: downloads.unwrap_or(0) },
    ];
    Ok(notes.into_iter().filter(|note| note.count > 0).collect())
}
