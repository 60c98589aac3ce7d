//! Mails about subscriptions, instalments and cards: one template, and a message for each of its parts.

pub(super) mod staff;

use billing::{
    Method, SavedMethod,
    subscriptions::{self, Subscription},
};
use events::{
    Instant, Money, OrderId, SubscriptionId,
    billing::{
        SubscriptionChanged, SubscriptionEnded, SubscriptionFacts, SubscriptionPaused,
        SubscriptionPaymentFailed, SubscriptionResumed, SubscriptionStarted,
    },
};
use kernel::{
    Problem, Tx,
    mail::{self, Draft, MailDef, MailView},
};
use serde::Serialize;

use crate::checkout::views::{moment, money};

/// A paragraph: a message with the name of the plan, and perhaps a date and an amount.
#[derive(Clone, Debug, Serialize)]
struct Paragraph {
    key: String,
    date: Option<Instant>,
    amount: Option<Money>,
}

/// A mail to a client.
#[derive(Clone, Debug, Serialize)]
struct Notice {
    business: String,
    name: String,
    /// What it is about: the plan, the order's number, the card.
    about: String,
    subject: String,
    title: String,
    paragraphs: Vec<Paragraph>,
    button: String,
    link: String,
}

/// What a mail says: the name of its messages and their paragraphs.
struct Words {
    kind: String,
    paragraphs: Vec<Paragraph>,
    button: &'static str,
}

impl Words {
    fn new(kind: impl Into<String>, button: &'static str) -> Self {
        Self { kind: kind.into(), paragraphs: Vec::new(), button }
    }
    fn says(self, key: &str) -> Self {
        self.with(key, None, None)
    }
    fn with(mut self, key: &str, date: Option<Instant>, amount: Option<Money>) -> Self {
        self.paragraphs.push(Paragraph { key: format!("subscriptions-mail-{key}"), date, amount });
        self
    }
    fn notice(self, business: String, name: String, about: String, link: String) -> Notice {
        Notice {
            business,
            name,
            about,
            subject: format!("subscriptions-mail-{}-subject", self.kind),
            title: format!("subscriptions-mail-{}-title", self.kind),
            paragraphs: self.paragraphs,
            button: format!("subscriptions-mail-{}", self.button),
            link,
        }
    }
}

fn started_words(trial: bool, next: Option<Instant>, price: Money) -> Words {
    let words = if trial {
        Words::new("started", "see").with("trial-text", next, None)
    } else {
        Words::new("started", "see").says("started-text")
    };
    match next {
        Some(_) => words.with("next-payment", next, Some(price)),
        None => words.says("paid-whole"),
    }
}

fn failed_words(reason: &str, reminder: i32, amount: Money) -> Words {
    let stage = reminder.clamp(1, 4);
    let why = match reason {
        "no_method" => "failed-no-method",
        "needs_buyer" => "failed-needs-buyer",
        _ => "failed-declined",
    };
    let words = Words::new(format!("failed-{stage}"), "pay").with(why, None, Some(amount));
    // Nothing can be collected where nothing is saved: the mail says what really comes next.
    let next = if reason == "no_method" && stage < 3 { "-reminds" } else { "-text" };
    words.says(&format!("failed-{stage}{next}"))
}

fn paused_words(until: Option<Instant>) -> Words {
    let words = Words::new("paused", "see").says("paused-text");
    match until {
        Some(_) => words.with("paused-until", until, None),
        None => words.says("paused-open"),
    }
}

fn resumed_words(next: Option<Instant>, price: Money) -> Words {
    let words = Words::new("resumed", "see").says("resumed-text");
    match next {
        Some(_) => words.with("next-payment", next, Some(price)),
        None => words,
    }
}

fn changed_words(next: Option<Instant>, price: Money) -> Words {
    let words = Words::new("changed", "see").says("changed-text");
    match next {
        Some(_) => words.with("next-payment", next, Some(price)),
        None => words,
    }
}

fn ended_words(cause: &str, at: Instant) -> Words {
    let why = if cause == "term" { "ended-term" } else { "ended-text" };
    Words::new("ended", "see").with(why, Some(at), None)
}

/// Words for what no event tells; `None`: it is not so any more.
fn told_words(sub: &Subscription, what: &str) -> Option<Words> {
    let end = sub.period_end;
    match what {
        "trial_ends" if !sub.is_ending() => {
            Some(Words::new("trial-ends", "see").with("trial-ends-text", end, Some(sub.price())))
        }
        "ending" if sub.ends_with_period => {
            Some(Words::new("ending", "see").with("ending-text", end, None).says("ending-back"))
        }
        "kept" if !sub.ends_with_period => {
            Some(Words::new("kept", "see").with("next-payment", end, Some(sub.price())))
        }
        "change_planned" => {
            let planned = sub.planned()?;
            let price = Money::new(planned.terms.price, sub.currency);
            Some(Words::new("change-planned", "see").with("change-planned-text", end, Some(price)))
        }
        _ => None,
    }
}

