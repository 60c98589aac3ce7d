use events::{Instant, Money, PackageId, ProductId};
use kernel::{Ctx, Paging, Problem};
use poem_openapi::{payload::Json, types::MaybeUndefined};

use super::types::{
    GrantDoc, ItemDoc, OfferList, OfferOut, PackageIn, PackagePatch, ProductIn, ProductPatch, Status,
};
use crate::{
    model::{GrantSpec, OfferId, OfferInput, OfferKind, OfferStatus},
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
    let grants = match body.grants {
        Some(grants) => grants.into_iter().map(GrantDoc::read).collect::<Result<_, _>>()?,
        None => vec![GrantSpec::Service],
    };
    let input = OfferInput {
        kind: OfferKind::Product,
        slug: body.slug.unwrap_or_default(),
        name: body.name,
        summary: body.summary.unwrap_or_default(),
        description: body.description.unwrap_or_default(),
        price: body.price.amount,
        currency: body.price.currency,
        status: body.status.map_or(OfferStatus::Draft, Into::into),
        featured: body.featured.unwrap_or(false),
        position: body.position.unwrap_or(0),
        stock: body.stock,
        per_client: body.per_client,
        sale_from: body.sale_from,
        sale_until: body.sale_until,
        grants,
        items: Vec::new(),
    };
    Ok(Json(OfferOut::of(&service::create(ctx, input).await?, ctx)))
}

pub(super) async fn create_package(ctx: &Ctx, body: PackageIn) -> Result<Json<OfferOut>, Problem> {
    let input = OfferInput {
        kind: OfferKind::Package,
        slug: body.slug.unwrap_or_default(),
        name: body.name,
        summary: body.summary.unwrap_or_default(),
        description: body.description.unwrap_or_default(),
        price: body.price.amount,
        currency: body.price.currency,
        status: body.status.map_or(OfferStatus::Draft, Into::into),
        featured: body.featured.unwrap_or(false),
        position: body.position.unwrap_or(0),
        stock: body.stock,
        per_client: body.per_client,
        sale_from: body.sale_from,
        sale_until: body.sale_until,
        grants: Vec::new(),
        items: body.items.into_iter().map(Into::into).collect(),
    };
    Ok(Json(OfferOut::of(&service::create(ctx, input).await?, ctx)))
}

/// What products and packages have in common.
struct Common {
    slug: Option<String>,
    name: Option<String>,
    summary: Option<String>,
    description: Option<String>,
    price: Option<Money>,
    status: Option<Status>,
    featured: Option<bool>,
    position: Option<i32>,
    stock: MaybeUndefined<i32>,
    per_client: MaybeUndefined<i32>,
    sale_from: MaybeUndefined<Instant>,
    sale_until: MaybeUndefined<Instant>,
}

impl Common {
    fn put_into(self, input: &mut OfferInput) {
        put(&mut input.slug, self.slug);
        put(&mut input.name, self.name);
        put(&mut input.summary, self.summary);
        put(&mut input.description, self.description);
        put(&mut input.price, self.price.map(|price| price.amount));
        put(&mut input.currency, self.price.map(|price| price.currency));
        put(&mut input.status, self.status.map(Into::into));
        put(&mut input.featured, self.featured);
        put(&mut input.position, self.position);
        put_or_lift(&mut input.stock, self.stock);
        put_or_lift(&mut input.per_client, self.per_client);
        put_or_lift(&mut input.sale_from, self.sale_from);
        put_or_lift(&mut input.sale_until, self.sale_until);
    }
}

fn put<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}
fn put_or_lift<T>(target: &mut Option<T>, value: MaybeUndefined<T>) {
    match value {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => *target = None,
        MaybeUndefined::Value(value) => *target = Some(value),
    }
}

macro_rules! common {
    ($body:ident) => {
        Common {
            slug: $body.slug,
            name: $body.name,
            summary: $body.summary,
            description: $body.description,
            price: $body.price,
            status: $body.status,
            featured: $body.featured,
            position: $body.position,
            stock: $body.stock,
            per_client: $body.per_client,
            sale_from: $body.sale_from,
            sale_until: $body.sale_until,
        }
    };
}

pub(super) async fn change_product(
    ctx: &Ctx,
    id: ProductId,
    body: ProductPatch,
) -> Result<Json<OfferOut>, Problem> {
    let grants = body.grants.map(|all| all.into_iter().map(GrantDoc::read).collect::<Result<Vec<_>, _>>());
    let (grants, common) = (grants.transpose()?, common!(body));
    let part = |input: &mut OfferInput| {
        common.put_into(input);
        put(&mut input.grants, grants);
    };
    let offer = service::patch(ctx, OfferId::from_uuid(id.uuid()), OfferKind::Product, part).await?;
    Ok(Json(OfferOut::of(&offer, ctx)))
}

pub(super) async fn change_package(
    ctx: &Ctx,
    id: PackageId,
    body: PackagePatch,
) -> Result<Json<OfferOut>, Problem> {
    let items = body.items.map(|all: Vec<ItemDoc>| all.into_iter().map(Into::into).collect());
    let common = common!(body);
    let part = |input: &mut OfferInput| {
        common.put_into(input);
        put(&mut input.items, items);
    };
    let offer = service::patch(ctx, OfferId::from_uuid(id.uuid()), OfferKind::Package, part).await?;
    Ok(Json(OfferOut::of(&offer, ctx)))
}
