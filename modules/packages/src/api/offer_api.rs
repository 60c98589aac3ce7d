use std::sync::Arc;

use events::{OfferFileId, PackageId, PlanId, ProductId};
use kernel::{Ctx, Problem, Registry};
use poem::web::Data;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
    payload::{Binary, Json},
};

use super::{
    Tag,
    files::{self, CopyIn, FileOut, PlaceIn},
    offer_out::{OfferList, OfferOut, PriceList},
    offer_types::{PackageIn, PackagePatch, PlanIn, PlanPatch, ProductIn, ProductPatch},
    offers,
    settings::{self, PackageSettingsDoc},
};
use crate::model::{OfferId, OfferKind};

/// Products, packages and plans.
pub(crate) struct OffersApi;

#[OpenApi(prefix_path = "/api/v1/:slug", tag = "Tag::Packages")]
impl OffersApi {
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
        registry: Data<&Arc<Registry>>,
        body: Json<ProductIn>,
    ) -> Result<Json<OfferOut>, Problem> {
        offers::create_product(&ctx, &registry, body.0).await
    }

    /// Change a product
    ///
    /// Fields that are left out stay; a limit or date of `null` is lifted.
    #[oai(path = "/products/:id", method = "patch", operation_id = "change_product")]
    async fn change_product(
        &self,
        ctx: Data<&Ctx>,
        registry: Data<&Arc<Registry>>,
        id: Path<ProductId>,
        body: Json<ProductPatch>,
    ) -> Result<Json<OfferOut>, Problem> {
        offers::change_product(&ctx, &registry, id.0, body.0).await
    }

    /// Archive a product
    ///
    /// Old links say that it has ended; what was sold stays. Again: nothing.
    #[oai(path = "/products/:id", method = "delete", operation_id = "archive_product")]
    async fn archive_product(&self, ctx: Data<&Ctx>, id: Path<ProductId>) -> Result<Json<OfferOut>, Problem> {
        offers::archive(&ctx, OfferKind::Product, OfferId::from_uuid(id.0.uuid())).await
    }

    /// Prices of a product
    ///
    /// What it has cost since when, the newest first.
    #[oai(path = "/products/:id/prices", method = "get", operation_id = "product_prices")]
    async fn product_prices(&self, ctx: Data<&Ctx>, id: Path<ProductId>) -> Result<Json<PriceList>, Problem> {
        offers::prices(&ctx, OfferKind::Product, OfferId::from_uuid(id.0.uuid())).await
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

    /// Archive a package
    ///
    /// Old links say that it has ended; what was sold stays. Again: nothing.
    #[oai(path = "/packages/:id", method = "delete", operation_id = "archive_package")]
    async fn archive_package(&self, ctx: Data<&Ctx>, id: Path<PackageId>) -> Result<Json<OfferOut>, Problem> {
        offers::archive(&ctx, OfferKind::Package, OfferId::from_uuid(id.0.uuid())).await
    }

    /// Prices of a package
    ///
    /// What it has cost since when, the newest first.
    #[oai(path = "/packages/:id/prices", method = "get", operation_id = "package_prices")]
    async fn package_prices(&self, ctx: Data<&Ctx>, id: Path<PackageId>) -> Result<Json<PriceList>, Problem> {
        offers::prices(&ctx, OfferKind::Package, OfferId::from_uuid(id.0.uuid())).await
    }

    /// Plans
    ///
    /// As for products.
    #[oai(path = "/plans", method = "get", operation_id = "list_plans")]
    async fn list_plans(
        &self,
        ctx: Data<&Ctx>,
        /// `draft`, `active` or `archived`; for staff.
        status: Query<Option<String>>,
        /// Part of the name.
        search: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<OfferList>, Problem> {
        offers::list(&ctx, OfferKind::Plan, status.0, search.0, cursor.0, limit.0).await
    }

    /// One plan
    #[oai(path = "/plans/:id", method = "get", operation_id = "get_plan")]
    async fn get_plan(&self, ctx: Data<&Ctx>, id: Path<PlanId>) -> Result<Json<OfferOut>, Problem> {
        offers::get(&ctx, OfferKind::Plan, OfferId::from_uuid(id.0.uuid())).await
    }

    /// Make a plan
    #[oai(path = "/plans", method = "post", operation_id = "create_plan")]
    async fn create_plan(
        &self,
        ctx: Data<&Ctx>,
        registry: Data<&Arc<Registry>>,
        body: Json<PlanIn>,
    ) -> Result<Json<OfferOut>, Problem> {
        offers::create_plan(&ctx, &registry, body.0).await
    }

    /// Change a plan
    ///
    /// Fields that are left out stay; a limit or date of `null` is lifted.
    #[oai(path = "/plans/:id", method = "patch", operation_id = "change_plan")]
    async fn change_plan(
        &self,
        ctx: Data<&Ctx>,
        registry: Data<&Arc<Registry>>,
        id: Path<PlanId>,
        body: Json<PlanPatch>,
    ) -> Result<Json<OfferOut>, Problem> {
        offers::change_plan(&ctx, &registry, id.0, body.0).await
    }

    /// Archive a plan
    ///
    /// Old links say that it has ended; what was sold stays. Again: nothing.
    #[oai(path = "/plans/:id", method = "delete", operation_id = "archive_plan")]
    async fn archive_plan(&self, ctx: Data<&Ctx>, id: Path<PlanId>) -> Result<Json<OfferOut>, Problem> {
        offers::archive(&ctx, OfferKind::Plan, OfferId::from_uuid(id.0.uuid())).await
    }

    /// Prices of a plan
    ///
    /// What it has cost since when, the newest first.
    #[oai(path = "/plans/:id/prices", method = "get", operation_id = "plan_prices")]
    async fn plan_prices(&self, ctx: Data<&Ctx>, id: Path<PlanId>) -> Result<Json<PriceList>, Problem> {
        offers::prices(&ctx, OfferKind::Plan, OfferId::from_uuid(id.0.uuid())).await
    }

    /// Copy an offer
    ///
    /// Makes a draft like it, whatever its kind.
    #[oai(path = "/offers/:id/duplicate", method = "post", operation_id = "duplicate_offer")]
    async fn duplicate_offer(
        &self,
        ctx: Data<&Ctx>,
        /// `prd_…`, `pkg_…` or `pln_…`.
        id: Path<String>,
        body: Json<CopyIn>,
    ) -> Result<Json<OfferOut>, Problem> {
        files::duplicate(&ctx, &id.0, body.0).await
    }

    /// Move an offer
    ///
    /// Puts it in front of another one in the list of offers, or behind all.
    #[oai(path = "/offers/:id/move", method = "post", operation_id = "move_offer")]
    async fn move_offer(
        &self,
        ctx: Data<&Ctx>,
        id: Path<String>,
        body: Json<PlaceIn>,
    ) -> Result<Json<OfferOut>, Problem> {
        files::move_offer(&ctx, &id.0, body.0).await
    }

    /// Set the picture of an offer
    ///
    /// The body is the picture: PNG, JPEG or WebP, at most 2 MB, at most 6,000 pixels at each side.
    #[oai(path = "/offers/:id/picture", method = "put", operation_id = "set_offer_picture")]
    async fn set_offer_picture(
        &self,
        ctx: Data<&Ctx>,
        id: Path<String>,
        /// What it shows, for those who don't see it.
        alt: Query<Option<String>>,
        body: Binary<Vec<u8>>,
    ) -> Result<Json<OfferOut>, Problem> {
        files::set_picture(&ctx, &id.0, &alt.0.unwrap_or_default(), &body.0).await
    }

    /// Remove the picture of an offer
    #[oai(path = "/offers/:id/picture", method = "delete", operation_id = "remove_offer_picture")]
    async fn remove_offer_picture(
        &self,
        ctx: Data<&Ctx>,
        id: Path<String>,
    ) -> Result<Json<OfferOut>, Problem> {
        files::remove_picture(&ctx, &id.0).await
    }

    /// Add a file to an offer
    ///
    /// The body is the file, at most 20 MB. Whoever buys the offer from now on can download it.
    #[oai(path = "/offers/:id/files", method = "post", operation_id = "add_offer_file")]
    async fn add_offer_file(
        &self,
        ctx: Data<&Ctx>,
        id: Path<String>,
        /// Its name, with its ending.
        name: Query<String>,
        body: Binary<Vec<u8>>,
    ) -> Result<Json<FileOut>, Problem> {
        files::add_file(&ctx, &id.0, &name.0, &body.0).await
    }

    /// Remove a file from an offer
    ///
    /// Who bought it before keeps it.
    #[oai(path = "/offers/:id/files/:file", method = "delete", operation_id = "remove_offer_file")]
    async fn remove_offer_file(
        &self,
        ctx: Data<&Ctx>,
        id: Path<String>,
        file: Path<OfferFileId>,
    ) -> Result<Json<OfferOut>, Problem> {
        files::remove_file(&ctx, &id.0, file.0).await
    }

    /// Settings of offers and credits
    #[oai(path = "/package-settings", method = "get", operation_id = "get_package_settings")]
    async fn get_package_settings(&self, ctx: Data<&Ctx>) -> Result<Json<PackageSettingsDoc>, Problem> {
        settings::get(&ctx).await
    }

    /// Change settings of offers and credits
    #[oai(path = "/package-settings", method = "put", operation_id = "save_package_settings")]
    async fn save_package_settings(
        &self,
        ctx: Data<&Ctx>,
        body: Json<PackageSettingsDoc>,
    ) -> Result<Json<PackageSettingsDoc>, Problem> {
        settings::put(&ctx, body.0).await
    }
}
