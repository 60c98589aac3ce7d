use kernel::{Ctx, Page, Paging, Problem};
use poem::{
    handler,
    web::{Data, Query},
};

use super::ListQuery;
use crate::{service, views::MyCreditsPage};

/// One's own credits: balance, lots, history.
#[handler]
pub(super) async fn credits(Data(ctx): Data<&Ctx>, Query(query): Query<ListQuery>) -> Result<Page, Problem> {
    let paging = Paging::new(query.cursor.as_deref(), None)?;
    let (_, account) = service::own_account(ctx, &paging).await?;
    Ok(Page::of(&MyCreditsPage::of(account)))
}
