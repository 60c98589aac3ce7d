//! Accounts of their own, and connected ones.

use super::{NONE, World, id, text};

#[tokio::test]
async fn another_accounts_objects_do_not_exist() {
    let mut world = World::new().await;
    world.double.add_key("sk_test_maya", "acct_1Maya");
    world.double.add_restricted_key("rk_test_maya", "acct_1Maya", &["/v1/customers"]);
    let ours = world.customer().await;
    world.key = "sk_test_maya".to_owned();
    assert_eq!(world.call("GET", &format!("customers/{ours}"), NONE).await.0, 404);
    let theirs = world.customer().await;
    world.key = "rk_test_maya".to_owned();
    assert_eq!(world.call("GET", &format!("customers/{theirs}"), NONE).await.0, 200);
    let (status, error) = world.call("GET", "balance", NONE).await;
    assert_eq!((status, text(&error["error"], "code")), (403, "more_permissions_required"));
    world.key = "sk_test_platform".to_owned();
    world.account = Some("acct_1Maya".to_owned());
    let (status, error) = world.call("GET", "balance", NONE).await;
    assert_eq!((status, text(&error["error"], "code")), (403, "account_invalid"));
}

/// An account that has been through Stripe's form.
async fn connected(world: &mut World) -> String {
    let made = world
        .post(
            "accounts",
            &[
                ("type", "express"),
                ("country", "GB"),
                ("email", "maya@example.com"),
                ("capabilities[card_payments][requested]", "true"),
            ],
        )
        .await;
    assert_eq!(
        (&made["charges_enabled"], &made["capabilities"]["card_payments"]),
        (&false.into(), &"inactive".into())
    );
    let account = id(&made);
    world.account = Some(account.clone());
    assert_eq!(world.refused("payment_intents", &[("amount", "1000"), ("currency", "gbp")]).await.0, 400);
    world.account = None;
    let form = [
        ("account", account.as_str()),
        ("type", "account_onboarding"),
        ("return_url", "http://shop.example/back"),
        ("refresh_url", "http://shop.example/again"),
    ];
    let link = world.post("account_links", &form).await;
    assert!(link.get("id").is_none(), "{link:#}");
    let url = text(&link, "url");
    assert!(world.http.get(url).send().await.unwrap().text().await.unwrap().contains("Complete onboarding"));
    let back = world.http.post(url).form(&[("complete", "1")]).send().await.unwrap();
    assert_eq!(back.headers()["location"], "http://shop.example/back");
    let again = world.http.get(url).send().await.unwrap();
    assert_eq!(again.headers()["location"], "http://shop.example/again", "a link works once");
    assert_eq!(world.get(&format!("accounts/{account}"), NONE).await["charges_enabled"], true);
    account
}

#[tokio::test]
async fn a_coach_is_connected_and_paid_with_a_fee() {
    let mut world = World::new().await;
    let account = connected(&mut world).await;
    world.account = Some(account.clone());
    let form = [
        ("amount", "1000"),
        ("currency", "gbp"),
        ("payment_method", "pm_card_visa"),
        ("confirm", "true"),
        ("return_url", "http://shop.example/"),
        ("application_fee_amount", "50"),
    ];
    let intent = world.post("payment_intents", &form).await;
    let charge = world
        .get(&format!("charges/{}", text(&intent, "latest_charge")), &[("expand[]", "balance_transaction")])
        .await;
    assert_eq!(charge["balance_transaction"]["fee"], 35 + 50);
    let fee = text(&charge, "application_fee").to_owned();
    world
        .post(
            "refunds",
            &[("payment_intent", &id(&intent)), ("amount", "500"), ("refund_application_fee", "true")],
        )
        .await;
    world.account = None;
    let fee = world.get(&format!("application_fees/{fee}"), NONE).await;
    assert_eq!(
        (&fee["amount"], &fee["amount_refunded"], text(&fee, "account")),
        (&50.into(), &25.into(), account.as_str())
    );
    assert!(
        world.refused("payment_intents", &form).await.2 == "application_fee_amount",
        "only with a connected account"
    );
    assert!(world.post(&format!("accounts/{account}/login_links"), NONE).await["url"].is_string());
    world.double.account(&account, "disable");
    world.account = Some(account);
    assert_eq!(world.refused("payment_intents", &[("amount", "1000"), ("currency", "gbp")]).await.0, 400);
    assert_eq!(world.get("account", NONE).await["charges_enabled"], false);
}
