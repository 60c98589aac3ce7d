use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable, Selectable, SelectableHelper,
    upsert::on_constraint,
};
use diesel_async::RunQueryDsl;
use kernel::{Check, Problem, Tx};
use serde::Serialize;

use crate::{Method, Providers, schema::billing_settings};

/// The longest payment instructions, in characters.
pub const MAX_INSTRUCTIONS: usize = 2000;

/// How a tenant takes money.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = billing_settings, check_for_backend(diesel::pg::Pg))]
pub struct Settings {
    /// Whether bank transfer and cash are offered.
    pub manual_on: bool,
    /// How to pay that way, Markdown.
    pub manual_instructions: String,
    /// Days until an order that is paid that way expires.
    pub manual_days: i32,
    /// Whether the sandbox is offered, where the host has one.
    pub sandbox_on: bool,
    /// Who sells, on receipts and invoices; empty: the business's own name.
    pub seller_name: String,
    /// Their address, a few lines.
    pub seller_address: String,
    /// Their tax number.
    pub seller_tax_id: String,
    /// What stands at the end of invoices.
    pub invoice_note: String,
    /// Whether cards are taken, where an account is connected.
    pub card_on: bool,
    /// Whether one is that takes charges. The provider says so, nobody chooses it: see [`set_card_ready`].
    pub card_ready: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            manual_on: false,
            manual_instructions: String::new(),
            manual_days: 7,
            sandbox_on: true,
            seller_name: String::new(),
            seller_address: String::new(),
            seller_tax_id: String::new(),
            invoice_note: String::new(),
            card_on: true,
            card_ready: false,
        }
    }
}

/// The tenant's settings, or the defaults.
///
/// # Errors
/// When the database refuses.
pub async fn settings(tx: &mut Tx) -> QueryResult<Settings> {
    Ok(stored_settings(tx).await?.unwrap_or_default())
}

/// The tenant's settings; `None` when nobody has chosen yet.
///
/// # Errors
/// When the database refuses.
pub async fn stored_settings(tx: &mut Tx) -> QueryResult<Option<Settings>> {
    billing_settings::table.select(Settings::as_select()).first(&mut **tx).await.optional()
}

/// Keeps the tenant's settings.
///
/// # Errors
/// 422 at `manual_instructions` (wanted when `manual_on`) and `manual_days`.
pub async fn save_settings(tx: &mut Tx, settings: Settings) -> Result<(), Problem> {
    let settings = checked(settings)?;
    Ok(write(tx, &settings).await?)
}

fn checked(mut settings: Settings) -> Result<Settings, Problem> {
    let mut check = Check::new();
    let min = usize::from(settings.manual_on);
    settings.manual_instructions =
        check.text("manual_instructions", &settings.manual_instructions, min, MAX_INSTRUCTIONS);
    check.number("manual_days", i64::from(settings.manual_days), 1, 60);
    settings.seller_name = check.line("seller_name", &settings.seller_name, 0, 120);
    settings.seller_address = check.text("seller_address", &settings.seller_address, 0, 500);
    settings.seller_tax_id = check.line("seller_tax_id", &settings.seller_tax_id, 0, 60);
    settings.invoice_note = check.text("invoice_note", &settings.invoice_note, 0, 1000);
    check.finish()?;
    Ok(settings)
}

async fn write(tx: &mut Tx, settings: &Settings) -> QueryResult<()> {
    let row = (
        billing_settings::manual_on.eq(settings.manual_on),
        billing_settings::manual_instructions.eq(&settings.manual_instructions),
        billing_settings::manual_days.eq(settings.manual_days),
        billing_settings::sandbox_on.eq(settings.sandbox_on),
        billing_settings::seller_name.eq(&settings.seller_name),
        billing_settings::seller_address.eq(&settings.seller_address),
        billing_settings::seller_tax_id.eq(&settings.seller_tax_id),
        billing_settings::invoice_note.eq(&settings.invoice_note),
        billing_settings::card_on.eq(settings.card_on),
        billing_settings::updated_at.eq(tx.ctx().now()),
    );
    diesel::insert_into(billing_settings::table)
        .values(row)
        .on_conflict(on_constraint("billing_settings_pkey"))
        .do_update()
        .set(row)
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// The provider of cards says whether this business can take them now.
///
/// # Errors
/// When the database refuses.
pub async fn set_card_ready(tx: &mut Tx, ready: bool) -> QueryResult<()> {
    let now = tx.ctx().now();
    let row = (billing_settings::card_ready.eq(ready), billing_settings::updated_at.eq(now));
    diesel::insert_into(billing_settings::table)
        .values(row)
        .on_conflict(on_constraint("billing_settings_pkey"))
        .do_update()
        .set(row)
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// The ways in which `total` minor units can be paid: nothing but *free* for zero, else what the tenant offers and the
/// host has.
#[must_use]
pub fn methods(settings: &Settings, providers: &Providers, total: i64) -> Vec<Method> {
    if total == 0 {
        return vec![Method::Free];
    }
    let offered = |method: &Method| match method {
        Method::Free => false,
        Method::Manual => settings.manual_on,
        Method::Sandbox => settings.sandbox_on,
        Method::Stripe => settings.card_on && settings.card_ready,
    };
    // Cards come first; the sandbox stands for them where there are none.
    let all = [Method::Stripe, Method::Sandbox, Method::Manual];
    all.into_iter().filter(|method| offered(method) && providers.has(*method)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Sandbox, Stage};

    #[test]
    fn what_is_offered() {
        let with = Providers::new().with_sandbox(Sandbox::new(Stage::Development, [7; 32]).unwrap());
        let without = Providers::new();
        let settings =
            Settings { manual_on: true, manual_instructions: "IBAN …".into(), ..Settings::default() };
        assert_eq!(methods(&settings, &with, 0), [Method::Free], "nothing to pay, nobody to ask");
        assert_eq!(methods(&settings, &with, 1), [Method::Sandbox, Method::Manual]);
        assert_eq!(methods(&settings, &without, 1), [Method::Manual], "a host without a sandbox offers none");
        assert_eq!(methods(&Settings { manual_on: false, ..settings }, &without, 1), []);
    }
}
