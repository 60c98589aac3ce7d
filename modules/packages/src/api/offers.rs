use events::{Money, PackageId, PlanId, ProductId};
use kernel::{Ctx, Paging, Problem, Registry};
use poem_openapi::payload::Json;

use super::{
    offer_docs::{GrantDoc, ItemDoc, PriceDoc},
    offer_out::{OfferList, OfferOut, PriceList},
    offer_types::{
        PackageIn, PackagePatch, PlanIn, PlanPatch, ProductIn, ProductPatch, put, put_or_lift, uses,
    },
};
use crate::{
    model::{GrantSpec, OfferId, OfferInput, OfferKind, OfferStatus},
    queries::OfferFilter,
    service,
};

type Answer<T> = Result<Json<T>, Problem>;

pub(super) async fn list(
    ctx: &Ctx,
    kind: OfferKind,
    status: Option<String>,
    search: Option<String>,
    cursor: Option<String>,
    limit: Option<i64>,
) -> Answer<OfferList> {
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

pub(super) async fn get(ctx: &Ctx, kind: OfferKind, id: OfferId) -> Answer<OfferOut> {
    let offer = service::one(ctx, kind, id).await?;
    Ok(Json(OfferOut::of(&offer, ctx)))
}

pub(super) async fn create_product(ctx: &Ctx, registry: &Registry, body: ProductIn) -> Answer<OfferOut> {
    let input = body.read(&uses(ctx, registry, true).await?)?;
    Ok(Json(OfferOut::of(&service::create(ctx, input).await?, ctx)))
}

pub(super) async fn create_package(ctx: &Ctx, body: PackageIn) -> Answer<OfferOut> {
    Ok(Json(OfferOut::of(&service::create(ctx, body.read()?).await?, ctx)))
}

pub(super) async fn create_plan(ctx: &Ctx, registry: &Registry, body: PlanIn) -> Answer<OfferOut> {
    let input = body.read(&uses(ctx, registry, true).await?)?;
    Ok(Json(OfferOut::of(&service::create(ctx, input).await?, ctx)))
}

/// The grants of a change. Files stay those that were uploaded to the offer.
async fn grants(
    ctx: &Ctx,
    registry: &Registry,
    said: Option<Vec<GrantDoc>>,
) -> Result<Option<Vec<GrantSpec>>, Problem> {
    let Some(said) = said else { return Ok(None) };
    GrantDoc::read_all(said, &uses(ctx, registry, true).await?).map(Some)
}

/// Puts grants into an offer: files must be its own already, and keep their names.
fn put_grants(input: &mut OfferInput, said: Option<Vec<GrantSpec>>) -> Result<(), Problem> {
    let Some(mut said) = said else { return Ok(()) };
    for grant in &mut said {
        let Some(file) = grant.file() else { continue };
        let own = input.grants.iter().find(|own| own.file() == Some(file));
        *grant = own.cloned().ok_or_else(|| Problem::field("grants", "offer_unknown_file"))?;
    }
    input.grants = said;
    Ok(())
}

pub(super) async fn change_product(
    ctx: &Ctx,
    registry: &Registry,
    id: ProductId,
    mut body: ProductPatch,
) -> Answer<OfferOut> {
    let grants = grants(ctx, registry, body.grants.take()).await?;
    let deposit = std::mem::take(&mut body.deposit);
    let instalments = std::mem::take(&mut body.instalments);
    let part = |input: &mut OfferInput| {
        put_grants(input, grants)?;
        put_or_lift(&mut input.deposit, deposit);
        put_or_lift(&mut input.instalments, instalments);
        body.put_into(input)
    };
    changed(ctx, OfferId::from_uuid(id.uuid()), OfferKind::Product, part).await
}

pub(super) async fn change_package(ctx: &Ctx, id: PackageId, mut body: PackagePatch) -> Answer<OfferOut> {
    let items = body.items.take();
    let items = items.map(|all: Vec<ItemDoc>| all.into_iter().map(Into::into).collect());
    let deposit = std::mem::take(&mut body.deposit);
    let instalments = std::mem::take(&mut body.instalments);
    let part = |input: &mut OfferInput| {
        put(&mut input.items, items);
        put_or_lift(&mut input.deposit, deposit);
        put_or_lift(&mut input.instalments, instalments);
        body.put_into(input)
    };
    changed(ctx, OfferId::from_uuid(id.uuid()), OfferKind::Package, part).await
}

pub(super) async fn change_plan(
    ctx: &Ctx,
    registry: &Registry,
    id: PlanId,
    mut body: PlanPatch,
) -> Answer<OfferOut> {
    let grants = grants(ctx, registry, body.grants.take()).await?;
    let terms = body.terms.take();
    let part = |input: &mut OfferInput| {
        put_grants(input, grants)?;
        put(&mut input.plan, terms.map(|terms| Some(terms.read())));
        body.put_into(input)
    };
    changed(ctx, OfferId::from_uuid(id.uuid()), OfferKind::Plan, part).await
}

async fn changed(
    ctx: &Ctx,
    id: OfferId,
    kind: OfferKind,
    part: impl FnOnce(&mut OfferInput) -> Result<(), Problem> + Send,
) -> Answer<OfferOut> {
    Ok(Json(OfferOut::of(&service::patch(ctx, id, kind, part).await?, ctx)))
}

pub(super) async fn archive(ctx: &Ctx, kind: OfferKind, id: OfferId) -> Answer<OfferOut> {
    let offer = service::archive(ctx, kind, id).await?;
    debug_assert_eq!(offer.row.status, OfferStatus::Archived);
    Ok(Json(OfferOut::of(&offer, ctx)))
}

pub(super) async fn prices(ctx: &Ctx, kind: OfferKind, id: OfferId) -> Answer<PriceList> {
    let all = service::prices(ctx, kind, id).await?;
    let price = |(amount, currency, since)| PriceDoc { price: Money::new(amount, currency), since };
    Ok(Json(PriceList { items: all.into_iter().map(price).collect() }))
}
