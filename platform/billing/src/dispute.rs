use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable,
    Selectable, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use events::{
    Currency, DisputeId, Instant, Money, OrderId, PaymentId,
    billing::{DisputeClosed, DisputeOpened},
};
use kernel::{Problem, Tx, audit};
use serde::Serialize;
use serde_json::json;

use crate::{
    Method, Order, Payment, PaymentStatus, StepKind, lock,
    refund::{ask_what_waits, taken_by_bank},
    schema::{disputes as table, payments},
    step,
};

crate::text_enum! {
    /// How far a dispute has got.
    pub enum DisputeState {
        /// The bank waits for an answer.
        Open = "open",
        /// The bank decides.
        UnderReview = "under_review",
        /// The money stays.
        Won = "won",
        /// The money went back.
        Lost = "lost",
    }
}

impl DisputeState {
    /// Whether it is decided.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Won | Self::Lost)
    }
}

/// A cardholder's bank wants money back.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = table, check_for_backend(diesel::pg::Pg))]
pub struct Dispute {
    /// Identity.
    pub id: DisputeId,
    /// Of which order.
    pub order_id: OrderId,
    /// Of which payment.
    pub payment_id: PaymentId,
    /// Who tells.
    pub provider: Method,
    /// What the provider calls it.
    pub reference: String,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: Currency,
    /// The provider's code of the reason: `fraudulent`.
    pub reason: String,
    /// How far it has got.
    pub state: DisputeState,
    /// Until when the bank takes an answer.
    pub answer_by: Option<Instant>,
    /// When it was opened.
    pub created_at: Instant,
    /// When it changed last.
    pub updated_at: Instant,
    /// Whether the bank has the money; while it only asks, the business may still give it back.
    pub held: bool,
}

/// A dispute as a provider tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeSeen {
    /// Who tells.
    pub method: Method,
    /// What the provider calls the payment.
    pub payment: String,
    /// What the provider calls the dispute.
    pub reference: String,
    /// Minor units.
    pub amount: i64,
    /// The provider's code of the reason, at most 100 characters.
    pub reason: String,
    /// How far it has got.
    pub state: DisputeState,
    /// Until when the bank takes an answer.
    pub answer_by: Option<Instant>,
    /// Whether the bank has the money, and does not only ask.
    pub held: bool,
}

/// Writes down how a dispute stands. One that is lost is money that went back, as if it had been refunded: refunds of the
/// payment that were still open are settled by it first, so that nobody pays them a second time. Once it is won, the provider
/// is asked for those that waited. One that is decided stays decided. Again: nothing. `None`: the payment is not known (yet).
///
/// # Errors
/// What the selling module's rule answers to money that goes back.
pub async fn dispute_seen(tx: &mut Tx, seen: &DisputeSeen) -> Result<Option<Dispute>, Problem> {
    let paid: Option<Payment> = payments::table
        .filter(payments::provider.eq(seen.method).and(payments::reference.eq(&seen.payment)))
        .filter(payments::status.ne(PaymentStatus::Failed))
        .select(Payment::as_select())
        .first(&mut **tx)
        .await
        .optional()?;
    let Some(paid) = paid else { return Ok(None) };
    let order = lock(tx, paid.order_id).await?.ok_or_else(Problem::not_found)?;
    let before: Option<Dispute> = table::table
        .filter(table::provider.eq(seen.method).and(table::reference.eq(&seen.reference)))
        .select(Dispute::as_select())
        .first(&mut **tx)
        .await
        .optional()?;
    let was = before.as_ref().map(|one| one.state);
    let dispute = match before {
        Some(before) if before.state.is_over() => return Ok(Some(before)),
        Some(before) if before.state == seen.state && before.held == seen.held => return Ok(Some(before)),
        Some(before) => {
            let change = (
                table::state.eq(seen.state),
                table::answer_by.eq(seen.answer_by),
                table::updated_at.eq(tx.ctx().now()),
                table::held.eq(seen.held),
            );
            let change = diesel::update(table::table.find(before.id)).set(change);
            change.returning(Dispute::as_returning()).get_result(&mut **tx).await?
        }
        None => insert(tx, &paid, seen).await?,
    };
    told(tx, &order, &dispute, was.is_none()).await?;
    match dispute.state {
        DisputeState::Lost => taken_by_bank(tx, order, &paid, &dispute).await?,
        DisputeState::Won => ask_what_waits(tx, paid.id).await?,
        DisputeState::Open | DisputeState::UnderReview => {}
    }
    Ok(Some(dispute))
}

