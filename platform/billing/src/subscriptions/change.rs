//! Changing what is subscribed to: first what it would cost, then the very same.

use diesel::QueryResult;
use diesel_async::SimpleAsyncConnection;
use events::{Instant, Money, SubscriptionId, billing::SubscriptionChanged};
use kernel::{Problem, Tx};
use serde::{Deserialize, Serialize};

use super::{
    Difference, Planned, Subscription, SubscriptionStatus, SubscriptionStepKind, Switch, Terms, rest, step,
    store::{buyer, facts, move_period, next_at, order_of_period, save, tell},
    time,
};
use crate::{
    BillingError, Extras, LineRole, Method, NewLine, NewOrder, Order, Period, choose_method, lines, place,
    quote, rules_of, settings, waits_until,
};

/// When a change happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// As soon as it is paid; at once when it costs nothing.
    Now,
    /// When the present period ends.
    PeriodEnd,
}

/// What a change means, before it is made. The change itself does the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// When it happens.
    pub when: When,
    /// The moment.
    pub at: Instant,
    /// What is left unused of the present period.
    pub unused: Money,
    /// What the new plan costs for the time that is paid now.
    pub cost: Money,
    /// What is to be paid now, with tax.
    pub due: Money,
    /// What goes back now.
    pub back: Money,
    /// What is paid from then on for each period, without what a discount takes off.
    pub price: Money,
    /// When that is next.
    pub next_payment: Option<Instant>,
}

/// What a subscription may be changed to, as the module that sold it says; of the same currency, another than now.
///
/// # Errors
/// What the module answers.
pub async fn choices(tx: &mut Tx, sub: &Subscription) -> Result<Vec<Terms>, Problem> {
    let mut all = (rules_of(&sub.module).plans)(tx, sub).await?;
    all.retain(|terms| terms.item != sub.item);
    Ok(all)
}

/// A change worked out.
struct Worked {
    preview: Preview,
    difference: Difference,
    /// The period that is paid for: the rest of the present one, or a new one.
    period: Period,
    same_length: bool,
}

/// What a change would mean now.
///
/// # Errors
/// When the database refuses.
pub async fn preview(
    tx: &mut Tx,
    sub: &Subscription,
    terms: &Terms,
    when: Option<When>,
) -> Result<Preview, Problem> {
    Ok(work_out(tx, sub, terms, when).await?.preview)
}

async fn work_out(
    tx: &mut Tx,
    sub: &Subscription,
    terms: &Terms,
    when: Option<When>,
) -> Result<Worked, Problem> {
    let (now, zone) = (tx.ctx().now(), time::zone(&tx.ctx().tenant().zone));
    let present =
        sub.period().ok_or_else(|| Problem::conflict("subscription_state").arg("state", sub.status))?;
    let trial = sub.status == SubscriptionStatus::Trialing;
    let same_length = trial || (terms.every == sub.every && terms.every_count == sub.every_count);
    let new_end = time::boundary(now, &zone, terms.every, terms.every_count, 1);
    let end = if same_length { present.end } else { new_end.unwrap_or(present.end) };
    let difference = if trial {
        Difference { unused: 0, cost: 0 }
    } else {
        let paid = paid_for(tx, sub, present).await?;
        Switch { paid, price: terms.price, same_length, start: present.start, end: present.end, now }
            .difference()
    };
    // What a provider renews changes with the next period: what it would take for the rest of this one is its own sum.
    let usual = if difference.back() > 0 || sub.is_followed() { When::PeriodEnd } else { When::Now };
    let when = when.unwrap_or(usual);
    let due = if when == When::Now { total(terms, difference.due(), sub)? } else { 0 };
    let money = |amount| Money::new(amount, sub.currency);
    let (at, next) = if when == When::Now { (now, end) } else { (present.end, present.end) };
    let preview = Preview {
        when,
        at,
        unused: money(difference.unused),
        cost: money(difference.cost),
        due: money(due),
        back: money(if when == When::Now { difference.back() } else { 0 }),
        price: money(terms.price),
        next_payment: Some(next),
    };
    Ok(Worked { preview, difference, period: Period { start: now, end, ..present }, same_length })
}

/// What was paid for the present period, before tax on top: of what is subscribed to, less its discount.
async fn paid_for(tx: &mut Tx, sub: &Subscription, present: Period) -> Result<i64, Problem> {
    let Some(order) = order_of_period(tx, present).await? else { return Ok(sub.price) };
    let lines = lines(tx, order.id).await?;
    let own = lines.iter().find(|line| line.item == sub.item && line.role == LineRole::Item);
    Ok(own.map_or(sub.price, |line| line.amount - line.discount()))
}

/// What an amount comes to with the terms' tax.
fn total(terms: &Terms, amount: i64, sub: &Subscription) -> Result<i64, Problem> {
    if amount == 0 {
        return Ok(0);
    }
    let sums =
        quote(&[line(terms, amount)], sub.currency).ok_or_else(|| Problem::from(BillingError::Total))?;
    Ok(sums.total)
}

