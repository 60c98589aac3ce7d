//! A module that is off is gone, everywhere and at once; on again, everything is back.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::{Client, TestApp, operations, tomorrow_at};

use crate::world::World;

/// API paths and pages of a module, filled with what the world has.
async fn places(app: &TestApp, world: &World<'_>, module: &str) -> (Vec<(String, String)>, Vec<String>) {
    let module = app.app.registry.all().iter().find(|one| one.id == module).unwrap();
    let spec = (module.api)().spec;
    let mut calls = Vec::new();
    for operation in operations(&spec) {
        let path = operation.path_with(|name| {
            let found = operation.parameters.iter().find(|one| one.name == name).unwrap();
            // What is no identifier is the token of a booking's link.
            found.schema["pattern"].as_str().map_or_else(
                || world.booking_token().to_owned(),
                |pattern| world.id(pattern.trim_start_matches('^').split('_').next().unwrap()).to_owned(),
            )
        });
        calls.push((operation.method.clone(), path));
    }
    let mut pages = Vec::new();
    for route in (module.pages)() {
        for name in world.all() {
            let parts: Vec<&str> = route
                .path
                .split('/')
                .skip(2)
                .map(|part| if part.starts_with(':') { name } else { part })
                .collect();
            let page = format!("/{}", parts.join("/"));
            if !pages.contains(&page) {
                pages.push(page);
            }
        }
    }
    (calls, pages)
}

async fn switch(owner: &Client, module: &str, on: bool) {
    let _ =
        owner.api("PUT", &format!("/features/{module}"), Some(&json!({ "enabled": on }))).await.expect(200);
}

