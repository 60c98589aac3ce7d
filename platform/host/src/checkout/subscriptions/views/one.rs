use billing::{
    Order, SavedMethod,
    subscriptions::{
        By, Subscription, SubscriptionStatus, SubscriptionStep, SubscriptionStepKind, Terms, Wish, may,
    },
};
use events::{Instant, Money};
use jiff::tz::TimeZone;
use kernel::{Ctx, FormState, Layout, Text, View};
use serde::Serialize;

use super::{Shown, every_key};
use crate::checkout::{
    subscriptions::service::Detail,
    views::{Shown as OrderShown, moment, money},
};

/// A line of the timeline.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StepView {
    at: Instant,
    /// Key of what happened.
    what: String,
    actor: String,
    /// Name, number or words; empty: nothing to tell.
    note: String,
    /// Key of who wanted it.
    why: Option<String>,
    amount: Option<Money>,
    until: Option<Instant>,
}

/// An order of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OrderView {
    number: i64,
    /// Where its page is, below the tenant's base.
    path: String,
    total: Money,
    at: Instant,
    state_label: String,
}

/// What it may be changed to.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PlanView {
    item: String,
    name: String,
    price: Money,
    every: String,
    count: i32,
}

/// Something that its client saved.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OtherWay {
    id: String,
    label: String,
}

impl OtherWay {
    fn of(saved: &SavedMethod) -> Self {
        Self { id: saved.id.to_string(), label: saved.label() }
    }
}

/// What the viewer may do.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Can {
    pause: bool,
    resume: bool,
    end: bool,
    end_now: bool,
    keep: bool,
    change: bool,
    pay: bool,
    way: bool,
}

/// A subscription on a page of its own.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct One {
    /// Where its forms go, below the tenant's base.
    pub(crate) base: String,
    pub(crate) business: String,
    pub(crate) name: String,
    pub(crate) client: String,
    pub(crate) client_id: String,
    pub(crate) email: String,
    pub(crate) state: &'static str,
    pub(crate) state_label: String,
    pub(crate) tone: &'static str,
    pub(crate) price: Money,
    pub(crate) every: String,
    pub(crate) count: i32,
    pub(crate) next: Option<Instant>,
    /// What is paid then, if a discount makes it differ from the price.
    pub(crate) next_amount: Money,
    pub(crate) ends: Option<Instant>,
    pub(crate) resumes: Option<Instant>,
    pub(crate) period_start: Option<Instant>,
    pub(crate) period_end: Option<Instant>,
    pub(crate) term: Option<i32>,
    pub(crate) paid: i32,
    pub(crate) planned: Option<String>,
    /// Whether the planned change waits for its payment, not for the period's end.
    pub(crate) planned_unpaid: Option<String>,
    pub(crate) discount: Option<String>,
    pub(crate) way: Option<String>,
    /// What else of what its client saved it may be paid with.
    pub(crate) others: Vec<OtherWay>,
    pub(crate) method: String,
    /// The order that is to be paid.
    pub(crate) owed: Option<Money>,
    pub(crate) steps: Vec<StepView>,
    pub(crate) orders: Vec<OrderView>,
    pub(crate) choices: Vec<PlanView>,
    pub(crate) can: Can,
    pub(crate) pause_days: i32,
    /// First and last day of a pause.
    pub(crate) until_min: String,
    pub(crate) until_max: String,
    pub(crate) form: FormState,
}

fn can(sub: &Subscription, by: By, has_choices: bool, now: Instant) -> Can {
    let ok = |wish: &Wish| may(sub, wish, by, now).is_ok();
    let tomorrow = Some(now.plus_minutes(24 * 60));
    let terms = Terms { item: String::new(), ..sub.terms() };
    let owes = sub.status == SubscriptionStatus::PastDue || sub.rests_unpaid();
    Can {
        pause: ok(&Wish::Pause(tomorrow)),
        resume: ok(&Wish::Resume),
        end: ok(&Wish::EndWithPeriod),
        end_now: by == By::Staff && ok(&Wish::EndNow { refund: false }),
        keep: ok(&Wish::Keep),
        change: has_choices && ok(&Wish::Change { terms: Box::new(terms), when: None }),
        pay: owes || sub.status == SubscriptionStatus::Incomplete,
        way: sub.status.is_live(),
    }
}

