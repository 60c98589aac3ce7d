//! Jobs: what follows from a paid order, and what time brings about.

use events::{
    EventId,
    billing::{OrderPaid, SubscriptionFacts},
};
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

/// Arguments of a job that follows an event of a subscription.
#[derive(Clone, Debug, Deserialize)]
struct Subscribed {
    event: SubscriptionFacts,
}

const ALLOCATE_CLIENT: &str = "packages.allocate_client";

/// Arguments of a job that is about a voucher.
#[derive(Clone, Copy, Debug, Deserialize)]
struct OfVoucher {
    voucher: events::VoucherId,
}

pub(crate) const REACTIONS: &[Reaction] = &[
    Reaction { event: "order.paid", job: "packages.grant_on_paid" },
    Reaction { event: "subscription.started", job: ALLOCATE_CLIENT },
    Reaction { event: "subscription.renewed", job: ALLOCATE_CLIENT },
    Reaction { event: "subscription.resumed", job: ALLOCATE_CLIENT },
    Reaction { event: "subscription.ended", job: ALLOCATE_CLIENT },
];

pub(crate) const SCHEDULES: &[Schedule] = &[
    Schedule { job: "packages.sweep", every_seconds: 3600 },
    Schedule { job: "packages.allocate", every_seconds: 3600 },
    Schedule { job: "packages.tell_expiring", every_seconds: 3600 },
];

pub(crate) fn all() -> Vec<JobDef> {
    vec![
        JobDef::new("packages.grant_on_paid", |ctx: Ctx, args: Followed| async move {
            Ok(service::grant_on_paid(&ctx, &args.event).await?)
        }),
        JobDef::new("packages.allocate", |ctx: Ctx, _: Nothing| async move {
            Ok(service::allocate_all(&ctx).await?)
        }),
        JobDef::new(ALLOCATE_CLIENT, |ctx: Ctx, args: Subscribed| async move {
            if args.event.module != crate::ID {
                return Ok(());
            }
            Ok(service::allocate_client(&ctx, args.event.client).await?)
        }),
        JobDef::new(service::SEND_JOB, |ctx: Ctx, args: OfVoucher| async move {
            Ok(service::send_voucher(&ctx, args.voucher).await?)
        }),
        JobDef::new("packages.tell_expiring", |ctx: Ctx, _: Nothing| async move {
            Ok(service::tell_expiring(&ctx).await?)
        }),
        JobDef::new("packages.sweep", |ctx: Ctx, _: Nothing| async move { Ok(service::sweep(&ctx).await?) }),
    ]
}
