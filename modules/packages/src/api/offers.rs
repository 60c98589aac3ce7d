use events::{PackageId, ProductId};
use kernel::{Ctx, Paging, Problem};
use poem_openapi::payload::Json;

use super::{
    offer_types::{PackageIn, PackagePatch, ProductIn, ProductPatch, put},
    types::{GrantDoc, ItemDoc, OfferList, OfferOut},
};
use crate::{
    model::{GrantSpec, OfferId, OfferInput, OfferKind},
    queries::OfferFilter,
    service,
};

pub(super) async fn list(
    ctx: &Ctx,
    kind: OfferKind,
    status: Option<String>,
    search: Option<String>,
    cursor: Option<String>,
    limit: Option<i64>,
) -> Result<Json<OfferList>, Problem> {
    let status = status.filter(|text| !text.is_empty()).map(|text| text.parse()).transpose();
    let status = status.map_err(|_| Problem::field("status", "offer_status"))?;
    let filter = OfferFilter { kind: Some(kind), status, search: search.unwrap_or_default() };
    let paging = Paging::new(cursor.as_deref(), limit)?;
    let (rows, next) = service::manage(ctx, filter, &paging).await?;
    Ok(Json(OfferList {
        items: rows.iter().map(|offer| OfferOut::of(offer, ctx)).collect(),
        next_cursor: next,
    }))
}

pub(super) async fn get(ctx: &Ctx, kind: OfferKind, id: OfferId) -> Result<Json<OfferOut>, Problem> {
    let offer = service::one(ctx, kind, id).await?;
    Ok(Json(OfferOut::of(&offer, ctx)))
}

pub(super) async fn create_product(ctx: &Ctx, body: ProductIn) -> Result<Json<OfferOut>, Problem> {
    let (mut input, grants) = body.split(OfferKind::Product);
    input.grants = match grants {
        Some(grants) => grants.into_iter().map(GrantDoc::read).collect::<Result<_, _>>()?,
        None => vec![GrantSpec::Service],
    };
    Ok(Json(OfferOut::of(&service::create(ctx, input).await?, ctx)))
}

pub(super) async fn create_package(ctx: &Ctx, body: PackageIn) -> Result<Json<OfferOut>, Problem> {
    let (mut input, items) = body.split(OfferKind::Package);
    input.items = items.into_iter().map(Into::into).collect();
    Ok(Json(OfferOut::of(&service::create(ctx, input).await?, ctx)))
}

pub(super) async fn change_product(
    ctx: &Ctx,
    id: ProductId,
    mut body: ProductPatch,
) -> Result<Json<OfferOut>, Problem> {
    let grants = body.grants.take();
    let grants = grants.map(|all| all.into_iter().map(GrantDoc::read).collect::<Result<Vec<_>, _>>());
    let grants = grants.transpose()?;
    let part = |input: &mut OfferInput| {
        body.put_into(input);
        put(&mut input.grants, grants);
    };
    let offer = service::patch(ctx, OfferId::from_uuid(id.uuid()), OfferKind::Product, part).await?;
    Ok(Json(OfferOut::of(&offer, ctx)))
}

pub(super) async fn change_package(
    ctx: &Ctx,
    id: PackageId,
    mut body: PackagePatch,
) -> Result<Json<OfferOut>, Problem> {
    let items = body.items.take();
    let items = items.map(|all: Vec<ItemDoc>| all.into_iter().map(Into::into).collect());
    let part = |input: &mut OfferInput| {
        body.put_into(input);
        put(&mut input.items, items);
    };
    let offer = service::patch(ctx, OfferId::from_uuid(id.uuid()), OfferKind::Package, part).await?;
    Ok(Json(OfferOut::of(&offer, ctx)))
}
