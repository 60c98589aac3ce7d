//! Register, sign in, be slowed, be made by an operator.

use kernel::Actor;
use people::{
    accounts::{NewAccount, NewStaff, NewUser, Visit},
    members,
};

use crate::house::{House, PASSWORD, WORK, refused};

#[tokio::test]
async fn register_then_sign_in() {
    let house = House::new().await;
    let email = house.register("ada").await;
    let login = house.sign_in(&format!("  {} ", email.to_uppercase())).await.unwrap();
    let who = house.accounts.session(login.token.secret()).await.unwrap().unwrap();
    assert_eq!((who.name.as_str(), who.email, who.verified, who.operator), ("ada", email, false, false));
}

#[tokio::test]
async fn a_known_address_is_answered_like_a_new_one() {
    let house = House::new().await;
    let email = house.register("bea").await;
    let again = NewAccount {
        name: "Mallory".into(),
        email: email.to_uppercase(),
        password: "another good one".into(),
    };
    house.advance(1);
    assert_eq!(house.accounts.register(again, &Visit::default()).await.unwrap(), email);
    assert_eq!(house.mails(&email).await, ["account/verify", "account/exists"]);
    let mallory = house.accounts.sign_in(&email, "another good one", &Visit::default(), None).await;
    assert_eq!(refused(mallory), (401, "wrong_credentials"), "the password did not change");
    assert!(house.sign_in(&email).await.is_ok());
}

#[tokio::test]
async fn what_is_refused_stores_nothing() {
    let house = House::new().await;
    let email = house.email("cyd");
    for (name, address, password, field) in [
        ("", email.as_str(), PASSWORD, "name"),
        ("Cyd", "not an address", PASSWORD, "email"),
        ("Cyd", &email, "1234567", "password"),
        ("Cyd", &email, &"x".repeat(10_000), "password"),
        ("Cyd", &email, "password1", "password"),
        ("Cyd", &email, &email, "password"),
    ] {
        let new = NewAccount { name: name.into(), email: address.into(), password: password.into() };
        let problem = house.accounts.register(new, &Visit::default()).await.unwrap_err();
        let fields: Vec<_> = problem.fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!((problem.status.as_u16(), fields), (422, vec![field]));
    }
    assert_eq!(house.accounts.by_email(&email).await.unwrap(), None);
}

#[tokio::test]
async fn wrong_and_unknown_are_the_same() {
    let house = House::new().await;
    let email = house.register("dan").await;
    let tries =
        [(email.as_str(), "wrong password"), ("nobody@example.com", PASSWORD), (&email, ""), ("", "")];
    for (who, password) in tries {
        let answer = house.accounts.sign_in(who, password, &Visit::default(), None).await;
        assert_eq!(refused(answer), (401, "wrong_credentials"), "{who}");
    }
}

#[tokio::test]
async fn guessing_is_slowed_and_nobody_is_locked_out() {
    let house = House::new().await;
    let email = house.register("eve").await;
    let from = |address: &str| Visit { address: address.parse().ok(), ..Visit::default() };
    for _ in 0..10 {
        let guess = house.accounts.sign_in(&email, "a wrong guess", &from("192.0.2.1"), None).await;
        assert_eq!(refused(guess), (401, "wrong_credentials"));
    }
    let right = house.accounts.sign_in(&email, PASSWORD, &from("192.0.2.1"), None).await;
    assert_eq!(refused(right), (429, "too_many_attempts"));
    let unknown = house.accounts.sign_in("nobody@example.com", PASSWORD, &from("192.0.2.1"), None).await;
    assert_eq!(refused(unknown), (401, "wrong_credentials"), "another account, the same address");
    assert!(
        house.accounts.sign_in(&email, PASSWORD, &from("192.0.2.2"), None).await.is_ok(),
        "its owner, elsewhere"
    );
    house.advance(900);
    assert!(
        house.accounts.sign_in(&email, PASSWORD, &from("192.0.2.1"), None).await.is_ok(),
        "after a while"
    );
}

