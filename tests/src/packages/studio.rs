use serde_json::json;
use testkit::{Persona, TenantOptions, TestApp, TestTenant};

use super::{press, shop};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_is_made_edited_sold_and_archived_in_the_studio() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let wrong = [("name", ""), ("price", "-5"), ("status", "active"), ("stock", "many")];
    let page = owner.post_form("/studio/offers/new/product", &wrong).await.expect(422);
    assert_eq!(page.field("price").as_deref(), Some("-5"), "{}", page.body);
    let good = [
        ("name", "Ten classes"),
        ("price", "90.50"),
        ("credits", "10"),
        ("credit_days", "90"),
        ("status", "active"),
        ("stock", "3"),
    ];
    owner.post_form("/studio/offers/new/product", &good).await.expect(303);
    assert_eq!(tenant.count("offers", "slug = 'ten-classes' AND price = 9050 AND stock = 3").await, 1);
    let list = owner.get("/studio/offers").await.expect(200);
    let edit = list.links().into_iter().find(|link| link.contains("/studio/offers/edit/prd_")).unwrap();
    let form = owner.open(&edit).await.expect(200);
    assert_eq!(
        (form.field("price").as_deref(), form.field("credits").as_deref()),
        (Some("90.50"), Some("10"))
    );
    let visitor = tenant.visitor();
    assert!(visitor.get("").await.expect(200).has("/buy/ten-classes"), "one offer: Buy leads straight to it");
    let bought = tenant.buy(&visitor, "ten-classes", "sam@example.com", "sandbox").await;
    press(&visitor, &bought.next, "pay").await;
    let changed =
        [("name", "Ten classes"), ("price", "95"), ("credits", "10"), ("status", "active"), ("stock", "0")];
    assert!(owner.post_form_to(&edit, &changed).await.expect(422).has("1 are sold or reserved already"));
    owner.post_form_to(&format!("{edit}/status"), &[("status", "archived")]).await.expect(303);
    assert!(!visitor.get("").await.expect(200).has("/buy/ten-classes"));
    tenant.run_jobs().await;
    let orders = owner.get("/studio/orders?search=SAM").await.expect(200);
    assert!(orders.has("#1001") && orders.has("£90.50"));
    assert!(!owner.get("/studio/orders?search=kim").await.expect(200).has("#1001"));
    let detail = owner.get(&format!("/studio/orders/{}", bought.id)).await.expect(200);
    assert!(detail.has("Credits handed out") && detail.has("Ten classes"), "{}", detail.body);
    assert!(owner.get("/studio").await.expect(200).has("£90.50"), "revenue of the month");
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_sees_their_own() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    tenant.product(&owner, "ten", 9_000, 10).await;
    let client = tenant.client().await;
    let email = tenant.email(Persona::Client);
    let bought = tenant.buy(&client, "ten", &email, "manual").await;
    owner.post_form(&format!("/studio/orders/{}/paid", bought.id), &[("note", "3 May")]).await.expect(303);
    tenant.run_jobs().await;
    let id = app.sql.one(&format!("SELECT id FROM clients WHERE {}", tenant.rows())).await.replace('-', "");
    let of_client = format!("/credits/balance?client=cli_{id}");
    let seen = owner.api("GET", &of_client, None).await.expect(200).json();
    assert_eq!((&seen["credits"], &seen["lots"][0]["credits"]), (&json!(10), &json!(10)));
    let stranger = tenant
        .app
        .sign_in("stranger", "Kim", &format!("kim@{}.example", tenant.slug), false)
        .await
        .at(&tenant.slug);
    stranger.api("GET", &of_client, None).await.expect(404);
    assert_eq!(stranger.api("GET", "/credits/balance", None).await.expect(200).json()["credits"], 0);
    assert_eq!(stranger.api("GET", "/orders", None).await.status, 403);
    tenant.visitor().api("GET", "/credits/balance", None).await.expect(401);
    let coach = tenant.coach().await;
    coach.api("GET", "/orders", None).await.expect(200);
    coach.api("POST", &format!("/orders/{}/mark-paid", bought.id), Some(&json!({}))).await.expect(403);
    let client = tenant.client().await;
    assert!(client.get("/me/orders").await.expect(200).has(&format!("/order/{}", bought.token)));
    assert!(client.get("/me/credits").await.expect(200).has("Valid until"));
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_file_applied_again_keeps_what_was_edited() {
    let app = TestApp::start().await;
    let sections = "[packages.payment]\nmanual_instructions = \"Cash\"\n\
        [[packages.products]]\nslug = \"ten\"\nname = \"Ten\"\nprice = \"90\"\ncredits = 10\n\
        [[packages.packages]]\nslug = \"pair\"\nname = \"Pair\"\nprice = \"150.50\"\n[packages.packages.products]\nten = 2\n";
    let options = TenantOptions::all(&app).section(sections);
    let tenant = TestTenant::with(&app, options.clone()).await;
    assert_eq!(tenant.count("offers", "price IN (9000, 15050)").await, 2);
    let changed =
        [("name", "Ten"), ("slug", "ten"), ("price", "95"), ("credits", "10"), ("status", "active")];
    let owner = tenant.owner().await;
    let list = owner.get("/studio/offers").await.expect(200);
    let edit = list.links().into_iter().find(|link| link.contains("/studio/offers/edit/prd_")).unwrap();
    owner.post_form_to(&edit, &changed).await.expect(303);
    tenant.apply(&options).await;
    assert_eq!(tenant.count("offers", "true").await, 2);
    assert_eq!(tenant.count("offers", "slug = 'ten' AND price = 9500").await, 1);
    assert_eq!(tenant.count("package_items", "quantity = 2").await, 1);
    assert_eq!(tenant.count("billing_settings", "manual_on AND manual_instructions = 'Cash'").await, 1);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn coupons_stand_in_tenant_files_and_keep_what_was_edited() {
    let app = TestApp::start().await;
    let sections = "[[packages.products]]\nslug = \"ten\"\nname = \"Ten\"\nprice = \"90\"\n\
        [[packages.coupons]]\ncode = \"spring 26\"\npercent = \"12.5\"\noffers = [\"ten\"]\nmax_uses = 50\n\
        valid_from = \"2026-01-01\"\nvalid_until = \"2027-01-01T18:00\"\n\
        [[packages.coupons]]\ncode = \"FIVER\"\nname = \"Five off\"\namount = \"5.00\"\nleast_amount = \"20\"\n\
        duration = \"repeating\"\nperiods = 3\nper_client = 1\n";
    let options = TenantOptions::all(&app).section(sections);
    let tenant = TestTenant::with(&app, options.clone()).await;
    let spring = "code = 'SPRING26' AND name = 'SPRING26' AND bp = 1250 AND max_uses = 50 AND cardinality(offers) = 1 \
        AND valid_from < valid_until";
    assert_eq!(tenant.count("coupons", spring).await, 1);
    let fiver =
        "code = 'FIVER' AND amount = 500 AND least_amount = 2000 AND duration = 'repeating' AND periods = 3";
    assert_eq!(tenant.count("coupons", fiver).await, 1);
    let quote = json!({ "offer": "ten", "codes": ["spring26"] });
    let quote = tenant.visitor().api("POST", "/checkout/quote", Some(&quote)).await.expect(200).json();
    assert_eq!(quote["total"]["amount"], 7_875);
    // What staff changed stays when the file is applied again.
    let owner = tenant.owner().await;
    let id = owner.api("GET", "/coupons", None).await.expect(200).json()["items"][0]["id"].clone();
    let path = format!("/coupons/{}", id.as_str().unwrap());
    owner.api("PATCH", &path, Some(&json!({ "name": "Edited" }))).await.expect(200);
    tenant.apply(&options).await;
    assert_eq!(tenant.count("coupons", "true").await, 2);
    assert_eq!(tenant.count("coupons", "name = 'Edited'").await, 1);
    // What makes no sense is told with its place.
    for (wrong, place) in [
        ("code = \"BAD\"\npercent = \"101\"", "coupons/BAD/percent"),
        ("code = \"BAD\"\npercent = \"10\"\namount = \"5\"", "coupons/BAD/percent"),
        ("code = \"BAD\"\npercent = \"10\"\noffers = [\"nothing\"]", "coupons/BAD/products/nothing"),
        ("code = \"BAD\"\npercent = \"10\"\nvalid_until = \"soon\"", "coupons/BAD/valid_until"),
    ] {
        let options = TenantOptions::all(&app).section(&format!("[[packages.coupons]]\n{wrong}\n"));
        let refused = tenant.refuse(&options).await;
        assert!(refused.contains(place), "{wrong}: {refused}");
    }
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_offers_of_the_demo_businesses_make_sense() {
    let app = TestApp::start().await;
    for (name, text) in host::provision::PRESETS {
        let section = text
            .split_once("[packages.payment]")
            .map(|(_, rest)| format!("[packages.payment]{rest}"))
            .unwrap();
        let currency =
            text.lines().find_map(|line| line.strip_prefix("currency = \"")).unwrap().trim_end_matches('"');
        let options =
            TenantOptions { currency: currency.into(), ..TenantOptions::all(&app).section(&section) };
        let tenant = TestTenant::with(&app, options).await;
        let visitor = tenant.visitor();
        let page = visitor.get("/buy").await.expect(200);
        let offers: Vec<String> = page.links().into_iter().filter(|link| link.contains("/buy/")).collect();
        assert!(offers.len() >= 3, "{name}: {offers:?}");
        for offer in offers {
            assert!(
                visitor.open(&offer).await.expect(200).field("key").is_some(),
                "{name}: {offer} can't be bought"
            );
        }
        tenant.finish().await;
    }
}
