use billing::OrderFilter;
use events::OrderId;
use kernel::{Ctx, Form, Page, Paging, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Path, Query},
};

use super::ListQuery;
use crate::{
    policy::ORDERS_WRITE,
    service,
    views::{StudioOrderPage, StudioOrderRow, StudioOrdersPage},
};

fn order_id(text: &str) -> Result<OrderId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// All orders, with search and filters.
#[handler]
pub(super) async fn list(Data(ctx): Data<&Ctx>, Query(query): Query<ListQuery>) -> Result<Page, Problem> {
    let filter = OrderFilter {
        status: query.status.parse().ok(),
        method: query.method.parse().ok(),
        client: None,
        search: query.search.clone(),
    };
    let paging = Paging::new(query.cursor.as_deref(), None)?;
    let (rows, next) = service::list(ctx, &filter, &paging).await?;
    let (statuses, methods) = StudioOrdersPage::choices(&query.status, &query.method);
    Ok(Page::of(&StudioOrdersPage {
        orders: rows.iter().map(|order| StudioOrderRow::of(order, ctx.now())).collect(),
        next,
        filtered: filter != OrderFilter::default(),
        search: query.search,
        status: query.status,
        statuses,
        methods,
    }))
}

async fn detail(ctx: &Ctx, id: OrderId) -> Result<StudioOrderPage, Problem> {
    Ok(StudioOrderPage::of(service::detail(ctx, id).await?, ctx.may(ORDERS_WRITE), ctx.now()))
}

/// One order with its timeline.
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Page, Problem> {
    Ok(Page::of(&detail(ctx, order_id(&id)?).await?))
}

/// The money arrived.
#[handler]
pub(super) async fn mark_paid(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let order = order_id(&id)?;
    let problem = match service::mark_paid(ctx, order, form.text("note")).await {
        Ok(order) => {
            let text = Text::key("packages-studio-marked-paid").arg("number", order.number);
            return Ok(Redirect::to(ctx.path(&format!("/studio/orders/{}", order.id)))
                .flash(text)
                .into_response());
        }
        Err(problem) if matches!(problem.status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT) => {
            problem
        }
        Err(problem) => return Err(problem),
    };
    let page = StudioOrderPage { form: form.refused(&problem), ..detail(ctx, order).await? };
    Ok(Page::of(&page).status(problem.status).into_response())
}

/// The order is given up.
#[handler]
pub(super) async fn cancel(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let order = service::cancel(ctx, order_id(&id)?).await?;
    let text = Text::key("packages-studio-cancelled").arg("number", order.number);
    Ok(Redirect::to(ctx.path(&format!("/studio/orders/{}", order.id))).flash(text))
}
