use billing::{
    LineRole, Method, NewLine, Order, Period,
    subscriptions::{
        self, ClientRules, NewSubscription, PeriodDiscount, Subscription, SubscriptionStatus, Terms,
        boundary, days_later,
    },
};
use events::{ClientId, Instant, PlanId, SubscriptionId};
use jiff::tz::TimeZone;
use kernel::{Ctx, Problem, Tx};

use super::Priced;
use crate::{
    model::{Availability, CouponRow, Every, Hold, MayCancel, Offer, PlanTerms, SoldPlan, any_id},
    queries,
};

/// Where a client finds what they have: there a payment that waits is gone on with, or given up.
const OWN_SUBSCRIPTIONS: &str = "/me/subscriptions";
/// So many payments to come are named with their days.
const NAMED: i64 = 12;

/// What follows from buying a plan, as a page says it before it is bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlanQuote {
    pub(crate) every: Every,
    pub(crate) every_count: i32,
    /// What a period costs without a coupon, minor units.
    pub(crate) price: i64,
    /// When a free trial ends; `None`: there is none.
    pub(crate) trial_ends: Option<Instant>,
    /// The payments after this one, the first of them.
    pub(crate) payments: Vec<(Instant, i64)>,
    /// How many they are; `None`: they go on.
    pub(crate) count: Option<i32>,
    /// The next of them, minor units.
    pub(crate) later: Option<i64>,
    /// When the term is over; `None`: when somebody ends it.
    pub(crate) ends: Option<Instant>,
    pub(crate) cancel: MayCancel,
    /// Whether its free trial begins once a card is saved, when the way to pay saves one.
    pub(crate) asks_card: bool,
}

impl PlanQuote {
    pub(super) fn of(ctx: &Ctx, offer: &Offer, coupon: Option<&CouponRow>) -> Option<Self> {
        let terms = offer.plan.as_ref()?;
        let zone = TimeZone::get(&ctx.tenant().zone).unwrap_or(TimeZone::UTC);
        let trial = terms.trial_days > 0;
        let trial_ends = if trial { Some(days_later(ctx.now(), &zone, terms.trial_days)?) } else { None };
        let (anchor, first) = (trial_ends.unwrap_or(ctx.now()), i64::from(!trial));
        let day = |n: i64| boundary(anchor, &zone, every(terms.every), terms.every_count, n);
        let last = terms.periods.map(i64::from);
        let upto = last.unwrap_or(first + NAMED).min(first + NAMED);
        let held = coupon.filter(|coupon| coupon.holds_for(offer.row.id));
        let mut discount = held.and_then(|coupon| coupon.further(!trial));
        let mut payments = Vec::new();
        for n in first..upto {
            payments.push((day(n)?, payment(offer, discount.as_ref())));
            discount = discount.and_then(PeriodDiscount::after_one);
        }
        Some(Self {
            every: terms.every,
            every_count: terms.every_count,
            price: payment(offer, None),
            trial_ends,
            later: payments.first().map(|(_, amount)| *amount),
            payments,
            count: terms.periods.map(|periods| periods - i32::from(!trial)),
            ends: last.and_then(day),
            cancel: terms.may_cancel,
            asks_card: trial && terms.trial_card,
        })
    }
    /// Whether all payments to come are the same.
    pub(crate) fn is_even(&self) -> bool {
        self.payments.iter().all(|(_, amount)| Some(*amount) == self.later)
    }
    pub(super) fn check(&self) -> String {
        let amounts: Vec<String> = self.payments.iter().map(|(_, amount)| amount.to_string()).collect();
        format!("{}/{}", self.price, amounts.join("-"))
    }
}

/// What one period costs, with its tax.
fn payment(offer: &Offer, discount: Option<&PeriodDiscount>) -> i64 {
    let price = offer.row.price;
    let line = NewLine {
        role: LineRole::Item,
        tax: offer.tax.clone(),
        discount: discount.map_or(0, |discount| discount.off(price)),
        ..NewLine::plain(String::new(), String::new(), price, serde_json::Value::Null)
    };
    billing::quote(&[line], offer.row.currency).map_or(price, |sums| sums.total)
}

const fn every(every: Every) -> subscriptions::Every {
    match every {
        Every::Week => subscriptions::Every::Week,
        Every::Month => subscriptions::Every::Month,
        Every::Year => subscriptions::Every::Year,
    }
}

/// A plan's terms as billing keeps them: later changes of the offer don't touch them.
fn terms_of(offer: &Offer, plan: &PlanTerms) -> Terms {
    let detail = SoldPlan::of(PlanId::from_uuid(offer.row.id.uuid()), plan);
    Terms {
        item: offer.public_id(),
        name: offer.row.name.clone(),
        price: offer.row.price,
        tax: offer.tax.clone(),
        every: every(plan.every),
        every_count: plan.every_count,
        periods: plan.periods,
        rules: ClientRules {
            cancel: match plan.may_cancel {
                MayCancel::AnyTime => subscriptions::MayCancel::AnyTime,
                MayCancel::AfterTerm => subscriptions::MayCancel::AfterTerm,
                MayCancel::Never => subscriptions::MayCancel::Never,
            },
            pause: plan.may_pause,
            pause_days: plan.pause_days,
            change: plan.may_change,
            trial_days: plan.trial_days,
        },
        detail: detail.stored(),
    }
}

