//! What subscriptions cost: periods, lines of invoices, and what is owed when a plan changes in between.

use jiff::{Span, Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use crate::tx::{Tx, int, template, text};

/// A time so many days, weeks, months or years later; the last day of a short month stands for a day it does not have.
pub(crate) fn after(time: i64, interval: &str, count: i64) -> i64 {
    let span = match interval {
        "day" => Span::new().try_days(count),
        "week" => Span::new().try_weeks(count),
        "year" => Span::new().try_years(count),
        _ => Span::new().try_months(count),
    };
    let later = || {
        let start = Timestamp::from_second(time).ok()?.to_zoned(TimeZone::UTC);
        Some(start.checked_add(span.ok()?).ok()?.timestamp().as_second())
    };
    later().unwrap_or(time)
}

/// The end of the period that begins at `start`: the next time that lies whole intervals behind the anchor.
pub(crate) fn period_end(anchor: i64, start: i64, price: &Value) -> i64 {
    let recurring = &price["recurring"];
    let (interval, count) = (text(recurring, "interval"), int(recurring, "interval_count").max(1));
    if anchor > start {
        return anchor;
    }
    (1..).map(|times| after(anchor, interval, times * count)).find(|end| *end > start).unwrap_or(start)
}

/// What an item costs in one period.
pub(crate) fn price_of(item: &Value) -> i64 {
    int(&item["price"], "unit_amount") * int(item, "quantity")
}

/// The first item of a subscription, which gives it its period.
pub(crate) fn first(subscription: &Value) -> &Value {
    &subscription["items"]["data"][0]
}

/// A period as (start, end).
pub(crate) fn period(subscription: &Value) -> (i64, i64) {
    let item = first(subscription);
    (int(item, "current_period_start"), int(item, "current_period_end"))
}

fn describe(tx: &Tx<'_>, item: &Value) -> String {
    let product = tx.now_of(text(&item["price"], "product"));
    format!("{} × {}", int(item, "quantity"), text(&product, "name"))
}

/// One line of an invoice.
pub(crate) fn line(
    tx: &mut Tx<'_>,
    item: &Value,
    amount: i64,
    period: (i64, i64),
    what: Option<&str>,
) -> Value {
    let mut line = template("line_item");
    line["id"] = tx.world.id("il").into();
    let description =
        what.map_or_else(|| describe(tx, item), |what| format!("{what} {}", describe(tx, item)));
    let price = &item["price"];
    let parent = json!({
        "type": "subscription_item_details", "invoice_item_details": null,
        "subscription_item_details": {"invoice_item": null, "proration": what.is_some(),
            "proration_details": {"credited_items": null}, "subscription": item["subscription"], "subscription_item": item["id"]},
    });
    let fields = json!({
        "amount": amount, "subtotal": amount, "currency": price["currency"], "description": description, "quantity": item["quantity"],
        "period": {"start": period.0, "end": period.1}, "parent": parent, "discountable": what.is_none(),
        "subscription": item["subscription"],
        "pricing": {"type": "price_details", "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": price["unit_amount_decimal"]},
    });
    crate::tx::merge(&mut line, fields);
    line
}

/// The lines of a whole period.
pub(crate) fn of_period(
    tx: &mut Tx<'_>,
    subscription: &Value,
    period: (i64, i64),
    trial: bool,
) -> Vec<Value> {
    let items = subscription["items"]["data"].as_array().cloned().unwrap_or_default();
    let of = |item: &Value| if trial { 0 } else { price_of(item) };
    items.iter().map(|item| line(tx, item, of(item), period, None)).collect()
}

/// A part of an amount: what is left of a period at a time, rounded to the nearest minor unit.
pub(crate) fn share(amount: i64, period: (i64, i64), at: i64) -> i64 {
    let (whole, left) = (period.1 - period.0, (period.1 - at).max(0));
    if whole <= 0 {
        return 0;
    }
    let part = i128::from(amount) * i128::from(left) * 2 + i128::from(whole);
    i64::try_from(part.div_euclid(i128::from(whole) * 2)).unwrap_or_default()
}

/// What a change of items costs for the rest of the period: unused time back, remaining time on.
pub(crate) fn proration(
    tx: &mut Tx<'_>,
    before: &[Value],
    now: &[Value],
    period: (i64, i64),
    at: i64,
) -> Vec<Value> {
    let mut lines = Vec::new();
    let rest = (at, period.1);
    let same = |one: &Value, other: &Value| {
        one["id"] == other["id"]
            && one["price"]["id"] == other["price"]["id"]
            && one["quantity"] == other["quantity"]
    };
    for item in before.iter().filter(|item| !now.iter().any(|other| same(item, other))) {
        let amount = -share(price_of(item), period, at);
        lines.push(line(tx, item, amount, rest, Some("Unused time on")));
    }
    for item in now.iter().filter(|item| !before.iter().any(|other| same(item, other))) {
        let amount = share(price_of(item), period, at);
        lines.push(line(tx, item, amount, rest, Some("Remaining time on")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_end_on_their_last_day_and_come_back() {
        // 2026-01-31 12:00 UTC
        let anchor = 1_769_860_800;
        let price = json!({"recurring": {"interval": "month", "interval_count": 1}});
        let february = period_end(anchor, anchor, &price);
        let march = period_end(anchor, february, &price);
        assert_eq!((february - anchor) / 86_400, 28);
        assert_eq!((march - february) / 86_400, 31);
    }

    #[test]
    fn a_share_is_rounded_and_symmetric_enough() {
        assert_eq!(share(1000, (0, 30), 15), 500);
        assert_eq!(share(1000, (0, 30), 20), 333);
        assert_eq!(share(1000, (0, 30), 10), 667);
        assert_eq!(share(1000, (0, 30), 30), 0);
    }
}
