use kernel::{Ctx, Page, Paging, Problem};
use poem::{
    Response, handler,
    web::{Data, Query},
};

use super::{ListQuery, studio_credits::file};
use crate::{
    policy::OWN_READ,
    service::{self, Dates},
    views::MyCreditsPage,
};

/// One's own credits: balance, lots, history.
#[handler]
pub(super) async fn credits(Data(ctx): Data<&Ctx>, Query(query): Query<ListQuery>) -> Result<Page, Problem> {
    let paging = Paging::new(query.cursor.as_deref(), None)?;
    let (_, account) = service::own_account(ctx, &paging).await?;
    Ok(Page::of(&MyCreditsPage::of(account, &Dates::new(&ctx.tenant().zone))))
}

/// One's own history as a table.
#[handler]
pub(super) async fn export(Data(ctx): Data<&Ctx>) -> Result<Response, Problem> {
    let (client, _) = service::own_account(ctx, &Paging { after: None, limit: 1 }).await?;
    let client = client.ok_or_else(Problem::not_found)?;
    let (_, history) = service::whole_history(ctx, OWN_READ, client).await?;
    Ok(file(&service::history_file(&history, &Dates::new(&ctx.tenant().zone), false)))
}
