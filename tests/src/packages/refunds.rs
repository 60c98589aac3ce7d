//! Money that goes back, and money that comes when it should not.

use billing::{Method, NewLine, NewOrder};
use kernel::{Permission, Problem};
use serde_json::json;
use testkit::{Bought, Client, TestApp, TestTenant};

use super::{PAYMENT, context, order, press, shop};

const ORDERS_CREATE: Permission = Permission("packages:orders:create");

/// Ten credits for £90, paid by card and handed out.
async fn paid(tenant: &TestTenant<'_>, owner: &Client) -> Bought {
    tenant.product(owner, "ten", 9_000, 10).await;
    let visitor = tenant.visitor();
    let bought = tenant.buy(&visitor, "ten", "sam@example.com", "sandbox").await;
    press(&visitor, &bought.next, "pay").await;
    tenant.run_jobs().await;
    bought
}

async fn templates(tenant: &TestTenant<'_>, email: &str) -> Vec<String> {
    tenant.mails_to(email).await.into_iter().map(|mail| mail.template).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_of_a_payment_go_back_and_never_more_than_it() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let bought = paid(&tenant, &owner).await;
    let (page, refund) =
        (format!("/studio/orders/{}", bought.id), format!("/studio/orders/{}/refund", bought.id));
    let form = [("amount", "30.00"), ("reason", "One class fell out"), ("key", "one-form")];
    for _ in 0..3 {
        owner.post_form(&refund, &form).await.expect(303);
    }
    assert_eq!(
        tenant.count("refunds", "amount = 3000 AND cause = 'staff'").await,
        1,
        "one form is one refund"
    );
    assert_eq!(tenant.count("refunds", "true").await, 1);
    assert_eq!(tenant.count("orders", "status = 'partially_refunded'").await, 1);
    assert_eq!(tenant.count("credit_lots", "balance = 10").await, 1, "a part takes nothing back");
    for wrong in ["0", "-1", "60.01", "a lot", "999999"] {
        let answer = owner.post_form(&refund, &[("amount", wrong), ("key", "wrong")]).await.expect(422);
        assert_eq!(answer.field("amount").as_deref(), Some(wrong), "what was typed stays");
    }
    let euros = json!({ "amount": { "amount": 100, "currency": "EUR" } });
    owner.api("POST", &format!("/orders/{}/refund", bought.id), Some(&euros)).await.expect(422);
    // Two at once want what is left, each all of it: one gets it.
    let all = json!({ "amount": { "amount": 6_000, "currency": "GBP" }, "reason": "Closed" });
    let path = format!("/orders/{}/refund", bought.id);
    let tries = (0..6).map(|_| owner.api("POST", &path, Some(&all)));
    let answers = futures::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 422).count(), 5);
    tenant.run_jobs().await;
    assert_eq!(tenant.count("refunds", "state = 'done' AND reference LIKE 'sandbox/%'").await, 2);
    assert_eq!(tenant.count("orders", "status = 'refunded'").await, 1);
    assert_eq!(tenant.count("credit_lots", "balance = 0").await, 1, "all of it takes back what is unused");
    assert_eq!(tenant.count("events", "name = 'order.refunded'").await, 2);
    let seen = owner.api("GET", &format!("/orders/{}", bought.id), None).await.expect(200).json();
    assert_eq!(
        (&seen["refunds"][1]["amount"]["amount"], &seen["refundable"]["amount"]),
        (&json!(6_000), &json!(0))
    );
    assert!(owner.get(&page).await.expect(200).has("Paid back"));
    assert!(
        tenant.visitor().get(&format!("/order/{}", bought.token)).await.expect(200).has("One class fell out")
    );
    let mails = templates(&tenant, "sam@example.com").await;
    assert_eq!(mails, ["checkout/receipt", "checkout/refund", "checkout/refund"]);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_refuses_a_refund_that_the_code_would_let_through() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let bought = paid(&tenant, &tenant.owner().await).await;
    let order = bought.id.trim_start_matches("ord_");
    let insert = |amount: i64| {
        format!(
            "DO $$ BEGIN INSERT INTO refunds (tenant_id, id, order_id, payment_id, source, amount, currency, provider, cause, \
             created_at, updated_at) SELECT tenant_id, gen_random_uuid(), order_id, id, 'by hand', {amount}, currency, \
             provider, 'staff', at, at FROM payments WHERE order_id = '{order}'; SET CONSTRAINTS ALL IMMEDIATE; \
             RAISE EXCEPTION 'let through'; EXCEPTION WHEN check_violation THEN NULL; END $$"
        )
    };
    // More than came in; nothing; and one that the order does not tell.
    for amount in [9_001, 0, 100] {
        app.sql.run(&insert(amount)).await;
    }
    assert_eq!(tenant.count("refunds", "true").await, 0);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_is_owed_until_staff_have_paid_it_back() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    tenant.product(&owner, "ten", 9_000, 10).await;
    let bought = tenant.buy(&tenant.visitor(), "ten", "sam@example.com", "manual").await;
    let page = format!("/studio/orders/{}", bought.id);
    let refund = [("amount", "10"), ("key", "k")];
    owner.post_form(&format!("{page}/refund"), &refund).await.expect(409);
    owner.post_form(&format!("{page}/paid"), &[("note", "")]).await.expect(303);
    tenant.coach().await.post_form(&format!("{page}/refund"), &refund).await.expect(403);
    let owner = tenant.owner().await;
    owner.post_form(&format!("{page}/refund"), &refund).await.expect(303);
    tenant.run_jobs().await;
    assert!(owner.get(&page).await.expect(200).has("Owed to the client"));
    let id = format!(
        "ref_{}",
        tenant.app.sql.one(&format!("SELECT id FROM refunds WHERE {}", tenant.rows())).await.replace('-', "")
    );
    for _ in 0..2 {
        owner.post_form(&format!("{page}/refunds/{id}/paid-back"), &[]).await.expect(303);
    }
    owner.post_form(&format!("{page}/refunds/{id}/again"), &[]).await.expect(409);
    assert_eq!(tenant.count("refunds", "state = 'done'").await, 1);
    assert_eq!(tenant.count("order_steps", "kind = 'refund_done'").await, 1);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_for_an_order_that_ended_goes_back_and_both_are_told() {
    let app = TestApp::start().await;
    let seat = "[[packages.products]]\nslug = \"seat\"\nname = \"Seat\"\nprice = \"50\"\nstock = 1\n";
    let tenant = shop(&app, seat).await;
    let visitor = tenant.visitor();
    let bought = tenant.buy(&visitor, "seat", "sam@example.com", "sandbox").await;
    let pay = format!("/order/{}/pay", bought.token);
    let mut last = bought.next.clone();
    // Tries prolong the order, up to its limit; the page of the last try outlives it by some minutes.
    for _ in 0..3 {
        app.clock.advance(33 * 60);
        last = visitor.post_form(&pay, &[("method", "sandbox")]).await.expect(303).location();
    }
    app.clock.advance(2 * 60);
    // The next buyer takes what the first had reserved, and then the first one's card goes through.
    order(&visitor, "seat", "kim@example.com", "manual", "k2").await.expect(303);
    let told = press(&visitor, &last, "pay").await;
    assert!(told.ends_with(&format!("/order/{}", bought.token)), "{told}");
    assert!(visitor.open(&told).await.expect(200).has("Your payment goes back to you"));
    assert_eq!(
        press(&visitor, &last, "pay").await.rsplit('/').next(),
        told.rsplit('/').next(),
        "pressed again"
    );
    tenant.run_jobs().await;
    assert_eq!(tenant.count("payments", "status = 'returned' AND amount = 5000").await, 1);
    assert_eq!(tenant.count("refunds", "state = 'done' AND cause = 'late' AND amount = 5000").await, 1);
    assert_eq!(tenant.count("orders", "status = 'expired' AND paid_at IS NULL").await, 1);
    assert_eq!(tenant.count("offer_stock", "taken = 1").await, 1, "the other buyer's place stays");
    assert_eq!(templates(&tenant, "sam@example.com").await, ["checkout/refund"]);
    assert_eq!(templates(&tenant, &format!("desk@{}.example", tenant.slug)).await, ["checkout/refunded"]);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_may_note_a_late_transfer_as_owed() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    tenant.product(&owner, "ten", 9_000, 10).await;
    let bought = tenant.buy(&tenant.visitor(), "ten", "sam@example.com", "manual").await;
    let path = format!("/orders/{}", bought.id);
    owner.api("POST", &format!("{path}/cancel"), None).await.expect(200);
    let paid = format!("{path}/mark-paid");
    assert_eq!(owner.api("POST", &paid, Some(&json!({}))).await.expect(409).code(), "order_state");
    assert_eq!(tenant.count("payments", "true").await, 0, "nothing is noted that was refused");
    let seen = owner.api("POST", &paid, Some(&json!({ "give_back": true }))).await.expect(200).json();
    assert_eq!(
        (&seen["order"]["status"], &seen["refunds"][0]["cause"]),
        (&json!("cancelled"), &json!("late"))
    );
    tenant.run_jobs().await;
    assert_eq!(tenant.count("refunds", "state = 'requested' AND provider = 'manual'").await, 1);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paid_on_two_pages_one_payment_goes_back() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    tenant.product(&tenant.owner().await, "ten", 9_000, 10).await;
    let visitor = tenant.visitor();
    let bought = tenant.buy(&visitor, "ten", "sam@example.com", "sandbox").await;
    let pay = format!("/order/{}/pay", bought.token);
    // As long as a try is open, paying again goes on with it; one that was declined leads to another.
    press(&visitor, &bought.next, "decline").await;
    let second = visitor.post_form(&pay, &[("method", "sandbox")]).await.expect(303).location();
    let presses = [press(&visitor, &bought.next, "pay"), press(&visitor, &second, "pay")];
    futures::future::join_all(presses).await;
    tenant.run_jobs().await;
    assert_eq!(tenant.count("payments", "status = 'succeeded'").await, 1);
    assert_eq!(tenant.count("payments", "status = 'returned'").await, 1);
    assert_eq!(tenant.count("refunds", "cause = 'twice' AND amount = 9000 AND state = 'done'").await, 1);
    assert_eq!(tenant.count("orders", "status = 'paid'").await, 1, "what was bought stands");
    assert_eq!(tenant.count("credit_lots", "balance = 10").await, 1);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_and_ways_to_pay_outlive_the_module_that_sold() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    tenant.product(&tenant.owner().await, "ten", 9_000, 10).await;
    let visitor = tenant.visitor();
    let bought = tenant.buy(&visitor, "ten", "sam@example.com", "sandbox").await;
    tenant.apply(&testkit::TenantOptions::all(&app).section(PAYMENT).feature("packages", false)).await;
    let owner = tenant.owner().await;
    visitor.get("/buy/ten").await.expect(404);
    assert!(visitor.get(&format!("/order/{}", bought.token)).await.expect(200).has("waits for its payment"));
    press(&visitor, &bought.next, "pay").await;
    assert!(visitor.get(&format!("/order/{}", bought.token)).await.expect(200).has("that’s paid"));
    tenant.run_jobs().await;
    assert_eq!(templates(&tenant, "sam@example.com").await, ["checkout/receipt"]);
    assert!(owner.get("/studio/orders").await.expect(200).has("#1001"));
    owner.get(&format!("/studio/orders/{}", bought.id)).await.expect(200);
    assert!(owner.get("/studio").await.expect(200).has("/studio/orders"));
    let form = [("manual_on", "on"), ("manual_instructions", "Cash at the door"), ("manual_days", "3")];
    owner.post_form("/studio/offers/payments", &form).await.expect(303);
    let settings = owner.api("GET", "/payment-settings", None).await.expect(200).json();
    assert_eq!((&settings["manual_days"], &settings["sandbox"]), (&json!(3), &json!(false)));
    let all = json!({ "amount": { "amount": 9_000, "currency": "GBP" } });
    owner.api("POST", &format!("/orders/{}/refund", bought.id), Some(&all)).await.expect(200);
    tenant.run_jobs().await;
    assert_eq!(tenant.count("orders", "status = 'refunded'").await, 1);
    tenant.leave_outbox();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_is_looked_at_once_and_a_refund_before_any_job_leaves_nothing() {
    let app = TestApp::start().await;
    let service = "[[packages.products]]\nslug = \"talk\"\nname = \"Talk\"\nprice = \"5\"\n";
    let tenant = shop(&app, service).await;
    let (owner, visitor) = (tenant.owner().await, tenant.visitor());
    tenant.product(&owner, "ten", 9_000, 10).await;
    let talk = tenant.buy(&visitor, "talk", "sam@example.com", "sandbox").await;
    let ten = tenant.buy(&visitor, "ten", "sam@example.com", "sandbox").await;
    press(&visitor, &talk.next, "pay").await;
    press(&visitor, &ten.next, "pay").await;
    let all = json!({ "amount": { "amount": 9_000, "currency": "GBP" } });
    owner.api("POST", &format!("/orders/{}/refund", ten.id), Some(&all)).await.expect(200);
    tenant.run_jobs().await;
    assert_eq!(tenant.count("order_steps", "kind = 'nothing_to_grant'").await, 1);
    assert_eq!(tenant.count("credit_lots", "balance > 0").await, 0, "nothing is handed out anew");
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_buyer_goes_back_where_the_order_says() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let visitor = tenant.visitor();
    tenant.product(&tenant.owner().await, "free", 0, 1).await;
    tenant.buy(&visitor, "free", "sam@example.com", "").await;
    let ctx = context(&tenant).await;
    let client = tenant.app.sql.one(&format!("SELECT id FROM clients WHERE {}", tenant.rows())).await;
    let client = format!("cli_{}", client.replace('-', "")).parse().unwrap();
    let lines = [NewLine::plain("x", "A talk", 4_000, json!({}))];
    let placed = async |key: &str, back: &str| {
        let new = NewOrder {
            module: "appointments",
            client,
            client_name: "Sam Reed",
            client_email: "sam@example.com",
            currency: "GBP".parse().unwrap(),
            method: Method::Sandbox,
            form_key: key,
            expires_at: Some(ctx.now().plus_minutes(15)),
            lines: &lines,
            return_path: Some(back),
            extras: billing::Extras::default(),
        };
        ctx.tx(ORDERS_CREATE, async |tx| Ok::<_, Problem>(billing::place(tx, new).await?)).await
    };
    for wrong in ["https://evil.example", "//evil.example", "/\\evil.example"] {
        assert!(placed("wrong", wrong).await.is_err(), "{wrong}");
    }
    let order = placed("right", "/studio").await.unwrap();
    let pay = billing::begin_payment(&ctx, &order).await.unwrap();
    assert!(press(&visitor, &pay, "decline").await.ends_with(&format!("/order/{}", order.token)));
    let back = press(&visitor, &pay, "pay").await;
    assert!(back.ends_with("/studio"), "{back}");
    tenant.run_jobs().await;
    tenant.finish().await;
}
