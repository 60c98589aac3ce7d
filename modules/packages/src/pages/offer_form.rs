//! The form of an offer: what is typed becomes an input, and an offer becomes what is shown.

use billing::{parse_price, price_text};
use events::{Id, PackageId, ProductId};
use kernel::{Ctx, FieldError, Form, FormState, Page, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Path},
};

use crate::{
    model::{
        GrantSpec, ItemInput, Offer, OfferId, OfferInput, OfferKind, OfferStatus, local_text, parse_local,
    },
    service,
    views::{Choice, ItemField, OfferFormPage, status_label},
};

/// An offer's identifier as the API and URLs write it.
pub(super) fn offer_id(text: &str) -> Result<OfferId, Problem> {
    let uuid = text.parse::<ProductId>().map(Id::uuid).or_else(|_| text.parse::<PackageId>().map(Id::uuid));
    uuid.map(OfferId::from_uuid).map_err(|_| Problem::not_found())
}

fn kind_of(text: &str) -> Result<OfferKind, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// An empty form.
#[handler]
pub(super) async fn blank(
    Data(ctx): Data<&Ctx>,
    Path((_, kind)): Path<(String, String)>,
) -> Result<Page, Problem> {
    page(ctx, kind_of(&kind)?, None, FormState::default()).await
}

/// Makes the offer.
#[handler]
pub(super) async fn create(
    Data(ctx): Data<&Ctx>,
    Path((_, kind)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let kind = kind_of(&kind)?;
    let made = match read(ctx, kind, &form) {
        Ok(input) => service::create(ctx, input).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(offer) => Ok(saved(ctx, &offer)),
        Err(problem) => again(ctx, kind, None, &form, problem).await,
    }
}

/// The form with what the offer is.
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let offer = service::staff_offer(ctx, offer_id(&id)?).await?;
    let form = filled(ctx, &offer);
    page(ctx, offer.row.kind, Some(&offer), form).await
}

/// Changes the offer.
#[handler]
pub(super) async fn save(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let before = service::staff_offer(ctx, offer_id(&id)?).await?;
    let kind = before.row.kind;
    let done = match read(ctx, kind, &form) {
        Ok(input) => service::update(ctx, before.row.id, input).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(offer) => Ok(saved(ctx, &offer)),
        Err(problem) => again(ctx, kind, Some(&before), &form, problem).await,
    }
}

fn saved(ctx: &Ctx, offer: &Offer) -> Response {
    let text = Text::key("packages-studio-offer-saved").arg("name", &offer.row.name);
    Redirect::to(ctx.path("/studio/offers")).flash(text).into_response()
}

async fn again(
    ctx: &Ctx,
    kind: OfferKind,
    offer: Option<&Offer>,
    form: &Form,
    problem: Problem,
) -> Result<Response, Problem> {
    if problem.status != StatusCode::UNPROCESSABLE_ENTITY {
        return Err(problem);
    }
    let page = page(ctx, kind, offer, form.refused(&problem)).await?;
    Ok(page.status(problem.status).into_response())
}

async fn page(ctx: &Ctx, kind: OfferKind, offer: Option<&Offer>, form: FormState) -> Result<Page, Problem> {
    let products = service::product_choices(ctx).await?;
    let package = kind == OfferKind::Package;
    let field = |(id, name): (ProductId, String)| ItemField { field: format!("item-{id}"), name };
    let status = form.values.get("status").map_or("active", String::as_str);
    let mut statuses = Choice::codes(status_label, &["active", "draft"], status);
    statuses.remove(0);
    let archived = offer.is_some_and(|offer| offer.row.status == OfferStatus::Archived);
    Ok(Page::of(&OfferFormPage {
        action: match offer {
            Some(offer) => format!("/studio/offers/edit/{}", offer.public_id()),
            None => format!("/studio/offers/new/{kind}"),
        },
        is_new: offer.is_none(),
        package,
        currency: ctx.tenant().currency.to_string(),
        zone: ctx.tenant().zone.clone(),
        statuses,
        items: if package { products.into_iter().map(field).collect() } else { Vec::new() },
        archived,
        public: offer
            .filter(|offer| offer.row.status == OfferStatus::Active)
            .map(|offer| format!("/buy/{}", offer.row.slug)),
        form,
    }))
}