impl One {
    /// `base`: where the forms go. `editable`: whether the viewer may change anything.
    pub(crate) fn of(ctx: &Ctx, detail: Detail, base: String, editable: bool) -> Self {
        let (sub, now, by) = (&detail.sub, ctx.now(), detail.by);
        let shown = Shown::of(sub);
        let inside = by == By::Staff;
        let open = detail.orders.iter().find(|order| order.may_be_paid(now) && order.due_now > 0);
        let planned = sub.planned();
        let money = |amount| Money::new(amount, sub.currency);
        let next_price = planned.as_ref().filter(|planned| planned.order.is_none());
        let next_price = next_price.map_or(sub.price, |planned| planned.terms.price);
        let off = sub.discount().map_or(0, |discount| discount.off(next_price));
        let days = sub.rules().pause_days;
        let name_of = |unpaid: bool| {
            let matching = planned.as_ref().filter(|planned| planned.order.is_some() == unpaid);
            matching.map(|planned| planned.terms.name.clone())
        };
        Self {
            base,
            business: ctx.tenant().name.clone(),
            name: sub.name.clone(),
            client: detail.name.clone(),
            client_id: sub.client_id.to_string(),
            email: detail.email.clone(),
            state: shown.code(),
            state_label: shown.label(),
            tone: shown.tone(),
            price: sub.price(),
            every: every_key(sub.every),
            count: sub.every_count,
            next: sub.next_payment(),
            next_amount: money(next_price - off),
            ends: sub.ended_at.or(sub.period_end.filter(|_| shown == Shown::Ending)),
            resumes: sub.resumes_at,
            period_start: sub.period_start,
            period_end: sub.period_end,
            term: sub.periods,
            paid: sub.periods_paid,
            planned: name_of(false),
            planned_unpaid: name_of(true),
            discount: sub.discount().map(|discount| discount.name),
            way: detail.way.as_ref().map(SavedMethod::label),
            others: detail.others.iter().map(OtherWay::of).collect(),
            method: format!("checkout-method-{}", sub.provider),
            owed: open.map(Order::due),
            steps: detail.steps.iter().rev().map(|step| StepView::of(step, sub)).collect(),
            orders: detail.orders.iter().map(|order| OrderView::of(order, inside, now)).collect(),
            choices: detail.choices.iter().map(|terms| PlanView::of(terms, sub)).collect(),
            can: if editable { can(sub, by, !detail.choices.is_empty(), now) } else { Can::default() },
            pause_days: days,
            until_min: day(ctx, now, 1),
            until_max: day(ctx, now, days),
            form: FormState::default(),
        }
    }
}

/// The local date so many days from now.
fn day(ctx: &Ctx, now: Instant, days: i32) -> String {
    let zone = TimeZone::get(&ctx.tenant().zone).unwrap_or(TimeZone::UTC);
    let today = now.timestamp().to_zoned(zone).date();
    today.checked_add(jiff::Span::new().days(days)).unwrap_or(today).to_string()
}

impl StepView {
    fn of(step: &SubscriptionStep, sub: &Subscription) -> Self {
        use SubscriptionStepKind::{
            ChangeDropped, ChangePlanned, Changed, Ended, Owed, Paused, Renewed, RestRefunded, Started,
            TrialStarted,
        };
        let detail = step.detail.clone();
        let (mut note, mut why, mut amount, mut until) = (String::new(), None, None, None);
        match step.kind {
            RestRefunded => amount = detail.parse().ok().map(|amount| Money::new(amount, sub.currency)),
            Paused => until = detail.parse().ok(),
            Started | TrialStarted | Renewed | Owed => note = format!("#{detail}"),
            Changed | ChangePlanned | ChangeDropped => note = detail,
            Ended if matches!(detail.as_str(), "client" | "staff" | "term" | "provider") => {
                why = Some(format!("subscriptions-ended-by-{detail}"));
            }
            _ => {}
        }
        let what = format!("subscriptions-step-{}", step.kind).replace('_', "-");
        Self { at: step.at, what, actor: step.actor.clone(), note, why, amount, until }
    }
}

impl OrderView {
    fn of(order: &Order, inside: bool, now: Instant) -> Self {
        let path = if inside { format!("/studio/orders/{}", order.id) } else { order.own_path() };
        Self {
            number: order.number,
            path,
            total: order.total(),
            at: order.created_at,
            state_label: OrderShown::of(order, false, now).label(),
        }
    }
}

impl PlanView {
    fn of(terms: &Terms, sub: &Subscription) -> Self {
        Self {
            item: terms.item.clone(),
            name: terms.name.clone(),
            price: Money::new(terms.price, sub.currency),
            every: every_key(terms.every),
            count: terms.every_count,
        }
    }
}

