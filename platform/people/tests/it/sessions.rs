//! Who a cookie is, and for how long.

use kernel::Actor;
use people::{
    accounts::{IDLE_SECONDS, LIFETIME_SECONDS},
    clients::{self, NewClient},
};

use crate::house::{House, WORK, later};

async fn books(house: &House, email: &str) -> clients::Client {
    let new = NewClient { name: "Booker".into(), email: email.into(), ..NewClient::default() };
    let ctx = house.ctx(Actor::Visitor);
    ctx.tx(WORK, async |tx| Ok::<_, kernel::Problem>(clients::upsert(tx, new).await?)).await.unwrap()
}

async fn client_of(house: &House, secret: &str) -> Option<clients::Client> {
    let session = house.accounts.session_in_tenant(secret, house.tenant.id).await.unwrap().unwrap();
    let ctx = house.ctx(session.actor);
    ctx.tx(WORK, async |tx| Ok::<_, kernel::Problem>(clients::of_actor(tx).await?)).await.unwrap()
}

#[tokio::test]
async fn bookings_of_an_address_open_only_to_who_proved_it() {
    let house = House::new().await;
    let booked = books(&house, &house.email("ana")).await;
    let email = house.register("ana").await;
    let login = house.sign_in(&email).await.unwrap();
    assert_eq!(client_of(&house, login.token.secret()).await, None, "registered, not proved");
    house.accounts.verify(&house.last_link(&email).await, login.account).await.unwrap();
    let own = client_of(&house, login.token.secret()).await.unwrap();
    assert_eq!((own.id, own.account_id), (booked.id, Some(login.account)));
}

#[tokio::test]
async fn what_is_booked_after_the_proof_is_theirs_too() {
    let house = House::new().await;
    let (email, login) = house.proved("bob").await;
    assert_eq!(client_of(&house, login.token.secret()).await, None, "no client here yet");
    let booked = books(&house, &email).await;
    assert_eq!(booked.account_id, None);
    assert_eq!(client_of(&house, login.token.secret()).await.unwrap().account_id, Some(login.account));
    let (_, stranger) = house.proved("stranger").await;
    assert_eq!(client_of(&house, stranger.token.secret()).await, None);
    let places = house.accounts.places(login.account).await.unwrap();
    assert_eq!(
        places.iter().map(|place| (&place.slug, &place.role)).collect::<Vec<_>>(),
        [(&house.tenant.slug, &None)]
    );
}

#[tokio::test]
async fn a_client_of_one_tenant_is_none_of_another() {
    let house = House::new().await;
    let (email, login) = house.proved("col").await;
    books(&house, &email).await;
    let other = house.new_tenant().await;
    let there = house.accounts.session_in_tenant(login.token.secret(), other.id).await.unwrap().unwrap();
    assert!(matches!(there.actor, Actor::Client { client: None, .. }));
}

#[tokio::test]
async fn an_idle_login_ends_and_a_used_one_ends_later() {
    let house = House::new().await;
    let email = house.register("dot").await;
    let idle = house.sign_in(&email).await.unwrap();
    house.advance(IDLE_SECONDS);
    assert_eq!(house.accounts.session(idle.token.secret()).await.unwrap(), None);
    let used = house.sign_in(&email).await.unwrap();
    let begin = house.clock.now();
    while house.clock.now() < later(begin, LIFETIME_SECONDS - IDLE_SECONDS / 2) {
        house.advance(IDLE_SECONDS / 2);
        let alive = house.accounts.session(used.token.secret()).await.unwrap().is_some();
        assert_eq!(alive, house.clock.now() < later(begin, LIFETIME_SECONDS));
    }
    house.advance(IDLE_SECONDS / 2);
    assert_eq!(house.accounts.session(used.token.secret()).await.unwrap(), None, "90 days are the end");
}

#[tokio::test]
async fn logins_are_listed_and_ended_one_by_one() {
    let house = House::new().await;
    let email = house.register("eda").await;
    let (here, there) = (house.sign_in(&email).await.unwrap(), house.sign_in(&email).await.unwrap());
    let logins = house.accounts.logins(here.account, here.token.secret()).await.unwrap();
    assert_eq!((logins.len(), logins.iter().filter(|login| login.current).count()), (2, 1));
    let other = logins.iter().find(|login| !login.current).unwrap();
    let (_, stranger) = house.proved("stranger").await;
    assert!(!house.accounts.sign_out_one(stranger.account, &other.id).await.unwrap(), "not theirs");
    assert!(house.accounts.sign_out_one(here.account, &other.id).await.unwrap());
    assert_eq!(house.accounts.session(there.token.secret()).await.unwrap(), None);
    assert!(house.accounts.session(here.token.secret()).await.unwrap().is_some());
    house.accounts.sign_out(here.token.secret()).await.unwrap();
    assert_eq!(house.accounts.session(here.token.secret()).await.unwrap(), None);
}

#[tokio::test]
async fn a_rotated_token_replaces_the_old_one() {
    let house = House::new().await;
    let (_, login) = house.proved("fox").await;
    let fresh = house.accounts.rotate(login.token.secret()).await.unwrap();
    assert_eq!(house.accounts.session(login.token.secret()).await.unwrap(), None);
    assert!(house.accounts.session(fresh.token.secret()).await.unwrap().is_some());
    assert!(house.accounts.rotate(login.token.secret()).await.is_err());
}

#[tokio::test]
async fn what_is_no_token_is_nobody() {
    let house = House::new().await;
    for bad in ["", "x", &"A".repeat(43), "'; DROP TABLE logins; --"] {
        assert_eq!(house.accounts.session(bad).await.unwrap(), None);
    }
}
