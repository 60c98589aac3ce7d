//! Receipts, invoices and credit notes as files: what they say is what the order says.

use billing::{
    Discount, DiscountKind, Due, DueState, Method, ORDER_LINK, ORDERS_READ, Order, OrderLine, Payment,
    PaymentStatus, Refund, Settings, Status, Tax,
};
use events::{Instant, Money, OrderId, OrderLineId, RefundId};
use kernel::{Ctx, Problem, TenantInfo, Tx};
use pdf::{Document, Entry, Labels, Line, Party, Rgb, Total};
use serde_json::json;

use crate::checkout::{
    views::taxes_of,
    words::{Words, rate},
};

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paper {
    /// That it was paid.
    Receipt,
    /// What is to be paid, or was.
    Invoice,
    /// What goes back.
    CreditNote(RefundId),
}

/// A file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) content: Vec<u8>,
}

/// All that a document tells.
struct Told {
    order: Order,
    lines: Vec<OrderLine>,
    discounts: Vec<Discount>,
    dues: Vec<Due>,
    payments: Vec<Payment>,
    refunds: Vec<Refund>,
    /// Of the refund that a credit note is about: how much of which line.
    parts: Vec<(OrderLineId, i64)>,
    settings: Settings,
}

/// A document of the order behind a link.
///
/// # Errors
/// 404 when there is no such order or document.
pub(crate) async fn of_link(ctx: &Ctx, words: Words, token: &str, paper: Paper) -> Result<File, Problem> {
    let told = ctx.tx(ORDER_LINK, async |tx| {
        let order = billing::by_token(tx, token).await?.ok_or_else(Problem::not_found)?;
        told(tx, order, paper).await
    });
    file(ctx, words, told.await?, paper).await
}

/// A document of an order, for staff.
///
/// # Errors
/// As [`of_link`].
pub(crate) async fn of_order(ctx: &Ctx, words: Words, id: OrderId, paper: Paper) -> Result<File, Problem> {
    let told = ctx.tx(ORDERS_READ, async |tx| {
        let order = billing::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
        told(tx, order, paper).await
    });
    file(ctx, words, told.await?, paper).await
}

async fn told(tx: &mut Tx, order: Order, paper: Paper) -> Result<Told, Problem> {
    if !has(&order, paper) {
        return Err(Problem::not_found());
    }
    let id = order.id;
    let parts = match paper {
        Paper::CreditNote(refund) => billing::lines_of_refund(tx, refund).await?,
        Paper::Receipt | Paper::Invoice => Vec::new(),
    };
    Ok(Told {
        lines: billing::lines(tx, id).await?,
        discounts: billing::discounts(tx, id).await?,
        dues: billing::dues(tx, id).await?,
        payments: billing::payments(tx, id).await?,
        refunds: billing::refunds(tx, id).await?,
        settings: billing::settings(tx).await?,
        parts,
        order,
    })
}

/// Whether an order has such a document: a receipt once it is paid, an invoice unless it ended unpaid.
pub(crate) fn has(order: &Order, paper: Paper) -> bool {
    match paper {
        Paper::Receipt => order.status.was_paid(),
        Paper::Invoice => !matches!(order.status, Status::Draft | Status::Cancelled | Status::Expired),
        Paper::CreditNote(_) => true,
    }
}

async fn file(ctx: &Ctx, words: Words, told: Told, paper: Paper) -> Result<File, Problem> {
    let (name, document) = document(&words, ctx.tenant(), &ctx.link("/"), &told, paper)?;
    // Fonts are cut to size, which takes milliseconds that others need for their answers.
    let content = tokio::task::spawn_blocking(move || pdf::render(&document));
    let content = content.await.map_err(Problem::internal)?.map_err(Problem::internal)?;
    Ok(File { name, content })
}

