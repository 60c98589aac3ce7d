//! What payments and their absence bring about.

use events::{BookingId, billing::OrderPaid, billing::OrderRefunded};
use kernel::{Ctx, JobError};
use serde::Deserialize;

use crate::{
    MODULE,
    service::{holds, late},
};

/// Kind of the job that confirms what was paid.
pub(super) const PAID: &str = "appointments.confirm_on_paid";
/// Kind of the job that writes down that money came too late.
pub(super) const LATE: &str = "appointments.end_on_late_payment";
/// What billing calls the cause of such a refund.
const CAUSE: &str = "late";

/// Arguments of the job at the end of a hold.
#[derive(Debug, Deserialize)]
pub(super) struct Over {
    booking: BookingId,
}

/// The end of a hold, or of a request that nobody decided.
pub(super) async fn over(ctx: Ctx, args: Over) -> Result<(), JobError> {
    holds::over(&ctx, args.booking).await
}

/// An order was paid.
pub(super) async fn paid(ctx: Ctx, event: OrderPaid) -> Result<(), JobError> {
    if event.lines.iter().any(|line| line.module == MODULE) {
        late::paid(&ctx, event.order).await?;
    }
    Ok(())
}

/// Money of an order went back.
pub(super) async fn refunded(ctx: Ctx, event: OrderRefunded) -> Result<(), JobError> {
    if event.cause == CAUSE {
        late::late_money_went_back(&ctx, event.order).await?;
    }
    Ok(())
}
