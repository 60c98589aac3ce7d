//! Subscriptions as a table, written in pages while it is sent.

use billing::{
    ORDERS_EXPORT,
    subscriptions::{Listed, SubscriptionFilter, monthly},
};
use futures::{Stream, stream};
use kernel::{Ctx, Paging, Problem, audit};
use serde_json::json;

use super::service;
use crate::checkout::csv::{self, Cell};

/// So many rows are read at once.
const PAGE: i64 = 100;

/// Names of the columns: codes, the same in every language, as the API has them.
const HEAD: [&str; 15] = [
    "id",
    "status",
    "plan",
    "client_name",
    "client_email",
    "currency",
    "price",
    "monthly",
    "every",
    "every_count",
    "periods",
    "periods_paid",
    "created_at",
    "period_end",
    "ended_at",
];

/// The file, piece by piece.
///
/// # Errors
/// 403 without the permission.
pub(super) async fn export(
    ctx: &Ctx,
    filter: SubscriptionFilter,
) -> Result<impl Stream<Item = Result<String, std::io::Error>> + Send + use<>, Problem> {
    ctx.tx(ORDERS_EXPORT, async |tx| {
        Ok::<_, Problem>(audit(tx, "subscriptions.exported", tx.ctx().tenant().id, json!({})).await?)
    })
    .await?;
    let ctx = ctx.clone();
    let begin = Some((None::<String>, true));
    Ok(stream::try_unfold((ctx, filter, begin), |(ctx, filter, at)| async move {
        let Some((cursor, first)) = at else { return Ok(None) };
        let broken = |problem: Problem| std::io::Error::other(problem.code);
        let paging = Paging::new(cursor.as_deref(), Some(PAGE)).map_err(broken)?;
        let (rows, next) = service::list(&ctx, &filter, &paging).await.map_err(broken)?;
        let mut out = String::new();
        if first {
            out.push_str(csv::MARK);
            csv::line(&mut out, &HEAD.map(Cell::plain));
        }
        for row in &rows {
            csv::line(&mut out, &cells(row));
        }
        Ok(Some((out, (ctx, filter, next.map(|next| (Some(next), false))))))
    }))
}

fn cells(row: &Listed) -> Vec<Cell> {
    let sub = &row.subscription;
    let price = |amount| Cell::plain(billing::price_text(amount, sub.currency));
    vec![
        Cell::plain(sub.id),
        Cell::plain(sub.status),
        Cell::text(&sub.name),
        Cell::text(&row.client_name),
        Cell::text(&row.client_email),
        Cell::plain(sub.currency),
        price(sub.price),
        price(monthly(sub.price, sub.every, sub.every_count)),
        Cell::plain(sub.every),
        Cell::plain(sub.every_count),
        Cell::maybe(sub.periods),
        Cell::plain(sub.periods_paid),
        Cell::plain(sub.created_at),
        Cell::maybe(sub.period_end),
        Cell::maybe(sub.ended_at),
    ]
}
