//! What people and banks do to objects, away from the API.

use serde_json::{Value, json};

use crate::api::{self, checkout, confirm, connect, disputes, refunds, setups};
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, text};
use crate::world::{World, public};

fn on<'w>(world: &'w mut World, id: &str) -> Outcome<Tx<'w>> {
    let account = world.owner_of(id).ok_or_else(|| Fail::missing("object", id))?;
    Ok(Tx::on(world, &account))
}

pub(super) fn perform(world: &mut World, method: &str, steps: &[&str], params: &Params) -> Outcome<Value> {
    let done = |tx: &Tx<'_>, id: &str| Ok(public(&tx.now_of(id)));
    match (method, steps) {
        ("GET", ["objects", id]) => on(world, id).map(|tx| tx.now_of(id)),
        // The answer that an object's page will wait for may be a refusal, which is an outcome here, too.
        ("POST", ["authenticate", id]) => {
            let ok = params.flag("ok")?.unwrap_or(true);
            let mut tx = on(world, id)?;
            let _ = if id.starts_with("seti_") {
                setups::authenticated(&mut tx, id, ok)
            } else {
                confirm::authenticated(&mut tx, id, ok)
            };
            done(&tx, id)
        }
        ("POST", ["debits", id]) => {
            let ok = params.flag("ok")?.unwrap_or(true);
            let mut tx = on(world, id)?;
            confirm::settle_debit(&mut tx, id, ok)?;
            done(&tx, id)
        }
        ("POST", ["sessions", id, "pay"]) => pay(world, id, params),
        ("POST", ["sessions", id, "expire"]) => {
            let mut tx = on(world, id)?;
            checkout::expire(&mut tx, id);
            done(&tx, id)
        }
        ("POST", ["refund"]) => {
            let of = params
                .text("payment_intent")
                .or_else(|| params.text("charge"))
                .ok_or_else(|| Fail::required("payment_intent"))?;
            let mut tx = on(world, &of)?;
            Ok(public(&refunds::create(&mut tx, params)?))
        }
        ("POST", ["refunds", id]) => {
            let status = params
                .word("status", &["succeeded", "failed", "canceled"])?
                .ok_or_else(|| Fail::required("status"))?;
            let mut tx = on(world, id)?;
            refunds::settle(&mut tx, id, &status, params.text("reason").as_deref());
            done(&tx, id)
        }
        ("POST", ["dispute"]) => dispute(world, params),
        ("POST", ["disputes", id]) => {
            let won =
                params.word("outcome", &["won", "lost"])?.ok_or_else(|| Fail::required("outcome"))? == "won";
            let mut tx = on(world, id)?;
            disputes::close(&mut tx, id, won);
            done(&tx, id)
        }
        ("POST", ["payment_methods", id]) => payment_method(world, id, params),
        ("POST", ["accounts", id]) => account(world, id, params),
        ("POST", ["payouts"]) => {
            let account = params.text("account").unwrap_or_else(|| world.platform.clone());
            let currency = params.text("currency").unwrap_or_else(|| "gbp".to_owned());
            api::pay_out(&mut Tx::on(world, &account), &currency).map(|it| public(&it))
        }
        _ => Err(Fail::no_route(method, &format!("/_double/{}", steps.join("/")))),
    }
}

/// Pays a session as its page would; a card that asks is answered by `authenticate` (true when it is not said).
fn pay(world: &mut World, id: &str, params: &Params) -> Outcome<Value> {
    let mut form = params.clone();
    if params.text("method").is_none() {
        form.extend(Params::of(json!({"method": "pm_card_visa"})));
    }
    let ok = params.flag("authenticate")?.unwrap_or(true);
    let mut tx = on(world, id)?;
    if let checkout::Step::Ask(_) = checkout::pay(&mut tx, id, &form, false)? {
        let session = tx.now_of(id);
        let intent = if session["mode"] == "setup" { "setup_intent" } else { "payment_intent" };
        match (text(&session, "mode"), session[intent].as_str()) {
            ("payment", Some(intent)) => drop(confirm::authenticated(&mut tx, intent, ok)?),
            ("setup", Some(intent)) => drop(setups::authenticated(&mut tx, intent, ok)?),
            _ if ok => drop(checkout::pay(&mut tx, id, &form, true)?),
            _ => {
                return Err(Fail::card(
                    "authentication_required",
                    None,
                    "The customer did not authenticate.",
                ));
            }
        }
    }
    Ok(public(&tx.now_of(id)))
}

fn dispute(world: &mut World, params: &Params) -> Outcome<Value> {
    let charge = match (params.text("charge"), params.text("payment_intent")) {
        (Some(charge), _) => charge,
        (None, Some(intent)) => text(&on(world, &intent)?.now_of(&intent), "latest_charge").to_owned(),
        (None, None) => return Err(Fail::required("charge")),
    };
    let reason = params.text("reason").unwrap_or_else(|| "fraudulent".to_owned());
    let mut tx = on(world, &charge)?;
    let id = disputes::open(&mut tx, &charge, &reason);
    Ok(public(&tx.now_of(&id)))
}

/// `does`: what it answers from now on; `expired`: its card's last month is over.
fn payment_method(world: &mut World, id: &str, params: &Params) -> Outcome<Value> {
    let mut tx = on(world, id)?;
    if let Some(does) = params.text("does") {
        let does = if does == "declined" { "charge_declined:generic_decline".to_owned() } else { does };
        tx.change(id, json!({"_does": does}));
    }
    let mut card = tx.now_of(id)["card"].clone();
    if params.flag("expired")?.unwrap_or_default() {
        card["exp_year"] = 2020.into();
    }
    for name in ["exp_month", "exp_year"] {
        if let Some(number) = params.int(name)? {
            card[name] = number.into();
        }
    }
    if card.is_object() {
        tx.change_and_tell(id, json!({"card": card}), "payment_method.automatically_updated");
    }
    Ok(tx.now_of(id))
}

/// `onboard`, `disable` (no charges, no payouts), `restrict` (charges, but no payouts).
fn account(world: &mut World, id: &str, params: &Params) -> Outcome<Value> {
    let action = params
        .word("action", &["onboard", "disable", "restrict"])?
        .ok_or_else(|| Fail::required("action"))?;
    let platform = world.platform.clone();
    let mut tx = Tx::on(world, &platform);
    tx.find("account", id)?;
    Ok(match action.as_str() {
        "onboard" => connect::enable(&mut tx, id, true, true, None),
        "restrict" => connect::enable(&mut tx, id, true, false, Some("requirements.past_due")),
        _ => connect::enable(&mut tx, id, false, false, Some("requirements.past_due")),
    })
}
