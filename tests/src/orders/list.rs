//! The list: what narrows it, what it sums up, how it is leafed through.

use billing::NewDue;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

use super::{Shop, Wanted};

async fn numbers(by: &Client, query: &str) -> Vec<i64> {
    let list = by.api("GET", &format!("/orders?limit=100&{query}"), None).await.expect(200).json();
    list["items"].as_array().unwrap().iter().map(|one| one["number"].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_are_found_by_what_they_are() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = shop.tenant.owner().await;
    let sam = shop.paid(Wanted { name: "Sam Weaver", ..Wanted::default() }).await.number;
    let zoe = Wanted { key: "two", name: "Zoë Ärmel", email: "zoe@example.org", ..Wanted::default() };
    let zoe = shop.place(zoe).await.number;
    let later = shop.ctx.now().plus_minutes(60);
    let dues = [NewDue { amount: 7_000, due_at: shop.ctx.now() }, NewDue { amount: 5_100, due_at: later }];
    let parts =
        shop.paid(Wanted { key: "three", name: "Kim", dues: &dues, ..Wanted::default() }).await.number;

    for (query, wanted) in [
        ("search=weaver", vec![sam]),
        ("search=weaver+SAM", vec![sam]),
        ("search=weaver+zoe", vec![]),
        ("search=%C3%84RMEL", vec![zoe]),
        ("search=example.org", vec![zoe]),
        ("search=%25", vec![]),
        ("search=%23SAM", vec![]),
        (&format!("search=%23{parts}"), vec![parts]),
        ("status=pending_payment", vec![zoe]),
        ("module=none&method=sandbox", vec![parts, zoe, sam]),
        ("module=packages", vec![sam - 1]),
        ("needs=owed", vec![parts]),
        ("needs=overdue", vec![]),
        ("needs=disputed", vec![]),
        ("from=2000-01-01&to=2000-01-31", vec![]),
        ("from=2000-01-01", vec![parts, zoe, sam, sam - 1]),
    ] {
        assert_eq!(numbers(&owner, query).await, wanted, "{query}");
    }
    for wrong in
        ["status=lost", "needs=money", "from=yesterday", "from=2026-02-02&to=2026-02-01", "method=gold"]
    {
        owner.api("GET", &format!("/orders?{wrong}"), None).await.expect(422);
        owner.get(&format!("/studio/orders?{wrong}")).await.expect(422);
    }
    // An instalment becomes overdue, and money is owed by hand.
    let late = format!(
        "UPDATE orders SET next_due_at = '2020-01-01' WHERE {} AND number = {parts}",
        shop.tenant.rows()
    );
    app.sql.run(&late).await;
    assert_eq!(numbers(&owner, "needs=overdue").await, [parts]);
    let page = owner.get("/studio/orders?needs=overdue").await.expect(200);
    assert!(
        page.has("Payment overdue") && page.has("Paid in part") && page.has("1 order, £121.00"),
        "{}",
        page.body
    );
    let home = owner.get("/studio").await.expect(200);
    assert!(home.has("1 order has an overdue payment"), "{}", home.body);
    shop.tenant.run_jobs().await;
    shop.tenant.leave_outbox();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_list_is_leafed_through_both_ways_and_summed_up() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = shop.tenant.owner().await;
    for n in 0..60 {
        shop.place(Wanted { key: &format!("k{n}"), name: "Robin", ..Wanted::default() }).await;
    }
    let cells = |page: &str| -> Vec<i64> {
        let found = page.split("<strong>#").skip(1);
        found.map(|rest| rest.split('<').next().unwrap().parse().unwrap()).collect()
    };
    let link = |body: &str, rel: &str| -> Option<String> {
        let at = body.find(&format!("rel=\"{rel}\""))?;
        let href = body[..at].rsplit("href=\"").next()?.split('"').next()?;
        Some(href.replace("&amp;", "&").replace("&#x3D;", "="))
    };
    let open = async |query: &str| owner.get(&format!("/studio/orders{query}")).await.expect(200).body;
    let first = open("?search=robin&status=pending_payment").await;
    assert!(first.contains("60 orders, £7,260.00"), "{first}");
    assert_eq!(link(&first, "prev"), None);
    let second = open(&link(&first, "next").unwrap()).await;
    let third = open(&link(&second, "next").unwrap()).await;
    assert_eq!(link(&third, "next"), None);
    let all: Vec<i64> = [&first, &second, &third].into_iter().flat_map(|page| cells(page)).collect();
    assert_eq!(all.len(), 60);
    assert!(all.windows(2).all(|pair| pair[0] == pair[1] + 1), "each once, the newest first: {all:?}");
    let back = link(&third, "prev").unwrap();
    assert!(back.contains("search=robin") && back.contains("status=pending_payment"), "what narrows stays");
    let second_again = open(&back).await;
    assert_eq!(cells(&second_again), cells(&second));
    let first_again = open(&link(&second_again, "prev").unwrap()).await;
    assert_eq!((cells(&first_again), link(&first_again, "prev")), (cells(&first), None));
    owner.get("/studio/orders?cursor=nonsense").await.expect(422);
    shop.tenant.leave_outbox();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_see_all_that_an_order_is() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = shop.tenant.owner().await;
    let later = shop.ctx.now().plus_minutes(60);
    let dues = [NewDue { amount: 5_000, due_at: shop.ctx.now() }, NewDue { amount: 5_890, due_at: later }];
    let order = shop.paid(Wanted { off: 1_200, dues: &dues, ..Wanted::default() }).await;
    let path = format!("/orders/{}", order.id);
    let seen = owner.api("GET", &path, None).await.expect(200).json();
    let amount = |value: &Value| value["amount"].as_i64().unwrap();
    assert_eq!(amount(&seen["subtotal"]), 12_000);
    assert_eq!(amount(&seen["discount"]), 1_200);
    assert_eq!((amount(&seen["lines"][0]["discount"]), amount(&seen["lines"][1]["discount"])), (1_000, 200));
    assert_eq!(amount(&seen["tax_included"]), 1_500, "20 % inside £90");
    assert_eq!(amount(&seen["tax"]), 90, "5 % on £18");
    assert_eq!(amount(&seen["order"]["total"]), 10_890);
    assert_eq!(seen["discounts"][0]["code"], "SPRING");
    assert_eq!(
        (&seen["instalments"][0]["state"], &seen["instalments"][1]["state"]),
        (&json!("paid"), &json!("open"))
    );
    assert_eq!(seen["payments"][0]["label"], "Visa •• 4242");
    let page = owner.get(&format!("/studio{path}")).await.expect(200);
    for words in [
        "Spring (SPRING)",
        "VAT 5 %",
        "Contains VAT 20 %",
        "Payments in parts",
        "£58.90 still to come",
        "Visa •• 4242",
    ] {
        assert!(page.has(words), "{words}: {}", page.body);
    }
    // Staff note the second instalment, twice: it is one payment.
    for _ in 0..2 {
        owner.post_form(&format!("/studio{path}/paid"), &[("due", "1"), ("note", "cash")]).await.expect(303);
    }
    assert_eq!(shop.tenant.count("payments", "due = 1 AND provider = 'manual'").await, 1);
    assert_eq!(shop.tenant.count("order_dues", "state = 'paid'").await, 2);
    assert!(!owner.get(&format!("/studio{path}")).await.expect(200).has("still to come"));
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}
