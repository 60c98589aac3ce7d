//! Offers, checkout, orders and credits, against the running application.

mod bad_input;
mod buying;
mod checkout;
mod checkout_kit;
mod coupons;
mod credits;
mod credits_appointments;
mod credits_expiring;
mod credits_kit;
mod credits_pages;
mod credits_weekly;
mod guests;
mod money;
mod offers_files;
mod offers_plans;
mod offers_shelf;
mod plan_rules;
mod plans_once;
mod races;
mod refunds;
mod studio;
mod taken_back;
mod undoing;
mod vouchers;

use kernel::Ctx;
use testkit::{Answer, Client, TenantOptions, TestApp, TestTenant};

/// A tenant that takes transfers as well.
const PAYMENT: &str = "[packages.payment]\nmanual_instructions = \"IBAN **GB00**\"\nmanual_days = 7\n";

/// A tenant with the payment section and further ones.
async fn shop<'a>(app: &'a TestApp, more: &str) -> TestTenant<'a> {
    let options = TenantOptions::all(app).section(PAYMENT).section(more);
    TestTenant::with(app, options).await
}

/// Sends the checkout form of an offer.
async fn order(by: &Client, offer: &str, email: &str, method: &str, key: &str) -> Answer {
    let fields = [("name", "Sam Reed"), ("email", email), ("method", method), ("key", key)];
    by.post_form(&format!("/buy/{offer}"), &fields).await
}

/// Presses a button of the sandbox's page.
async fn press(by: &Client, page: &str, outcome: &str) -> String {
    by.post_form_to(page, &[("outcome", outcome)]).await.expect(303).location()
}

/// A context of the platform itself in a tenant.
async fn context(tenant: &TestTenant<'_>) -> Ctx {
    let info = tenant.app.app.directory.by_id(tenant.id).await.unwrap().unwrap();
    tenant.app.app.system_context(info, "test", String::new()).await.unwrap()
}