fn instalment_words(reason: &str, reminder: i32, due: Instant, amount: Money) -> Words {
    let why = match reason {
        "no_method" => "instalment-due",
        "needs_buyer" => "instalment-needs-buyer",
        _ => "instalment-declined",
    };
    let words = Words::new("instalment", "pay").with(why, Some(due), Some(amount));
    if reminder >= 4 { words.says("instalment-last") } else { words }
}

fn card_words() -> Words {
    Words::new("card", "update").says("card-text")
}

impl MailView for Notice {
    const TEMPLATE: &'static str = "subscriptions/notice";
    fn samples() -> Vec<Self> {
        let (at, price) = (moment(), money(10_900));
        let mut words = vec![
            started_words(true, Some(at), price),
            started_words(false, Some(at), price),
            started_words(false, None, price),
            paused_words(Some(at)),
            paused_words(None),
            resumed_words(Some(at), price),
            resumed_words(None, price),
            changed_words(Some(at), price),
            ended_words("term", at),
            ended_words("client", at),
            card_words(),
            Words::new("trial-ends", "see").with("trial-ends-text", Some(at), Some(price)),
            Words::new("ending", "see").with("ending-text", Some(at), None).says("ending-back"),
            Words::new("kept", "see").with("next-payment", Some(at), Some(price)),
            Words::new("change-planned", "see").with("change-planned-text", Some(at), Some(price)),
        ];
        for reminder in 1..=4 {
            words.push(instalment_words("no_method", reminder, at, price));
            for reason in ["declined", "no_method", "needs_buyer"] {
                words.push(failed_words(reason, reminder, price));
                words.push(instalment_words(reason, reminder, at, price));
            }
        }
        let notice = |words: Words| {
            let link = "https://example.com/northside/subscription/t".into();
            words.notice("Northside".into(), "Sam Reed".into(), "Committed".into(), link)
        };
        words.into_iter().map(notice).collect()
    }
}

/// All mails, for the host.
pub fn all() -> Vec<MailDef> {
    vec![MailDef::of::<Notice>(), MailDef::of::<staff::StaffNotice>()]
}

async fn send(
    tx: &mut Tx,
    of: &SubscriptionFacts,
    key: String,
    words: Words,
    link: String,
) -> Result<(), Problem> {
    let business = tx.ctx().tenant().name.clone();
    let data = words.notice(business, of.client_name.clone(), of.name.clone(), link);
    let draft = Draft {
        key,
        template: Notice::TEMPLATE,
        data: serde_json::to_value(data).unwrap_or_default(),
        to_email: of.client_email.clone(),
        to_name: of.client_name.clone(),
        client: Some(of.client),
        attachments: Vec::new(),
    };
    Ok(mail::queue(tx, draft).await?)
}

async fn found(tx: &mut Tx, id: SubscriptionId) -> Result<Subscription, Problem> {
    subscriptions::by_id(tx, id).await?.ok_or_else(Problem::not_found)
}

fn link(tx: &Tx, sub: &Subscription) -> String {
    tx.ctx().link(&sub.own_path())
}

pub(super) async fn started(tx: &mut Tx, event: SubscriptionStarted) -> Result<(), Problem> {
    let sub = found(tx, event.of.subscription).await?;
    let next = if sub.term_is_paid() { None } else { event.of.period_end };
    let words = started_words(event.of.status == "trialing", next, event.of.price);
    let (key, link) = (format!("subscription-started/{}", sub.id), link(tx, &sub));
    send(tx, &event.of, key, words, link).await
}

/// Somebody who pays by transfer has been told how to, at first; so only later reminders follow.
pub(super) async fn failed(tx: &mut Tx, event: SubscriptionPaymentFailed) -> Result<(), Problem> {
    let sub = found(tx, event.of.subscription).await?;
    let order = match event.order {
        Some(order) => billing::by_id(tx, order).await?,
        None => None,
    };
    if order.as_ref().is_some_and(|order| order.status.was_paid()) {
        return Ok(());
    }
    if event.reminder == 1 && sub.provider == Method::Manual {
        return Ok(());
    }
    let amount = order.as_ref().map_or(event.of.price, billing::Order::due);
    let path = order.map_or_else(|| sub.own_path(), |order| order.own_path());
    let link = tx.ctx().link(&path);
    let owed = event.of.period_end.map(|end| end.to_string()).unwrap_or_default();
    let key = format!("subscription-failed/{}/{owed}/{}", sub.id, event.reminder);
    let words = failed_words(&event.reason, event.reminder, amount);
    send(tx, &event.of, key, words, link).await
}

/// That it rests for want of money, the last reminder has said.
pub(super) async fn paused(tx: &mut Tx, event: SubscriptionPaused) -> Result<(), Problem> {
    if event.cause == "unpaid" {
        return Ok(());
    }
    let sub = found(tx, event.of.subscription).await?;
    let turn = sub.paused_at.map(|at| at.to_string()).unwrap_or_default();
    let (key, link) = (format!("subscription-paused/{}/{turn}", sub.id), link(tx, &sub));
    send(tx, &event.of, key, paused_words(event.resumes_at), link).await
}

