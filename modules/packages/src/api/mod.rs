//! The module's API: thin, over the same services as the pages.

mod credits;
mod offers;
mod orders;
mod types;

use kernel::{CallKey, Ctx, Problem};
use poem::{Request, web::Data};
use poem_openapi::{
    OpenApi, Tags,
    param::{Path, Query},
    payload::Json,
};

use crate::model::{OfferId, OfferKind};
use events::{ClientId, OrderId, PackageId, ProductId};
use types::{
    CheckoutIn, CheckoutOut, CreditsOut, MarkPaidIn, OfferList, OfferOut, OrderList, OrderOut, PackageIn,
    PackagePatch, ProductIn, ProductPatch,
};

#[derive(Tags)]
enum Tag {
    /// Products and packages, the checkout, orders and credits.
    Packages,
}

/// Products, packages, checkout, orders and credits.
pub(crate) struct PackagesApi;

#[OpenApi(prefix_path = "/api/v1/:slug", tag = "Tag::Packages")]
impl PackagesApi {
    /// Products
    ///
    /// The newest first. Everybody sees the active ones; staff who may write them see all but the archived ones, or those
    /// of `status`.
    #[oai(path = "/products", method = "get", operation_id = "list_products")]
    async fn list_products(
        &self,
        ctx: Data<&Ctx>,
        /// `draft`, `active` or `archived`; for staff.
        status: Query<Option<String>>,
        /// Part of the name.
        search: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<OfferList>, Problem> {
        offers::list(&ctx, OfferKind::Product, status.0, search.0, cursor.0, limit.0).await
    }

    /// One product
    #[oai(path = "/products/:id", method = "get", operation_id = "get_product")]
    async fn get_product(&self, ctx: Data<&Ctx>, id: Path<ProductId>) -> Result<Json<OfferOut>, Problem> {
        offers::get(&ctx, OfferKind::Product, OfferId::from_uuid(id.0.uuid())).await
    }

    /// Make a product
    #[oai(path = "/products", method = "post", operation_id = "create_product")]
    async fn create_product(
        &self,
        ctx: Data<&Ctx>,
        body: Json<ProductIn>,
    ) -> Result<Json<OfferOut>, Problem> {
        offers::create_product(&ctx, body.0).await
    }

    /// Change a product
    ///
    /// Fields that are left out stay; a limit or date of `null` is lifted.
    #[oai(path = "/products/:id", method = "patch", operation_id = "change_product")]
    async fn change_product(
        &self,
        ctx: Data<&Ctx>,
        id: Path<ProductId>,
        body: Json<ProductPatch>,
    ) -> Result<Json<OfferOut>, Problem> {
        offers::change_product(&ctx, id.0, body.0).await
    }

    /// Packages
    ///
    /// As for products.
    #[oai(path = "/packages", method = "get", operation_id = "list_packages")]
    async fn list_packages(
        &self,
        ctx: Data<&Ctx>,
        /// `draft`, `active` or `archived`; for staff.
        status: Query<Option<String>>,
        /// Part of the name.
        search: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<OfferList>, Problem> {
        offers::list(&ctx, OfferKind::Package, status.0, search.0, cursor.0, limit.0).await
    }

    /// One package
    #[oai(path = "/packages/:id", method = "get", operation_id = "get_package")]
    async fn get_package(&self, ctx: Data<&Ctx>, id: Path<PackageId>) -> Result<Json<OfferOut>, Problem> {
        offers::get(&ctx, OfferKind::Package, OfferId::from_uuid(id.0.uuid())).await
    }

    /// Make a package
    #[oai(path = "/packages", method = "post", operation_id = "create_package")]
    async fn create_package(
        &self,
        ctx: Data<&Ctx>,
        body: Json<PackageIn>,
    ) -> Result<Json<OfferOut>, Problem> {
        offers::create_package(&ctx, body.0).await
    }

    /// Change a package
    #[oai(path = "/packages/:id", method = "patch", operation_id = "change_package")]
    async fn change_package(
        &self,
        ctx: Data<&Ctx>,
        id: Path<PackageId>,
        body: Json<PackagePatch>,
    ) -> Result<Json<OfferOut>, Problem> {
        offers::change_package(&ctx, id.0, body.0).await
    }

    /// Buy
    ///
    /// Places an order for one offer and begins its payment. The price is the offer's; send the same `Idempotency-Key`
    /// again to get the same answer.
    #[oai(path = "/checkout", method = "post", operation_id = "checkout")]
    async fn checkout(
        &self,
        ctx: Data<&Ctx>,
        request: &Request,
        body: Json<CheckoutIn>,
    ) -> Result<Json<CheckoutOut>, Problem> {
        orders::checkout(&ctx, CallKey::of(request), body.0).await
    }

    /// Orders
    ///
    /// The newest first, for staff.
    #[oai(path = "/orders", method = "get", operation_id = "list_orders")]
    #[expect(clippy::too_many_arguments, reason = "one parameter of the request each")]
    async fn list_orders(
        &self,
        ctx: Data<&Ctx>,
        /// Only in this state.
        status: Query<Option<String>>,
        /// Only paid this way: `free`, `manual` or `sandbox`.
        method: Query<Option<String>>,
        /// Only of this client.
        client: Query<Option<ClientId>>,
        /// An order number, or part of the buyer's name or e-mail.
        search: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<OrderList>, Problem> {
        let filter = orders::filter(status.0, method.0, client.0, search.0)?;
        orders::list(&ctx, filter, cursor.0, limit.0).await
    }

    /// One order
    ///
    /// With lines, payments and timeline, for staff.
    #[oai(path = "/orders/:id", method = "get", operation_id = "get_order")]
    async fn get_order(&self, ctx: Data<&Ctx>, id: Path<OrderId>) -> Result<Json<OrderOut>, Problem> {
        orders::get(&ctx, id.0).await
    }

    /// Mark an order as paid
    ///
    /// The transfer arrived, or there was cash. An order that is paid already stays as it is.
    #[oai(path = "/orders/:id/mark-paid", method = "post", operation_id = "mark_order_paid")]
    async fn mark_order_paid(
        &self,
        ctx: Data<&Ctx>,
        id: Path<OrderId>,
        body: Json<MarkPaidIn>,
    ) -> Result<Json<OrderOut>, Problem> {
        orders::mark_paid(&ctx, id.0, body.0.note.unwrap_or_default()).await
    }

    /// Cancel an order
    ///
    /// One that waits for its payment; what it reserved is free again.
    #[oai(path = "/orders/:id/cancel", method = "post", operation_id = "cancel_order")]
    async fn cancel_order(&self, ctx: Data<&Ctx>, id: Path<OrderId>) -> Result<Json<OrderOut>, Problem> {
        orders::cancel(&ctx, id.0).await
    }

    /// Credits
    ///
    /// One's own, or for staff those of `client`: balance, lots and history.
    #[oai(path = "/credits/balance", method = "get", operation_id = "credits_balance")]
    async fn credits_balance(
        &self,
        ctx: Data<&Ctx>,
        /// Whose; left out: one's own.
        client: Query<Option<ClientId>>,
        /// Where the history goes on.
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<CreditsOut>, Problem> {
        credits::balance(&ctx, client.0, cursor.0, limit.0).await
    }
}
