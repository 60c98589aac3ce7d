use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    Method,
    subscriptions::{ClientRules, Every},
};

fn at(second: i64) -> Instant {
    Instant::new(jiff::Timestamp::from_second(second).unwrap())
}

fn sub() -> Subscription {
    let facts = events::billing::SubscriptionFacts::sample("active");
    Subscription {
        id: facts.subscription,
        token: "t".into(),
        module: facts.module,
        item: facts.item,
        name: facts.name,
        client_id: facts.client,
        currency: facts.price.currency,
        price: facts.price.amount,
        tax: None,
        every: Every::Month,
        every_count: 1,
        periods: None,
        periods_paid: 1,
        discount: None,
        planned: None,
        rules: ClientRules::default(),
        detail: json!({}),
        status: SubscriptionStatus::Active,
        provider: Method::Stripe,
        reference: "sub_1".into(),
        anchor: Some(at(0)),
        period_start: Some(at(0)),
        period_end: Some(at(100)),
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

fn state(number: i64) -> impl Strategy<Value = ProviderState> {
    let live = [SubscriptionStatus::Active, SubscriptionStatus::PastDue, SubscriptionStatus::Trialing];
    (proptest::sample::select(live.to_vec()), any::<bool>(), any::<bool>()).prop_map(
        move |(status, paused, ends)| ProviderState {
            status,
            period_start: Some(at(number * 100)),
            period_end: Some(at(number * 100 + 100)),
            ends_with_period: ends,
            paused,
            resumes_at: None,
            ended_at: None,
            at: at(number),
        },
    )
}

/// As [`follow_as`] does with a row.
fn follow(sub: Subscription, state: &ProviderState) -> Subscription {
    if sub.provider_at.is_some_and(|known| known > state.at) {
        return sub;
    }
    taken(sub.clone(), state, at(1_000_000)).unwrap_or(sub)
}

#[test]
fn an_end_stays_an_end() {
    let ended = ProviderState {
        status: SubscriptionStatus::Ended,
        period_start: None,
        period_end: None,
        ends_with_period: false,
        paused: false,
        resumes_at: None,
        ended_at: Some(at(50)),
        at: at(50),
    };
    let over = follow(sub(), &ended);
    assert_eq!((over.status, over.ended_at), (SubscriptionStatus::Ended, Some(at(50))));
    let again = ProviderState { status: SubscriptionStatus::Active, ended_at: None, at: at(60), ..ended };
    assert_eq!(follow(over.clone(), &again).status, SubscriptionStatus::Ended);
}

#[test]
fn before_its_first_payment_it_waits() {
    let new = Subscription {
        status: SubscriptionStatus::Incomplete,
        anchor: None,
        period_start: None,
        period_end: None,
        ..sub()
    };
    let active = ProviderState {
        status: SubscriptionStatus::Active,
        period_start: Some(at(0)),
        period_end: Some(at(100)),
        ends_with_period: false,
        paused: false,
        resumes_at: None,
        ended_at: None,
        at: at(5),
    };
    assert_eq!(follow(new, &active).status, SubscriptionStatus::Incomplete);
}

proptest! {
    /// The newest state wins, in whatever order and however often they come.
    #[test]
    fn the_order_of_arrival_does_not_matter(
        states in (state(1), state(2), state(3)),
        arrivals in proptest::collection::vec(0..3_usize, 0..8),
    ) {
        let states = [states.0, states.1, states.2];
        let mut now = sub();
        for index in arrivals.into_iter().chain([2]) {
            now = follow(now, &states[index]);
        }
        let newest = &states[2];
        // A trial that comes after something else can't be; then what was before stays.
        let before_trial = newest.status() == SubscriptionStatus::Trialing;
        if !before_trial {
            prop_assert_eq!(now.status, newest.status());
            prop_assert_eq!(now.ends_with_period, newest.ends_with_period);
            prop_assert_eq!(now.period_end, newest.period_end);
        }
        prop_assert_eq!(now.paused_at.is_some(), now.status == SubscriptionStatus::Paused);
    }
}