fn document(
    words: &Words,
    tenant: &TenantInfo,
    link: &str,
    told: &Told,
    paper: Paper,
) -> Result<(String, Document), Problem> {
    let order = &told.order;
    let frame = Document {
        locale: words.locale().to_owned(),
        accent: accent(&tenant.brand.primary_color),
        brand: tenant.name.clone(),
        number: order.number.to_string(),
        labels: labels(words),
        seller: seller(words, tenant, link, &told.settings)?,
        buyer: buyer(words, order)?,
        notes: notes(&told.settings.invoice_note),
        footer: tenant.name.clone(),
        ..Document::default()
    };
    Ok(match paper {
        Paper::Receipt => (format!("receipt-{}.pdf", order.number), receipt(words, told, frame)?),
        Paper::Invoice => {
            let number = order.invoice();
            // What is not paid yet has no number of an invoice: it says what is to be paid.
            let kind = if number.is_some() { "invoice" } else { "pro-forma" };
            let number = number.unwrap_or_else(|| order.number.to_string());
            (format!("{kind}-{number}.pdf"), invoice(words, told, Document { number, ..frame })?)
        }
        Paper::CreditNote(refund) => {
            let place =
                told.refunds.iter().position(|one| one.id == refund).ok_or_else(Problem::not_found)?;
            let refund = told.refunds.get(place).ok_or_else(Problem::not_found)?;
            let number = refund.credit_note().unwrap_or_else(|| format!("{}-{}", order.number, place + 1));
            (
                format!("credit-note-{number}.pdf"),
                credit_note(words, told, refund, Document { number, ..frame })?,
            )
        }
    })
}

fn receipt(words: &Words, told: &Told, frame: Document) -> Result<Document, Problem> {
    let order = &told.order;
    let paid = order.paid_at.unwrap_or(order.created_at);
    Ok(Document {
        title: words.word("checkout-doc-receipt"),
        stamp: Some(stamp(words, order)),
        created: paid.timestamp(),
        facts: facts(words, order, paid)?,
        lines: lines(words, order, &told.lines)?,
        totals: totals(words, told)?,
        payments: payments(words, told)?,
        ..frame
    })
}

fn invoice(words: &Words, told: &Told, frame: Document) -> Result<Document, Problem> {
    let order = &told.order;
    let mut facts = facts(words, order, order.created_at)?;
    if let Some(until) = order.expires_at.filter(|_| order.status.is_open()) {
        facts.push(Entry::new(words.word("checkout-pay-until"), words.date(until)?));
    }
    Ok(Document {
        title: words.word(if order.invoice_number.is_some() {
            "checkout-doc-invoice"
        } else {
            "checkout-doc-proforma"
        }),
        stamp: order.status.was_paid().then(|| stamp(words, order)),
        created: order.created_at.timestamp(),
        facts,
        lines: lines(words, order, &told.lines)?,
        totals: totals(words, told)?,
        payments: payments(words, told)?,
        ..frame
    })
}

fn credit_note(words: &Words, told: &Told, refund: &Refund, frame: Document) -> Result<Document, Problem> {
    let order = &told.order;
    let parts = parts_of(told, refund);
    let mut rows = Vec::new();
    for (line, amount) in &parts {
        rows.push(Line {
            name: line.name.clone(),
            tax: tax_label(line),
            amount: words.money(Money::new(*amount, refund.currency))?,
            ..Line::default()
        });
    }
    let within = |(line, amount): &(&OrderLine, i64)| {
        let tax = Tax { name: line.tax_name.clone(), bp: line.tax_bp, inclusive: true };
        (tax.name.clone(), tax.bp, billing::tax_of(*amount, &tax), *amount)
    };
    let mut totals = vec![Total::strong(words.word("checkout-doc-credited"), words.money(refund.money())?)];
    for tax in taxes_of(parts.iter().filter(|(line, _)| !line.tax_name.is_empty()).map(within)) {
        totals.push(tax_total(words, "checkout-doc-tax-within", &tax, refund.money())?);
    }
    let mut facts = vec![
        Entry::new(words.word("checkout-doc-date"), words.date(refund.created_at)?),
        Entry::new(words.word("checkout-doc-order"), order.number.to_string()),
        Entry::new(words.word("checkout-placed"), words.date(order.created_at)?),
    ];
    if let Some(invoice) = order.invoice() {
        facts.push(Entry::new(words.word("checkout-invoice-number"), invoice));
    }
    facts.push(Entry::new(words.word("checkout-method"), words.word(&method(refund.provider))));
    let mut notes = frame.notes.clone();
    if !refund.reason.is_empty() {
        notes.insert(0, refund.reason.clone());
    }
    Ok(Document {
        title: words.word("checkout-doc-credit-note"),
        created: refund.created_at.timestamp(),
        facts,
        lines: rows,
        totals,
        notes,
        ..frame
    })
}