fn line(terms: &Terms, amount: i64) -> NewLine {
    let line = NewLine::plain(terms.item.clone(), terms.name.clone(), amount, terms.detail.clone());
    NewLine { tax: terms.tax.clone(), role: LineRole::Proration, ..line }
}

/// Changes a subscription, or plans it. Answers the order that is to be paid first, if something is.
pub(super) async fn apply(
    tx: &mut Tx,
    mut sub: Subscription,
    terms: Terms,
    when: Option<When>,
    reason: &str,
) -> Result<(Subscription, Option<Order>), Problem> {
    let now = tx.ctx().now();
    let worked = work_out(tx, &sub, &terms, when).await?;
    if worked.preview.when == When::PeriodEnd {
        let name = terms.name.clone();
        plan(&mut sub, Planned { terms, order: None, at: now });
        save(tx, &sub).await?;
        step(tx, sub.id, SubscriptionStepKind::ChangePlanned, &name).await?;
        tell(tx, &sub, "change_planned", &now.to_string()).await?;
        return Ok((sub, None));
    }
    if worked.preview.due.amount > 0 {
        // Only whether there is one: it is taken when the change is paid.
        is_there(tx, &sub, &terms).await?;
        let order = place_change(tx, &sub, &terms, &worked).await?;
        let name = terms.name.clone();
        plan(&mut sub, Planned { terms, order: Some(order.id), at: now });
        save(tx, &sub).await?;
        step(tx, sub.id, SubscriptionStepKind::ChangePlanned, &name).await?;
        return Ok((sub, Some(order)));
    }
    (rules_of(&sub.module).chosen)(tx, &sub, &terms).await?;
    if worked.difference.back() > 0 {
        let source = format!("subscription/{}/change/{now}", sub.id);
        rest::give_back(tx, &sub, worked.difference.back(), &source, reason).await?;
    }
    let period = (!worked.same_length).then_some(worked.period);
    Ok((switch(tx, sub, terms, period).await?, None))
}

/// Takes what a sale of these terms takes, or looks alone whether there is one. `false`: there is none left.
async fn taken(tx: &mut Tx, sub: &Subscription, terms: &Terms, keep: bool) -> Result<bool, Problem> {
    tx.batch_execute("SAVEPOINT chosen").await?;
    let done = (rules_of(&sub.module).chosen)(tx, sub, terms).await;
    let gone = done.as_ref().is_err_and(|problem| problem.status.is_client_error());
    if gone || (done.is_ok() && !keep) {
        tx.batch_execute("ROLLBACK TO SAVEPOINT chosen").await?;
    }
    if gone { Ok(false) } else { done.map(|()| true) }
}

fn plan(sub: &mut Subscription, planned: Planned) {
    sub.planned = Some(planned);
}

async fn place_change(
    tx: &mut Tx,
    sub: &Subscription,
    terms: &Terms,
    worked: &Worked,
) -> Result<Order, Problem> {
    let amount = worked.difference.due();
    let (method, until) = match sub.provider {
        Method::Free => choose_method(tx, amount, "").await?,
        method => (method, waits_until(method, &settings(tx).await?, tx.ctx().now())),
    };
    let (buyer, key, back) = (buyer(tx, sub.id).await?, tx.ctx().new_token(), sub.own_path());
    let lines = [line(terms, amount)];
    let new = NewOrder {
        module: &sub.module,
        client: sub.client_id,
        client_name: &buyer.name,
        client_email: &buyer.email,
        currency: sub.currency,
        method,
        form_key: &key,
        // What is left of the period is what is paid for.
        expires_at: until.map(|until| sub.period_end.map_or(until, |end| until.min(end))),
        lines: &lines,
        return_path: Some(&back),
        extras: Extras {
            period: Some(worked.period),
            bill_to: &buyer.bill_to,
            buyer_tax_id: &buyer.tax_id,
            ..Extras::default()
        },
    };
    Ok(place(tx, new).await?)
}

/// The order of a change is paid.
pub(super) async fn paid(
    tx: &mut Tx,
    sub: Subscription,
    order: &Order,
    planned: Planned,
) -> Result<(), BillingError> {
    let now = tx.ctx().now();
    if !matches!(sub.status, SubscriptionStatus::Active | SubscriptionStatus::Paused) {
        return super::paid::stale(tx, order).await;
    }
    let taken = taken(tx, &sub, &planned.terms, true).await;
    if !taken.map_err(|problem| BillingError::Rule(Box::new(problem)))? {
        drop_planned(tx, sub, &planned.terms.name).await?;
        return super::paid::stale(tx, order).await;
    }
    let same_length = planned.terms.every == sub.every && planned.terms.every_count == sub.every_count;
    let mut period = None;
    if !same_length {
        let zone = time::zone(&tx.ctx().tenant().zone);
        let end = time::boundary(now, &zone, planned.terms.every, planned.terms.every_count, 1);
        let new = Period { subscription: sub.id, start: now, end: end.ok_or(BillingError::Total)? };
        move_period(tx, order.id, new).await?;
        period = Some(new);
    }
    switch(tx, sub, planned.terms, period).await?;
    Ok(())
}

