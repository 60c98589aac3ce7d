//! Checkout sessions with their page, and what a browser may call.

use super::{NONE, World, empty, has, id, text};

const LINE: [(&str, &str); 4] = [
    ("line_items[0][price_data][currency]", "gbp"),
    ("line_items[0][price_data][unit_amount]", "1500"),
    ("line_items[0][price_data][product_data][name]", "Coaching <call>"),
    ("line_items[0][quantity]", "2"),
];

async fn session(world: &World, more: &[(&str, &str)]) -> serde_json::Value {
    let mut form = vec![
        ("success_url", "http://shop.example/done?s={CHECKOUT_SESSION_ID}"),
        ("cancel_url", "http://shop.example/back"),
        ("client_reference_id", "o7"),
    ];
    form.extend(LINE);
    form.extend(more);
    world.post("checkout/sessions", &form).await
}

async fn press(world: &World, session: &serde_json::Value, method: &str) -> (u16, String, String) {
    let answer = world
        .http
        .post(text(session, "url"))
        .form(&[("method", method), ("email", "anna@example.com")])
        .send()
        .await
        .unwrap();
    let location =
        answer.headers().get("location").map(|it| it.to_str().unwrap().to_owned()).unwrap_or_default();
    (answer.status().as_u16(), location, answer.text().await.unwrap())
}

#[tokio::test]
async fn a_page_is_paid_after_a_decline() {
    let world = World::new().await;
    let session = session(
        &world,
        &[
            ("mode", "payment"),
            ("payment_intent_data[metadata][order]", "o7"),
            ("customer_creation", "always"),
        ],
    )
    .await;
    assert_eq!(
        (&session["amount_total"], &session["payment_intent"]),
        (&3000.into(), &serde_json::Value::Null)
    );
    let page = world.http.get(text(&session, "url")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Coaching &lt;call&gt;") && page.contains("GBP 30.00"), "{page}");
    let (status, _, page) = press(&world, &session, "pm_card_chargeDeclined").await;
    assert!(status == 200 && page.contains("Your card was declined."), "{page}");
    let (status, location, _) = press(&world, &session, "pm_card_visa").await;
    assert_eq!((status, location), (303, format!("http://shop.example/done?s={}", id(&session))));
    let path = format!("checkout/sessions/{}", id(&session));
    let got = world
        .get(
            &path,
            &[
                ("expand[]", "payment_intent.latest_charge"),
                ("expand[]", "line_items"),
                ("expand[]", "customer"),
            ],
        )
        .await;
    assert_eq!(
        (text(&got, "status"), text(&got, "payment_status"), text(&got, "client_reference_id")),
        ("complete", "paid", "o7")
    );
    assert_eq!(got["payment_intent"]["latest_charge"]["amount"], 3000);
    assert_eq!(got["line_items"]["data"][0]["quantity"], 2);
    assert_eq!(got["customer"]["email"], "anna@example.com");
    assert_eq!(world.double.charged(&serde_json::json!({"order": "o7"})).sum, 3000);
    let events = world.events().await;
    has(
        &events,
        &["payment_intent.payment_failed", "payment_intent.succeeded", "checkout.session.completed"],
    );
    let (_, location, _) = press(&world, &session, "pm_card_visa").await;
    assert!(location.is_empty() || location.starts_with("http://shop.example/done"), "{location}");
    assert_eq!(world.double.charged(&empty()).count, 1, "a second press pays nothing");
}

#[tokio::test]
async fn a_page_asks_and_goes_on() {
    let world = World::new().await;
    let session = session(&world, &[("mode", "payment")]).await;
    let (_, url, _) = press(&world, &session, "pm_card_authenticationRequired").await;
    assert!(url.contains("/3ds/pi_"), "{url}");
    let back = world.http.post(&url).form(&[("answer", "fail")]).send().await.unwrap();
    let page = world.http.get(back.headers()["location"].to_str().unwrap()).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("unable to authenticate"));
    let (_, url, _) = press(&world, &session, "pm_card_authenticationRequired").await;
    let back = world.http.post(&url).form(&[("answer", "ok")]).send().await.unwrap();
    let done = world.http.get(back.headers()["location"].to_str().unwrap()).send().await.unwrap();
    assert_eq!(done.headers()["location"], format!("http://shop.example/done?s={}", id(&session)).as_str());
    assert_eq!(world.double.charged(&empty()).count, 1);
}

#[tokio::test]
async fn a_debit_completes_the_page_and_pays_later() {
    let world = World::new().await;
    let one = session(&world, &[("mode", "payment")]).await;
    let other = session(&world, &[("mode", "payment")]).await;
    press(&world, &one, "pm_bacsDebit_success").await;
    press(&world, &other, "pm_bacsDebit_fails").await;
    let path = |session: &serde_json::Value| format!("checkout/sessions/{}", id(session));
    assert_eq!(text(&world.get(&path(&one), NONE).await, "payment_status"), "unpaid");
    world.double.advance(5 * 86_400);
    assert_eq!(text(&world.get(&path(&one), NONE).await, "payment_status"), "paid");
    assert_eq!(text(&world.get(&path(&other), NONE).await, "payment_status"), "unpaid");
    let events = world.events().await;
    has(
        &events,
        &[
            "checkout.session.completed",
            "checkout.session.async_payment_succeeded",
            "checkout.session.async_payment_failed",
        ],
    );
    assert!(!events.contains(&"checkout.session.expired".to_owned()));
}

