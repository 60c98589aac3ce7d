//! Accounts that are connected to the platform.

use serde_json::{Value, json};

use super::Call;
use crate::expand::list;
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::Tx;

pub(super) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    let params = call.params;
    match (call.method, call.steps.as_slice()) {
        ("GET", ["account"]) => Ok(own(tx)),
        ("GET", ["accounts"]) => list(tx, "account", "/v1/accounts", params, &[]),
        ("POST", ["accounts"]) => create(tx, params),
        ("GET", ["accounts", id]) => find(tx, id),
        ("POST", ["accounts", id]) => update(tx, id, params),
        ("DELETE", ["accounts", id]) => {
            find(tx, id)?;
            let platform = tx.account.clone();
            tx.world.store(&platform).remove(id);
            Ok(json!({"id": id, "object": "account", "deleted": true}))
        }
        ("POST", ["accounts", id, "login_links"]) => login(tx, id),
        ("POST", ["account_links"]) => link(tx, params),
        _ => Err(call.unknown()),
    }
}

/// The account of the key, or of the header.
fn own(tx: &Tx<'_>) -> Value {
    let platform = tx.world.accounts.get(&tx.world.platform);
    if let Some(account) = platform.and_then(|store| store.objects.get(&tx.account)) {
        return account.clone();
    }
    let mut account = crate::tx::template("account");
    let capabilities = json!({"card_payments": "active", "transfers": "active"});
    let none = json!({"alternatives": [], "current_deadline": null, "currently_due": [], "disabled_reason": null, "errors": [],
        "eventually_due": [], "past_due": [], "pending_verification": []});
    let fields = json!({"id": tx.account, "type": "standard", "charges_enabled": true, "payouts_enabled": true, "details_submitted": true,
        "capabilities": capabilities, "requirements": none, "controller": {"type": "account"}});
    crate::tx::merge(&mut account, fields);
    account
}

fn find(tx: &Tx<'_>, id: &str) -> Outcome<Value> {
    if id == tx.account {
        return Ok(own(tx));
    }
    let message = format!(
        "The provided key does not have access to account '{id}' (or that account does not exist). Application access may have been revoked."
    );
    tx.find("account", id).map_err(|_| Fail::forbidden("account_invalid", &message))
}

fn create(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    if tx.account != tx.world.platform {
        return Err(Fail::invalid(
            "You can only create new accounts if you've signed up for Connect, which you can do at https://dashboard.stripe.com/connect.",
        ));
    }
    let kind = params.word("type", &["standard", "express", "custom"])?.unwrap_or_else(|| "none".to_owned());
    let kind = if params.has("controller") { "none".to_owned() } else { kind };
    let due = [
        "business_profile.product_description",
        "business_profile.support_phone",
        "business_profile.url",
        "external_account",
        "tos_acceptance.date",
        "tos_acceptance.ip",
    ];
    let mut account = crate::tx::template("account");
    let requirements = json!({"alternatives": [], "current_deadline": null, "currently_due": due, "disabled_reason": "requirements.past_due",
        "errors": [], "eventually_due": due, "past_due": due, "pending_verification": []});
    let id = tx.world.id("acct").replacen("acct_", "acct_1", 1);
    let country = params.text("country").unwrap_or_else(|| "GB".to_owned());
    let currency = match country.as_str() {
        "GB" => "gbp",
        "US" => "usd",
        _ => "eur",
    };
    let fields = json!({"id": id, "type": kind, "created": tx.now(), "requirements": requirements, "country": country, "default_currency": currency,
        "metadata": params.metadata(&Value::Null)});
    crate::tx::merge(&mut account, fields);
    account["external_accounts"]["url"] = format!("/v1/accounts/{id}/external_accounts").into();
    for name in params
        .part("capabilities")
        .map(|it| it.tree().clone())
        .as_ref()
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        account["capabilities"][name.0] = "inactive".into();
    }
    params.pick(&mut account, &["email", "business_type"]);
    for name in ["controller", "business_profile", "settings"] {
        let mut sent = json!({});
        params.pick_trees(&mut sent, &[name]);
        if sent[name].is_object() {
            crate::tx::merge(&mut account[name], sent[name].clone());
        }
    }
    tx.put(account.clone());
    tx.world.store(&id);
    Ok(account)
}

