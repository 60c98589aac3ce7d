use events::packages::OfferChanged;
use kernel::{Ctx, JobDef, Reaction, Schedule};
use serde::Deserialize;

use crate::Stripe;

/// Handles an event: `{"event": "evt_…"}`.
pub(crate) const HANDLE: &str = "stripe.handle";
/// Looks for what nobody told.
pub(crate) const POLL: &str = "stripe.poll";
/// Holds both books together.
pub(crate) const AUDIT: &str = "stripe.audit";
/// Follows an offer.
const MIRROR: &str = "stripe.mirror";

/// Which of these jobs follow which event.
pub const REACTIONS: &[Reaction] = &[Reaction { event: "offer.changed", job: MIRROR }];

/// What comes back by the clock.
pub const SCHEDULES: &[Schedule] =
    &[Schedule { job: POLL, every_seconds: 300 }, Schedule { job: AUDIT, every_seconds: 86_400 }];

#[derive(Clone, Debug, Deserialize)]
struct OfEvent {
    event: String,
}
#[derive(Clone, Debug, Deserialize)]
struct Followed {
    event: OfferChanged,
}
#[derive(Clone, Copy, Debug, Deserialize)]
struct Nothing {}

pub(crate) fn jobs(stripe: &Stripe) -> Vec<JobDef> {
    let [handles, polls, audits, mirrors] = [(); 4].map(|()| stripe.clone());
    vec![
        JobDef::new(HANDLE, move |ctx: Ctx, args: OfEvent| {
            let stripe = handles.clone();
            async move { stripe.handle(&ctx, &args.event).await }
        }),
        JobDef::new(POLL, move |ctx: Ctx, _: Nothing| {
            let stripe = polls.clone();
            async move { Ok(stripe.poll(&ctx).await?) }
        }),
        JobDef::new(AUDIT, move |ctx: Ctx, _: Nothing| {
            let stripe = audits.clone();
            async move { Ok(stripe.audit(&ctx).await?) }
        }),
        JobDef::new(MIRROR, move |ctx: Ctx, args: Followed| {
            let stripe = mirrors.clone();
            async move { Ok(stripe.mirror(&ctx, &args.event).await?) }
        }),
    ]
}
