//! An automation reacts to a booking.

use testkit::{TestApp, TestTenant, tomorrow_at};

use crate::world::install;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_runs_once_and_what_it_did_is_seen() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    let automation = install(&owner).await;
    tenant.book(&tenant.visitor(), "intro", &tomorrow_at(10, 0), "sam@example.com").await;
    tenant.run_jobs().await;
    assert_eq!(tenant.count("automation_runs", "status = 'ok'").await, 1);
    assert_eq!(tenant.count("client_notes", "body LIKE 'Booked Session intro for %'").await, 1);
    assert_eq!(tenant.count("clients", "'booked' = ANY (tags)").await, 1);

    // The same job again, as after a crash between its effects and its end.
    let again = format!(
        "UPDATE jobs SET status = 'pending', done_at = NULL, locked_by = NULL WHERE {}",
        tenant.rows()
    );
    app.sql.run(&again).await;
    tenant.run_jobs().await;
    assert_eq!(tenant.count("automation_runs", "true").await, 1, "it ran twice for one event");
    assert_eq!(tenant.count("client_notes", "true").await, 1);

    let client =
        app.sql.one(&format!("SELECT id FROM clients WHERE {}", tenant.rows())).await.replace('-', "");
    let page = owner.get(&format!("/studio/clients/cli_{client}")).await.expect(200);
    assert!(page.has("Booked Session intro for"), "{}", page.body);
    let list = owner.get(&format!("/studio/automations/{automation}")).await.expect(200);
    let run = list
        .links()
        .into_iter()
        .find(|link| link.contains("/studio/automations/runs/"))
        .expect("the run is listed");
    let run = owner.open(&run).await.expect(200);
    assert!(run.has("booking.confirmed") && run.has("noted bkg_"), "{}", run.body);
    let runs = owner.api("GET", &format!("/automations/{automation}/runs"), None).await.expect(200).json();
    assert_eq!(
        (runs["items"].as_array().unwrap().len(), runs["items"][0]["status"].as_str()),
        (1, Some("ok"))
    );
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_granted_is_not_done_and_what_is_off_does_not_run() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    let automation = install(&owner).await;
    let change = serde_json::json!({ "granted": [] });
    let _ = owner.api("PATCH", &format!("/automations/{automation}"), Some(&change)).await.expect(200);
    tenant.book(&tenant.visitor(), "intro", &tomorrow_at(10, 0), "sam@example.com").await;
    tenant.run_jobs().await;
    assert_eq!(tenant.count("client_notes", "true").await, 0, "it did what nobody granted");
    assert_eq!(tenant.count("automation_runs", "status = 'ok'").await, 0);
    let runs = tenant.count("automation_runs", "true").await;
    assert_eq!(runs, 1, "the refusal is told");
    let _ = owner.post_form(&format!("/studio/automations/{automation}/switch"), &[]).await.expect(303);
    tenant.book(&tenant.visitor(), "intro", &tomorrow_at(11, 0), "sam@example.com").await;
    tenant.run_jobs().await;
    assert_eq!(tenant.count("automation_runs", "true").await, runs, "it ran although it is off");
    // Booking worked in each case.
    assert_eq!(tenant.count("bookings", "state = 'confirmed'").await, 2);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_is_not_installed() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    let place = format!("/api/v1/{}/automations", tenant.slug);
    for bytes in [Vec::new(), b"hello".to_vec(), b"\0asm\x01\0\0\0".to_vec(), vec![0; 100_000]] {
        let request = owner
            .request(reqwest::Method::POST, &place)
            .header("content-type", "application/octet-stream")
            .body(bytes);
        let answer = owner.send(request).await.expect(422).json();
        assert_eq!(answer["errors"][0]["pointer"], "#/component", "{answer}");
    }
    assert_eq!(tenant.count("automations", "true").await, 0);
    tenant.finish().await;
}
