use kernel::{Ctx, Problem};
use poem_openapi::payload::Json;

use super::types::{CheckoutIn, CheckoutOut};
use crate::service::{self, CheckoutInput};

pub(super) async fn checkout(
    ctx: &Ctx,
    call: Option<&str>,
    body: CheckoutIn,
) -> Result<Json<CheckoutOut>, Problem> {
    let input = CheckoutInput {
        offer: body.offer,
        name: body.name,
        email: body.email,
        method: body.method.unwrap_or_default(),
        form_key: call.map_or_else(|| ctx.new_token(), str::to_owned),
    };
    let done = service::checkout(ctx, input).await?;
    Ok(Json(CheckoutOut {
        order: done.order.id,
        number: done.order.number,
        status: done.order.status.to_string(),
        total: done.order.total(),
        receipt: ctx.link(&format!("/order/{}", done.order.token)),
        next: done.next,
    }))
}