/// A change that can't be made.
async fn drop_planned(tx: &mut Tx, mut sub: Subscription, name: &str) -> QueryResult<Subscription> {
    sub.planned = None;
    save(tx, &sub).await?;
    step(tx, sub.id, SubscriptionStepKind::ChangeDropped, name).await?;
    Ok(sub)
}

/// It is for something else from now on; with a period of another length that period begins now.
async fn switch(
    tx: &mut Tx,
    mut sub: Subscription,
    terms: Terms,
    period: Option<Period>,
) -> Result<Subscription, BillingError> {
    let before = (sub.item.clone(), sub.name.clone());
    take(&mut sub, terms);
    if let Some(period) = period {
        (sub.period_start, sub.period_end) = (Some(period.start), Some(period.end));
        (sub.anchor, sub.periods_paid) = (Some(period.start), 1);
    }
    sub.next_at = next_at(&sub, tx.ctx().now(), &tx.ctx().tenant().zone);
    save(tx, &sub).await?;
    told(tx, &sub, before).await?;
    Ok(sub)
}

/// A change that was planned for the end of the period that is over.
pub(super) async fn at_end(
    tx: &mut Tx,
    mut sub: Subscription,
    terms: Terms,
) -> Result<Subscription, Problem> {
    // What a provider has changed already stays so.
    if !taken(tx, &sub, &terms, true).await? && !sub.is_followed() {
        return Ok(drop_planned(tx, sub, &terms.name).await?);
    }
    let before = (sub.item.clone(), sub.name.clone());
    let other_length = terms.every != sub.every || terms.every_count != sub.every_count;
    take(&mut sub, terms);
    if other_length {
        (sub.anchor, sub.periods_paid) = (sub.period_end, 0);
    }
    save(tx, &sub).await?;
    told(tx, &sub, before).await?;
    Ok(sub)
}

/// A change that the provider makes with the next period, for which it knows the price already.
pub(super) async fn planned_there(tx: &mut Tx, id: SubscriptionId, terms: Terms) -> Result<(), Problem> {
    let mut sub = super::store::lock(tx, id).await?.ok_or_else(Problem::not_found)?;
    let (now, name) = (tx.ctx().now(), terms.name.clone());
    plan(&mut sub, Planned { terms, order: None, at: now });
    save(tx, &sub).await?;
    step(tx, sub.id, SubscriptionStepKind::ChangePlanned, &name).await?;
    Ok(tell(tx, &sub, "change_planned", &now.to_string()).await?)
}

/// It is not to change after all.
pub(super) async fn kept_there(tx: &mut Tx, id: SubscriptionId) -> Result<(), Problem> {
    let sub = super::store::lock(tx, id).await?.ok_or_else(Problem::not_found)?;
    let Some(planned) = sub.planned() else { return Ok(()) };
    drop_planned(tx, sub, &planned.terms.name).await?;
    Ok(())
}

/// The provider begins another period at `start`: a change that was planned for it has come.
///
/// Invariant: the subscription is locked.
pub(super) async fn with_period(
    tx: &mut Tx,
    sub: Subscription,
    start: Instant,
) -> Result<Subscription, Problem> {
    match sub.planned().filter(|planned| planned.order.is_none()) {
        Some(planned) if sub.is_followed() && sub.period_end.is_some_and(|end| end <= start) => {
            at_end(tx, sub, planned.terms).await
        }
        _ => Ok(sub),
    }
}

/// Whether there is one of these left.
pub(super) async fn is_there(tx: &mut Tx, sub: &Subscription, terms: &Terms) -> Result<(), Problem> {
    if taken(tx, sub, terms, false).await? { Ok(()) } else { Err(Problem::conflict("plan_gone")) }
}

fn take(sub: &mut Subscription, terms: Terms) {
    (sub.tax, sub.rules) = (terms.tax, terms.rules);
    (sub.item, sub.name, sub.price, sub.detail) = (terms.item, terms.name, terms.price, terms.detail);
    (sub.every, sub.every_count, sub.periods) = (terms.every, terms.every_count, terms.periods);
    sub.planned = None;
}

async fn told(
    tx: &mut Tx,
    sub: &Subscription,
    (before, before_name): (String, String),
) -> Result<(), BillingError> {
    step(tx, sub.id, SubscriptionStepKind::Changed, &sub.name).await?;
    let of = facts(tx, sub).await?;
    tx.emit(&SubscriptionChanged { of, before, before_name }).await?;
    Ok(())
}
