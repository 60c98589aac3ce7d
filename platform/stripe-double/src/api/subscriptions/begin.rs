//! How a subscription begins.

use serde_json::{Value, json};

use super::run;
use crate::api::confirm::Confirm;
use crate::api::invoices::{self, Bill};
use crate::api::{catalog, discounts, intents, lines, setups};
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, text};

/// How the first invoice is to be paid.
#[derive(Default)]
pub(in crate::api) struct Wish {
    /// `default_incomplete`, `allow_incomplete` or `error_if_incomplete`.
    pub(in crate::api) behaviour: String,
    /// The method and how it is confirmed, when it is known already.
    pub(in crate::api) by: Confirm,
    /// Nothing is collected now.
    pub(in crate::api) session: Option<String>,
}

/// The items that a call wants: prices with quantities, changes and deletions of those that are there.
pub(in crate::api) fn items_of(tx: &mut Tx<'_>, wanted: &[Params], before: &Value) -> Outcome<Vec<Value>> {
    let mut items = before["items"]["data"].as_array().cloned().unwrap_or_default();
    for params in wanted {
        let known = params.text("id");
        let at = known.as_ref().and_then(|id| items.iter().position(|item| item["id"] == id.as_str()));
        if let (Some(id), None) = (&known, at) {
            return Err(Fail::no_such("subscription_item", id, &params.name("id")));
        }
        if let Some(at) = at.filter(|_| params.flag("deleted").ok().flatten() == Some(true)) {
            items.remove(at);
            continue;
        }
        let mut item = match at.and_then(|at| items.get(at)) {
            Some(item) => item.clone(),
            None => tx.draft("subscription_item", "si", json!({"subscription": before["id"], "quantity": 1})),
        };
        if at.is_none() || params.has("price") || params.has("price_data") {
            let price = catalog::priced(tx, params)?;
            if price["type"] != "recurring" {
                return Err(Fail::invalid("The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.").param(&params.name("price")));
            }
            item["plan"] = catalog::plan(&price);
            item["price"] = crate::world::public(&price);
        }
        if let Some(quantity) = params.int("quantity")? {
            item["quantity"] = quantity.into();
        }
        item["metadata"] = params.metadata(&item["metadata"]);
        match at {
            Some(at) => items[at] = item,
            None => items.push(item),
        }
    }
    // A price that replaces the only one keeps its period.
    let period = lines::period(before);
    if before["id"].is_string() && period.1 > 0 {
        for item in &mut items {
            item["current_period_start"] = period.0.into();
            item["current_period_end"] = period.1.into();
        }
    }
    let currency = |item: &Value| item["price"]["currency"].clone();
    match items.first() {
        None => Err(Fail::required("items")),
        Some(one) if items.iter().any(|item| currency(item) != currency(one)) => {
            Err(Fail::invalid("All prices on a subscription must have the same currency.").param("items"))
        }
        Some(_) => Ok(items),
    }
}

/// `POST /v1/subscriptions`
pub(super) fn create(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    intents::check_charges(tx)?;
    let words = ["default_incomplete", "allow_incomplete", "error_if_incomplete", "pending_if_incomplete"];
    let behaviour = params.word("payment_behavior", &words)?.unwrap_or_else(|| "allow_incomplete".to_owned());
    let off_session = params.flag("off_session")?.unwrap_or_default();
    let wish = Wish { behaviour, by: Confirm { off_session, ..Confirm::default() }, session: None };
    make(tx, params, &wish)
}

fn trial_end(tx: &Tx<'_>, params: &Params) -> Outcome<Option<i64>> {
    let now = tx.now();
    if let Some(days) = params.int("trial_period_days")? {
        return Ok((days > 0).then(|| now + days * 86_400));
    }
    match params.text("trial_end").as_deref() {
        None | Some("now") => Ok(None),
        Some(_) => match params.int("trial_end")? {
            Some(end) if end > now => Ok(Some(end)),
            _ => Err(Fail::invalid("trial_end must be in the future.").param("trial_end")),
        },
    }
}

