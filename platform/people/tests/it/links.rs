//! Links that prove an e-mail and choose a password.

use people::accounts::{Purpose, Visit};

use crate::house::{House, PASSWORD, refused};

#[tokio::test]
async fn a_link_proves_the_address_once() {
    let house = House::new().await;
    let email = house.register("ann").await;
    let (secret, login) = (house.last_link(&email).await, house.sign_in(&email).await.unwrap());
    assert_eq!(house.accounts.link(&secret, Purpose::Verify).await.unwrap().email, email);
    assert_eq!(
        house.accounts.link(&secret, Purpose::Verify).await.unwrap().account,
        login.account,
        "looking is not using"
    );
    house.accounts.verify(&secret, login.account).await.unwrap();
    assert!(house.accounts.session(login.token.secret()).await.unwrap().unwrap().verified);
    assert_eq!(refused(house.accounts.verify(&secret, login.account).await), (410, "link_expired"));
}

#[tokio::test]
async fn a_link_is_for_one_account_one_purpose_and_some_time() {
    let house = House::new().await;
    let email = house.register("ben").await;
    let secret = house.last_link(&email).await;
    let (_, other) = house.proved("cat").await;
    assert_eq!(refused(house.accounts.verify(&secret, other.account).await), (410, "link_expired"));
    assert_eq!(
        refused(house.accounts.reset(&secret, PASSWORD, &Visit::default()).await),
        (410, "link_expired")
    );
    assert!(house.accounts.link(&secret, Purpose::Verify).await.is_ok(), "trying did not use it up");
    house.advance(2 * 86_400);
    assert_eq!(refused(house.accounts.link(&secret, Purpose::Verify).await), (410, "link_expired"));
    for bad in ["", "x", &"a".repeat(43), "' OR 1=1 --"] {
        assert_eq!(refused(house.accounts.link(bad, Purpose::Verify).await), (410, "link_expired"));
    }
}

#[tokio::test]
async fn a_link_used_twice_at_once_works_once() {
    let house = House::new().await;
    let email = house.register("dee").await;
    let (secret, login) = (house.last_link(&email).await, house.sign_in(&email).await.unwrap());
    let tries = std::iter::repeat_with(|| {
        let (accounts, secret, account) = (house.accounts.clone(), secret.clone(), login.account);
        tokio::spawn(async move { accounts.verify(&secret, account).await.is_ok() })
    });
    let mut good = 0;
    for attempt in tries.take(4).collect::<Vec<_>>() {
        good += i32::from(attempt.await.unwrap());
    }
    assert_eq!(good, 1);
}

#[tokio::test]
async fn a_new_password_ends_all_logins_and_signs_in() {
    let house = House::new().await;
    let email = house.register("eli").await;
    let thief = house.sign_in(&email).await.unwrap();
    house.advance(1);
    house.forgot(&email).await;
    let secret = house.last_link(&email).await;
    let short = house.accounts.reset(&secret, "short", &Visit::default()).await;
    assert_eq!(refused(short), (422, "invalid_input"));
    let login = house.accounts.reset(&secret, "eleven blue kettles", &Visit::default()).await.unwrap();
    assert_eq!(house.accounts.session(thief.token.secret()).await.unwrap(), None);
    assert!(
        house.accounts.session(login.token.secret()).await.unwrap().unwrap().verified,
        "the mail reached them"
    );
    assert_eq!(refused(house.sign_in(&email).await), (401, "wrong_credentials"), "the old password");
    let again = house.accounts.reset(&secret, "twelve red kettles", &Visit::default()).await;
    assert_eq!(refused(again), (410, "link_expired"));
}

#[tokio::test]
async fn forgetting_tells_nothing_and_mails_little() {
    let house = House::new().await;
    house.forgot("nobody-at-all@example.com").await;
    assert_eq!(house.mails("nobody-at-all@example.com").await.len(), 0);
    let email = house.register("flo").await;
    for _ in 0..9 {
        house.forgot(&email).await;
    }
    assert_eq!(house.mails(&email).await.len(), 5, "five an hour, the first from registering");
    assert_eq!(refused(house.accounts.forgot("no address", &Visit::default()).await), (422, "invalid_input"));
}

#[tokio::test]
async fn asking_for_a_new_password_is_the_same_work_whether_there_is_an_account_or_not() {
    let house = House::new().await;
    let email = house.register("ivy").await;
    let nobody = house.email("nobody");
    house.accounts.forgot(&email, &Visit::default()).await.unwrap();
    house.accounts.forgot(&nobody, &Visit::default()).await.unwrap();
    assert_eq!(house.mails(&email).await, ["account/verify"], "the request itself writes no mail");
    let text = house.resets().await.iter().map(ToString::to_string).collect::<String>();
    assert!(!text.contains(&email) && !text.contains(&nobody), "addresses are not kept in jobs");
    house.run_resets().await;
    house.run_resets().await;
    assert_eq!(
        house.mails(&email).await,
        ["account/verify", "account/reset"],
        "once, however often its job runs"
    );
    assert!(house.mails(&nobody).await.is_empty());
}

#[tokio::test]
async fn a_sent_mail_forgets_its_link() {
    let house = House::new().await;
    let email = house.register("gil").await;
    let (mail, kept) = house.mail_to(&email).await;
    assert!(mail.data["link"].is_string() && kept.sent_at.is_none());
    assert_eq!(house.accounts.mail_to_send(mail.id).await.unwrap().unwrap().template, "account/verify");
    house.accounts.mail_sent(mail.id, None).await.unwrap();
    assert!(house.accounts.mail_to_send(mail.id).await.unwrap().is_none(), "not sent twice");
    let (mail, kept) = house.mail_to(&email).await;
    assert!(mail.data == serde_json::json!({}) && kept.html.is_none() && kept.sent_at.is_some());
}

#[tokio::test]
async fn links_lead_back_to_where_one_came_from() {
    let house = House::new().await;
    let email = house.register("hue").await;
    let visit =
        Visit { from: Some("anna-fit".into()), next: Some("/anna-fit/me?a=b&c".into()), ..Visit::default() };
    let login = house.sign_in(&email).await.unwrap();
    house.advance(1);
    house.accounts.resend(login.account, &visit).await.unwrap();
    let (mail, _) = house.mail_to(&email).await;
    let link = mail.data["link"].as_str().unwrap();
    assert!(link.ends_with("&next=%2Fanna-fit%2Fme%3Fa%3Db%26c&from=anna-fit"), "{link}");
    assert_eq!(mail.from_slug.as_deref(), Some("anna-fit"));
}
