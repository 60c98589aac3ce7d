//! The parts that documents are made of.

use billing::{Discount, DiscountKind, DueState, Method, Order, OrderLine, PaymentStatus, Settings, Status};
use events::{Instant, Money};
use kernel::{Problem, TenantInfo};
use pdf::{Entry, Labels, Line, Party, Rgb, Total};
use serde_json::json;

use super::Told;
use crate::checkout::{
    views::taxes_of,
    words::{Words, rate},
};

pub(super) fn labels(words: &Words) -> Labels {
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

pub(super) fn seller(
    words: &Words,
    tenant: &TenantInfo,
    link: &str,
    settings: &Settings,
) -> Result<Party, Problem> {
    let name = if settings.seller_name.is_empty() { &tenant.name } else { &settings.seller_name };
    Ok(Party {
        name: name.clone(),
        lines: settings.seller_address.lines().map(str::to_owned).collect(),
        tax_id: tax_number(words, &settings.seller_tax_id)?,
        email: tenant.contact_email.clone(),
        web: link.trim_end_matches('/').to_owned(),
    })
}

pub(super) fn buyer(words: &Words, order: &Order) -> Result<Party, Problem> {
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

pub(super) fn facts(words: &Words, order: &Order, date: Instant) -> Result<Vec<Entry>, Problem> {
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

pub(super) fn lines(words: &Words, order: &Order, lines: &[OrderLine]) -> Result<Vec<Line>, Problem> {
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
pub(super) fn tax_label(line: &OrderLine) -> String {
    if line.tax_name.is_empty() {
        String::new()
    } else {
        format!("{} {} %", line.tax_name, rate(line.tax_bp))
    }
}

pub(super) fn totals(words: &Words, told: &Told) -> Result<Vec<Total>, Problem> {
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

pub(super) fn tax_total(
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
pub(super) fn payments(words: &Words, told: &Told) -> Result<Vec<Entry>, Problem> {
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
        entries.push(Entry::new(label, words.money(Money::new(due.amount(), told.order.currency))?));
    }
    for refund in &told.refunds {
        let date = json!({ "date": words.date(refund.created_at)? });
        let parts = [("checkout-doc-lowered-on", refund.lowered), ("checkout-doc-back-on", refund.amount)];
        for (key, amount) in parts.into_iter().filter(|(_, amount)| *amount > 0) {
            let less = Money { amount: -amount, ..refund.money() };
            entries.push(Entry::new(words.text(key, &date)?, words.money(less)?));
        }
    }
    Ok(entries)
}

pub(super) fn stamp(words: &Words, order: &Order) -> String {
    let key = match order.status {
        Status::Refunded if order.total == 0 => "checkout-state-undone",
        Status::Refunded => "checkout-state-refunded",
        Status::PartiallyRefunded => "checkout-state-partly-refunded",
        _ if order.owes_more() => "checkout-state-part-paid",
        _ => "checkout-state-paid",
    };
    words.word(key)
}

pub(super) fn notes(note: &str) -> Vec<String> {
    if note.is_empty() { Vec::new() } else { note.split("\n\n").map(str::to_owned).collect() }
}

pub(super) fn method(method: Method) -> String {
    format!("checkout-method-{method}")
}

pub(super) fn accent(color: &str) -> Rgb {
    web::color::Rgb::parse(color).map_or(Rgb(0x2f, 0x5b, 0xd8), |color| Rgb(color.r, color.g, color.b))
}
