//! Exports: tables of orders, lines, payments and refunds, written in pages while they are sent.
//!
//! Invariant: however much there is, no more than one page is held at once, and no transaction is open while a reader is
//! slow.

use std::collections::HashMap;

use billing::{
    ORDERS_EXPORT, Order, OrderLine, Payment, Refund,
    office::{self, Moved, OrderFilter, OrderHead},
};
use events::{Currency, OrderId};
use futures::{Stream, stream};
use kernel::{Ctx, Cursor, Problem, audit};
use serde_json::json;

use crate::checkout::{
    csv::{self, Cell},
    words::{Words, rate},
};

/// So many rows are read at once.
const PAGE: i64 = 500;

billing::text_enum! {
    /// What a file holds.
    pub enum Export {
        /// One line an order.
        Orders = "orders",
        /// One line a line of an order.
        Lines = "lines",
        /// One line a payment, or a try that failed.
        Payments = "payments",
        /// One line a refund.
        Refunds = "refunds",
    }
}

/// Where an export stands.
struct At {
    ctx: Ctx,
    words: Words,
    what: Export,
    filter: OrderFilter,
    /// Behind this row; only at the beginning there is none.
    after: Option<Cursor>,
    begun: bool,
    over: bool,
}

/// The file, piece by piece. Of payments and refunds only time and way count, and their time is that of the payment or
/// refund itself.
///
/// # Errors
/// 403 without the permission.
pub(crate) async fn export(
    ctx: &Ctx,
    words: Words,
    what: Export,
    filter: OrderFilter,
) -> Result<impl Stream<Item = Result<String, std::io::Error>> + Send + use<>, Problem> {
    let span = json!({ "what": what, "from": filter.placed.from, "until": filter.placed.until });
    ctx.tx(ORDERS_EXPORT, async |tx| {
        Ok::<_, Problem>(audit(tx, "orders.exported", tx.ctx().tenant().id, span).await?)
    })
    .await?;
    let at = At { ctx: ctx.clone(), words, what, filter, after: None, begun: false, over: false };
    Ok(stream::try_unfold(at, |mut at| async move {
        if at.over {
            return Ok(None);
        }
        // The answer has begun: all that is left is to break it off, so that nobody takes a part for the whole.
        let page = at.page().await.map_err(|problem| std::io::Error::other(problem.code))?;
        Ok(Some((page, at)))
    }))
}

impl At {
    async fn page(&mut self) -> Result<String, Problem> {
        let mut out = String::new();
        if !self.begun {
            out.push_str(csv::MARK);
            csv::line(&mut out, &heads(self.what, &self.words));
            self.begun = true;
        }
        let read = match self.what {
            Export::Orders => self.orders(&mut out).await?,
            Export::Lines => self.lines(&mut out).await?,
            Export::Payments => self.payments(&mut out).await?,
            Export::Refunds => self.refunds(&mut out).await?,
        };
        self.over = i64::try_from(read).unwrap_or(0) < PAGE;
        Ok(out)
    }

    async fn orders(&mut self, out: &mut String) -> Result<usize, Problem> {
        let read = self.ctx.tx(ORDERS_EXPORT, async |tx| {
            let orders = office::orders_after(tx, &self.filter, self.after, PAGE).await?;
            let ids: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
            let (moved, codes) = (office::moved(tx, &ids).await?, office::codes_of(tx, &ids).await?);
            Ok::<_, Problem>((orders, moved, codes))
        });
        let (orders, moved, codes) = read.await?;
        for order in &orders {
            let codes = codes.get(&order.id).map(|codes| codes.join(" ")).unwrap_or_default();
            let moved = moved.get(&order.id).copied().unwrap_or_default();
            csv::line(out, &order_cells(&self.words, order, moved, codes));
        }
        self.stands(orders.last().map(|order| Cursor { at: order.created_at, id: order.id.uuid() }));
        Ok(orders.len())
    }

    async fn lines(&mut self, out: &mut String) -> Result<usize, Problem> {
        let read = self.ctx.tx(ORDERS_EXPORT, async |tx| {
            let orders = office::orders_after(tx, &self.filter, self.after, PAGE).await?;
            let ids: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
            let lines = office::lines_of(tx, &ids).await?;
            Ok::<_, Problem>((orders, lines))
        });
        let (orders, lines) = read.await?;
        let mut of: HashMap<OrderId, Vec<OrderLine>> = HashMap::new();
        for line in lines {
            of.entry(line.order_id).or_default().push(line);
        }
        for order in &orders {
            for line in of.get(&order.id).into_iter().flatten() {
                csv::line(out, &line_cells(&self.words, order, line));
            }
        }
        self.stands(orders.last().map(|order| Cursor { at: order.created_at, id: order.id.uuid() }));
        Ok(orders.len())
    }

    async fn payments(&mut self, out: &mut String) -> Result<usize, Problem> {
        let (span, method) = (self.filter.placed, self.filter.method);
        let read = self.ctx.tx(ORDERS_EXPORT, async |tx| {
            Ok::<_, Problem>(office::payments_after(tx, span, method, self.after, PAGE).await?)
        });
        let rows = read.await?;
        for (payment, head) in &rows {
            csv::line(out, &payment_cells(&self.words, payment, head));
        }
        self.stands(rows.last().map(|(one, _)| Cursor { at: one.at, id: one.id.uuid() }));
        Ok(rows.len())
    }