fn update(tx: &mut Tx<'_>, id: &str, params: &Params) -> Outcome<Value> {
    let before = find(tx, id)?;
    let mut fields = json!({"metadata": params.metadata(&before["metadata"])});
    params.pick(&mut fields, &["email", "business_type"]);
    for name in ["business_profile", "settings"] {
        let mut sent = json!({});
        params.pick_trees(&mut sent, &[name]);
        if sent[name].is_object() {
            let mut after = before[name].clone();
            crate::tx::merge(&mut after, sent[name].clone());
            fields[name] = after;
        }
    }
    Ok(change(tx, id, fields))
}

/// Changes a connected account; both sides hear of it.
pub(crate) fn change(tx: &mut Tx<'_>, id: &str, fields: Value) -> Value {
    let platform = tx.world.platform.clone();
    let mut there = tx.other(&platform);
    let before = there.change(id, fields);
    let account = there.now_of(id);
    // The event belongs to the connected account, and reaches the platform as one of its own.
    let mut here = tx.other(id);
    here.tell_change("account.updated", &account, Some(before));
    account
}

/// Somebody has filled in the form; or Stripe takes the account's rights away.
pub(crate) fn enable(tx: &mut Tx<'_>, id: &str, charges: bool, payouts: bool, reason: Option<&str>) -> Value {
    let platform = tx.world.platform.clone();
    let before = tx.other(&platform).now_of(id);
    let open: Vec<&str> =
        if reason.is_some() { vec!["individual.verification.document"] } else { Vec::new() };
    let requirements = json!({"alternatives": [], "current_deadline": null, "currently_due": open, "disabled_reason": reason, "errors": [],
        "eventually_due": open, "past_due": open, "pending_verification": []});
    let mut capabilities = before["capabilities"].clone();
    for (_, value) in capabilities.as_object_mut().into_iter().flatten() {
        *value = if charges { "active" } else { "inactive" }.into();
    }
    let fields = json!({"charges_enabled": charges, "payouts_enabled": payouts, "details_submitted": true, "requirements": requirements,
        "capabilities": capabilities});
    change(tx, id, fields)
}

fn link(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    let id = params.need("account")?;
    find(tx, &id)?;
    params.word("type", &["account_onboarding", "account_update"])?.ok_or_else(|| Fail::required("type"))?;
    let back = params.need_address("return_url")?;
    let refresh = params.need_address("refresh_url")?;
    let token = tx.world.id("link");
    let url = format!("{}/setup/s/{id}/{token}", tx.world.base_url);
    let expires = tx.now() + 300;
    let fields =
        json!({"expires_at": expires, "url": url, "_account": id, "_return": back, "_refresh": refresh});
    let mut link = crate::tx::template("account_link");
    crate::tx::merge(&mut link, fields);
    link["created"] = tx.now().into();
    // Kept under its token; Stripe's answer has no identifier.
    let mut kept = link.clone();
    kept["id"] = token.into();
    tx.put(kept);
    Ok(link)
}

fn login(tx: &mut Tx<'_>, id: &str) -> Outcome<Value> {
    let account = find(tx, id)?;
    let express =
        account["type"] == "express" || account["controller"]["stripe_dashboard"]["type"] == "express";
    if !express || account["details_submitted"] != true {
        return Err(Fail::invalid(
            "Cannot create a login link for an account that has not completed onboarding.",
        ));
    }
    let url = format!("{}/express/{id}", tx.world.base_url);
    Ok(json!({"object": "login_link", "created": tx.now(), "url": url}))
}