/// What can be opened: used before and after, to compare.
async fn open_pages(owner: &Client, pages: &[String]) -> Vec<String> {
    let mut open = Vec::new();
    for page in pages {
        if owner.get(page).await.status < 400 {
            open.push(page.clone());
        }
    }
    open
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_module_disappears_and_comes_back() {
    let app = TestApp::start().await;
    let world = World::new(&app).await;
    let before = app.app.full_openapi();
    for module in app.app.module_ids() {
        let (calls, pages) = places(&app, &world, module).await;
        let open = open_pages(&world.owner, &pages).await;
        assert!(open.len() > 1, "{module}: {open:?}");
        switch(&world.owner, module, false).await;
        for (method, path) in &calls {
            let answer = world.owner.api(method, path, Some(&json!({}))).await.expect(404);
            assert_eq!(answer.code(), "module_disabled", "{method} {path}");
        }
        for page in &pages {
            let _ = world.owner.get(page).await.expect(404);
            let _ = world.owner.post_form(page, &[]).await.expect(404);
        }
        absent(&world, module).await;
        switch(&world.owner, module, true).await;
        assert_eq!(open_pages(&world.owner, &pages).await, open, "{module} did not come back whole");
        for (method, path) in calls.iter().filter(|(method, _)| method == "GET") {
            let answer = world.owner.api(method, path, None).await;
            assert_ne!(answer.code(), "module_disabled", "{method} {path}");
        }
    }
    assert_eq!(app.app.full_openapi(), before, "the full document is the same whatever is on");
    world.tenant.run_jobs().await;
    world.tenant.finish().await;
}

/// Not in navigation, documents, widgets or the public page.
async fn absent(world: &World<'_>, module: &str) {
    let app = world.tenant.app;
    let def = app.app.registry.all().iter().find(|one| one.id == module).unwrap();
    let (studio, me, public) = (
        world.owner.get("/studio").await.expect(200),
        world.owner.get("/me").await.expect(200),
        world.owner.get("").await.expect(200),
    );
    for page in [&studio, &me, &public] {
        for item in def.nav {
            assert!(
                !page.links().iter().any(|link| link.ends_with(item.path)),
                "{module}: {} is still linked",
                item.path
            );
        }
        // Nothing of it is linked at all, be it from a card, a block or a button.
        for route in (def.pages)() {
            let start = route
                .path
                .split('/')
                .skip(2)
                .take_while(|part| !part.starts_with(':'))
                .collect::<Vec<_>>()
                .join("/");
            let start = format!("/{}/{start}", world.tenant.slug);
            let linked: Vec<_> = page
                .links()
                .into_iter()
                .filter(|link| *link == start || link.starts_with(&format!("{start}/")))
                .collect();
            assert!(linked.is_empty(), "{module}: {linked:?} on {}", page.asked);
        }
    }
    let document = world.owner.api("GET", "/openapi.json", None).await.expect(200).json();
    let spec = (def.api)().spec;
    for path in spec["paths"].as_object().unwrap().keys() {
        let own = path.replace("{slug}", &world.tenant.slug);
        assert!(document["paths"].get(&own).is_none(), "{own} is still in the tenant's document");
    }
    let states = world.owner.api("GET", "/features", None).await.expect(200).json();
    let state = states.as_array().unwrap().iter().find(|state| state["module"] == module).unwrap();
    assert_eq!(state["enabled"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_jobs_wait_and_its_events_reach_no_automation_until_it_is_back() {
    let app = TestApp::start().await;
    let world = World::new(&app).await;
    let runs = world.tenant.count("automation_runs", "true").await;
    let mails = app.mails(&world.tenant).await.len();
    world
        .tenant
        .book(&world.tenant.visitor(), &world.appointment, &tomorrow_at(14, 0), "late@example.com")
        .await;
    switch(&world.owner, "appointments", false).await;
    let ran = world.tenant.run_jobs().await;
    assert!(ran.deferred > 1, "{ran:?}");
    assert_eq!(ran.dead + ran.retried, 0, "{ran:?}");
    assert_eq!(
        world.tenant.count("automation_runs", "true").await,
        runs,
        "an automation ran for a module that is off"
    );
    assert_eq!(app.mails(&world.tenant).await.len(), mails, "a mail of a module that is off");
    assert_eq!(
        world.tenant.run_jobs().await,
        worker::Ran::default(),
        "what waits is not looked at all the time"
    );
    assert_eq!(world.tenant.count("jobs", "attempts > 1 AND status = 'pending'").await, 0);

    // Three days later it is switched on, and what waited happens, once.
    app.clock.advance(3 * 86_400);
    world.tenant.run_jobs().await;
    switch(&world.owner, "appointments", true).await;
    world.tenant.run_jobs().await;
    let late = world.tenant.mails_to("late@example.com").await;
    assert_eq!(late.len(), 1, "{late:?}");
    assert_eq!(world.tenant.count("automation_runs", "true").await, runs + 1);
    world.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waited_for_its_module_for_more_than_a_week_is_given_up() {
    let app = TestApp::start().await;
    let world = World::new(&app).await;
    world
        .tenant
        .book(&world.tenant.visitor(), &world.appointment, &tomorrow_at(14, 0), "late@example.com")
        .await;
    switch(&world.owner, "appointments", false).await;
    assert!(world.tenant.run_jobs().await.deferred > 1);
    app.clock.advance(30 * 86_400);
    // The old session is over by then.
    switch(&world.tenant.owner().await, "appointments", true).await;
    let ran = world.tenant.run_jobs().await;
    assert!(ran.dead > 1, "{ran:?}");
    assert!(world.tenant.mails_to("late@example.com").await.is_empty(), "a month later");
    let left = world.tenant.outbox().await;
    assert!(left.iter().all(|line| line.ends_with("deferred for more than 7 days")), "{left:?}");
    // The operator sees them in the list of dead letters.
    world.tenant.leave_outbox();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waited_goes_on_when_a_tenant_file_puts_the_module_on() {
    let app = TestApp::start().await;
    let world = World::new(&app).await;
    let mut options = testkit::TenantOptions::all(&app);
    world
        .tenant
        .book(&world.tenant.visitor(), &world.appointment, &tomorrow_at(14, 0), "late@example.com")
        .await;
    options = options.feature("appointments", false);
    world.tenant.apply(&options).await;
    assert!(world.tenant.run_jobs().await.deferred > 1);
    world.tenant.apply(&options.feature("appointments", true)).await;
    world.tenant.run_jobs().await;
    assert_eq!(world.tenant.mails_to("late@example.com").await.len(), 1);
    world.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_switch_holds_on_another_replica_within_a_second() {
    let app = TestApp::start().await;
    let replica = app.replica().await;
    let world = World::new(&app).await;
    let elsewhere = world.tenant.visitor().on(&replica.origin);
    for on in [false, true, false, true] {
        // The other one has just seen the old state.
        let _ = elsewhere.get("/book").await;
        switch(&world.owner, "appointments", on).await;
        let began = Instant::now();
        let wanted = if on { 303 } else { 404 };
        while elsewhere.get("/book").await.status != wanted {
            assert!(
                began.elapsed() < Duration::from_secs(1),
                "still the old state after {:?}",
                began.elapsed()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let public = elsewhere.get("").await.expect(200);
        let book = format!("/{}/book", world.tenant.slug);
        assert_eq!(
            public.links().iter().any(|link| link.starts_with(&book)),
            on,
            "the public page of the other replica"
        );
    }
    world.tenant.run_jobs().await;
    world.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_studios_form_switches_within_the_entitlements() {
    let app = TestApp::start().await;
    let options = testkit::TenantOptions {
        entitlements: Some(vec!["packages".into()]),
        ..testkit::TenantOptions::all(&app)
    };
    let tenant = testkit::TestTenant::with(&app, options).await;
    let owner = tenant.owner().await;
    let _ = tenant.visitor().get("/book").await.expect(404);
    let page = owner.get("/studio/settings/modules").await.expect(200);
    assert!(page.has("module.packages"));
    let saved =
        owner.post_form("/studio/settings/modules", &[("module.appointments", "on")]).await.expect(303);
    assert!(saved.location().ends_with("/studio/settings/modules"));
    let _ = tenant.visitor().get("/buy").await.expect(404);
    let _ = tenant.visitor().get("/book").await.expect(404);
    let _ = owner.post_form("/studio/settings/modules", &[("module.packages", "on")]).await.expect(303);
    let _ = tenant.visitor().get("/buy").await.expect(200);
    let refused = owner
        .api("PUT", "/features/appointments", Some(&json!({ "enabled": true })))
        .await
        .expect(422)
        .json();
    assert_eq!(refused["errors"][0]["code"], "not_entitled");
    let _ = owner.api("PUT", "/features/nonsense", Some(&json!({ "enabled": true }))).await.expect(404);
    assert!(tenant.count("audit", "action = 'feature.switched'").await >= 2);
    let coach = tenant.coach().await;
    let _ = coach.post_form("/studio/settings/modules", &[]).await.expect(403);
    let _ = tenant.visitor().get("/buy").await.expect(200);
    tenant.run_jobs().await;
    tenant.finish().await;
}
