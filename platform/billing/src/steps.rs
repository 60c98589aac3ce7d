use diesel::{ExpressionMethods, QueryDsl, QueryResult, Queryable, Selectable, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::{Instant, OrderId};
use kernel::{Actor, Tx};
use serde::Serialize;

use crate::schema::order_steps;

crate::text_enum! {
    /// What happened to an order.
    pub enum StepKind {
        /// The client placed it.
        Placed = "placed",
        /// Another try to pay began.
        PaymentStarted = "payment_started",
        /// A payment was refused.
        PaymentFailed = "payment_failed",
        /// It was paid.
        Paid = "paid",
        /// It was cancelled.
        Cancelled = "cancelled",
        /// Its time to pay ended.
        Expired = "expired",
        /// What was bought was handed out.
        Granted = "granted",
        /// What was bought has nothing that the platform hands out.
        NothingToGrant = "nothing_to_grant",
        /// Money came that the order could not take.
        PaymentReturned = "payment_returned",
        /// Money is to go back.
        RefundRequested = "refund_requested",
        /// Money went back.
        RefundDone = "refund_done",
        /// The provider refused to give money back; it is still owed.
        RefundFailed = "refund_failed",
        /// Money that was paid back by hand went back at the provider too.
        RefundTwice = "refund_twice",
        /// Instalments that were still to come are lower, for what was given back.
        DuesLowered = "dues_lowered",
        /// The money is on its way, and takes days.
        Processing = "processing",
        /// A later instalment was paid.
        InstalmentPaid = "instalment_paid",
        /// A later instalment could not be collected.
        InstalmentFailed = "instalment_failed",
        /// The buyer was reminded of an instalment.
        InstalmentReminded = "instalment_reminded",
        /// The cardholder's bank wants money back.
        Disputed = "disputed",
        /// The bank gave the dispute up.
        DisputeWon = "dispute_won",
        /// The bank took the money.
        DisputeLost = "dispute_lost",
        /// Staff sent the receipt once more.
        ReceiptSent = "receipt_sent",
        /// What was handed out was taken back.
        TakenBack = "taken_back",
        /// Staff undid an order for which no money came.
        Undone = "undone",
    }
}

/// One line of an order's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = order_steps, check_for_backend(diesel::pg::Pg))]
pub struct Step {
    /// When.
    pub at: Instant,
    /// What.
    pub kind: StepKind,
    /// The staff person who did it; empty: the buyer or the platform.
    pub actor: String,
    /// More about it: the method, how many credits, or how much in minor units.
    pub detail: String,
}

/// Marks the identifiers of steps, which nobody outside sees.
enum StepRow {}

/// Adds a line to an order's timeline.
///
/// # Errors
/// When the database refuses.
pub async fn step(tx: &Tx, order: OrderId, kind: StepKind, detail: &str) -> QueryResult<()> {
    let ctx = tx.ctx().clone();
    let actor = match ctx.actor() {
        Actor::Staff(staff) => staff.name.as_str(),
        Actor::Visitor | Actor::Client { .. } | Actor::System { .. } => "",
    };
    let row = (
        order_steps::id.eq(ctx.new_id::<StepRow>().uuid()),
        order_steps::order_id.eq(order),
        order_steps::at.eq(ctx.now()),
        order_steps::kind.eq(kind),
        order_steps::actor.eq(actor),
        order_steps::detail.eq(detail),
    );
    diesel::insert_into(order_steps::table).values(row).execute(&mut &**tx).await.map(drop)
}

/// An order's timeline, the oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn steps(tx: &mut Tx, order: OrderId) -> QueryResult<Vec<Step>> {
    let all = order_steps::table.filter(order_steps::order_id.eq(order)).select(Step::as_select());
    all.order((order_steps::at, order_steps::seq)).limit(200).load(&mut **tx).await
}