/// How much of which line a refund gives back: as it says, else a share of each (largest remainder, the last takes it).
fn parts_of<'a>(told: &'a Told, refund: &Refund) -> Vec<(&'a OrderLine, i64)> {
    let named: Vec<_> = told
        .parts
        .iter()
        .filter_map(|(id, amount)| told.lines.iter().find(|line| line.id == *id).map(|line| (line, *amount)))
        .collect();
    if named.iter().map(|(_, amount)| amount).sum::<i64>() == refund.amount {
        return named;
    }
    let whole: i128 = told.lines.iter().map(|line| i128::from(line.payable())).sum();
    let mut left = refund.amount;
    let last = told.lines.iter().rposition(|line| line.payable() > 0);
    let mut parts = Vec::new();
    for (place, line) in told.lines.iter().enumerate() {
        let share = (i128::from(refund.amount) * i128::from(line.payable())).checked_div(whole).unwrap_or(0);
        let share = if Some(place) == last { left } else { i64::try_from(share).unwrap_or(0) };
        left -= share;
        if share > 0 {
            parts.push((line, share));
        }
    }
    parts
}

fn labels(words: &Words) -> Labels {
    let word = |key: &str| words.word(&format!("checkout-doc-{key}"));
    Labels {
        seller: word("seller"),
        buyer: word("buyer"),
        name: word("name"),
        quantity: word("quantity"),
        unit_price: word("unit-price"),
        tax: word("tax-column"),
        amount: word("amount"),
        payments: word("payments"),
        notes: String::new(),
        page: words
            .text("checkout-doc-page", &json!({ "page": "{page}", "pages": "{pages}" }))
            .unwrap_or_default(),
    }
}

fn seller(words: &Words, tenant: &TenantInfo, link: &str, settings: &Settings) -> Result<Party, Problem> {
    let name = if settings.seller_name.is_empty() { &tenant.name } else { &settings.seller_name };
    Ok(Party {
        name: name.clone(),
        lines: settings.seller_address.lines().map(str::to_owned).collect(),
        tax_id: tax_number(words, &settings.seller_tax_id)?,
        email: tenant.contact_email.clone(),
        web: link.trim_end_matches('/').to_owned(),
    })
}

fn buyer(words: &Words, order: &Order) -> Result<Party, Problem> {
    let mut lines = order.bill_to.lines().map(str::to_owned);
    let name = lines.next().unwrap_or_else(|| order.client_name.clone());
    Ok(Party {
        name,
        lines: lines.collect(),
        tax_id: tax_number(words, &order.buyer_tax_id)?,
        email: order.client_email.clone(),
        web: String::new(),
    })
}

fn tax_number(words: &Words, number: &str) -> Result<String, Problem> {
    if number.is_empty() {
        return Ok(String::new());
    }
    words.text("checkout-doc-tax-number", &json!({ "number": number }))
}

fn facts(words: &Words, order: &Order, date: Instant) -> Result<Vec<Entry>, Problem> {
    let mut facts = vec![
        Entry::new(words.word("checkout-doc-date"), words.date(date)?),
        Entry::new(words.word("checkout-doc-order"), order.number.to_string()),
        Entry::new(words.word("checkout-placed"), words.datetime(order.created_at)?),
    ];
    if let Some(invoice) = order.invoice() {
        facts.push(Entry::new(words.word("checkout-invoice-number"), invoice));
    }
    if let Some(period) = order.period() {
        let span = json!({ "from": words.date(period.start)?, "to": words.date(period.end)? });
        facts.push(Entry::new(words.word("checkout-period"), words.text("checkout-period-span", &span)?));
    }
    facts.push(Entry::new(words.word("checkout-method"), words.word(&method(order.provider))));
    Ok(facts)
}

fn lines(words: &Words, order: &Order, lines: &[OrderLine]) -> Result<Vec<Line>, Problem> {
    let money = |amount: i64| words.money(Money::new(amount, order.currency));
    let line = |line: &OrderLine| {
        Ok(Line {
            name: line.name.clone(),
            detail: None,
            quantity: line.quantity.to_string(),
            unit_price: money(line.unit_price)?,
            tax: tax_label(line),
            amount: money(line.amount)?,
        })
    };
    lines.iter().map(line).collect()
}

/// `20 % VAT`: the column of rates is left out when no line has one.
fn tax_label(line: &OrderLine) -> String {
    if line.tax_name.is_empty() {
        String::new()
    } else {
        format!("{} {} %", line.tax_name, rate(line.tax_bp))
    }
}

