//! Ways to pay, who sells, and rates of tax.

use billing::{Settings, TaxRate};
use events::{Instant, TaxRateId};
use kernel::{Ctx, Problem};
use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Path, payload::Json};

use super::Tag;
use crate::checkout::service;

/// How clients can pay, and who sells.
#[derive(Clone, Debug, Object)]
pub(super) struct PaymentSettings {
    /// Whether bank transfer and cash are offered.
    pub(super) manual: bool,
    /// How to pay that way, Markdown; must be given when it is offered.
    #[oai(validator(max_length = 2000))]
    pub(super) manual_instructions: String,
    /// Days until an order that is paid that way expires.
    #[oai(validator(minimum(value = "1"), maximum(value = "60")))]
    pub(super) manual_days: i32,
    /// Whether the practice page is offered, where the installation has one.
    pub(super) sandbox: bool,
    /// Whether cards are taken, once an account for them is connected. Left out: as before.
    pub(super) card: Option<bool>,
    /// Whether such an account is connected and takes charges; read only.
    #[oai(read_only)]
    pub(super) card_ready: Option<bool>,
    /// Who sells, on receipts and invoices; empty: the business's name. Left out: as before.
    #[oai(validator(max_length = 120))]
    pub(super) seller_name: Option<String>,
    /// Their address, a few lines. Left out: as before.
    #[oai(validator(max_length = 500))]
    pub(super) seller_address: Option<String>,
    /// Their tax number. Left out: as before.
    #[oai(validator(max_length = 60))]
    pub(super) seller_tax_id: Option<String>,
    /// What stands at the end of invoices. Left out: as before.
    #[oai(validator(max_length = 1000))]
    pub(super) invoice_note: Option<String>,
}

impl From<Settings> for PaymentSettings {
    fn from(settings: Settings) -> Self {
        Self {
            manual: settings.manual_on,
            manual_instructions: settings.manual_instructions,
            manual_days: settings.manual_days,
            sandbox: settings.sandbox_on,
            card: Some(settings.card_on),
            card_ready: Some(settings.card_ready),
            seller_name: Some(settings.seller_name),
            seller_address: Some(settings.seller_address),
            seller_tax_id: Some(settings.seller_tax_id),
            invoice_note: Some(settings.invoice_note),
        }
    }
}

impl PaymentSettings {
    /// The settings as they are to be, where what is left out stays as it was.
    pub(super) fn over(self, before: Settings) -> Settings {
        Settings {
            manual_on: self.manual,
            manual_instructions: self.manual_instructions,
            manual_days: self.manual_days,
            sandbox_on: self.sandbox,
            card_on: self.card.unwrap_or(before.card_on),
            card_ready: before.card_ready,
            seller_name: self.seller_name.unwrap_or(before.seller_name),
            seller_address: self.seller_address.unwrap_or(before.seller_address),
            seller_tax_id: self.seller_tax_id.unwrap_or(before.seller_tax_id),
            invoice_note: self.invoice_note.unwrap_or(before.invoice_note),
        }
    }
}

/// A rate of tax.
#[derive(Clone, Debug, Object)]
struct TaxRateOut {
    id: TaxRateId,
    /// As it stands on receipts: `VAT`.
    name: String,
    /// Hundredths of a percent: 2000 is 20 %.
    bp: i32,
    /// When it went out of use.
    archived_at: Option<Instant>,
    created_at: Instant,
}

impl From<TaxRate> for TaxRateOut {
    fn from(rate: TaxRate) -> Self {
        let TaxRate { id, name, bp, archived_at, created_at } = rate;
        Self { id, name, bp, archived_at, created_at }
    }
}

/// The rates of tax.
#[derive(Clone, Debug, Object)]
struct TaxRateList {
    /// Those in use first.
    items: Vec<TaxRateOut>,
}

/// A rate of tax to be added.
#[derive(Clone, Debug, Object)]
pub(in crate::checkout) struct TaxRateIn {
    /// As it stands on receipts.
    #[oai(validator(min_length = 1, max_length = 40))]
    name: String,
    /// Hundredths of a percent: 2000 is 20 %.
    #[oai(validator(minimum(value = "0"), maximum(value = "10000")))]
    bp: i64,
}

pub(in crate::checkout) struct SettingsApi;

#[OpenApi(prefix_path = "/api/v1/:slug", tag = "Tag::Orders")]
impl SettingsApi {
    /// Ways to pay
    #[oai(path = "/payment-settings", method = "get", operation_id = "get_payment_settings")]
    async fn get_payment_settings(&self, ctx: Data<&Ctx>) -> Result<Json<PaymentSettings>, Problem> {
        Ok(Json(service::payment_settings(&ctx).await?.into()))
    }

    /// Choose the ways to pay
    ///
    /// New orders can be paid these ways. Who sells stands on receipts and invoices from now on.
    #[oai(path = "/payment-settings", method = "put", operation_id = "set_payment_settings")]
    async fn set_payment_settings(
        &self,
        ctx: Data<&Ctx>,
        body: Json<PaymentSettings>,
    ) -> Result<Json<PaymentSettings>, Problem> {
        let before = service::payment_settings(&ctx).await?;
        service::save_payment_settings(&ctx, body.0.over(before)).await?;
        self.get_payment_settings(ctx).await
    }

    /// Rates of tax
    ///
    /// Those in use first, then those out of use; at most 200.
    #[oai(path = "/tax-rates", method = "get", operation_id = "list_tax_rates")]
    async fn list_tax_rates(&self, ctx: Data<&Ctx>) -> Result<Json<TaxRateList>, Problem> {
        let rates = service::tax_rates(&ctx).await?;
        Ok(Json(TaxRateList { items: rates.into_iter().map(Into::into).collect() }))
    }

    /// Add a rate of tax
    ///
    /// Offers can have it from now on. A rate never changes: add another, and archive this one.
    #[oai(path = "/tax-rates", method = "post", operation_id = "add_tax_rate")]
    async fn add_tax_rate(
        &self,
        ctx: Data<&Ctx>,
        body: Json<TaxRateIn>,
    ) -> Result<Json<TaxRateOut>, Problem> {
        Ok(Json(service::add_tax_rate(&ctx, &body.0.name, body.0.bp).await?.into()))
    }

    /// Archive a rate of tax
    ///
    /// Offers that have it are sold without it from then on. Again: nothing.
    #[oai(path = "/tax-rates/:id/archive", method = "post", operation_id = "archive_tax_rate")]
    async fn archive_tax_rate(
        &self,
        ctx: Data<&Ctx>,
        id: Path<TaxRateId>,
    ) -> Result<Json<TaxRateOut>, Problem> {
        Ok(Json(service::archive_tax_rate(&ctx, id.0).await?.into()))
    }
}
