use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::json;
use testkit::{Answer, Client, TestApp, TestTenant};

use super::{press, shop};

/// The beginning of a PNG of this size: what the platform looks at.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 6, 0, 0, 0]);
    bytes
}

async fn upload(
    by: &Client,
    tenant: &TestTenant<'_>,
    path: &str,
    field: &str,
    name: &str,
    bytes: Vec<u8>,
) -> Answer {
    let part = Part::bytes(bytes).file_name(name.to_owned());
    let form = Form::new().part(field.to_owned(), part).text("image_alt", "Chalk on a floor");
    let place = format!("/{}/studio/offers/edit/{path}", tenant.slug);
    by.send(by.request(Method::POST, &place).multipart(form)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_is_known_by_its_bytes_and_kept_by_its_address() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let id = tenant.product(&owner, "ten", 9_000, 10).await;
    let path = format!("{id}/picture");
    let send = |name: &'static str, bytes: Vec<u8>| {
        let (owner, tenant, path) = (&owner, &tenant, path.clone());
        async move { upload(owner, tenant, &path, "picture", name, bytes).await }
    };
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
    let mut large = png(10, 10);
    large.resize(5 * 1024 * 1024, 0);
    for (name, bytes, words) in [
        ("a.svg", svg.clone(), "This is no PNG, JPEG or WebP picture."),
        ("a.png", svg, "This is no PNG, JPEG or WebP picture."),
        ("bomb.png", png(60_000, 60_000), "at most 6,000 pixels"),
        ("large.png", large, "at most 2 MB"),
        ("empty.png", Vec::new(), "Picture"),
    ] {
        let answer = send(name, bytes).await.expect(422);
        assert!(answer.has(words), "{name}: {}", answer.body);
    }
    assert_eq!(tenant.count("offer_files", "true").await, 0, "nothing is stored");
    send("first.png", png(800, 600)).await.expect(303);
    let visitor = tenant.visitor();
    let page = visitor.get("/buy").await.expect(200);
    let digest = app.sql.one(&format!("SELECT image_digest FROM offers WHERE {}", tenant.rows())).await;
    assert!(
        page.has(&format!("/pictures/{digest}")) && page.has("alt=\"Chalk on a floor\""),
        "{}",
        page.body
    );
    let picture = visitor.get(&format!("/pictures/{digest}")).await.expect(200);
    assert_eq!(picture.header("content-type"), Some("image/png"));
    assert_eq!(picture.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
    // Another picture has another address; the old one is gone.
    send("second.png", png(640, 480)).await.expect(303);
    visitor.get(&format!("/pictures/{digest}")).await.expect(404);
    let other = shop(&app, "").await;
    let new = app.sql.one(&format!("SELECT image_digest FROM offers WHERE {}", tenant.rows())).await;
    other.visitor().get(&format!("/pictures/{new}")).await.expect(404);
    owner.post_form(&format!("/studio/offers/edit/{path}/remove"), &[]).await.expect(303);
    visitor.get(&format!("/pictures/{new}")).await.expect(404);
    tenant.finish().await;
    other.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_for_those_who_bought_it() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let id = tenant.product(&owner, "workbook", 1_500, 1).await;
    let content = b"%PDF-1.7 seven mornings".to_vec();
    let nothing = upload(&owner, &tenant, &format!("{id}/files"), "file", "", Vec::new()).await;
    nothing.expect(422);
    let name = "Workbook für dich.pdf";
    upload(&owner, &tenant, &format!("{id}/files"), "file", name, content.clone()).await.expect(303);
    let product = owner.api("GET", &format!("/products/{id}"), None).await.expect(200).json();
    let grant =
        product["grants"].as_array().unwrap().iter().find(|one| one["kind"] == "download").unwrap().clone();
    assert_eq!(grant["name"], name);
    let file = grant["file"].as_str().unwrap().to_owned();
    assert!(tenant.visitor().get("/buy").await.expect(200).has("Download: Workbook"));
    // An edit by the form leaves the file where it is.
    let form = [("name", "Workbook"), ("slug", "workbook"), ("price", "15"), ("status", "active")];
    owner.post_form(&format!("/studio/offers/edit/{id}"), &form).await.expect(303);
    let client = tenant.client().await;
    let email = tenant.email(testkit::Persona::Client);
    let bought = tenant.buy(&client, "workbook", &email, "sandbox").await;
    let path = format!("/downloads/{}/{file}", bought.token);
    client.get(&path).await.expect(410);
    press(&client, &bought.next, "pay").await;
    tenant.run_jobs().await;
    let served = tenant.visitor().get(&path).await.expect(200);
    assert_eq!(served.body.as_bytes(), content);
    assert_eq!(served.header("content-type"), Some("application/pdf"));
    assert_eq!(served.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(served.header("cache-control"), Some("private, no-store"));
    let disposition = served.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment; ") && disposition.contains("f%C3%BCr"), "{disposition}");
    assert!(client.get(&format!("/order/{}", bought.token)).await.expect(200).has(&path));
    assert!(client.get("/me/downloads").await.expect(200).has(&path));
    // What was sold stays, even when the offer loses it.
    owner.post_form(&format!("/studio/offers/edit/{id}/files/{file}/remove"), &[]).await.expect(303);
    client.get(&path).await.expect(200);
    let product = owner.api("GET", &format!("/products/{id}"), None).await.expect(200).json();
    assert_eq!(product["grants"], json!([{ "kind": "service" }]));
    let later = tenant.buy(&tenant.visitor(), "workbook", "kim@example.com", "sandbox").await;
    press(&tenant.visitor(), &later.next, "pay").await;
    client.get(&format!("/downloads/{}/{file}", later.token)).await.expect(404);
    client.get(&format!("/downloads/{}x/{file}", bought.token)).await.expect(404);
    // All of the money back: the file is not the buyer's any more.
    let body = json!({ "amount": { "amount": 1_500, "currency": "GBP" } });
    let back = owner.api("POST", &format!("/orders/{}/refund", bought.id), Some(&body)).await;
    assert!(back.status < 300, "{}", back.body);
    client.get(&path).await.expect(410);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_takes_pictures_and_files_as_they_are() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let id = tenant.product(&owner, "ten", 9_000, 10).await;
    let send = |method: Method, path: String, bytes: Vec<u8>| {
        let place = format!("/api/v1/{}/offers/{id}{path}", tenant.slug);
        let request =
            owner.request(method, &place).header("content-type", "application/octet-stream").body(bytes);
        owner.send(request)
    };
    let refused = send(Method::PUT, "/picture".into(), b"<svg/>".to_vec()).await.expect(422).json();
    assert_eq!(refused["errors"][0]["code"], "offer_picture_unknown");
    let made = send(Method::PUT, "/picture?alt=Chalk".into(), png(10, 10)).await.expect(200).json();
    assert_eq!(made["picture"]["alt"], "Chalk");
    let url = made["picture"]["url"].as_str().unwrap().to_owned();
    tenant.visitor().open(&url).await.expect(200);
    let mut three = b"MZ".to_vec();
    three.resize(3 * 1024 * 1024, 0);
    let added = send(Method::POST, "/files?name=..%2FTool.exe".into(), three).await.expect(200).json();
    let file = added["id"].as_str().unwrap();
    let served = owner.get(&format!("/studio/offers/files/{file}")).await.expect(200);
    assert_eq!(served.header("content-type"), Some("application/octet-stream"));
    assert!(served.header("content-disposition").unwrap().contains("\"Tool.exe\""));
    tenant.coach().await.get(&format!("/studio/offers/files/{file}")).await.expect(403);
    // A file of another offer can't be handed over by naming it.
    let other = tenant.product(&owner, "other", 100, 1).await;
    let body = json!({ "grants": [{ "kind": "download", "file": file }] });
    let stolen = owner.api("PATCH", &format!("/products/{other}"), Some(&body)).await.expect(422).json();
    assert_eq!(stolen["errors"][0]["code"], "offer_unknown_file");
    send(Method::DELETE, format!("/files/{file}"), Vec::new()).await.expect(200);
    send(Method::DELETE, format!("/files/{file}"), Vec::new()).await.expect(404);
    send(Method::DELETE, "/picture".into(), Vec::new()).await.expect(200);
    // What nobody bought makes room after a day.
    let sweep = async || {
        let now = app.now();
        let job = format!(
            "INSERT INTO jobs (id, tenant_id, kind, args, run_at, created_at) \
             VALUES (gen_random_uuid(), '{}', 'packages.sweep', '{{}}', '{now}', '{now}')",
            tenant.id.uuid()
        );
        app.sql.run(&job).await;
        tenant.run_jobs().await;
    };
    sweep().await;
    assert_eq!(tenant.count("offer_files", "removed_at IS NOT NULL").await, 2);
    app.clock.advance(25 * 3600);
    sweep().await;
    assert_eq!(tenant.count("offer_files", "true").await, 0);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_business_keeps_has_an_end() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let id = tenant.product(&owner, "workbook", 1_500, 1).await;
    // 81 files of 25 MB stand for 2,025 MB; 23 MB are left of 2 GB.
    let files = "INSERT INTO offer_files (tenant_id, id, offer_id, kind, name, content_type, digest, size, content, created_at) \
        SELECT tenant_id, gen_random_uuid(), id, 'image', 'a.png', 'image/png', repeat('0', 64), 26214400, '\\x00', now() \
        FROM offers, generate_series(1, 81) WHERE";
    app.sql.run(&format!("{files} {}", tenant.rows())).await;
    let send =
        async |bytes: Vec<u8>| upload(&owner, &tenant, &format!("{id}/files"), "file", "a.pdf", bytes).await;
    send(b"%PDF-1.7 a".to_vec()).await.expect(303);
    app.sql.run(&format!("{files} {} LIMIT 1", tenant.rows())).await;
    let full = send(b"%PDF-1.7 b".to_vec()).await.expect(422);
    assert!(full.has("There is no room left"), "{}", full.body);
    let picture = upload(&owner, &tenant, &format!("{id}/picture"), "picture", "a.png", png(10, 10)).await;
    assert!(picture.expect(422).has("There is no room left"));
    assert_eq!(tenant.count("offer_files", "kind = 'download'").await, 1, "nothing of it was kept");
    // Another business has room of its own.
    let other = shop(&app, "").await;
    let seller = other.owner().await;
    let id = other.product(&seller, "workbook", 1_500, 1).await;
    let path = format!("{id}/files");
    upload(&seller, &other, &path, "file", "a.pdf", b"%PDF-1.7 b".to_vec()).await.expect(303);
    tenant.leave_outbox();
    other.leave_outbox();
}