fn totals(words: &Words, told: &Told) -> Result<Vec<Total>, Problem> {
    let order = &told.order;
    let money = |amount: i64| words.money(Money::new(amount, order.currency));
    let mut totals = Vec::new();
    if order.discount() > 0 || order.tax > 0 {
        totals.push(Total::new(words.word("checkout-subtotal"), money(order.subtotal)?));
    }
    let taken = |kind: DiscountKind, key: &str| {
        let of_kind = told.discounts.iter().filter(move |discount| discount.kind == kind);
        let total = |discount: &Discount| {
            let label = words.text(key, &json!({ "name": discount.name, "code": discount.code }))?;
            Ok::<_, Problem>(Total::new(label, money(-discount.amount)?))
        };
        of_kind.map(total).collect::<Result<Vec<_>, _>>()
    };
    totals.extend(taken(DiscountKind::Coupon, "checkout-sum-coupon")?);
    let (within, on_top): (Vec<_>, Vec<_>) =
        told.lines.iter().filter(|line| !line.tax_name.is_empty()).partition(|line| line.tax_inclusive);
    let row = |line: &&OrderLine| (line.tax_name.clone(), line.tax_bp, line.tax, line.cost());
    for tax in taxes_of(on_top.iter().map(row)) {
        totals.push(tax_total(words, "checkout-doc-tax-on-top", &tax, order.total())?);
    }
    totals.push(Total::strong(words.word("web-total"), words.money(order.cost())?));
    for tax in taxes_of(within.iter().map(row)) {
        totals.push(tax_total(words, "checkout-doc-tax-within", &tax, order.total())?);
    }
    // Paid ahead, and taxed like any other money.
    totals.extend(taken(DiscountKind::Voucher, "checkout-sum-voucher")?);
    if order.voucher > 0 {
        totals.push(Total::strong(words.word("checkout-sum-to-pay"), words.money(order.total())?));
    }
    Ok(totals)
}

fn tax_total(
    words: &Words,
    key: &str,
    tax: &crate::checkout::views::TaxSum,
    of: Money,
) -> Result<Total, Problem> {
    let net = words.money(Money { amount: tax.gross.saturating_sub(tax.tax), ..of })?;
    let label = words.text(key, &json!({ "name": tax.name, "rate": rate(tax.bp), "net": net }))?;
    Ok(Total::new(label, words.money(Money { amount: tax.tax, ..of })?))
}

/// What came, what is still to come, and what went back.
fn payments(words: &Words, told: &Told) -> Result<Vec<Entry>, Problem> {
    let mut entries = Vec::new();
    for payment in told.payments.iter().filter(|one| one.status == PaymentStatus::Succeeded) {
        let way = if payment.label.is_empty() {
            words.word(&method(payment.provider))
        } else {
            payment.label.clone()
        };
        let label =
            words.text("checkout-doc-paid-on", &json!({ "date": words.date(payment.at)?, "way": way }))?;
        entries.push(Entry::new(label, words.money(Money::new(payment.amount, payment.currency))?));
    }
    for due in told.dues.iter().filter(|due| due.state == DueState::Open) {
        let label = words.text("checkout-due-on", &json!({ "date": words.date(due.due_at)? }))?;
        entries.push(Entry::new(label, words.money(Money::new(due.amount, told.order.currency))?));
    }
    for refund in &told.refunds {
        let label = words.text("checkout-doc-back-on", &json!({ "date": words.date(refund.created_at)? }))?;
        let back = Money { amount: -refund.amount, ..refund.money() };
        entries.push(Entry::new(label, words.money(back)?));
    }
    Ok(entries)
}

fn stamp(words: &Words, order: &Order) -> String {
    let key = match order.status {
        Status::Refunded if order.total == 0 => "checkout-state-undone",
        Status::Refunded => "checkout-state-refunded",
        Status::PartiallyRefunded => "checkout-state-partly-refunded",
        _ if order.owes_more() => "checkout-state-part-paid",
        _ => "checkout-state-paid",
    };
    words.word(key)
}

fn notes(note: &str) -> Vec<String> {
    if note.is_empty() { Vec::new() } else { note.split("\n\n").map(str::to_owned).collect() }
}

fn method(method: Method) -> String {
    format!("checkout-method-{method}")
}

fn accent(color: &str) -> Rgb {
    web::color::Rgb::parse(color).map_or(Rgb(0x2f, 0x5b, 0xd8), |color| Rgb(color.r, color.g, color.b))
}