pub(super) async fn resumed(tx: &mut Tx, event: SubscriptionResumed) -> Result<(), Problem> {
    let sub = found(tx, event.of.subscription).await?;
    let next = event.of.period_end;
    let turn = next.map(|at| at.to_string()).unwrap_or_default();
    let (key, link) = (format!("subscription-resumed/{}/{turn}", sub.id), link(tx, &sub));
    let next = next.filter(|_| !sub.is_ending());
    send(tx, &event.of, key, resumed_words(next, event.of.price), link).await
}

pub(super) async fn changed(tx: &mut Tx, event: SubscriptionChanged) -> Result<(), Problem> {
    let sub = found(tx, event.of.subscription).await?;
    let next = event.of.period_end.filter(|end| *end > tx.ctx().now());
    let turn = event.of.period_end.map(|at| at.to_string()).unwrap_or_default();
    let key = format!("subscription-changed/{}/{}/{}/{turn}", sub.id, event.before, event.of.item);
    let link = link(tx, &sub);
    send(tx, &event.of, key, changed_words(next, event.of.price), link).await
}

pub(super) async fn ended(tx: &mut Tx, event: SubscriptionEnded) -> Result<(), Problem> {
    let sub = found(tx, event.of.subscription).await?;
    let (key, link) = (format!("subscription-ended/{}", sub.id), link(tx, &sub));
    send(tx, &event.of, key, ended_words(&event.cause, event.ended_at), link).await
}

/// What no event tells.
pub(super) async fn told(tx: &mut Tx, id: SubscriptionId, what: &str, turn: &str) -> Result<(), Problem> {
    let sub = found(tx, id).await?;
    let Some(words) = told_words(&sub, what) else { return Ok(()) };
    let (client_name, client_email) = subscriptions::payer(tx, id).await?;
    let name = sub
        .planned()
        .filter(|_| what == "change_planned")
        .map_or(sub.name.clone(), |planned| planned.terms.name);
    let of = SubscriptionFacts {
        subscription: id,
        module: sub.module.clone(),
        item: sub.item.clone(),
        name,
        client: sub.client_id,
        client_name,
        client_email,
        status: sub.status.to_string(),
        price: sub.price(),
        period_start: sub.period_start,
        period_end: sub.period_end,
    };
    let (key, link) = (format!("subscription-{what}/{id}/{turn}"), link(tx, &sub));
    send(tx, &of, key, words, link).await
}

/// An instalment is owed.
pub(super) async fn instalment(
    tx: &mut Tx,
    id: OrderId,
    due: i32,
    reminder: i32,
    reason: &str,
) -> Result<(), Problem> {
    let order = billing::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
    let open = billing::next_due(tx, id).await?.filter(|open| open.position == due);
    let Some(open) = open else { return Ok(()) };
    let amount = Money::new(open.amount(), order.currency);
    let words = instalment_words(reason, reminder, open.due_at, amount);
    let (ctx, link) = (tx.ctx().clone(), tx.ctx().link(&order.own_path()));
    let data =
        words.notice(ctx.tenant().name.clone(), order.client_name.clone(), order.number.to_string(), link);
    let draft = Draft {
        key: format!("order-instalment/{id}/{due}/{reminder}"),
        template: Notice::TEMPLATE,
        data: serde_json::to_value(data).unwrap_or_default(),
        to_email: order.client_email.clone(),
        to_name: order.client_name.clone(),
        client: Some(order.client_id),
        attachments: Vec::new(),
    };
    Ok(mail::queue(tx, draft).await?)
}

/// A card that is used expires with the next month; told when the client has something running.
pub(super) async fn expiring(tx: &mut Tx, card: &SavedMethod) -> Result<(), Problem> {
    let mut used = None;
    for sub in subscriptions::of_client(tx, card.client_id).await? {
        if sub.status.is_live() && billing::method_of(tx, &sub).await?.is_some_and(|way| way.id == card.id) {
            used = Some(sub);
            break;
        }
    }
    let Some(sub) = used else { return Ok(()) };
    let (client_name, client_email) = subscriptions::payer(tx, sub.id).await?;
    let of = SubscriptionFacts {
        subscription: sub.id,
        module: sub.module.clone(),
        item: sub.item.clone(),
        name: card.label(),
        client: sub.client_id,
        client_name,
        client_email,
        status: sub.status.to_string(),
        price: sub.price(),
        period_start: sub.period_start,
        period_end: sub.period_end,
    };
    let month = format!("{:?}-{:?}", card.exp_year, card.exp_month);
    let (key, link) = (format!("card-expires/{}/{month}", card.id), link(tx, &sub));
    send(tx, &of, key, card_words(), link).await
}