#[tokio::test]
async fn signing_in_ends_the_login_before() {
    let house = House::new().await;
    let email = house.register("fay").await;
    let first = house.sign_in(&email).await.unwrap();
    let second = house
        .accounts
        .sign_in(&email, PASSWORD, &Visit::default(), Some(first.token.secret()))
        .await
        .unwrap();
    assert_ne!(first.token, second.token);
    assert_eq!(house.accounts.session(first.token.secret()).await.unwrap(), None);
    assert!(house.accounts.session(second.token.secret()).await.unwrap().is_some());
}

#[tokio::test]
async fn an_operator_is_made_once() {
    let house = House::new().await;
    let user = NewUser { email: house.email("gus"), operator: true, ..NewUser::default() };
    let made = house.accounts.ensure_user(user.clone()).await.unwrap();
    let secret = made.link.clone().unwrap().split("token=").nth(1).unwrap().to_owned();
    assert!(made.new && made.link.unwrap().starts_with("https://platform.example/account/reset?token="));
    let login = house.accounts.reset(&secret, PASSWORD, &Visit::default()).await.unwrap();
    let who = house.accounts.session(login.token.secret()).await.unwrap().unwrap();
    assert!(who.operator && who.verified);
    let again = house.accounts.ensure_user(NewUser { operator: false, ..user }).await.unwrap();
    assert!(!again.new && again.link.is_none());
    assert!(
        house.accounts.session(login.token.secret()).await.unwrap().unwrap().operator,
        "taken from nobody"
    );
}

#[tokio::test]
async fn who_registered_an_address_in_advance_gains_nothing_by_its_promotion() {
    let house = House::new().await;
    let email = house.register("hal").await;
    let squatter = house.sign_in(&email).await.unwrap();
    let user = NewUser { email: email.clone(), operator: true, ..NewUser::default() };
    let made = house.accounts.ensure_user(user).await.unwrap();
    assert!(!made.new && made.link.is_some());
    assert_eq!(house.accounts.session(squatter.token.secret()).await.unwrap(), None);
    assert_eq!(refused(house.sign_in(&email).await), (401, "wrong_credentials"));
}

#[tokio::test]
async fn staff_are_invited_and_act_as_staff() {
    let house = House::new().await;
    let email = house.email("ida");
    let user = NewUser { email: email.clone(), name: "Ida".into(), ..NewUser::default() };
    let staff = NewStaff { user, role: "coach".into(), bio: "Runs.".into() };
    let made = house.accounts.ensure_staff(house.tenant.id, &house.tenant.slug, staff.clone()).await.unwrap();
    assert_eq!(house.mails(&email).await, ["account/invited"]);
    let secret = house.last_link(&email).await;
    let login = house.accounts.reset(&secret, PASSWORD, &Visit::default()).await.unwrap();
    let session =
        house.accounts.session_in_tenant(login.token.secret(), house.tenant.id).await.unwrap().unwrap();
    assert_eq!(
        session.actor.staff().map(|staff| (staff.role.as_str(), staff.account)),
        Some(("coach", made.account))
    );
    let promoted = NewStaff { role: "admin".into(), ..staff };
    house.accounts.ensure_staff(house.tenant.id, &house.tenant.slug, promoted).await.unwrap();
    assert_eq!(house.mails(&email).await.len(), 1, "told once");
    let ctx = house.ctx(Actor::System { name: "test".into() });
    let listed = ctx.tx(WORK, async |tx| Ok::<_, kernel::Problem>(members::list(tx).await?)).await.unwrap();
    assert_eq!(
        listed.iter().map(|m| (m.name.as_str(), m.role.as_str())).collect::<Vec<_>>(),
        [("Ida", "admin")]
    );
    let other = house.new_tenant().await;
    let session = house.accounts.session_in_tenant(login.token.secret(), other.id).await.unwrap().unwrap();
    assert_eq!(session.actor.roles(), ["visitor", "client"], "staff there, not here");
}
