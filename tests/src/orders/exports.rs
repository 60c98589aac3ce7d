//! Orders, lines, payments and refunds as files.

use serde_json::json;
use testkit::{Persona, TestApp};

use super::{Shop, Wanted, column, table};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_say_what_the_orders_say() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = shop.tenant.owner().await;
    let evil = Wanted {
        name: "=HYPERLINK(\"http://x\")",
        book: "A \"book\", second\u{a0}edition",
        off: 1_200,
        ..Wanted::default()
    };
    let order = shop.paid(evil).await;
    let open = shop.place(Wanted { key: "two", ..Wanted::default() }).await;
    let refund = json!({ "amount": { "amount": 2_500, "currency": "GBP" }, "reason": "+1" });
    owner.api("POST", &format!("/orders/{}/refund", order.id), Some(&refund)).await.expect(200);
    shop.tenant.run_jobs().await;

    let answer = owner.get("/studio/orders/export?what=orders&search=&status=").await.expect(200);
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"orders.csv\""));
    let rows = table(&answer.body);
    assert_eq!(rows.len(), 4, "the free one, the paid one and the open one");
    assert_eq!(column(&rows, "Order")[1..], [order.number.to_string(), open.number.to_string()]);
    assert_eq!(column(&rows, "Client")[1], "'=HYPERLINK(\"http://x\")", "no formula");
    assert_eq!(column(&rows, "Total")[1..], ["108.90", "121.00"]);
    assert_eq!(column(&rows, "Paid in")[1..], ["108.90", "0.00"]);
    assert_eq!(column(&rows, "Refunded")[1..], ["25.00", "0.00"]);
    assert_eq!(column(&rows, "Still open")[1..], ["0.00", "121.00"]);
    assert_eq!(column(&rows, "Codes")[1], "SPRING");
    let placed = column(&rows, "Ordered (Europe/London)")[1];
    assert!(placed.len() == 19 && placed.as_bytes()[10] == b' ', "{placed}");

    let lines = table(&owner.get("/studio/orders/export?what=lines").await.expect(200).body);
    assert_eq!(column(&lines, "Item")[1..3], ["A course", "A \"book\", second\u{a0}edition"]);
    assert_eq!(column(&lines, "Total")[1..3], ["90.00", "18.90"]);
    assert_eq!(column(&lines, "Tax rate in %")[1..3], ["20", "5"]);
    let payments = table(&owner.get("/studio/orders/export?what=payments").await.expect(200).body);
    assert_eq!(
        (column(&payments, "Paid with"), column(&payments, "Amount")),
        (vec!["Visa •• 4242"], vec!["108.90"])
    );
    let refunds = table(&owner.get("/studio/orders/export?what=refunds").await.expect(200).body);
    assert_eq!((column(&refunds, "Reason"), column(&refunds, "Amount")), (vec!["'+1"], vec!["25.00"]));

    // The API gives the same, and days narrow it.
    let api = owner.api("GET", "/order-exports?what=orders", None).await.expect(200);
    assert_eq!(api.body, answer.body);
    let none = owner
        .api("GET", "/order-exports?what=payments&from=2000-01-01&to=2000-12-31", None)
        .await
        .expect(200);
    assert_eq!(table(&none.body).len(), 1, "nothing but the heads");
    assert_eq!(
        none.header("content-disposition"),
        Some("attachment; filename=\"payments-from-2000-01-01-to-2000-12-31.csv\"")
    );
    owner.get("/studio/orders/export?what=secrets").await.expect(422);
    assert!(shop.tenant.count("audit", "action = 'orders.exported'").await >= 6);
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_longer_than_a_page_holds_each_order_once() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = shop.tenant.owner().await;
    let order = shop.place(Wanted::default()).await;
    // Copies of one order at few moments, so that pages end between orders of the same moment.
    let copy = format!(
        "SET session_replication_role = replica; \
         INSERT INTO orders (tenant_id, id, number, token, form_key, module, client_id, client_name, client_email, currency, \
           subtotal, discount, tax, status, provider, created_at, due_now) \
         SELECT tenant_id, gen_random_uuid(), number + n, token || n, form_key || n, module, client_id, client_name, \
           client_email, currency, subtotal, discount, tax, status, provider, created_at + (n / 400) * interval '1 second', due_now \
         FROM orders, generate_series(1, 1200) n WHERE {} AND number = {}; \
         SET session_replication_role = DEFAULT",
        shop.tenant.rows(),
        order.number
    );
    app.sql.run(&copy).await;
    let rows =
        table(&owner.api("GET", "/order-exports?what=orders&module=none", None).await.expect(200).body);
    let mut numbers = column(&rows, "Order");
    assert_eq!(numbers.len(), 1_201);
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 1_201);
    shop.tenant.leave_outbox();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_for_those_who_manage() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let (coach, client) = (shop.tenant.coach().await, shop.tenant.client().await);
    for path in ["/studio/orders/export?what=orders", "/studio/orders/payouts", "/studio/offers/taxes"] {
        coach.get(path).await.expect(403);
        client.get(path).await.expect(404);
    }
    coach.api("GET", "/order-exports?what=orders", None).await.expect(403);
    let page = coach.get("/studio/orders").await.expect(200);
    assert!(
        !page.has("/studio/orders/export") && !page.has("/studio/orders/payouts"),
        "nothing is offered that is refused"
    );
    let admin = shop.tenant.persona(Persona::Owner).await;
    let months = admin.get("/studio/orders/payouts").await.expect(200);
    assert!(months.has("Nothing came in."), "{}", months.body);
    let order = shop.paid(Wanted::default()).await;
    let months = admin.get("/studio/orders/payouts").await.expect(200);
    assert!(months.has("£121.00") && months.has("1 payment, 0 refunds"), "{order:?} {}", months.body);
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}
