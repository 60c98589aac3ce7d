//! The form of an offer.

use std::sync::Arc;

use events::{Money, ProductId};
use kernel::{CreditUse, Ctx, Form, FormState, Page, Problem, Redirect, Registry, Text};
use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Path},
};

use super::{
    offer_filled::{blank as begun, choice_value, filled},
    offer_input::{BUMPS, read},
};
use crate::{
    model::{Every, GrantSpec, MayCancel, Offer, OfferId, OfferKind, OfferStatus, PartEvery, any_id},
    service::{self, FormFacts},
    views::{
        BumpFields, FileRow, ItemField, OfferFormPage, Opt, PriceRow, UseField, labels, percent_text,
        status_label,
    },
};

/// An offer's identifier as the API and URLs write it.
pub(super) fn offer_id(text: &str) -> Result<OfferId, Problem> {
    any_id(text).ok_or_else(Problem::not_found)
}

fn kind_of(text: &str) -> Result<OfferKind, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// An empty form.
#[handler]
pub(super) async fn blank(
    Data(ctx): Data<&Ctx>,
    Data(registry): Data<&Arc<Registry>>,
    Path((_, kind)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let kind = kind_of(&kind)?;
    page(ctx, registry, kind, None, begun(kind)).await
}

/// Makes the offer.
#[handler]
pub(super) async fn create(
    Data(ctx): Data<&Ctx>,
    Data(registry): Data<&Arc<Registry>>,
    Path((_, kind)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let kind = kind_of(&kind)?;
    let uses = registry.credit_uses(ctx).await?;
    let made = match read(ctx, kind, None, &form, &uses) {
        Ok(input) => service::create(ctx, input).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(offer) => Ok(saved(ctx, &offer)),
        Err(problem) => again(ctx, registry, kind, None, &form, problem).await,
    }
}

/// The form with what the offer is.
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Data(registry): Data<&Arc<Registry>>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let offer = service::staff_offer(ctx, offer_id(&id)?).await?;
    let form = filled(ctx, &offer);
    page(ctx, registry, offer.row.kind, Some(&offer), form).await
}

/// Changes the offer.
#[handler]
pub(super) async fn save(
    Data(ctx): Data<&Ctx>,
    Data(registry): Data<&Arc<Registry>>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let before = service::staff_offer(ctx, offer_id(&id)?).await?;
    let kind = before.row.kind;
    let uses = registry.credit_uses(ctx).await?;
    let done = match read(ctx, kind, Some(&before), &form, &uses) {
        Ok(input) => service::update(ctx, before.row.id, input).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(offer) => Ok(saved(ctx, &offer)),
        Err(problem) => again(ctx, registry, kind, Some(&before), &form, problem).await,
    }
}

fn saved(ctx: &Ctx, offer: &Offer) -> Response {
    let text = Text::key("packages-studio-offer-saved").arg("name", &offer.row.name);
    Redirect::to(ctx.path("/studio/offers")).flash(text).into_response()
}

async fn again(
    ctx: &Ctx,
    registry: &Registry,
    kind: OfferKind,
    offer: Option<&Offer>,
    form: &Form,
    problem: Problem,
) -> Result<Response, Problem> {
    if problem.status != StatusCode::UNPROCESSABLE_ENTITY {
        return Err(problem);
    }
    let page = page(ctx, registry, kind, offer, form.refused(&problem)).await?;
    Ok(page.status(problem.status).into_response())
}

/// The form of an offer once more, with what was wrong with a picture or a file.
pub(super) async fn with_fault(
    ctx: &Ctx,
    registry: &Registry,
    offer: &Offer,
    problem: &Problem,
) -> Result<Response, Problem> {
    let mut form = filled(ctx, offer);
    for error in &problem.fields {
        form = form.wrong(error);
    }
    let page = page(ctx, registry, offer.row.kind, Some(offer), form).await?;
    Ok(page.status(problem.status).into_response())
}

async fn page(
    ctx: &Ctx,
    registry: &Registry,
    kind: OfferKind,
    offer: Option<&Offer>,
    form: FormState,
) -> Result<Page, Problem> {
    let facts = service::form_facts(ctx, offer).await?;
    let uses = registry.credit_uses(ctx).await?;
    Ok(Page::of(&view(ctx, kind, offer, form, &facts, &uses)))
}

fn view(
    ctx: &Ctx,
    kind: OfferKind,
    offer: Option<&Offer>,
    form: FormState,
    facts: &FormFacts,
    uses: &[CreditUse],
) -> OfferFormPage {
    let archived = offer.is_some_and(|offer| offer.row.status == OfferStatus::Archived);
    let active = offer.filter(|offer| offer.row.status == OfferStatus::Active);
    let unknown =
        |offer: &Offer| offer.grants.iter().filter(|one| matches!(one, GrantSpec::Other(_))).count();
    let [every, part_every, cancels] = rhythms();
    let ticked = |one: &CreditUse| form.values.contains_key(&format!("pays-{}", one.key));
    OfferFormPage {
        action: offer.map_or_else(
            || format!("/studio/offers/new/{kind}"),
            |offer| format!("/studio/offers/edit/{}", offer.public_id()),
        ),
        is_new: offer.is_none(),
        kind: kind.code(),
        package: kind == OfferKind::Package,
        plan: kind == OfferKind::Plan,
        product: kind == OfferKind::Product,
        currency: ctx.tenant().currency.to_string(),
        zone: ctx.tenant().zone.clone(),
        statuses: Opt::codes(status_label, &["active", "draft"]),
        taxes: taxes(facts),
        tax_ways: Opt::codes(labels::tax_way, &["included", "added"]),
        items: if kind == OfferKind::Package { items(facts) } else { Vec::new() },
        bumps: (0..BUMPS).map(BumpFields::of).collect(),
        bump_choices: bump_choices(facts),
        every,
        part_every,
        cancels,
        uses: uses.iter().map(|one| UseField::of(one, ticked(one))).collect(),
        appointment_types: appointment_types(offer, uses),
        unknown: offer.map_or(0, unknown),
        files: facts.files.iter().map(FileRow::of).collect(),
        picture: offer.and_then(Offer::picture_path),
        picture_alt: offer.map(|offer| offer.row.image_alt.clone()).unwrap_or_default(),
        prices: facts.prices.iter().map(price).collect(),
        archived,
        public: active.map(|offer| format!("/buy/{}", offer.row.slug)),
        form,
    }
}

/// Choices of periods, of the time between parts, and of who may cancel when.
fn rhythms() -> [Vec<Opt>; 3] {
    [
        Opt::codes(labels::every, &codes(Every::ALL, Every::code)),
        Opt::codes(labels::part_every, &codes(PartEvery::ALL, PartEvery::code)),
        Opt::codes(labels::may_cancel, &codes(MayCancel::ALL, MayCancel::code)),
    ]
}

fn codes<T: Copy>(all: &[T], code: fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|one| code(*one)).collect()
}

