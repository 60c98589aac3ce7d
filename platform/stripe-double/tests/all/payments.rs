//! Intents, charges, refunds, disputes, and what they leave in the balance.

use super::{NONE, START, World, empty, has, id, text};

#[tokio::test]
async fn a_card_pays_and_the_books_show_it() {
    let world = World::new().await;
    let (status, intent) = world.pay("2500", "pm_card_visa").await;
    assert_eq!((status, text(&intent, "status")), (200, "succeeded"));
    let got = world
        .get(
            &format!("payment_intents/{}", id(&intent)),
            &[("expand[]", "latest_charge.balance_transaction")],
        )
        .await;
    let charge = &got["latest_charge"];
    assert_eq!(charge["amount_captured"], 2500);
    assert_eq!(charge["balance_transaction"]["fee"], 58, "1.5 % and 20");
    assert_eq!(charge["balance_transaction"]["net"], 2442);
    assert_eq!(charge["metadata"]["order"], "o1");
    has(&world.events().await, &["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]);
    let balance = world.get("balance", NONE).await;
    assert_eq!(
        (&balance["pending"][0]["amount"], &balance["available"][0]["amount"]),
        (&2442.into(), &0.into())
    );
    world.double.advance(3 * 86_400);
    let payout = world.double.pay_out("acct_1DoublePlatform000", "gbp").unwrap();
    assert_eq!(payout["amount"], 2442);
    let moved = world.get("balance_transactions", &[("payout", &id(&payout))]).await;
    assert_eq!(moved["data"].as_array().unwrap().len(), 2);
    let charged = world.double.charged(&serde_json::json!({"order": "o1"}));
    assert_eq!((charged.count, charged.sum), (1, 2500));
    assert_eq!(world.double.charged(&serde_json::json!({"order": "other"})).count, 0);
}

#[tokio::test]
async fn a_declined_card_leaves_the_intent_open() {
    let world = World::new().await;
    let (status, answer) = world.pay("2500", "pm_card_chargeDeclinedInsufficientFunds").await;
    assert_eq!(status, 402);
    let error = &answer["error"];
    assert_eq!(
        (text(error, "type"), text(error, "code"), text(error, "decline_code")),
        ("card_error", "card_declined", "insufficient_funds")
    );
    assert_eq!(error["payment_intent"]["status"], "requires_payment_method");
    let intent = id(&error["payment_intent"]);
    has(&world.events().await, &["charge.failed", "payment_intent.payment_failed"]);
    let form = [("payment_method", "pm_card_visa"), ("return_url", "http://shop.example/back")];
    let paid = world.post(&format!("payment_intents/{intent}/confirm"), &form).await;
    assert_eq!(paid["status"], "succeeded");
    let again = world.refused(&format!("payment_intents/{intent}/confirm"), &form).await;
    assert_eq!(again.1, "payment_intent_unexpected_state");
    assert_eq!(world.double.charged(&empty()).count, 1);
}

#[tokio::test]
async fn strong_authentication_is_asked_and_answered() {
    let world = World::new().await;
    for (ok, ends) in [(true, "succeeded"), (false, "requires_payment_method")] {
        let (_, intent) = world.pay("2500", "pm_card_authenticationRequired").await;
        assert_eq!(intent["status"], "requires_action");
        let url = text(&intent["next_action"]["redirect_to_url"], "url").to_owned();
        let page = world.http.get(&url).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("3-D Secure") && page.contains("Complete"), "{page}");
        let answer = [("answer", if ok { "ok" } else { "fail" })];
        let back = world.http.post(&url).form(&answer).send().await.unwrap();
        assert_eq!(back.status(), 303);
        let location = back.headers()["location"].to_str().unwrap().to_owned();
        assert!(location.starts_with("http://shop.example/back?payment_intent=pi_"), "{location}");
        assert_eq!(location.contains("redirect_status=succeeded"), ok, "{location}");
        assert_eq!(world.get(&format!("payment_intents/{}", id(&intent)), NONE).await["status"], ends);
    }
    let customer = world.customer().await;
    let form = [
        ("amount", "900"),
        ("currency", "gbp"),
        ("customer", customer.as_str()),
        ("payment_method", "pm_card_authenticationRequired"),
        ("off_session", "true"),
        ("confirm", "true"),
    ];
    assert_eq!(
        world.refused("payment_intents", &form).await,
        (402, "authentication_required".into(), String::new())
    );
}

#[tokio::test]
async fn a_debit_takes_days() {
    let world = World::new().await;
    let (_, first) = world.pay("2500", "pm_bacsDebit_success").await;
    let (_, second) = world.pay("2600", "pm_bacsDebit_fails").await;
    let (_, third) = world.pay("2700", "pm_bacsDebit_success").await;
    assert_eq!((text(&first, "status"), text(&second, "status")), ("processing", "processing"));
    world.double.settle_debit(&id(&third), false);
    world.double.advance(4 * 86_400);
    let status = async |intent: &serde_json::Value| {
        text(&world.get(&format!("payment_intents/{}", id(intent)), NONE).await, "status").to_owned()
    };
    assert_eq!(status(&first).await, "succeeded");
    assert_eq!(status(&second).await, "requires_payment_method");
    assert_eq!(status(&third).await, "requires_payment_method");
    assert_eq!(world.double.charged(&empty()).sum, 2500);
    has(
        &world.events().await,
        &["payment_intent.processing", "payment_intent.succeeded", "payment_intent.payment_failed"],
    );
}

#[tokio::test]
async fn refunds_never_exceed_their_charge() {
    let world = World::new().await;
    let (_, intent) = world.pay("1000", "pm_card_visa").await;
    let intent = id(&intent);
    let of = |amount: &'static str| [("payment_intent", intent.clone()), ("amount", amount.to_owned())];
    let call = async |form: [(&str, String); 2]| {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        world.call("POST", "refunds", &form).await
    };
    assert_eq!(call(of("400")).await.1["status"], "succeeded");
    let (status, error) = call(of("601")).await;
    assert_eq!((status, text(&error["error"], "param")), (400, "amount"));
    world.double.refund_at_dashboard(&intent, None);
    let (status, error) = call(of("1")).await;
    assert_eq!((status, text(&error["error"], "code")), (400, "charge_already_refunded"));
    assert_eq!(world.double.refunded(&empty()).sum, 1000);
    let charges = world.get("charges", &[("payment_intent", &intent)]).await;
    assert_eq!(
        (&charges["data"][0]["refunded"], &charges["data"][0]["amount_refunded"]),
        (&true.into(), &1000.into())
    );
    has(&world.events().await, &["refund.created", "charge.refunded"]);
}

#[tokio::test]
async fn a_refund_can_fail_later_and_comes_back() {
    let world = World::new().await;
    let (_, intent) = world.pay("1000", "pm_card_refundFail").await;
    let refund = world.post("refunds", &[("payment_intent", &id(&intent))]).await;
    assert_eq!(refund["status"], "succeeded");
    world.double.advance(7200);
    let refund = world.get(&format!("refunds/{}", id(&refund)), NONE).await;
    assert_eq!((text(&refund, "status"), text(&refund, "failure_reason")), ("failed", "lost_or_stolen_card"));
    let charge = world.get(&format!("charges/{}", text(&refund, "charge")), NONE).await;
    assert_eq!((&charge["refunded"], &charge["amount_refunded"]), (&false.into(), &0.into()));
    has(&world.events().await, &["refund.failed", "refund.updated", "charge.updated"]);
    let sum: i64 = world.get("balance_transactions", NONE).await["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["net"].as_i64().unwrap())
        .sum();
    assert_eq!(sum, 1000 - 35);
}

#[tokio::test]
async fn a_dispute_takes_the_money_and_may_give_it_back() {
    let world = World::new().await;
    for won in [true, false] {
        let (_, intent) = world.pay("1000", "pm_card_visa").await;
        let dispute = world.double.dispute(&id(&intent));
        assert_eq!(dispute["status"], "needs_response");
        assert_eq!(world.refused("refunds", &[("payment_intent", &id(&intent))]).await.1, "charge_disputed");
        let path = format!("disputes/{}", id(&dispute));
        let answered =
            world.post(&path, &[("evidence[uncategorized_text]", "They came to the session.")]).await;
        assert_eq!(answered["status"], "under_review");
        world.double.close_dispute(&id(&dispute), won);
        assert_eq!(world.get(&path, NONE).await["status"], if won { "won" } else { "lost" });
    }
    let events = world.events().await;
    has(
        &events,
        &[
            "charge.dispute.created",
            "charge.dispute.funds_withdrawn",
            "charge.dispute.closed",
            "charge.dispute.funds_reinstated",
        ],
    );
    assert_eq!(events.iter().filter(|it| *it == "charge.dispute.funds_reinstated").count(), 1);
}

#[tokio::test]
async fn wrong_calls_are_refused_in_stripes_words() {
    let world = World::new().await;
    let refused = |status: u16, code: &str, param: &str| (status, code.to_owned(), param.to_owned());
    assert_eq!(
        world.refused("payment_intents", &[("currency", "gbp")]).await,
        refused(400, "parameter_missing", "amount")
    );
    assert_eq!(
        world.refused("payment_intents", &[("amount", "ten"), ("currency", "gbp")]).await,
        refused(400, "parameter_invalid_integer", "amount")
    );
    assert_eq!(
        world.refused("payment_intents", &[("amount", "5"), ("currency", "gbp")]).await,
        refused(400, "amount_too_small", "amount")
    );
    assert_eq!(
        world.refused("payment_intents", &[("amount", "500"), ("currency", "xxx")]).await,
        refused(400, "", "currency")
    );
    let unknown = [("amount", "500"), ("currency", "gbp"), ("customer", "cus_nobody")];
    assert_eq!(
        world.refused("payment_intents", &unknown).await,
        refused(400, "resource_missing", "customer")
    );
    assert_eq!(world.call("GET", "payment_intents/pi_none", NONE).await.0, 404);
    assert_eq!(world.call("GET", "nonsense", NONE).await.0, 404);
    let typo = [("amount", "500"), ("currency", "gbp"), ("ammount", "500")];
    assert_eq!(world.refused("payment_intents", &typo).await, refused(400, "parameter_unknown", "ammount"));
    let nobody = world.http.get(format!("{}/v1/balance", world.double.base_url)).send().await.unwrap();
    assert_eq!(nobody.status(), 401);
    let wrong = world
        .http
        .get(format!("{}/v1/balance", world.double.base_url))
        .bearer_auth("sk_test_wrong")
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), 401);
    let basic = world
        .http
        .get(format!("{}/v1/balance", world.double.base_url))
        .basic_auth("sk_test_platform", Some(""))
        .send()
        .await
        .unwrap();
    assert_eq!(basic.status(), 200);
    let browser = world
        .http
        .get(format!("{}/v1/balance", world.double.base_url))
        .bearer_auth("pk_test_platform")
        .send()
        .await
        .unwrap();
    assert_eq!(browser.status(), 403);
}

