//! Clients in the studio: list with search, and one client's page with notes and the cards of the active modules.

use events::{ClientId, Instant};
use kernel::{Ctx, Form, Page, Paging, Problem, Redirect, Text};
use people::clients::{self, Client};
use poem::{
    IntoResponse, Request, Response, handler,
    web::{Data, Path, Query},
};
use serde::Deserialize;
use web::views::Block;

use super::views::{ClientDetail, ClientRow, Clients, NoteRow};
use crate::{core::CLIENTS_READ, core::CLIENTS_WRITE, routes};

/// Query of the list.
#[derive(Deserialize)]
pub struct ListQuery {
    #[serde(default)]
    q: String,
    cursor: Option<String>,
}

/// A page of clients, newest first, and where the next one begins.
///
/// # Errors
/// 403 without the permission.
pub async fn page_of(
    ctx: &Ctx,
    search: &str,
    paging: &Paging,
) -> Result<(Vec<Client>, Option<String>), Problem> {
    if search.chars().count() > 100 {
        return Err(Problem::invalid(vec![kernel::FieldError::new("q", "too_long").arg("max", 100)]));
    }
    let rows =
        ctx.tx(CLIENTS_READ, async |tx| Ok::<_, Problem>(clients::list(tx, search, paging).await?)).await?;
    Ok(paging.cut(rows, |row| (row.created_at, row.id.uuid())))
}

/// The list.
#[handler]
pub async fn list(Data(ctx): Data<&Ctx>, Query(query): Query<ListQuery>) -> Result<Page, Problem> {
    let paging = Paging::new(query.cursor.as_deref(), None)?;
    let (rows, next) = page_of(ctx, query.q.trim(), &paging).await?;
    let next_href = next.map(|cursor| {
        let pairs = [("q", query.q.trim()), ("cursor", cursor.as_str())];
        format!("?{}", serde_urlencoded::to_string(pairs).unwrap_or_default())
    });
    let row = |client: Client| ClientRow {
        href: ctx.path(&format!("/studio/clients/{}", client.id)),
        name: client.name,
        email: client.email,
        tags: client.tags,
        since: client.created_at,
    };
    Ok(Page::of(&Clients {
        q: query.q.trim().to_owned(),
        clients: rows.into_iter().map(row).collect(),
        next_href,
    }))
}

/// One client.
#[handler]
pub async fn detail(
    request: &Request,
    Data(ctx): Data<&Ctx>,
    Path((_, client)): Path<(String, String)>,
) -> Result<Page, Problem> {
    shown(request, ctx, &client, kernel::FormState::default()).await
}

async fn shown(request: &Request, ctx: &Ctx, client: &str, form: kernel::FormState) -> Result<Page, Problem> {
    let app = routes::app(request)?;
    let id: ClientId = client.parse().map_err(|_| Problem::not_found())?;
    let (client, notes) = ctx
        .tx(CLIENTS_READ, async |tx| {
            let client = clients::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
            Ok::<_, Problem>((client, clients::notes(tx, id).await?))
        })
        .await?;
    let mut cards = Vec::new();
    for module in app.registry.active(ctx.tenant()) {
        if let Some(make) = module.widgets.client_card {
            cards.extend(make(ctx.clone(), id).await?);
        }
    }
    cards.extend(crate::checkout::subscriptions::client_card(ctx, id).await?);
    cards.extend(crate::checkout::client_card(ctx, id).await?);
    cards.sort_by_key(|card| card.order);
    let note =
        |note: people::clients::Note| NoteRow { author: note.author, body: note.body, at: note.created_at };
    Ok(Page::of(&ClientDetail {
        name: client.name,
        email: client.email,
        phone: client.phone,
        tags: client.tags,
        since: client.created_at,
        notes: notes.into_iter().map(note).collect(),
        cards: cards.into_iter().map(|card| Block::new(card.template, card.data)).collect(),
        action: ctx.path(&format!("/studio/clients/{id}")),
        back_href: ctx.path("/studio/clients"),
        may_write: ctx.may(CLIENTS_WRITE),
        form,
    }))
}

/// Adds a note about a client.
#[handler]
pub async fn add_note(
    request: &Request,
    Data(ctx): Data<&Ctx>,
    Path((_, client)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let id: ClientId = client.parse().map_err(|_| Problem::not_found())?;
    match note(ctx, id, form.text("body")).await {
        Ok(_) => {
            let to = Redirect::to(ctx.path(&format!("/studio/clients/{id}")));
            Ok(to.flash(Text::key("server-note-added")).into_response())
        }
        Err(problem) if !problem.fields.is_empty() => {
            let page = shown(request, ctx, &client, form.refused(&problem)).await?;
            Ok(page.status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Writes a note in the name of the acting person.
///
/// # Errors
/// 404 for an unknown client, 422 at `body`.
pub async fn note(ctx: &Ctx, id: ClientId, body: &str) -> Result<Instant, Problem> {
    let mut check = kernel::Check::new();
    let body = check.text("body", body, 1, 4000);
    check.finish()?;
    let author = ctx.actor().staff().map(|staff| staff.name.clone()).unwrap_or_default();
    ctx.tx(CLIENTS_WRITE, async |tx| {
        clients::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
        clients::note_add(tx, id, &author, &body, None).await?;
        kernel::audit(tx, "client.note_added", id, serde_json::json!({})).await?;
        Ok(tx.ctx().now())
    })
    .await
}