/// An offer as typed values.
fn filled(ctx: &Ctx, offer: &Offer) -> FormState {
    let (row, zone) = (&offer.row, &ctx.tenant().zone);
    let number = |value: Option<i32>| value.map(|value| value.to_string()).unwrap_or_default();
    let local = |at: Option<events::Instant>| at.map(|at| local_text(at, zone)).unwrap_or_default();
    let mut form = FormState::default()
        .with("name", &row.name)
        .with("slug", &row.slug)
        .with("summary", &row.summary)
        .with("description", &row.description)
        .with("price", price_text(row.price, row.currency))
        .with("status", row.status)
        .with("position", row.position)
        .with("featured", row.featured)
        .with("stock", number(row.stock))
        .with("per_client", number(row.per_client))
        .with("sale_from", local(row.sale_from))
        .with("sale_until", local(row.sale_until));
    for grant in &offer.grants {
        if let GrantSpec::Credits { credits, days } = grant {
            form = form.with("credits", credits).with("credit_days", number(*days));
        }
    }
    for item in &offer.items {
        form = form.with(&format!("item-{}", ProductId::from_uuid(item.product.uuid())), item.quantity);
    }
    form
}

/// What was typed, as an input. Everything that can't be read is told at once.
fn read(ctx: &Ctx, kind: OfferKind, form: &Form) -> Result<OfferInput, Problem> {
    let (currency, zone) = (ctx.tenant().currency, &ctx.tenant().zone);
    let mut errors = Vec::new();
    let price = parse_price(form.text("price"), currency);
    if price.is_none() {
        errors.push(FieldError::new(
            "price",
            if form.text("price").is_empty() { "required" } else { "offer_price" },
        ));
    }
    let input = OfferInput {
        kind,
        slug: form.string("slug"),
        name: form.string("name"),
        summary: form.string("summary"),
        description: form.string("description"),
        price: price.unwrap_or_default(),
        currency,
        status: form.parse("status", "offer_status")?,
        featured: form.ticked("featured"),
        position: whole(form, "position", &mut errors).unwrap_or(0),
        stock: whole(form, "stock", &mut errors),
        per_client: whole(form, "per_client", &mut errors),
        sale_from: local(form, "sale_from", zone, &mut errors),
        sale_until: local(form, "sale_until", zone, &mut errors),
        grants: if kind == OfferKind::Product { read_grants(form, &mut errors) } else { Vec::new() },
        items: if kind == OfferKind::Package { read_items(form, &mut errors) } else { Vec::new() },
    };
    if errors.is_empty() { Ok(input) } else { Err(Problem::invalid(errors)) }
}

/// A time of the business's zone, or nothing when the field is empty.
fn local(form: &Form, name: &str, zone: &str, errors: &mut Vec<FieldError>) -> Option<events::Instant> {
    let read = parse_local(&form.optional(name)?, zone);
    if read.is_none() {
        errors.push(FieldError::new(name, "offer_dates"));
    }
    read
}

/// What a product gives: credits when their number is typed, else a service.
fn read_grants(form: &Form, errors: &mut Vec<FieldError>) -> Vec<GrantSpec> {
    let (credits, days) = (whole(form, "credits", errors), whole(form, "credit_days", errors));
    match credits {
        Some(credits) if credits != 0 => vec![GrantSpec::Credits { credits, days }],
        _ => vec![GrantSpec::Service],
    }
}

/// A whole number, or nothing when the field is empty.
fn whole(form: &Form, name: &str, errors: &mut Vec<FieldError>) -> Option<i32> {
    let typed = form.optional(name)?;
    let read = typed.parse().ok();
    if read.is_none() {
        errors.push(FieldError::new(name, "offer_number"));
    }
    read
}

/// The products of a package: fields `item-prd_…` with how many; empty or 0 leaves a product out.
fn read_items(form: &Form, errors: &mut Vec<FieldError>) -> Vec<ItemInput> {
    let mut items = Vec::new();
    for name in form.state().values.keys().filter(|name| name.starts_with("item-")) {
        let Some(quantity) = whole(form, name, errors).filter(|quantity| *quantity != 0) else { continue };
        match name.trim_start_matches("item-").parse::<ProductId>() {
            Ok(id) => items.push(ItemInput { product: OfferId::from_uuid(id.uuid()), quantity }),
            Err(_) => errors.push(FieldError::new("items", "offer_unknown_product")),
        }
    }
    items
}
