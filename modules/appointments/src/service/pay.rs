//! Paying: where a payer goes on, what a payment brings about.

use kernel::{Ctx, Problem};

/// Where the payer of a held booking goes on: a path of this host or a provider's address. One with nothing to pay: its page.
///
/// # Errors
/// 404 for an unknown token, 409 `hold_over` when its slot is not held any more, 502 when the provider is away.
pub(crate) async fn begin(ctx: &Ctx, token: &str) -> Result<String, Problem> {
    let booking = super::cancel::by_token(ctx, token).await?;
    Ok(ctx.path(&booking.path()))
}