    async fn refunds(&mut self, out: &mut String) -> Result<usize, Problem> {
        let (span, method) = (self.filter.placed, self.filter.method);
        let read = self.ctx.tx(ORDERS_EXPORT, async |tx| {
            Ok::<_, Problem>(office::refunds_after(tx, span, method, self.after, PAGE).await?)
        });
        let rows = read.await?;
        for (refund, head) in &rows {
            csv::line(out, &refund_cells(&self.words, refund, head));
        }
        self.stands(rows.last().map(|(one, _)| Cursor { at: one.created_at, id: one.id.uuid() }));
        Ok(rows.len())
    }

    fn stands(&mut self, last: Option<Cursor>) {
        self.after = last.or(self.after);
    }
}

/// The first line. Times are the business's, and their heads name the zone.
fn heads(what: Export, words: &Words) -> Vec<Cell> {
    let keys = match what {
        Export::Orders => {
            "order state placed@ paid@ name email sold-by method currency subtotal discount tax tax-included \
             voucher total came back open codes bill-to buyer-tax order-id subscription-id invoice"
        }
        Export::Lines => {
            "order state placed@ name email item line role quantity currency unit-price subtotal discount \
             tax-name tax-rate tax tax-included voucher total order-id"
        }
        Export::Payments => {
            "order at@ name email method label state currency amount instalment reference note order-id"
        }
        Export::Refunds => {
            "order at@ name email method state cause currency amount reason reference refund-id order-id \
             credit-note lowered"
        }
    };
    let head = |key: &str| match key.strip_suffix('@') {
        Some(key) => {
            Cell::Plain(format!("{} ({})", words.word(&format!("checkout-csv-{key}")), words.zone()))
        }
        None => Cell::Plain(words.word(&format!("checkout-csv-{key}"))),
    };
    keys.split(' ').map(head).collect()
}

fn amount(amount: i64, currency: Currency) -> Cell {
    Cell::Plain(billing::price_text(amount, currency))
}

fn order_cells(words: &Words, order: &Order, moved: Moved, codes: String) -> Vec<Cell> {
    let money = |minor: i64| amount(minor, order.currency);
    let wanted = order.total.saturating_sub(moved.lowered);
    let open =
        if order.status.is_open() || order.owes_more() { wanted.saturating_sub(moved.came) } else { 0 };
    vec![
        Cell::plain(order.number),
        Cell::plain(order.status),
        Cell::Plain(words.civil(order.created_at)),
        Cell::maybe(order.paid_at.map(|at| words.civil(at))),
        Cell::text(&order.client_name),
        Cell::text(&order.client_email),
        Cell::plain(&order.module),
        Cell::plain(order.provider),
        Cell::plain(order.currency),
        money(order.subtotal),
        money(order.discount()),
        money(order.tax),
        money(order.tax_included),
        money(order.voucher),
        money(order.total),
        money(moved.came),
        money(moved.back),
        money(open.max(0)),
        Cell::Text(codes),
        Cell::text(&order.bill_to),
        Cell::text(&order.buyer_tax_id),
        Cell::plain(order.id),
        Cell::maybe(order.subscription_id),
        Cell::maybe(order.invoice()),
    ]
}

fn line_cells(words: &Words, order: &Order, line: &OrderLine) -> Vec<Cell> {
    let money = |minor: i64| amount(minor, order.currency);
    let (on_top, within) = if line.tax_inclusive { (0, line.tax) } else { (line.tax, 0) };
    vec![
        Cell::plain(order.number),
        Cell::plain(order.status),
        Cell::Plain(words.civil(order.created_at)),
        Cell::text(&order.client_name),
        Cell::text(&order.client_email),
        Cell::text(&line.item),
        Cell::text(&line.name),
        Cell::plain(line.role),
        Cell::plain(line.quantity),
        Cell::plain(order.currency),
        money(line.unit_price),
        money(line.amount),
        money(line.discount()),
        Cell::text(&line.tax_name),
        Cell::Plain(if line.tax_name.is_empty() { String::new() } else { rate(line.tax_bp) }),
        money(on_top),
        money(within),
        money(line.voucher),
        money(line.payable()),
        Cell::plain(order.id),
    ]
}

fn payment_cells(words: &Words, payment: &Payment, head: &OrderHead) -> Vec<Cell> {
    vec![
        Cell::plain(head.number),
        Cell::Plain(words.civil(payment.at)),
        Cell::text(&head.client_name),
        Cell::text(&head.client_email),
        Cell::plain(payment.provider),
        Cell::text(&payment.label),
        Cell::plain(payment.status),
        Cell::plain(payment.currency),
        amount(payment.amount, payment.currency),
        Cell::plain(payment.due.saturating_add(1)),
        Cell::text(&payment.reference),
        Cell::text(&payment.note),
        Cell::plain(payment.order_id),
    ]
}

fn refund_cells(words: &Words, refund: &Refund, head: &OrderHead) -> Vec<Cell> {
    vec![
        Cell::plain(head.number),
        Cell::Plain(words.civil(refund.created_at)),
        Cell::text(&head.client_name),
        Cell::text(&head.client_email),
        Cell::plain(refund.provider),
        Cell::plain(refund.state),
        Cell::plain(refund.cause),
        Cell::plain(refund.currency),
        amount(refund.amount, refund.currency),
        Cell::text(&refund.reason),
        Cell::text(&refund.reference),
        Cell::plain(refund.id),
        Cell::plain(refund.order_id),
        Cell::maybe(refund.credit_note()),
        amount(refund.lowered, refund.currency),
    ]
}
