use billing::{CardPage, SandboxError, SavedFor, TestCard};
use events::SavedMethodId;
use kernel::{Ctx, Form, Page, Problem, Redirect, Text};
use poem::{
    handler,
    http::StatusCode,
    web::{Data, Path},
};

use crate::checkout::subscriptions::{
    service,
    views::{MethodRow, MethodsPage, SandboxCardPage},
};

const LIST: &str = "/me/payment-methods";

/// What one saved to pay with.
#[handler]
pub(super) async fn list(Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    let (saved, can_add) = service::methods(ctx).await?;
    Ok(Page::of(&MethodsPage {
        methods: saved.iter().map(|(saved, name)| MethodRow::of(saved, name)).collect(),
        can_add,
    }))
}

/// On to the provider's page for saving something.
#[handler]
pub(super) async fn add(Data(ctx): Data<&Ctx>) -> Result<Redirect, Problem> {
    let client = service::client_to_be(ctx).await?;
    Ok(Redirect::to(service::add_method(ctx, client, SavedFor::Client, None, LIST).await?))
}

fn method_id(text: &str) -> Result<SavedMethodId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// Uses this one from now on.
#[handler]
pub(super) async fn choose(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    service::choose_method(ctx, method_id(&id)?).await?;
    Ok(Redirect::to(ctx.path(LIST)).flash(Text::key("subscriptions-done-method")))
}

/// Removes it.
#[handler]
pub(super) async fn remove(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    service::remove_method(ctx, method_id(&id)?).await?;
    Ok(Redirect::to(ctx.path(LIST)).flash(Text::key("subscriptions-done-method-removed")))
}

/// What the address of a sandbox's card page says. Without a sandbox there is no such page.
fn card_page(ctx: &Ctx, token: &str) -> Result<CardPage, Problem> {
    let sandbox = billing::installed().sandbox().ok_or_else(Problem::not_found)?;
    sandbox.verify_card(ctx.tenant().id, ctx.now(), token).map_err(|error| match error {
        SandboxError::Forged => Problem::not_found(),
        SandboxError::Expired => Problem::new(StatusCode::GONE, "payment_page_expired"),
    })
}

/// The sandbox's page for saving a card.
#[handler]
pub(super) async fn sandbox_card(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let page = card_page(ctx, &token)?;
    Ok(Page::of(&SandboxCardPage {
        business: ctx.tenant().name.clone(),
        action: ctx.path(&format!("/pay/sandbox-card/{token}")),
        back: ctx.path(&page.back),
    })
    .private())
}

/// Saves a card of the sandbox. The same page again saves the same card.
#[handler]
pub(super) async fn save_sandbox_card(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    let page = card_page(ctx, &token)?;
    let card: TestCard = form.parse("card", "payment_outcome")?;
    service::save(ctx, card.saved(page.client, page.saved_for, &page.nonce), page.pays).await?;
    Ok(Redirect::to(ctx.path(&page.back)).flash(Text::key("subscriptions-done-method")))
}