impl Can {
    fn sample(shown: Shown) -> Self {
        let open = matches!(shown, Shown::PastDue | Shown::Unpaid | Shown::Incomplete);
        let runs = matches!(shown, Shown::Active | Shown::Trialing);
        Self {
            pause: runs,
            resume: shown == Shown::Paused,
            end: runs,
            end_now: runs,
            keep: matches!(shown, Shown::Ending | Shown::Active),
            change: runs,
            pay: open,
            way: !matches!(shown, Shown::Ended | Shown::Incomplete),
        }
    }
}
impl StepView {
    fn samples() -> Vec<Self> {
        let step = |kind: &SubscriptionStepKind| Self {
            at: moment(),
            what: format!("subscriptions-step-{kind}").replace('_', "-"),
            actor: if *kind == SubscriptionStepKind::Paused { "Jonas".into() } else { String::new() },
            note: if *kind == SubscriptionStepKind::Renewed { "#1002".into() } else { String::new() },
            why: (*kind == SubscriptionStepKind::Ended).then(|| "subscriptions-ended-by-client".into()),
            amount: (*kind == SubscriptionStepKind::RestRefunded).then(|| money(5_000)),
            until: (*kind == SubscriptionStepKind::Paused).then(moment),
        };
        SubscriptionStepKind::ALL.iter().map(step).collect()
    }
}
impl OrderView {
    fn sample() -> Self {
        Self {
            number: 1001,
            path: "/order/t".into(),
            total: money(10_900),
            at: moment(),
            state_label: OrderShown::Paid.label(),
        }
    }
}
impl PlanView {
    fn sample() -> Self {
        Self {
            item: "pln_2".into(),
            name: "Totally Committed".into(),
            price: money(9_900),
            every: every_key(billing::subscriptions::Every::Month),
            count: 1,
        }
    }
}

impl One {
    fn sample(shown: Shown) -> Self {
        let open = matches!(shown, Shown::PastDue | Shown::Unpaid | Shown::Incomplete);
        let runs = matches!(shown, Shown::Active | Shown::Trialing);
        Self {
            base: "/me/subscriptions/sub_1".into(),
            business: "Northside".into(),
            name: "Committed".into(),
            client: "Sam Reed".into(),
            client_id: "cli_1".into(),
            email: "sam@example.com".into(),
            state: shown.code(),
            state_label: shown.label(),
            tone: shown.tone(),
            price: money(10_900),
            every: every_key(billing::subscriptions::Every::Month),
            count: 1,
            next: runs.then(moment),
            next_amount: money(8_900),
            ends: matches!(shown, Shown::Ending | Shown::Ended).then(moment),
            resumes: (shown == Shown::Paused).then(moment),
            period_start: (shown != Shown::Incomplete).then(moment),
            period_end: (shown != Shown::Incomplete).then(moment),
            term: (shown != Shown::Ended).then_some(6),
            paid: 2,
            planned: (shown == Shown::Active).then(|| "Totally Committed".into()),
            planned_unpaid: (shown == Shown::Trialing).then(|| "Totally Committed".into()),
            discount: runs.then(|| "Spring".into()),
            way: runs.then(|| "Visa •• 4242".into()),
            others: if runs {
                vec![OtherWay { id: "pmt_2".into(), label: "Visa •• 1881".into() }]
            } else {
                vec![]
            },
            method: "checkout-method-sandbox".into(),
            owed: open.then(|| money(10_900)),
            steps: if runs { StepView::samples() } else { vec![] },
            orders: if shown == Shown::Incomplete { vec![] } else { vec![OrderView::sample()] },
            choices: if runs { vec![PlanView::sample()] } else { vec![] },
            can: Can::sample(shown),
            pause_days: 60,
            until_min: "2026-12-02".into(),
            until_max: "2027-01-30".into(),
            form: FormState::default(),
        }
    }
    fn samples() -> Vec<Self> {
        let mut all: Vec<Self> = Shown::ALL.map(Self::sample).into();
        all.push(Self { resumes: None, ..Self::sample(Shown::Paused) });
        all
    }
}

/// A page that shows one subscription.
macro_rules! page_of_one {
    ($(#[$meta:meta])* $name:ident, $template:literal, $layout:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Serialize)]
        #[serde(transparent)]
        pub(crate) struct $name(pub(crate) One);
        impl View for $name {
            const TEMPLATE: &'static str = $template;
            const LAYOUT: Layout = $layout;
            fn title(&self) -> Text {
                Text::key("subscriptions-one-title").arg("name", &self.0.name)
            }
            fn samples() -> Vec<Self> {
                One::samples().into_iter().map(Self).collect()
            }
        }
    };
}

page_of_one!(
    /// `/me/subscriptions/{id}`.
    MyOnePage, "subscriptions/my_one", Layout::Client
);
page_of_one!(
    /// `/subscription/{token}`: without an account.
    LinkPage, "subscriptions/link", Layout::Public
);
page_of_one!(
    /// `/studio/subscriptions/{id}`.
    StudioOnePage, "subscriptions/studio_one", Layout::Studio
);
