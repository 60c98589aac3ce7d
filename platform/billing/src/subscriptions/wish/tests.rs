use serde_json::json;

use super::*;
use crate::{
    Method,
    subscriptions::{ClientRules, When},
};

fn at(second: i64) -> Instant {
    Instant::new(jiff::Timestamp::from_second(second).unwrap())
}

fn terms(item: &str, cancel: MayCancel, periods: Option<i32>) -> Terms {
    Terms {
        item: item.into(),
        name: item.into(),
        price: 10_900,
        tax: None,
        every: Every::Month,
        every_count: 1,
        periods,
        rules: ClientRules { cancel, ..ClientRules::default() },
        detail: json!({}),
    }
}

/// To a year by the month that may not be left, with so many months paid.
fn sub(cancel: MayCancel, paid: i32) -> Subscription {
    let (facts, terms) =
        (events::billing::SubscriptionFacts::sample("active"), terms("year", cancel, Some(12)));
    Subscription {
        id: facts.subscription,
        token: "t".into(),
        module: "tests".into(),
        item: terms.item,
        name: terms.name,
        client_id: facts.client,
        currency: facts.price.currency,
        price: terms.price,
        tax: None,
        every: terms.every,
        every_count: 1,
        periods: terms.periods,
        periods_paid: paid,
        discount: None,
        planned: None,
        rules: terms.rules,
        detail: json!({}),
        status: SubscriptionStatus::Active,
        provider: Method::Sandbox,
        reference: String::new(),
        anchor: Some(at(0)),
        period_start: Some(at(0)),
        period_end: Some(at(2_592_000)),
        ends_with_period: false,
        ended_at: None,
        paused_at: None,
        resumes_at: None,
        owed_since: None,
        dunned: 0,
        next_at: None,
        provider_at: None,
        created_at: at(0),
    }
}

fn changes(sub: &Subscription, terms: Terms, by: By) -> Result<(), &'static str> {
    let when = (by == By::Staff).then_some(When::Now);
    let wish = Wish::Change { terms: Box::new(terms), when };
    may(sub, &wish, by, at(1)).map_err(|problem| problem.code)
}

#[test]
fn no_change_leads_out_of_a_term() {
    use MayCancel::{AfterTerm, AnyTime, Never};
    let sub_of = |paid| sub(AfterTerm, paid);
    let client = By::Client(sub_of(0).client_id);
    let no = Err("subscription_rules");
    // Six of twelve are paid: what has six in all would be over at once.
    assert_eq!(changes(&sub_of(6), terms("half", AfterTerm, Some(6)), client), no);
    assert_eq!(changes(&sub_of(6), terms("free", AnyTime, None), client), no);
    assert_eq!(changes(&sub_of(6), terms("free", AnyTime, Some(24)), client), no);
    assert_eq!(changes(&sub_of(6), terms("open", AfterTerm, None), client), no);
    assert_eq!(changes(&sub_of(6), terms("same", AfterTerm, Some(12)), client), Ok(()));
    assert_eq!(changes(&sub_of(6), terms("longer", Never, Some(18)), client), Ok(()));
    assert_eq!(changes(&sub(Never, 6), terms("same", AfterTerm, Some(12)), client), no);
    let week = Terms { every: Every::Week, ..terms("weeks", AfterTerm, Some(6)) };
    assert_eq!(changes(&sub_of(6), week, client), no);
    let year = Terms { every: Every::Year, ..terms("at once", AfterTerm, Some(1)) };
    assert_eq!(changes(&sub_of(6), year, client), Ok(()));
    // Whoever may leave may go where they like, and staff may do anything.
    assert_eq!(changes(&sub(AnyTime, 6), terms("half", AfterTerm, Some(6)), client), Ok(()));
    assert_eq!(changes(&sub_of(6), terms("half", AfterTerm, Some(6)), By::Staff), Ok(()));
    // What a provider renews changes with the next period, to periods as long as now.
    let there = Subscription { reference: "sub_1".into(), ..sub_of(6) };
    let same = || terms("same", AfterTerm, Some(12));
    assert_eq!(changes(&there, same(), client), Ok(()));
    assert_eq!(changes(&there, same(), By::Staff), Err("subscription_there"), "at once");
    let year = Terms { every: Every::Year, ..terms("at once", AfterTerm, Some(1)) };
    assert_eq!(changes(&there, year, client), Err("subscription_there"));
    let refused = may(&there, &Wish::Pause(None), By::Staff, at(1)).unwrap_err();
    assert_eq!(refused.code, "subscription_there_pause", "paid days would be lost");
    let tried = Subscription { status: SubscriptionStatus::Trialing, ..sub_of(0) };
    assert_eq!(changes(&tried, terms("free", AnyTime, None), client), Ok(()));
}

#[test]
fn a_trial_may_be_left_whatever_its_term() {
    for cancel in [MayCancel::AfterTerm, MayCancel::Never] {
        let tried = Subscription { status: SubscriptionStatus::Trialing, ..sub(cancel, 0) };
        let client = By::Client(tried.client_id);
        assert!(may(&tried, &Wish::EndWithPeriod, client, at(1)).is_ok());
        let begun = sub(cancel, 1);
        let refused = may(&begun, &Wish::EndWithPeriod, client, at(1)).unwrap_err();
        assert_eq!(refused.code, "subscription_rules");
    }
}

#[test]
fn a_period_is_as_long_after_a_pause_as_it_was_paid_for() {
    const DAY: i64 = 86_400;
    let resting = Subscription {
        status: SubscriptionStatus::Paused,
        paused_at: Some(at(10 * DAY)),
        ..sub(MayCancel::AnyTime, 1)
    };
    let on = going_on(resting.clone(), at(50 * DAY));
    assert_eq!((on.period_start, on.period_end), (Some(at(40 * DAY)), Some(at(70 * DAY))));
    // What was handed out for a week to come is used up: no time comes back for it.
    let early = going_on(resting, at(7 * DAY));
    assert_eq!(early.period_end, Some(at(30 * DAY)));
}
