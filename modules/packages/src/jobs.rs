//! Jobs: what follows from a paid order, and what time brings about.

use events::{EventId, billing::OrderPaid};
use kernel::{Ctx, JobDef, Reaction, Schedule};
use serde::Deserialize;

use crate::service;

/// Arguments of a job that follows an event.
#[derive(Clone, Debug, Deserialize)]
struct Followed {
    #[expect(dead_code, reason = "part of the published arguments; the lines are the unique source here")]
    event_id: EventId,
    event: OrderPaid,
}

/// Arguments of a job that needs none.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct Nothing {}

pub(crate) const REACTIONS: &[Reaction] = &[Reaction { event: "order.paid", job: "packages.grant_on_paid" }];

pub(crate) const SCHEDULES: &[Schedule] = &[Schedule { job: "packages.sweep", every_seconds: 3600 }];

pub(crate) fn all() -> Vec<JobDef> {
    vec![
        JobDef::new("packages.grant_on_paid", |ctx: Ctx, args: Followed| async move {
            Ok(service::grant_on_paid(&ctx, &args.event).await?)
        }),
        JobDef::new("packages.sweep", |ctx: Ctx, _: Nothing| async move { Ok(service::sweep(&ctx).await?) }),
    ]
}
