use kernel::{Ctx, Form, Page, Paging, Problem, Redirect, Text};
use poem::{
    handler,
    web::{Data, Path, Query},
};

use super::{ListQuery, offer_form::offer_id};
use crate::{
    model::{Offer, OfferStatus},
    policy::OFFERS_WRITE,
    queries::OfferFilter,
    service,
    views::{Card, Choice, StudioOfferRow, StudioOffersPage, status_label},
};

/// All offers.
#[handler]
pub(super) async fn list(Data(ctx): Data<&Ctx>, Query(query): Query<ListQuery>) -> Result<Page, Problem> {
    if !ctx.may(OFFERS_WRITE) {
        return Err(kernel::TxError::Denied(OFFERS_WRITE).into());
    }
    let filter = OfferFilter { kind: None, status: query.status.parse().ok(), search: query.search.clone() };
    let paging = Paging::new(query.cursor.as_deref(), None)?;
    let (rows, next) = service::manage(ctx, filter, &paging).await?;
    let codes: Vec<&str> = OfferStatus::ALL.iter().map(|status| status.code()).collect();
    Ok(Page::of(&StudioOffersPage {
        offers: rows.iter().map(|offer| row(ctx, offer)).collect(),
        next,
        filtered: !query.search.trim().is_empty() || !query.status.is_empty(),
        statuses: Choice::codes(status_label, &codes, &query.status),
        search: query.search,
        unpayable: service::ways_to_pay(ctx, 1).await?.is_empty(),
    }))
}

fn row(ctx: &Ctx, offer: &Offer) -> StudioOfferRow {
    StudioOfferRow {
        id: offer.public_id(),
        kind: offer.row.kind.code(),
        kind_label: format!("packages-kind-{}", offer.row.kind),
        status: offer.row.status.code(),
        status_label: format!("packages-status-{}", offer.row.status),
        card: Card::of(offer, offer.availability(ctx.now(), ctx.tenant().currency)),
    }
}

/// Archives an offer, or brings it back. What it did is said with the way back beside it.
#[handler]
pub(super) async fn set_status(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    let status: OfferStatus = form.parse("status", "offer_status")?;
    service::set_status(ctx, offer_id(&id)?, status).await?;
    let text = Text::key(format!("packages-studio-now-{status}"));
    Ok(Redirect::to(ctx.path("/studio/offers")).flash(text))
}