/// Places the subscription of a plan that is bought; answers the period that its first order pays. `None`: no plan.
pub(super) async fn subscribe(
    tx: &mut Tx,
    priced: &Priced,
    client: ClientId,
    method: Method,
) -> Result<Option<Period>, Problem> {
    let offer = &priced.basket.main.offer;
    let Some(plan) = &offer.plan else { return Ok(None) };
    one_at_a_time(tx, offer, client).await?;
    let held = priced.coupon.as_ref().filter(|coupon| coupon.holds_for(offer.row.id));
    let new = NewSubscription {
        module: crate::ID,
        client,
        currency: offer.row.currency,
        method,
        terms: terms_of(offer, plan),
        most: most_at_once(offer),
        discount: held.and_then(|coupon| coupon.further(plan.trial_days == 0)),
    };
    let (_, period) = subscriptions::place(tx, new).await?;
    Ok(Some(period))
}

/// Whether a client has had a plan before: its free trial is for those who are new.
pub(super) async fn trial_used(tx: &mut Tx, slug: &str, client: ClientId) -> Result<bool, Problem> {
    let Some(offer) = queries::by_slug(tx, slug).await? else { return Ok(false) };
    let tried = offer.plan.as_ref().is_some_and(|plan| plan.trial_days > 0);
    Ok(tried && subscriptions::had(tx, client, crate::ID, &offer.public_id()).await?)
}

/// What a subscription may be changed to: the plans on sale, in the business's currency, but for its own and those that its
/// client has as often as they may. What is agreed about a free trial holds for those who are new.
pub(in crate::service) async fn other_plans(tx: &mut Tx, sub: &Subscription) -> Result<Vec<Terms>, Problem> {
    let (now, currency) = (tx.ctx().now(), sub.currency);
    let own = subscriptions::of_client(tx, sub.client_id).await?;
    let open = |offer: &Offer| {
        let on_sale =
            offer.public_id() != sub.item && offer.availability(now, currency) == Availability::Open;
        on_sale && has_room(offer, &holding(&own, offer, Some(sub.id)))
    };
    let shown = queries::shown(tx).await?;
    let terms = |offer: &Offer| {
        let mut terms = terms_of(offer, offer.plan.as_ref()?);
        terms.rules.trial_days = 0;
        Some(terms)
    };
    Ok(shown.iter().filter(|offer| open(offer)).filter_map(terms).collect())
}

/// How many subscriptions of a plan a client may have at once: one, unless the plan's limit allows more.
fn most_at_once(offer: &Offer) -> i32 {
    offer.row.per_client.unwrap_or(1)
}

/// A client has one subscription of a plan at once, unless the plan's limit allows more. One that waits for its first
/// payment, and one that is to become one, has its place: two tabs don't buy it twice. The database holds it as well.
async fn one_at_a_time(tx: &mut Tx, offer: &Offer, client: ClientId) -> Result<(), Problem> {
    one_beside(tx, offer, client, None).await
}

/// The same beside one that is about to become it.
async fn one_beside(
    tx: &mut Tx,
    offer: &Offer,
    client: ClientId,
    but: Option<SubscriptionId>,
) -> Result<(), Problem> {
    let own = subscriptions::of_client(tx, client).await?;
    let held = holding(&own, offer, but);
    if has_room(offer, &held) {
        return Ok(());
    }
    let waits = held.iter().any(|sub| sub.status == SubscriptionStatus::Incomplete);
    let problem = Problem::conflict(if waits { "plan_waiting" } else { "plan_running" });
    Err(problem.with("look_at", tx.ctx().link(OWN_SUBSCRIPTIONS)))
}

/// Those of a client's subscriptions that have a place of a plan, or are to become one.
fn holding<'a>(own: &'a [Subscription], offer: &Offer, but: Option<SubscriptionId>) -> Vec<&'a Subscription> {
    let item = offer.public_id();
    let comes = |sub: &Subscription| sub.planned.as_ref().is_some_and(|planned| planned.terms.item == item);
    let holds =
        |sub: &&Subscription| sub.status != SubscriptionStatus::Ended && (sub.item == item || comes(sub));
    own.iter().filter(holds).filter(|sub| Some(sub.id) != but).collect()
}

/// Whether a client may have one more.
fn has_room(offer: &Offer, held: &[&Subscription]) -> bool {
    i64::try_from(held.len()).unwrap_or(i64::MAX) < i64::from(most_at_once(offer))
}

/// A subscription becomes one to this plan: it takes one of its places, as a sale does.
pub(in crate::service) async fn take_place(
    tx: &mut Tx,
    sub: &Subscription,
    terms: &Terms,
) -> Result<(), Problem> {
    let offer = match any_id(&terms.item) {
        Some(id) => queries::by_id(tx, id).await?,
        None => None,
    };
    let offer = offer.ok_or_else(|| Problem::conflict("offer_archived"))?;
    one_beside(tx, &offer, sub.client_id, Some(sub.id)).await?;
    let hold = Hold { offer: offer.row.id, count: 1 };
    Ok(queries::reserve(tx, sub.client_id, &[hold]).await?)
}

/// Late money finds the client with another subscription of the same plan: it is given back.
pub(in crate::service) async fn has_place(tx: &mut Tx, order: &Order) -> Result<(), Problem> {
    let Some(id) = order.subscription_id else { return Ok(()) };
    let Some(sub) = subscriptions::by_id(tx, id).await? else { return Ok(()) };
    // One that runs goes on; one that never began comes back to life.
    if sub.status != SubscriptionStatus::Ended {
        return Ok(());
    }
    let offer = match any_id(&sub.item) {
        Some(id) => queries::by_id(tx, id).await?,
        None => None,
    };
    match offer {
        Some(offer) => one_at_a_time(tx, &offer, order.client_id).await,
        None => Err(Problem::conflict("offer_archived")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_have_the_same_names() {
        for one in Every::ALL {
            assert_eq!(every(*one).code(), one.code());
        }
    }
}