fn price((amount, currency, since): &(i64, events::Currency, events::Instant)) -> PriceRow {
    PriceRow { price: Money::new(*amount, *currency), since: *since }
}

fn taxes(facts: &FormFacts) -> Vec<Opt> {
    let rate =
        |rate: &billing::TaxRate| Opt::said(rate.id, format!("{} {} %", rate.name, percent_text(rate.bp)));
    let none = Opt::key("", "packages-tax-none");
    std::iter::once(none).chain(facts.taxes.iter().map(rate)).collect()
}

fn items(facts: &FormFacts) -> Vec<ItemField> {
    let products = facts.others.iter().filter(|(_, kind, _)| *kind == OfferKind::Product);
    let field = |(id, _, name): &(OfferId, OfferKind, String)| ItemField {
        name: format!("item-{}", ProductId::from_uuid(id.uuid())),
        label: name.clone(),
    };
    products.map(field).collect()
}

fn bump_choices(facts: &FormFacts) -> Vec<Opt> {
    let choice = |(id, kind, name): &(OfferId, OfferKind, String)| Opt::said(choice_value(*id, *kind), name);
    std::iter::once(Opt::key("", "packages-bump-none")).chain(facts.others.iter().map(choice)).collect()
}

/// Types of appointments that other modules offer, and the one that is chosen already.
fn appointment_types(offer: Option<&Offer>, uses: &[CreditUse]) -> Vec<Opt> {
    let mut all: Vec<Opt> = vec![Opt::key("", "packages-appointment-none")];
    let listed = uses.iter().filter(|one| one.key.parse::<events::AppointmentTypeId>().is_ok());
    all.extend(listed.map(|one| Opt::said(&one.key, &one.name)));
    for grant in offer.iter().flat_map(|offer| &offer.grants) {
        if let GrantSpec::Appointment { of, name, .. } = grant
            && !all.iter().any(|one| one.value == *of)
        {
            all.push(Opt::said(of, name));
        }
    }
    all
}
