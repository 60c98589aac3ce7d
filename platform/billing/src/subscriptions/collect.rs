//! Collecting without the buyer, with something they saved.

use events::OrderId;
use kernel::{Ctx, Permission, Problem, Tx};

use crate::{
    BillingError, Collected, Method, NewPayment, OnGone, Order, ProviderError, SavedMethod, Settled, Try,
    TryState, begin_try, by_id, installed, method_for, payment_failed, settle, tries, try_opened, try_went,
};

/// What kind of try it is, for who reads the tries.
const KIND: &str = "off_session";

/// What became of collecting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is paid now, or was before.
    Paid,
    /// The money is on its way.
    Processing,
    /// Nothing is to be paid.
    Nothing,
    /// It failed; the order goes on waiting.
    Failed {
        /// `declined`, `needs_buyer` or `no_method`.
        reason: &'static str,
        /// The provider's words; empty: none.
        words: String,
    },
}

enum Ready {
    Go(Box<(Order, SavedMethod, Try)>),
    Not(Outcome),
}

/// Collects what is to be paid next of an order with what its buyer saved. The try is written down before the provider is
/// asked; a run that was killed meanwhile asks for the same try again, and the provider takes the money once.
///
/// # Errors
/// 502 `payment_away` when the provider can't be reached: nothing is known, and the same try goes on later.
pub async fn collect(ctx: &Ctx, permission: Permission, order: OrderId) -> Result<Outcome, Problem> {
    let (order, saved, turn) = match ctx.tx(permission, async |tx: &mut Tx| ready(tx, order).await).await? {
        Ready::Go(ready) => *ready,
        Ready::Not(outcome) => return Ok(outcome),
    };
    let provider = installed().of(saved.provider).map_err(BillingError::from)?;
    let answer = match provider.collect(ctx, &order, &saved, &turn).await {
        Err(ProviderError::Away(why)) => return Err(BillingError::from(ProviderError::Away(why)).into()),
        Err(error) => Collected::Declined { reference: String::new(), words: error.to_string() },
        Ok(answer) => answer,
    };
    ctx.tx(permission, async |tx: &mut Tx| write(tx, &order, &turn, answer).await).await
}

async fn ready(tx: &mut Tx, id: OrderId) -> Result<Ready, Problem> {
    let order = by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
    let now = tx.ctx().now();
    if order.status.was_paid() && !order.owes_more() {
        return Ok(Ready::Not(Outcome::Paid));
    }
    if order.due_now == 0 || !order.may_be_paid(now) {
        return Ok(Ready::Not(Outcome::Nothing));
    }
    let before = tries(tx, id).await?;
    if before.first().is_some_and(|last| last.state == TryState::Processing) {
        return Ok(Ready::Not(Outcome::Processing));
    }
    let none = Outcome::Failed { reason: "no_method", words: String::new() };
    if matches!(order.provider, Method::Manual | Method::Free) {
        return Ok(Ready::Not(none));
    }
    let Some(saved) = method_for(tx, &order).await? else {
        return Ok(Ready::Not(none));
    };
    let turn = begin_try(tx, id, saved.provider, KIND).await?;
    Ok(Ready::Go(Box::new((order, saved, turn))))
}

async fn write(tx: &mut Tx, order: &Order, turn: &Try, answer: Collected) -> Result<Outcome, Problem> {
    let payment = |reference: String, label: String| NewPayment {
        label,
        due: turn.due,
        ..NewPayment::of(turn.provider, reference, order.due())
    };
    match answer {
        Collected::Paid { reference, label } => {
            let settled = settle(tx, order.id, payment(reference, label), OnGone::GiveBack).await?;
            try_went(tx, turn.id, TryState::Succeeded).await?;
            Ok(match settled {
                Settled::Paid(_) | Settled::AlreadyPaid(_) => Outcome::Paid,
                Settled::GivenBack(..) => Outcome::Nothing,
            })
        }
        Collected::Processing(reference) => {
            try_opened(tx, turn.id, &reference).await?;
            try_went(tx, turn.id, TryState::Processing).await?;
            Ok(Outcome::Processing)
        }
        Collected::NeedsBuyer => {
            try_went(tx, turn.id, TryState::Failed).await?;
            Ok(Outcome::Failed { reason: "needs_buyer", words: String::new() })
        }
        Collected::Declined { reference, words } => {
            let reference = if reference.is_empty() { format!("try/{}", turn.key()) } else { reference };
            payment_failed(tx, order.id, payment(reference, String::new())).await?;
            try_went(tx, turn.id, TryState::Failed).await?;
            Ok(Outcome::Failed { reason: "declined", words })
        }
    }
}
