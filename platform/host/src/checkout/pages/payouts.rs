use kernel::{Ctx, Page, Problem};
use poem::{handler, web::Data};

use crate::checkout::{service, views::PayoutsPage};

/// What came in and went back, and what providers hold.
#[handler]
pub(super) async fn show(Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    Ok(Page::of(&PayoutsPage::of(service::payouts(ctx).await?)))
}
