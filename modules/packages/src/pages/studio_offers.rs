use kernel::{Ctx, Form, Page, Problem, Redirect, Text};
use poem::{
    handler,
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::offer_form::offer_id;
use crate::{
    model::{Offer, OfferKind, OfferStatus, Place, any_id},
    policy::OFFERS_WRITE,
    queries::OfferFilter,
    service,
    views::{Card, Choice, StudioOfferRow, StudioOffersPage, kind_label, status_label},
};

/// What of the offers is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct ShelfQuery {
    #[serde(default)]
    search: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    kind: String,
    /// `table`; else cards.
    #[serde(default)]
    view: String,
    /// Counts from 0.
    #[serde(default)]
    page: i64,
}

impl ShelfQuery {
    fn filtered(&self) -> bool {
        !(self.search.trim().is_empty() && self.status.is_empty() && self.kind.is_empty())
    }
}

/// All offers, in the order in which visitors see them.
#[handler]
pub(super) async fn list(Data(ctx): Data<&Ctx>, Query(query): Query<ShelfQuery>) -> Result<Page, Problem> {
    if !ctx.may(OFFERS_WRITE) {
        return Err(kernel::TxError::Denied(OFFERS_WRITE).into());
    }
    let filter = OfferFilter {
        kind: query.kind.parse().ok(),
        status: query.status.parse().ok(),
        search: query.search.clone(),
    };
    let (rows, more) = service::shelf(ctx, filter, query.page).await?;
    let statuses: Vec<&str> = OfferStatus::ALL.iter().map(|status| status.code()).collect();
    let kinds: Vec<&str> = OfferKind::ALL.iter().map(|kind| kind.code()).collect();
    let ordered = !query.filtered();
    Ok(Page::of(&StudioOffersPage {
        offers: rows.iter().enumerate().map(|(index, offer)| row(ctx, offer, index, rows.len())).collect(),
        earlier: if query.page > 0 { (query.page - 1).to_string() } else { String::new() },
        later: if more { (query.page.max(0) + 1).to_string() } else { String::new() },
        ordered,
        filtered: query.filtered(),
        table: query.view == "table",
        statuses: Choice::codes(status_label, &statuses, &query.status),
        kinds: Choice::codes(kind_label, &kinds, &query.kind),
        search: query.search,
        unpayable: service::ways_to_pay(ctx, 1).await?.is_empty(),
    }))
}

fn row(ctx: &Ctx, offer: &Offer, index: usize, count: usize) -> StudioOfferRow {
    StudioOfferRow {
        id: offer.public_id(),
        kind: offer.row.kind.code(),
        kind_label: kind_label(offer.row.kind.code()),
        status: offer.row.status.code(),
        status_label: status_label(offer.row.status.code()),
        first: index == 0,
        last: index + 1 == count,
        left: offer.row.stock,
        card: Card::of(offer, offer.availability(ctx.now(), ctx.tenant().currency)),
    }
}

/// Back to the list as it was looked at.
fn back(ctx: &Ctx, form: &Form, place: &str) -> Redirect {
    let view = if form.text("view") == "table" { "?view=table" } else { "" };
    Redirect::to(format!("{}{view}{place}", ctx.path("/studio/offers")))
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
    Ok(back(ctx, &form, "").flash(Text::key(format!("packages-studio-now-{status}"))))
}

/// Makes a draft like an offer, and opens it.
#[handler]
pub(super) async fn duplicate(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    let copy = form.optional("copy").unwrap_or_else(|| "2".into());
    let copy: String = copy.chars().filter(|c| !c.is_control()).take(40).collect();
    let made = service::duplicate(ctx, offer_id(&id)?, &copy).await?;
    let text = Text::key("packages-studio-duplicated").arg("name", &made.row.name);
    Ok(Redirect::to(ctx.path(&format!("/studio/offers/edit/{}", made.public_id()))).flash(text))
}

/// Puts an offer into another place: `up`, `down`, or in front of `before`; with an empty `before` behind all others.
#[handler]
pub(super) async fn move_offer(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    let to = match form.text("to") {
        "up" => Place::Up,
        "down" => Place::Down,
        "before" if form.text("before").is_empty() => Place::Last,
        "before" => Place::Before(any_id(form.text("before")).ok_or_else(Problem::not_found)?),
        _ => return Err(Problem::field("to", "offer_choice")),
    };
    let offer = offer_id(&id)?;
    let moved = service::move_offer(ctx, offer, to).await?;
    let back = back(ctx, &form, &format!("#o-{id}"));
    Ok(if moved { back.flash(Text::key("packages-studio-moved")) } else { back })
}

/// Adds the plans that most studios begin with.
#[handler]
pub(super) async fn add_starters(Data(ctx): Data<&Ctx>, form: Form) -> Result<Redirect, Problem> {
    let made = service::add_starters(ctx, &|name| form.string(name)).await?;
    let text = Text::key(if made > 0 { "packages-starter-added" } else { "packages-starter-there" });
    Ok(Redirect::to(ctx.path("/studio/offers")).flash(text))
}
