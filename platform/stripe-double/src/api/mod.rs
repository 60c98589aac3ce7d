//! The calls of the API, one file for each kind of object.

mod balance;
mod catalog;
mod charges;
pub(crate) mod checkout;
pub(crate) mod confirm;
pub(crate) mod connect;
mod customers;
mod discounts;
pub(crate) mod disputes;
mod hooks;
pub(crate) mod intents;
pub(crate) mod invoices;
mod items;
mod known;
pub(crate) mod lines;
pub(crate) mod methods;
mod portal;
mod preview;
pub(crate) mod refunds;
pub(crate) mod setups;
pub(crate) mod subscriptions;

pub(crate) use balance::{move_money, pay_out};

use serde_json::Value;

use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::Tx;

/// One call, taken apart.
pub(crate) struct Call<'c> {
    /// `GET`, `POST` or `DELETE`.
    pub(crate) method: &'c str,
    /// What stands behind `/v1/`.
    pub(crate) steps: Vec<&'c str>,
    /// What it brings.
    pub(crate) params: &'c Params,
    /// Made with a publishable key.
    pub(crate) publishable: bool,
    path: &'c str,
}

impl<'c> Call<'c> {
    /// Takes a call apart.
    pub(crate) fn new(method: &'c str, path: &'c str, params: &'c Params, publishable: bool) -> Self {
        let steps = path.strip_prefix("/v1/").unwrap_or_default().split('/').collect();
        Self { method, steps, params, publishable, path }
    }
    /// Method and the steps behind the first one.
    pub(crate) fn rest(&self) -> (&'c str, &[&'c str]) {
        (self.method, self.steps.get(1..).unwrap_or_default())
    }
    /// There is no such call.
    pub(crate) fn unknown(&self) -> Fail {
        Fail::no_route(self.method, self.path)
    }
    /// What a browser may ask with a publishable key: one object, by its secret.
    fn check_browser(&self) -> Outcome<()> {
        let may = match (self.method, self.steps.as_slice()) {
            ("POST", ["payment_methods"]) => return Ok(()),
            ("GET", ["payment_intents" | "setup_intents", _]) => true,
            ("POST", ["payment_intents" | "setup_intents", _, "confirm"]) => true,
            _ => false,
        };
        if may && self.params.has("client_secret") {
            return Ok(());
        }
        let message = "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.";
        Err(if may {
            Fail::required("client_secret")
        } else {
            Fail::forbidden("secret_key_required", message)
        })
    }
}

/// Carries a call out.
pub(crate) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    if call.publishable {
        call.check_browser()?;
    } else if call.method == "POST" {
        known::check(crate::server::shape(call.path).trim_start_matches("/v1/"), call.params.tree())?;
    }
    match call.steps.first().copied().unwrap_or_default() {
        "customers" => customers::route(tx, call),
        "products" | "prices" => catalog::route(tx, call),
        "coupons" | "promotion_codes" => discounts::route(tx, call),
        "payment_methods" => methods::route(tx, call),
        "setup_intents" => setups::route(tx, call),
        "payment_intents" => intents::route(tx, call),
        "charges" => charges::route(tx, call),
        "refunds" => refunds::route(tx, call),
        "disputes" => disputes::route(tx, call),
        "balance" | "balance_transactions" | "payouts" | "application_fees" => balance::route(tx, call),
        "checkout" => checkout::route(tx, call),
        "subscriptions" => subscriptions::route(tx, call),
        "subscription_items" => items::route(tx, call),
        "invoices" | "invoice_payments" | "invoiceitems" => invoices::route(tx, call),
        "billing_portal" => portal::route(tx, call),
        "account" | "accounts" | "account_links" => connect::route(tx, call),
        "webhook_endpoints" | "events" => hooks::route(tx, call),
        _ => Err(call.unknown()),
    }
}