#[tokio::test]
async fn a_page_expires() {
    let world = World::new().await;
    let soon = (world.double.now() + 1800).to_string();
    let early = world.double.now() + 60;
    let mut form = vec![("mode", "payment"), ("success_url", "http://shop.example/")];
    form.extend(LINE);
    let early = early.to_string();
    form.push(("expires_at", &early));
    assert_eq!(world.refused("checkout/sessions", &form).await.2, "expires_at");
    let one = session(&world, &[("mode", "payment"), ("expires_at", &soon)]).await;
    let other = session(&world, &[("mode", "payment")]).await;
    world.post(&format!("checkout/sessions/{}/expire", id(&other)), NONE).await;
    world.double.advance(1801);
    for session in [one, other] {
        let got = world.get(&format!("checkout/sessions/{}", id(&session)), NONE).await;
        assert_eq!((text(&got, "status"), &got["url"]), ("expired", &serde_json::Value::Null));
        let page = world.http.get(text(&session, "url")).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("expired"), "{page}");
        assert_eq!(world.call("POST", &format!("checkout/sessions/{}/expire", id(&got)), NONE).await.0, 400);
    }
    assert_eq!(world.events().await.iter().filter(|it| *it == "checkout.session.expired").count(), 2);
}

#[tokio::test]
async fn coupons_take_off() {
    let world = World::new().await;
    let coupon = world
        .post("coupons", &[("percent_off", "25.5"), ("duration", "once"), ("max_redemptions", "1")])
        .await;
    let code = world
        .post(
            "promotion_codes",
            &[("promotion[type]", "coupon"), ("promotion[coupon]", &id(&coupon)), ("code", "SPRING")],
        )
        .await;
    let session = session(&world, &[("mode", "payment"), ("discounts[0][promotion_code]", &id(&code))]).await;
    assert_eq!((&session["amount_subtotal"], &session["amount_total"]), (&3000.into(), &2235.into()));
    press(&world, &session, "pm_card_visa").await;
    assert_eq!(world.double.charged(&empty()).sum, 2235);
    assert_eq!(world.get(&format!("coupons/{}", id(&coupon)), NONE).await["valid"], false);
    let mut form = vec![("mode", "payment"), ("success_url", "http://shop.example/")];
    form.extend(LINE);
    let (coupon, code) = (id(&coupon), "coupon_expired");
    form.push(("discounts[0][coupon]", &coupon));
    assert_eq!(world.refused("checkout/sessions", &form).await.1, code);
}

#[tokio::test]
async fn a_card_is_kept_without_paying() {
    let world = World::new().await;
    let customer = world.customer().await;
    let form = [
        ("mode", "setup"),
        ("customer", customer.as_str()),
        ("success_url", "http://shop.example/"),
        ("currency", "gbp"),
    ];
    let session = world.post("checkout/sessions", &form).await;
    world.double.pay_session(&id(&session), "pm_card_authenticationRequiredOnSetup").unwrap();
    let got =
        world.get(&format!("checkout/sessions/{}", id(&session)), &[("expand[]", "setup_intent")]).await;
    assert_eq!((text(&got, "status"), text(&got["setup_intent"], "status")), ("complete", "succeeded"));
    assert_eq!(
        world.get("payment_methods", &[("customer", &customer)]).await["data"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn a_browser_confirms_with_the_secret_only() {
    let world = World::new().await;
    let intent = world.post("payment_intents", &[("amount", "700"), ("currency", "gbp")]).await;
    let script = world.http.get(format!("{}/v3/", world.double.base_url)).send().await.unwrap();
    let script = script.text().await.unwrap();
    assert!(
        script.contains("confirmPayment")
            && script.contains(&world.double.base_url)
            && !script.contains("{{"),
        "the script knows its address"
    );
    let url = format!("{}/v1/payment_intents/{}/confirm", world.double.base_url, id(&intent));
    let card = [
        ("key", "pk_test_platform"),
        ("return_url", "http://shop.example/"),
        ("payment_method_data[type]", "card"),
        ("payment_method_data[card][number]", "4242424242424242"),
    ];
    let answer = world.http.post(&url).form(&card).send().await.unwrap();
    assert_eq!(answer.status(), 400, "not without the secret");
    let mut form = card.to_vec();
    form.push(("client_secret", "pi_wrong_secret"));
    assert_eq!(world.http.post(&url).form(&form).send().await.unwrap().status(), 400);
    form.pop();
    form.push(("client_secret", text(&intent, "client_secret")));
    let answer = world.http.post(&url).form(&form).send().await.unwrap();
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    assert_eq!(answer.json::<serde_json::Value>().await.unwrap()["status"], "succeeded");
}

#[tokio::test]
async fn people_are_sent_back_to_whole_addresses_only() {
    let world = World::new().await;
    let customer = world.customer().await;
    let wrong = |param: &str| (400, "url_invalid".to_owned(), param.to_owned());
    let portal = [("customer", customer.as_str()), ("return_url", "/me/payment-methods")];
    assert_eq!(world.refused("billing_portal/sessions", &portal).await, wrong("return_url"));
    for param in ["success_url", "cancel_url"] {
        let mut form = vec![("mode", "setup"), ("currency", "gbp"), ("success_url", "http://shop.example/")];
        form.retain(|(name, _)| *name != param);
        form.push((param, "/back"));
        assert_eq!(world.refused("checkout/sessions", &form).await, wrong(param));
    }
    let account = id(&world.post("accounts", &[("type", "express")]).await);
    for param in ["return_url", "refresh_url"] {
        let mut form = vec![
            ("account", account.as_str()),
            ("type", "account_onboarding"),
            ("return_url", "http://shop.example/"),
            ("refresh_url", "http://shop.example/"),
        ];
        form.retain(|(name, _)| *name != param);
        form.push((param, "/studio"));
        assert_eq!(world.refused("account_links", &form).await, wrong(param));
    }
    let intent = [("amount", "100"), ("currency", "gbp"), ("return_url", "/order/1/back")];
    assert_eq!(world.refused("payment_intents", &intent).await, wrong("return_url"));
}
