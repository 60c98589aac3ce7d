//! An offer as the typed values of its form.

use billing::price_text;
use events::ProductId;
use kernel::{Ctx, FormState};

use crate::model::{GrantSpec, Offer, OfferId, OfferKind, PartEvery, PlanTerms, local_text, public_id};

/// What an empty form begins with.
pub(super) fn blank(kind: OfferKind) -> FormState {
    let form = FormState::default()
        .with("status", "active")
        .with("tax_way", "included")
        .with("instalment_every", PartEvery::Month);
    if kind == OfferKind::Plan { terms(form, &PlanTerms::monthly()) } else { form }
}

/// An offer as typed values.
pub(super) fn filled(ctx: &Ctx, offer: &Offer) -> FormState {
    let (row, zone) = (&offer.row, &ctx.tenant().zone);
    let local = |at: Option<events::Instant>| at.map(|at| local_text(at, zone)).unwrap_or_default();
    let mut form = FormState::default()
        .with("name", &row.name)
        .with("slug", &row.slug)
        .with("summary", &row.summary)
        .with("description", &row.description)
        .with("price", price_text(row.price, row.currency))
        .with("status", row.status)
        .with("featured", row.featured)
        .with("stock", number(row.stock))
        .with("per_client", number(row.per_client))
        .with("sale_from", local(row.sale_from))
        .with("sale_until", local(row.sale_until))
        .with("tax_rate", row.tax_rate_id.map(|id| id.to_string()).unwrap_or_default())
        .with("tax_way", if row.tax_inclusive { "included" } else { "added" })
        .with("extras", row.extras.join("\n"))
        .with("image_alt", &row.image_alt);
    for item in &offer.items {
        form = form.with(&format!("item-{}", ProductId::from_uuid(item.product.uuid())), item.quantity);
    }
    form = parts(form, offer);
    form = bumps(form, offer);
    form = grants(form, offer);
    match &offer.plan {
        Some(plan) => terms(form, plan),
        None => form,
    }
}

fn number(value: Option<i32>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn parts(mut form: FormState, offer: &Offer) -> FormState {
    if let Some(deposit) = offer.deposit() {
        form = form
            .with("deposit", price_text(deposit.amount, offer.row.currency))
            .with("deposit_days", deposit.days);
    }
    match offer.instalments() {
        Some(parts) => form.with("instalments", parts.count).with("instalment_every", parts.every),
        None => form.with("instalment_every", PartEvery::Month),
    }
}

fn bumps(mut form: FormState, offer: &Offer) -> FormState {
    for (index, bump) in offer.bumps.iter().enumerate() {
        let price = bump.price.map(|price| price_text(price, offer.row.currency)).unwrap_or_default();
        form = form
            .with(&format!("bumps/{index}"), public_id(bump.kind, bump.offer))
            .with(&format!("bumps/{index}/pitch"), &bump.pitch)
            .with(&format!("bumps/{index}/price"), price);
    }
    form
}

/// The first of each kind that the form shows.
fn grants(mut form: FormState, offer: &Offer) -> FormState {
    for grant in offer.grants.iter().rev() {
        match grant {
            GrantSpec::Credits { credits, days, pays_for } if offer.plan.is_none() => {
                form = with_uses(form, pays_for).with("credits", credits).with("credit_days", number(*days));
            }
            GrantSpec::Appointment { of, count, days, .. } => {
                form = form
                    .with("appointment_type", of)
                    .with("appointment_count", count)
                    .with("appointment_days", number(*days));
            }
            GrantSpec::Voucher { amount, days } => {
                form = form
                    .with("voucher", price_text(*amount, offer.row.currency))
                    .with("voucher_days", number(*days));
            }
            _ => {}
        }
    }
    form
}

/// Names with commas between them, and a tick for each thing of another module.
fn with_uses(mut form: FormState, pays_for: &[String]) -> FormState {
    let (things, names): (Vec<&String>, Vec<&String>) =
        pays_for.iter().partition(|one| one.parse::<events::AppointmentTypeId>().is_ok());
    form.values.retain(|name, _| !name.starts_with("pays-"));
    for thing in things {
        form = form.with(&format!("pays-{thing}"), "on");
    }
    form.with("pays_for", names.into_iter().cloned().collect::<Vec<_>>().join(", "))
}

fn terms(form: FormState, terms: &PlanTerms) -> FormState {
    with_uses(form, &terms.pays_for)
        .with("every", terms.every)
        .with("every_count", terms.every_count)
        .with("periods", number(terms.periods))
        .with("trial_days", terms.trial_days)
        .with("credits_per_week", terms.credits_per_week)
        .with("rollover_cap", number(terms.rollover_cap))
        .with("may_cancel", terms.may_cancel)
        .with("may_pause", terms.may_pause)
        .with("pause_days", terms.pause_days)
        .with("may_change", terms.may_change)
        .with("trial_card", terms.trial_card)
}

/// The kind of an offer and its identifier, as a choice writes it.
pub(super) fn choice_value(id: OfferId, kind: OfferKind) -> String {
    public_id(kind, id)
}
