//! Who may do what, tried by really doing it.

use std::fmt::Write as _;

use serde_json::Value;
use testkit::{Answer, Client, Operation, Persona, TestApp, TestTenant, operations};

use crate::{
    bodies::{body_of, query_of},
    golden,
    world::World,
};

const PERSONAS: [Persona; 6] =
    [Persona::Visitor, Persona::Client, Persona::Coach, Persona::Admin, Persona::Owner, Persona::Operator];

/// Each persona's browser, and that of another tenant's owner.
async fn people(world: &World<'_>, other: &TestTenant<'_>) -> Vec<(String, Client)> {
    let mut all = Vec::new();
    for persona in PERSONAS {
        all.push((persona.name().to_owned(), world.tenant.persona(persona).await));
    }
    all.push(("foreign-owner".to_owned(), other.owner().await.at(&world.tenant.slug)));
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_at_every_operation() {
    let app = TestApp::start().await;
    let (world, other) = (World::new(&app).await, TestTenant::new(&app).await);
    let people = people(&world, &other).await;
    let document = app.app.full_openapi();
    let names: Vec<&str> = people.iter().map(|(name, _)| name.as_str()).collect();
    let mut matrix = format!("{:<44} {}\n", "operation", names.join(" "));
    let mut wrong = Vec::new();
    for operation in operations(&document).iter().filter(|operation| operation.path.contains("{slug}")) {
        let (mut row, mut told) = (Vec::new(), Vec::new());
        for (number, (_, who)) in people.iter().enumerate() {
            let path = operation.path_with(|name| name_for(&world, operation, name, number));
            let path = format!("{path}{}", query_of(&world, operation));
            let answer = attempt(&world, who, &document, operation, &path).await;
            if answer.status >= 500 {
                let sent = body_of(&world, &document, operation);
                wrong.push(format!("{}: {} {} to {sent:?}", operation.name(), answer.status, answer.body));
            }
            row.push(answer.status);
            told.push(answer.body);
        }
        // Whoever is nobody here is treated like anyone who is signed in.
        if row[5] != row[6] {
            wrong.push(format!("{}: operator {}, foreign owner {}", operation.name(), row[5], row[6]));
        }
        // Were the input wrong for the owner, too, the row would say nothing about rights.
        let upload = is_upload(operation);
        if row[4] == 422 && !upload || [401, 403, 404, 405].contains(&row[4]) {
            wrong.push(format!("{}: the owner is answered {} {}", operation.name(), row[4], told[4]));
        }
        let cells: Vec<String> = row
            .iter()
            .zip(&names)
            .map(|(status, name)| format!("{status:<width$}", width = name.len()))
            .collect();
        let _ = writeln!(matrix, "{:<44} {}", operation.name(), cells.join(" ").trim_end());
    }
    assert!(wrong.is_empty(), "{wrong:#?}\n{matrix}");
    golden::compare("roles.txt", &matrix);
    world.tenant.leave_outbox();
    other.finish().await;
}

fn is_upload(operation: &Operation) -> bool {
    operation.body.as_ref().is_some_and(|(kind, _)| !kind.starts_with("application/json"))
}

/// A call with a body that would do; an upload gets a file that nobody would take, which tells rights from input as well.
async fn attempt(
    world: &World<'_>,
    who: &Client,
    document: &Value,
    operation: &Operation,
    path: &str,
) -> Answer {
    if !is_upload(operation) {
        return who.api(&operation.method, path, body_of(world, document, operation).as_ref()).await;
    }
    let place = format!("/api/v1/{}{path}", who.site.slug);
    let request = who
        .request(operation.method.parse().unwrap(), &place)
        .header("content-type", "application/octet-stream");
    who.send(request.body("no component")).await
}

/// What stands in the path: the world's own thing of that kind, the token of a link, or the name of a module.
fn name_for(world: &World<'_>, operation: &Operation, parameter: &str, number: usize) -> String {
    let found = operation.parameters.iter().find(|one| one.place == "path" && one.name == parameter);
    let pattern = found.and_then(|one| one.schema["pattern"].as_str()).unwrap_or_default();
    match pattern.strip_prefix('^').and_then(|pattern| pattern.split_once('_')) {
        Some(("ord", _)) if operation.path.contains("{refund}") => world.refunded_order.clone(),
        Some((prefix @ ("prd" | "pkg" | "pln" | "cpn" | "pmt"), _)) if operation.method == "DELETE" => {
            world.last(prefix).to_owned()
        }
        Some((prefix @ ("nte" | "bko" | "fil"), _)) => world.nth(prefix, number).to_owned(),
        Some((prefix, _)) => world.id(prefix).to_owned(),
        None if operation.path.contains("/offers/{id}") => world.id("prd").to_owned(),
        None if operation.path.contains("/stripe/events/{id}") => world.event.clone(),
        None if parameter == "token" => world.booking_token().to_owned(),
        None => "packages".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_at_every_page_of_the_navigation() {
    let app = TestApp::start().await;
    let (world, other) = (World::new(&app).await, TestTenant::new(&app).await);
    let people = people(&world, &other).await;
    let modules = app.app.registry.all().iter().flat_map(|module| (module.pages)());
    let own = host::routes::mount::own_pages().into_iter();
    let mut paths: Vec<&str> = own
        .chain(modules)
        .map(|page| page.path)
        .filter(|path| path.matches(':').count() == 1 && !path.contains('*'))
        .collect();
    paths.sort_unstable();
    let names: Vec<&str> = people.iter().map(|(name, _)| name.as_str()).collect();
    let mut matrix = format!("{:<44} {}\n", "page", names.join(" "));
    for path in paths {
        let mut row = Vec::new();
        for (name, who) in &people {
            let answer = who.get(path.trim_start_matches("/:slug")).await;
            assert!(answer.status < 500, "{path}: {} {}", answer.status, answer.body);
            row.push(format!("{:<width$}", answer.status, width = name.len()));
        }
        let _ = writeln!(matrix, "{path:<44} {}", row.join(" ").trim_end());
    }
    golden::compare("pages.txt", &matrix);
    world.tenant.finish().await;
    other.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn navigation_shows_what_may_be_opened_and_nothing_else() {
    let app = TestApp::start().await;
    let world = World::new(&app).await;
    for persona in [Persona::Coach, Persona::Admin, Persona::Owner] {
        let who = world.tenant.persona(persona).await;
        let page = who.get("/studio").await.expect(200);
        let shown = page.links();
        let items = app.app.registry.all().iter().flat_map(|module| module.nav).chain(host::core::NAV);
        for item in items.filter(|item| item.place == kernel::NavPlace::Studio) {
            let mut answer = who.get(item.path).await;
            if answer.status == 303 {
                answer = who.open(&answer.location()).await;
            }
            let opens = answer.status < 400;
            let listed = shown.contains(&format!("/{}{}", world.tenant.slug, item.path));
            assert_eq!(
                opens,
                listed,
                "{} at {}: shown {listed}, answers {}",
                persona.name(),
                item.path,
                answer.status
            );
        }
    }
    world.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_that_is_taken_away_is_gone_with_the_next_request() {
    let app = TestApp::start().await;
    let world = World::new(&app).await;
    let coach = world.tenant.coach().await;
    let _ = coach.api("GET", "/clients", None).await.expect(200);
    let deny = format!(
        "INSERT INTO tenant_policies (tenant_id, role, permission, effect, changed_at, changed_by) \
         VALUES ('{0}', 'coach', 'platform:clients:read', 'deny', now(), 'test'); \
         UPDATE tenants SET version = version + 1 WHERE id = '{0}'",
        world.tenant.id.uuid()
    );
    app.sql.run(&deny).await;
    let _ = coach.api("GET", "/clients", None).await.expect(403);
    let _ = world.owner.api("GET", "/clients", None).await.expect(200);
    world.tenant.finish().await;
}
