//! What happened to a booking.

use kernel::{Ctx, Problem};

use super::cancel::Claim;
use crate::model::step::Step;

/// What happened to a booking, the oldest first; the first step is its making.
///
/// # Errors
/// 404 when there is no such booking.
pub(crate) async fn steps(_ctx: &Ctx, _claim: &Claim) -> Result<Vec<Step>, Problem> {
    Err(Problem::internal("not yet"))
}