/// A subscription with its first invoice.
pub(in crate::api) fn make(tx: &mut Tx<'_>, params: &Params, wish: &Wish) -> Outcome<Value> {
    let customer = tx.named("customer", params, "customer")?.ok_or_else(|| Fail::required("customer"))?;
    let id = tx.world.id("sub");
    let blank = crate::tx::template("subscription");
    let mut fields = super::simple(tx, params, &blank)?;
    let items = items_of(tx, &params.list("items"), &json!({"id": id, "items": {"data": []}}))?;
    let price = items[0]["price"].clone();
    let trial = trial_end(tx, params)?;
    let now = tx.now();
    let anchor = trial.or(params.int("billing_cycle_anchor")?).unwrap_or(now);
    let end = lines::period_end(anchor, now, &price);
    super::ending(
        tx,
        params,
        &json!({"items": {"data": [{"current_period_end": end}]}, "cancellation_details": blank["cancellation_details"]}),
        &mut fields,
    )?;
    let common = json!({
        "id": id, "customer": customer["id"], "currency": price["currency"], "billing_cycle_anchor": anchor, "start_date": now,
        "trial_start": trial.map(|_| now), "trial_end": trial, "status": "incomplete",
        "items": {"object": "list", "data": items, "has_more": false, "total_count": items.len(), "url": format!("/v1/subscription_items?subscription={id}")},
    });
    crate::tx::merge(&mut fields, common);
    if tx.is_connected() {
        fields["application"] = intents::application(tx).into();
    }
    let asked = discounts::asked(tx, params)?;
    tx.make("subscription", "sub", fields);
    let mut ids = Vec::new();
    for (coupon, code) in asked {
        ids.push(
            discounts::discount(tx, &coupon, &code, json!({"customer": customer["id"], "subscription": id}))
                ["id"]
                .clone(),
        );
    }
    tx.change(&id, json!({"discounts": ids}));
    run::set_period(tx, &id, (now, end));
    tx.change(text(&customer, "id"), json!({"currency": price["currency"]}));
    first_invoice(tx, &id, params, wish, trial.is_some())?;
    if let Some(at) = tx.now_of(&id)["cancel_at"].as_i64() {
        tx.later(at, "cancel", &id);
    }
    Ok(tx.now_of(&id))
}

fn first_invoice(tx: &mut Tx<'_>, id: &str, params: &Params, wish: &Wish, trial: bool) -> Outcome<()> {
    let subscription = tx.now_of(id);
    let period = lines::period(&subscription);
    let mut lines = lines::of_period(tx, &subscription, period, trial);
    // A first period that is cut short costs its part.
    let full = lines::period_end(period.0, period.0, &lines::first(&subscription)["price"]);
    if !trial && period.1 < full {
        let none = params.text("proration_behavior").as_deref() == Some("none");
        for line in &mut lines {
            let amount = line["amount"].as_i64().unwrap_or_default();
            line["amount"] =
                if none { 0 } else { lines::share(amount, (period.0, full), full - (period.1 - period.0)) }
                    .into();
            line["subtotal"] = line["amount"].clone();
        }
    }
    for extra in params.list("add_invoice_items") {
        let price = catalog::priced(tx, &extra)?;
        let item = json!({"id": null, "price": price, "quantity": extra.int("quantity")?.unwrap_or(1), "subscription": id});
        lines.push(lines::line(tx, &item, lines::price_of(&item), (period.0, period.0), None));
    }
    let bill = Bill {
        customer: text(&subscription, "customer"),
        subscription: Some(&subscription),
        reason: "subscription_create",
        lines,
        period: (period.0, period.0),
        currency: text(&subscription, "currency"),
    };
    let invoice = invoices::make(tx, &bill);
    tx.change(id, json!({"latest_invoice": invoice}));
    let due = tx.now_of(&invoice)["amount_due"].as_i64().unwrap_or_default();
    if trial {
        tx.change(id, json!({"status": "trialing"}));
        if wish.session.is_none() && wants_setup(tx, id) {
            let fields = json!({"customer": subscription["customer"], "usage": "off_session", "payment_method_types": ["card"]});
            let setup = setups::make(tx, fields);
            tx.change(id, json!({"pending_setup_intent": setup["id"]}));
        }
    } else if due == 0 {
        tx.change(id, json!({"status": "active"}));
    }
    tx.tell("customer.subscription.created", id);
    invoices::finalize(tx, &invoice);
    if let Some(session) = &wish.session {
        let intent = text(&tx.now_of(&invoice), "_payment_intent").to_owned();
        tx.change(&intent, json!({"_session": session}));
    }
    run::plan_ahead(tx, id);
    pay_first(tx, id, &invoice, due, wish)
}

fn wants_setup(tx: &Tx<'_>, id: &str) -> bool {
    let subscription = tx.now_of(id);
    let customer = tx.now_of(text(&subscription, "customer"));
    subscription["default_payment_method"].is_null()
        && customer["invoice_settings"]["default_payment_method"].is_null()
}

fn pay_first(tx: &mut Tx<'_>, id: &str, invoice: &str, due: i64, wish: &Wish) -> Outcome<()> {
    if due == 0 || tx.now_of(id)["collection_method"] == "send_invoice" {
        if due > 0 {
            tx.change_and_tell(id, json!({"status": "active"}), "customer.subscription.updated");
        }
        return Ok(());
    }
    if wish.behaviour == "default_incomplete" {
        let expires = tx.now() + 23 * 3600;
        tx.later(expires, "incomplete", id);
        return Ok(());
    }
    let paid = invoices::collect(tx, invoice, wish.by.method.clone(), &wish.by);
    match paid {
        Ok(_) => Ok(()),
        Err(error) if wish.behaviour == "error_if_incomplete" || error.status == 400 => {
            let account = tx.account.clone();
            invoices::void(tx, invoice);
            tx.world.store(&account).remove(id);
            Err(error)
        }
        Err(_) => {
            let expires = tx.now() + 23 * 3600;
            tx.later(expires, "incomplete", id);
            Ok(())
        }
    }
}
