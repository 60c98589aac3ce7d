use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable, Selectable, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use events::{Instant, SubscriptionId};
use kernel::{Actor, Tx};
use serde::Serialize;

use crate::schema::subscription_steps as table;

crate::text_enum! {
    /// What happened to a subscription.
    pub enum SubscriptionStepKind {
        /// It was ordered.
        Placed = "placed",
        /// It began; detail: the order's number.
        Started = "started",
        /// It began with a trial.
        TrialStarted = "trial_started",
        /// A period is paid; detail: the order's number.
        Renewed = "renewed",
        /// A period is owed; detail: the order's number.
        Owed = "owed",
        /// A try to collect failed; detail: the provider's words.
        PaymentFailed = "payment_failed",
        /// It rests; detail: until when, or nothing.
        Paused = "paused",
        /// It rests, because a period was not paid.
        PausedUnpaid = "paused_unpaid",
        /// It goes on.
        Resumed = "resumed",
        /// It is to end with the period.
        EndPlanned = "end_planned",
        /// It is not to end with the period after all, or not to change.
        Kept = "kept",
        /// It is to change; detail: to what.
        ChangePlanned = "change_planned",
        /// It changed; detail: to what.
        Changed = "changed",
        /// The change was not paid, or is not wanted any more; detail: to what.
        ChangeDropped = "change_dropped",
        /// What was left of the period goes back; detail: minor units.
        RestRefunded = "rest_refunded",
        /// It is over; detail: `client`, `staff`, `term` or `provider`.
        Ended = "ended",
        /// Its first order was not paid.
        NeverBegun = "never_begun",
        /// What it is paid with changed.
        WayChanged = "way_changed",
    }
}

/// One line of a subscription's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = table, check_for_backend(diesel::pg::Pg))]
pub struct SubscriptionStep {
    /// When.
    pub at: Instant,
    /// What.
    pub kind: SubscriptionStepKind,
    /// The staff person who did it; empty: the client or the platform.
    pub actor: String,
    /// More about it.
    pub detail: String,
}

/// Marks the identifiers of steps, which nobody outside sees.
enum StepRow {}

/// Adds a line to a subscription's timeline.
pub(super) async fn step(
    tx: &mut Tx,
    id: SubscriptionId,
    kind: SubscriptionStepKind,
    detail: &str,
) -> QueryResult<()> {
    let ctx = tx.ctx().clone();
    let actor = match ctx.actor() {
        Actor::Staff(staff) => staff.name.as_str(),
        Actor::Visitor | Actor::Client { .. } | Actor::System { .. } => "",
    };
    let row = (
        table::id.eq(ctx.new_id::<StepRow>().uuid()),
        table::subscription_id.eq(id),
        table::at.eq(ctx.now()),
        table::kind.eq(kind),
        table::actor.eq(actor),
        table::detail.eq(detail.chars().take(500).collect::<String>()),
    );
    diesel::insert_into(table::table).values(row).execute(&mut **tx).await.map(drop)
}

/// Whether staff, not the client, wanted it to end with the period.
///
/// # Errors
/// When the database refuses.
pub async fn ends_by_staff(tx: &mut Tx, id: SubscriptionId) -> QueryResult<bool> {
    let planned = table::table.filter(table::subscription_id.eq(id));
    let planned = planned.filter(table::kind.eq(SubscriptionStepKind::EndPlanned));
    let actor: Option<String> = planned
        .order((table::at.desc(), table::seq.desc()))
        .select(table::actor)
        .first(&mut **tx)
        .await
        .optional()?;
    Ok(actor.is_some_and(|actor| !actor.is_empty()))
}

/// A subscription's timeline, the oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn steps(tx: &mut Tx, id: SubscriptionId) -> QueryResult<Vec<SubscriptionStep>> {
    let all = table::table.filter(table::subscription_id.eq(id)).select(SubscriptionStep::as_select());
    all.order((table::at, table::seq)).limit(500).load(&mut **tx).await
}
