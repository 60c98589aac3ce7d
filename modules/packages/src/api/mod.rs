//! The module's API: thin, over the same services as the pages.

mod checkout;
mod credits;
mod offer_types;
mod offers;
mod types;

use kernel::{CallKey, Ctx, Problem};
use poem::{Request, web::Data};
use poem_openapi::{
    OpenApi, Tags,
    param::{Path, Query},
    payload::Json,
};

use crate::model::{OfferId, OfferKind};
use events::{ClientId, PackageId, ProductId};
use offer_types::{PackageIn, PackagePatch, ProductIn, ProductPatch};
use types::{CheckoutIn, CheckoutOut, CreditsOut, OfferList, OfferOut};

#[derive(Tags)]
enum Tag {
    /// Products and packages, the checkout and credits.
    Packages,
}

/// Products, packages, checkout and credits.
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
        checkout::checkout(&ctx, CallKey::of(request), body.0).await
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
