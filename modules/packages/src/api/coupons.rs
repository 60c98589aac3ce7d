//! `/coupons` and `/vouchers`.

use events::{CouponId, VoucherId};
use kernel::{CallKey, Ctx, Paging, Problem, Tries};
use poem::{Request, web::Data};
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
    payload::Json,
};

use super::{
    Tag,
    coupon_types::{
        BalanceIn, BalanceOut, CheckIn, CheckOut, CouponIn, CouponList, CouponOut, CouponPatch, VoucherIn,
        VoucherList, VoucherOut, VoucherPatch,
    },
};
use crate::{
    queries::{CouponFilter, VoucherFilter},
    service,
};

/// Coupons and gift vouchers.
pub(crate) struct CouponsApi;

#[OpenApi(prefix_path = "/api/v1/:slug", tag = "Tag::Packages")]
impl CouponsApi {
    /// Coupons
    ///
    /// For staff, the newest first. Without `state` all but archived ones.
    #[oai(path = "/coupons", method = "get", operation_id = "list_coupons")]
    async fn list_coupons(
        &self,
        ctx: Data<&Ctx>,
        /// `active`, `scheduled`, `ended`, `used_up` or `archived`.
        state: Query<Option<String>>,
        /// Part of the code or name.
        search: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<CouponList>, Problem> {
        let filter = CouponFilter { state: known(state.0)?, search: search.0.unwrap_or_default() };
        let paging = Paging::new(cursor.0.as_deref(), limit.0)?;
        let (rows, next_cursor) = service::coupons(&ctx, filter, &paging).await?;
        let items = rows.into_iter().map(|row| CouponOut::of(row, &ctx)).collect();
        Ok(Json(CouponList { items, next_cursor }))
    }

    /// Make a coupon
    #[oai(path = "/coupons", method = "post", operation_id = "create_coupon")]
    async fn create_coupon(&self, ctx: Data<&Ctx>, body: Json<CouponIn>) -> Result<Json<CouponOut>, Problem> {
        let made = service::create_coupon(&ctx, body.0.read(&ctx)?).await?;
        Ok(Json(CouponOut::of(made, &ctx)))
    }

    /// One coupon
    #[oai(path = "/coupons/:id", method = "get", operation_id = "get_coupon")]
    async fn get_coupon(&self, ctx: Data<&Ctx>, id: Path<CouponId>) -> Result<Json<CouponOut>, Problem> {
        Ok(Json(CouponOut::of(service::coupon(&ctx, id.0).await?, &ctx)))
    }

    /// Change a coupon
    ///
    /// Its code stays as it was made. Orders keep what they had.
    #[oai(path = "/coupons/:id", method = "patch", operation_id = "change_coupon")]
    async fn change_coupon(
        &self,
        ctx: Data<&Ctx>,
        id: Path<CouponId>,
        body: Json<CouponPatch>,
    ) -> Result<Json<CouponOut>, Problem> {
        let archived = body.0.archived;
        let mut row = service::change_coupon(&ctx, id.0, body.0.read(&ctx)?).await?;
        if let Some(archived) = archived {
            row = service::archive_coupon(&ctx, id.0, archived).await?;
        }
        Ok(Json(CouponOut::of(row, &ctx)))
    }

    /// Archive a coupon
    ///
    /// Nobody can use it any more; orders that did keep it.
    #[oai(path = "/coupons/:id", method = "delete", operation_id = "archive_coupon")]
    async fn archive_coupon(&self, ctx: Data<&Ctx>, id: Path<CouponId>) -> Result<Json<CouponOut>, Problem> {
        Ok(Json(CouponOut::of(service::archive_coupon(&ctx, id.0, true).await?, &ctx)))
    }

    /// Check a coupon
    ///
    /// What a code would take off one of an offer; 422 at `code` says why it does not hold. Guessing is slowed: 429.
    #[oai(path = "/coupons/check", method = "post", operation_id = "check_coupon")]
    async fn check_coupon(
        &self,
        ctx: Data<&Ctx>,
        tries: Data<&Tries>,
        body: Json<CheckIn>,
    ) -> Result<Json<CheckOut>, Problem> {
        let check = service::check_coupon(&ctx, &body.0.code, &body.0.offer);
        Ok(Json(service::slowed(&tries, true, check, |_| false).await?.into()))
    }

    /// Gift vouchers
    ///
    /// For staff, the newest first.
    #[oai(path = "/vouchers", method = "get", operation_id = "list_vouchers")]
    async fn list_vouchers(
        &self,
        ctx: Data<&Ctx>,
        /// `active`, `spent`, `expired` or `blocked`.
        state: Query<Option<String>>,
        /// Part of the code, or of the recipient's name or e-mail.
        search: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<VoucherList>, Problem> {
        let filter = VoucherFilter { state: known(state.0)?, search: search.0.unwrap_or_default() };
        let paging = Paging::new(cursor.0.as_deref(), limit.0)?;
        let (rows, next_cursor) = service::vouchers(&ctx, filter, &paging).await?;
        let items = rows.into_iter().map(|row| VoucherOut::of(row, &[], &ctx)).collect();
        Ok(Json(VoucherList { items, next_cursor }))
    }

    /// Make a gift voucher by hand
    #[oai(path = "/vouchers", method = "post", operation_id = "create_voucher")]
    async fn create_voucher(
        &self,
        ctx: Data<&Ctx>,
        request: &Request,
        body: Json<VoucherIn>,
    ) -> Result<Json<VoucherOut>, Problem> {
        let key = CallKey::of(request).map_or_else(|| ctx.new_token(), str::to_owned);
        let made = service::make_voucher(&ctx, body.0.read(&ctx, key)?).await?;
        Ok(Json(VoucherOut::of(made, &[], &ctx)))
    }

    /// One gift voucher
    #[oai(path = "/vouchers/:id", method = "get", operation_id = "get_voucher")]
    async fn get_voucher(&self, ctx: Data<&Ctx>, id: Path<VoucherId>) -> Result<Json<VoucherOut>, Problem> {
        let (row, moves) = service::voucher(&ctx, id.0).await?;
        Ok(Json(VoucherOut::of(row, &moves, &ctx)))
    }

    /// Block a gift voucher, or use it again
    #[oai(path = "/vouchers/:id", method = "patch", operation_id = "change_voucher")]
    async fn change_voucher(
        &self,
        ctx: Data<&Ctx>,
        id: Path<VoucherId>,
        body: Json<VoucherPatch>,
    ) -> Result<Json<VoucherOut>, Problem> {
        let row = service::block_voucher(&ctx, id.0, body.0.blocked).await?;
        Ok(Json(VoucherOut::of(row, &[], &ctx)))
    }

    /// What is left of a gift voucher
    ///
    /// For whoever has its code. Guessing is slowed: 429.
    #[oai(path = "/vouchers/balance", method = "post", operation_id = "voucher_balance")]
    async fn voucher_balance(
        &self,
        ctx: Data<&Ctx>,
        tries: Data<&Tries>,
        body: Json<BalanceIn>,
    ) -> Result<Json<BalanceOut>, Problem> {
        let found = service::voucher_of_code(&ctx, &body.0.code);
        let row = service::slowed(&tries, true, found, |_| false).await?;
        Ok(Json(BalanceOut::of(&row, &ctx)))
    }
}

fn known<T: std::str::FromStr>(state: Option<String>) -> Result<Option<T>, Problem> {
    let state = state.filter(|text| !text.is_empty()).map(|text| text.parse()).transpose();
    state.map_err(|_| Problem::field("state", "coupon_state"))
}