/// Whether a bank holds money of a payment and has not decided yet.
///
/// # Errors
/// When the database refuses.
pub async fn is_disputed(tx: &mut Tx, payment: PaymentId) -> QueryResult<bool> {
    let open = [DisputeState::Open, DisputeState::UnderReview];
    let held = table::table.filter(table::payment_id.eq(payment).and(table::held));
    let held = held.filter(table::state.eq_any(open));
    diesel::select(diesel::dsl::exists(held)).get_result(&mut **tx).await
}

async fn insert(tx: &mut Tx, paid: &Payment, seen: &DisputeSeen) -> QueryResult<Dispute> {
    let (id, now): (DisputeId, _) = (tx.ctx().new_id(), tx.ctx().now());
    let row = (
        table::id.eq(id),
        table::order_id.eq(paid.order_id),
        table::payment_id.eq(paid.id),
        table::provider.eq(seen.method),
        table::reference.eq(&seen.reference),
        table::amount.eq(seen.amount),
        table::currency.eq(paid.currency),
        table::reason.eq(&seen.reason),
        table::state.eq(seen.state),
        table::answer_by.eq(seen.answer_by),
        table::created_at.eq(now),
        table::updated_at.eq(now),
        table::held.eq(seen.held),
    );
    diesel::insert_into(table::table)
        .values(row)
        .returning(Dispute::as_returning())
        .get_result(&mut **tx)
        .await
}

/// Timeline, record and events of what is new.
async fn told(tx: &mut Tx, order: &Order, dispute: &Dispute, is_new: bool) -> Result<(), Problem> {
    let amount = Money::new(dispute.amount, dispute.currency);
    if is_new {
        step(tx, order.id, StepKind::Disputed, &dispute.amount.to_string()).await?;
        let event = DisputeOpened {
            dispute: dispute.id,
            order: order.id,
            number: order.number,
            client: order.client_id,
            amount,
            reason: dispute.reason.clone(),
            answer_by: dispute.answer_by,
        };
        tx.emit(&event).await?;
    }
    let ended = match dispute.state {
        DisputeState::Won => StepKind::DisputeWon,
        DisputeState::Lost => StepKind::DisputeLost,
        DisputeState::Open | DisputeState::UnderReview => return Ok(()),
    };
    step(tx, order.id, ended, &dispute.amount.to_string()).await?;
    let won = dispute.state == DisputeState::Won;
    audit(tx, "dispute.closed", dispute.id, json!({ "order": order.id, "won": won })).await?;
    let event = DisputeClosed { dispute: dispute.id, order: order.id, number: order.number, amount, won };
    tx.emit(&event).await?;
    Ok(())
}

/// The disputes of an order, the oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn disputes(tx: &mut Tx, order: OrderId) -> QueryResult<Vec<Dispute>> {
    let all = table::table.filter(table::order_id.eq(order)).select(Dispute::as_select());
    all.order(table::created_at).limit(50).load(&mut **tx).await
}

/// Disputes that wait for an answer or a decision, those that end first.
///
/// # Errors
/// When the database refuses.
pub async fn open_disputes(tx: &mut Tx, limit: i64) -> QueryResult<Vec<Dispute>> {
    let open = [DisputeState::Open, DisputeState::UnderReview];
    let all = table::table.filter(table::state.eq_any(open)).select(Dispute::as_select());
    all.order((table::answer_by, table::created_at)).limit(limit).load(&mut **tx).await
}