#[tokio::test]
async fn lists_have_cursors_and_times() {
    let world = World::new().await;
    for at in 0..5 {
        world.double.set_clock(START + at * 100);
        world.customer().await;
    }
    let first = world.get("customers", &[("limit", "2")]).await;
    assert_eq!((first["data"].as_array().unwrap().len(), &first["has_more"]), (2, &true.into()));
    let last = id(&first["data"][1]);
    let rest = world.get("customers", &[("limit", "10"), ("starting_after", &last)]).await;
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["has_more"]), (3, &false.into()));
    let before = world.get("customers", &[("ending_before", &last)]).await;
    assert_eq!(before["data"].as_array().unwrap().len(), 1);
    let late = world
        .get(
            "customers",
            &[("created[gte]", &(START + 200).to_string()), ("created[lt]", &(START + 400).to_string())],
        )
        .await;
    assert_eq!(late["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_kept_card_pays_later() {
    let world = World::new().await;
    let customer = world.customer().await;
    let setup = world
        .post(
            "setup_intents",
            &[
                ("customer", &customer),
                ("payment_method", "pm_card_authenticationRequiredOnSetup"),
                ("confirm", "true"),
                ("return_url", "http://shop.example/"),
            ],
        )
        .await;
    assert_eq!(setup["status"], "requires_action");
    world.double.authenticate(&id(&setup), true);
    let kept = world.get(&format!("customers/{customer}/payment_methods"), NONE).await;
    let method = id(&kept["data"][0]);
    let form = [
        ("amount", "900"),
        ("currency", "gbp"),
        ("customer", &customer),
        ("payment_method", &method),
        ("off_session", "true"),
        ("confirm", "true"),
    ];
    assert_eq!(world.post("payment_intents", &form).await["status"], "succeeded");
    world.double.method_does(&method, "declined");
    assert_eq!(world.refused("payment_intents", &form).await.1, "card_declined");
    world.double.method_does(&method, "ok");
    world.double.expire_card(&method);
    assert_eq!(world.refused("payment_intents", &form).await.1, "expired_card");
    world.post(&format!("payment_methods/{method}/detach"), NONE).await;
    assert_eq!(
        world.refused(&format!("payment_methods/{method}/attach"), &[("customer", &customer)]).await.0,
        400
    );
    has(
        &world.events().await,
        &["setup_intent.succeeded", "payment_method.attached", "payment_method.detached"],
    );
}
