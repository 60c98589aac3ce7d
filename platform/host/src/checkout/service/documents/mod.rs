//! Receipts, invoices and credit notes as files: what they say is what the order says.

mod parts;

use billing::{
    Discount, Due, ORDER_LINK, ORDERS_READ, Order, OrderLine, Payment, Refund, Settings, Status, Tax,
};
use events::{Money, OrderId, OrderLineId, RefundId};
use kernel::{Ctx, Problem, TenantInfo, Tx};
use pdf::{Document, Entry, Line, Total};

use self::parts::{
    accent, buyer, facts, labels, lines, method, notes, payments, seller, stamp, tax_label, tax_total, totals,
};
use crate::checkout::{views::taxes_of, words::Words};

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
    let mut totals =
        vec![Total::strong(words.word("checkout-doc-credited"), words.money(refund.credited())?)];
    for tax in taxes_of(parts.iter().filter(|(line, _)| !line.tax_name.is_empty()).map(within)) {
        totals.push(tax_total(words, "checkout-doc-tax-within", &tax, refund.money())?);
    }
    if let Some(lowered) = refund.taken_off() {
        totals.push(Total::new(words.word("checkout-doc-lowered"), words.money(lowered)?));
        totals.push(Total::new(words.word("checkout-doc-paid-back"), words.money(refund.money())?));
    }
    let mut facts = vec![
        Entry::new(words.word("checkout-doc-date"), words.date(refund.created_at)?),
        Entry::new(words.word("checkout-doc-order"), order.number.to_string()),
        Entry::new(words.word("checkout-placed"), words.date(order.created_at)?),
    ];
    if let Some(invoice) = order.invoice() {
        facts.push(Entry::new(words.word("checkout-invoice-number"), invoice));
    }
    if refund.amount > 0 {
        facts.push(Entry::new(words.word("checkout-method"), words.word(&method(refund.provider))));
    }
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
    if named.iter().map(|(_, amount)| amount).sum::<i64>() == refund.credited().amount {
        return named;
    }
    let whole: i128 = told.lines.iter().map(|line| i128::from(line.payable())).sum();
    let credited = refund.credited().amount;
    let mut left = credited;
    let last = told.lines.iter().rposition(|line| line.payable() > 0);
    let mut parts = Vec::new();
    for (place, line) in told.lines.iter().enumerate() {
        let share = (i128::from(credited) * i128::from(line.payable())).checked_div(whole).unwrap_or(0);
        let share = if Some(place) == last { left } else { i64::try_from(share).unwrap_or(0) };
        left -= share;
        if share > 0 {
            parts.push((line, share));
        }
    }
    parts
}
