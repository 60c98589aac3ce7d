//! Tenants never meet: every operation, page and table is tried with another tenant's things.

use std::collections::BTreeSet;

use kernel::Permission;
use serde_json::{Value, json};
use testkit::{Answer, AppOptions, Client, Operation, TestApp, operations};

use crate::{
    bodies::{body_of, query_of},
    world::{World, random_like, rows_of},
};

/// Parameters of pages that are words of the program, not names of things.
const WORDS: [&str; 4] = ["product", "package", "plan", "invoice.pdf"];

/// Path and template of every page of a tenant with something to fill in.
fn pages(app: &TestApp) -> Vec<&'static str> {
    let modules = app.app.registry.all().iter().flat_map(|module| (module.pages)());
    let own = host::routes::mount::own_pages().into_iter();
    let paths: BTreeSet<&'static str> = own.chain(modules).map(|page| page.path).collect();
    paths.into_iter().filter(|path| parameters(path).count() > 1).collect()
}

fn parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| part.starts_with(':'))
}

/// The page's path below the tenant with its last parameter replaced; one before it is what the page belongs to.
fn filled(world: &World<'_>, path: &str, value: &str) -> String {
    let parts: Vec<&str> = path.split('/').skip(2).collect();
    let last = parts.iter().rposition(|part| part.starts_with(':'));
    let filled = parts.iter().enumerate().map(|(at, part)| match part.starts_with(':') {
        true if Some(at) == last => value,
        true if path.contains("/files/refund/") => world.refunded_order.as_str(),
        true if path.contains("/studio/orders/") => world.id("ord"),
        true if path.contains("/order/:token/refund/") => world.refunded_token.as_str(),
        true if path.contains("/downloads/") || path.contains("/order/:token/") => world.bought.as_str(),
        true => world.id("bkg"),
        false => part,
    });
    format!("/{}", filled.collect::<Vec<_>>().join("/"))
}

/// What a name in an address leaves in the answer, taken out.
fn without(answer: &Answer, name: &str) -> String {
    format!(
        "{} {}",
        answer.shape().replace(name, "…"),
        answer.header("location").unwrap_or_default().replace(name, "…")
    )
}

async fn get_and_post(who: &Client, path: &str) -> [Answer; 2] {
    let answers = [who.get(path).await, who.post_form(path, &[]).await];
    if answers[1].status == 303 {
        // What it said is shown once, here and not on the next page that is looked at.
        let _ = who.get("/studio").await;
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_tenants_things_are_not_there_in_any_page() {
    let app = TestApp::start().await;
    let (a, b) = (World::new(&app).await, World::new(&app).await);
    let before = rows_of(&app.sql, &b.tenant).await;
    let mut wrong = Vec::new();
    for page in pages(&app) {
        for name in b.all() {
            let other = random_like(name);
            let (theirs, nobodys) = (filled(&b, page, name), filled(&b, page, &other));
            let answers = get_and_post(&a.owner, &theirs).await;
            let expected = get_and_post(&a.owner, &nobodys).await;
            for (answer, expected) in answers.iter().zip(&expected) {
                if answer.status < 300 || without(answer, name) != without(expected, &other) {
                    wrong.push(format!(
                        "{page} with {name}: {} {} instead of {} {}",
                        answer.status,
                        without(answer, name),
                        expected.status,
                        without(expected, &other)
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(rows_of(&app.sql, &b.tenant).await, before, "something of the other tenant changed");
    a.tenant.finish().await;
    b.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_test_of_pages_means_something() {
    let app = TestApp::start().await;
    let b = World::new(&app).await;
    let mut closed = Vec::new();
    for page in pages(&app) {
        let mut open = false;
        // Links first: whoever tries many codes that are none is asked to wait.
        let names = b.names.iter().chain(&b.ids).map(String::as_str);
        for name in names.chain(WORDS) {
            let answer = b.owner.get(&filled(&b, page, name)).await;
            // Pages that only take forms say so for names that they know and for those that they do not.
            open |= answer.status < 400 || answer.status == 405;
        }
        if !open {
            closed.push(page);
        }
    }
    assert!(
        closed.is_empty(),
        "the world has nothing to open these pages with; add it to tests/src/world.rs: {closed:?}"
    );
    b.tenant.leave_outbox();
}

/// Operations with something to fill into their path.
fn with_names(app: &TestApp) -> Vec<Operation> {
    let mut all = operations(&app.app.full_openapi());
    all.retain(|operation| operation.path.contains("{slug}") && operation.path_parameters().next().is_some());
    assert!(all.len() > 10, "{}", all.len());
    all
}

/// The identifier that fits a parameter's pattern.
fn fitting<'a>(world: &'a World<'_>, operation: &Operation, parameter: &str) -> Option<&'a str> {
    let found = operation.parameters.iter().find(|one| one.place == "path" && one.name == parameter)?;
    let pattern = found.schema["pattern"].as_str()?;
    let prefix = pattern.strip_prefix('^')?.split('_').next()?;
    Some(world.id(prefix))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_tenants_things_are_not_there_in_any_operation() {
    let app = TestApp::start().await;
    let (a, b) = (World::new(&app).await, World::new(&app).await);
    let before = rows_of(&app.sql, &b.tenant).await;
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for operation in with_names(&app) {
        let names = operation.path_parameters().filter_map(|name| fitting(&b, &operation, name));
        let names: Vec<&str> = names.chain(b.names.iter().map(String::as_str)).collect();
        for name in names {
            tried += 1;
            let other = random_like(name);
            let theirs = call(&a.owner, &a, &operation, name).await;
            let nobodys = call(&a.owner, &a, &operation, &other).await;
            if theirs.status != 404 || without(&theirs, name) != without(&nobodys, &other) {
                wrong.push(format!(
                    "{} with {name}: {} instead of {}: {}",
                    operation.name(),
                    theirs.status,
                    nobodys.status,
                    theirs.body
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tried > 20, "{tried}");
    assert_eq!(rows_of(&app.sql, &b.tenant).await, before, "something of the other tenant changed");
    a.tenant.finish().await;
    b.tenant.finish().await;
}

/// Calls an operation with a name in its path and a body that would do.
async fn call(who: &Client, world: &World<'_>, operation: &Operation, name: &str) -> Answer {
    let path = format!("{}{}", operation.path_with(|_| name.to_owned()), query_of(world, operation));
    let document = world.tenant.app.app.full_openapi();
    send(who, operation, &path, body_of(world, &document, operation)).await
}

async fn send(who: &Client, operation: &Operation, path: &str, body: Option<Value>) -> Answer {
    let json = operation.body.as_ref().is_none_or(|(kind, _)| kind.starts_with("application/json"));
    if json {
        return who.api(&operation.method, path, body.as_ref()).await;
    }
    let place = format!("/api/v1/{}{path}", who.site.slug);
    let request = who.request(operation.method.parse().unwrap(), &place);
    who.send(request.header("content-type", "application/octet-stream").body("a file")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_tenants_things_do_not_work_inside_bodies_and_queries() {
    let app = TestApp::start().await;
    let (a, b) = (World::new(&app).await, World::new(&app).await);
    let before = rows_of(&app.sql, &b.tenant).await;
    let document = app.app.full_openapi();
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for operation in operations(&document).iter().filter(|operation| operation.path.contains("{slug}")) {
        let path = operation.path_with(|name| fitting(&a, operation, name).unwrap_or("packages").to_owned());
        let good = body_of(&a, &document, operation);
        for (foreign, at) in foreign_inputs(&a, &b, operation, good.as_ref(), &path) {
            tried += 1;
            let answer = send(&a.owner, operation, &at, foreign).await;
            let shown = b.all().iter().any(|name| answer.body.contains(name) && !at.contains(name))
                || answer.body.contains(&b.tenant.slug);
            if answer.status >= 500 || shown || (answer.status < 300 && operation.method != "GET") {
                wrong.push(format!("{} {at}: {} {}", operation.name(), answer.status, answer.body));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tried > 5, "{tried}");
    assert_eq!(rows_of(&app.sql, &b.tenant).await, before, "something of the other tenant changed");
    a.tenant.leave_outbox();
    b.tenant.finish().await;
}

/// Bodies and paths in which one of A's identifiers is replaced by B's of the same kind.
fn foreign_inputs(
    a: &World<'_>,
    b: &World<'_>,
    operation: &Operation,
    good: Option<&Value>,
    path: &str,
) -> Vec<(Option<Value>, String)> {
    let mut all = Vec::new();
    let query = query_of(a, operation);
    for own in a.all() {
        let Some(theirs) = counterpart(own, b) else { continue };
        if let Some(body) = good.filter(|body| body.to_string().contains(own)) {
            let body = serde_json::from_str(&body.to_string().replace(own, theirs)).unwrap();
            all.push((Some(body), format!("{path}{query}")));
        }
        if query.contains(own) {
            all.push((good.cloned(), format!("{path}{}", query.replace(own, theirs))));
        }
    }
    all
}

/// What of B is to B as `own` is to A.
fn counterpart<'a>(own: &str, b: &'a World<'_>) -> Option<&'a str> {
    let prefix = own.split(['_', '-']).next()?;
    b.all()
        .into_iter()
        .find(|name| name.starts_with(prefix) && name.len() == own.len() && name.contains(['_', '-']))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_is_nobody_in_another_tenant() {
    let app = TestApp::start().await;
    let (a, b) = (World::new(&app).await, World::new(&app).await);
    let before = rows_of(&app.sql, &b.tenant).await;
    let intruder = a.owner.at(&b.tenant.slug);
    let _ = intruder.get("/studio").await.expect(404);
    let nav = app.app.registry.all().iter().flat_map(|module| module.nav).chain(host::core::NAV);
    for item in nav.filter(|item| item.path.starts_with("/studio")) {
        let _ = intruder.get(item.path).await.expect(404);
        let _ = b.owner.get(item.path).await.expect(if item.path == "/studio/settings" { 303 } else { 200 });
    }
    assert_eq!(rows_of(&app.sql, &b.tenant).await, before);
    a.tenant.finish().await;
    b.tenant.finish().await;
}

#[tokio::test]
async fn every_table_without_a_tenant_is_an_error_and_with_one_shows_nothing_of_another() {
    let app = TestApp::start().await;
    let (a, b) = (World::new(&app).await, World::new(&app).await);
    let tables = app
        .sql
        .column(
            "SELECT DISTINCT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid WHERE p.polname = 'tenant' \
             AND c.relnamespace = 'public'::regnamespace ORDER BY 1",
        )
        .await;
    assert!(tables.len() > 20);
    let login = testkit::Sql::connect(&app.database.app_url).await;
    let mut empty = Vec::new();
    for table in &tables {
        // Only a row makes PostgreSQL look at the policy.
        let filled = app.sql.count(&format!("SELECT count(*) FROM {table}")).await > 0;
        let unbound =
            login.try_rows(&format!("BEGIN; SET LOCAL ROLE app_tenant; SELECT count(*) FROM {table}")).await;
        login.run("ROLLBACK").await;
        match unbound {
            Ok(rows) => assert!(!filled, "{table} can be read without a tenant: {rows:?}"),
            Err(error) => assert!(error.as_db_error().is_some(), "{table}: {error}"),
        }
        let bound = format!(
            "BEGIN; SET LOCAL ROLE app_tenant; SELECT set_config('app.tenant_id', '{}', true); \
             SELECT count(*) FILTER (WHERE tenant_id = '{}'), count(*) FILTER (WHERE tenant_id <> '{0}') FROM {table}; ",
            a.tenant.id.uuid(),
            b.tenant.id.uuid(),
        );
        let counts = login.rows(&bound).await.pop().unwrap();
        login.run("ROLLBACK").await;
        assert_eq!(
            counts,
            [Some("0".to_owned()), Some("0".to_owned())],
            "{table} shows another tenant's rows"
        );
        let theirs = format!("SELECT count(*) FROM {table} WHERE {}", b.tenant.rows());
        if app.sql.count(&theirs).await == 0 {
            empty.push(table.clone());
        }
    }
    println!("of these the other tenant has nothing that could have shown: {empty:?}");
    assert!(empty.len() * 3 < tables.len(), "the world is too empty: {empty:?}");
    a.tenant.finish().await;
    b.tenant.finish().await;
}

#[tokio::test]
async fn what_is_written_for_another_tenant_is_refused() {
    let app = TestApp::start().await;
    let (a, b) = (World::new(&app).await, World::new(&app).await);
    let login = testkit::Sql::connect(&app.database.app_url).await;
    let bind = format!(
        "BEGIN; SET LOCAL ROLE app_tenant; SELECT set_config('app.tenant_id', '{}', true)",
        a.tenant.id.uuid()
    );
    let steal = format!("UPDATE clients SET name = 'x' WHERE {}", b.tenant.rows());
    login.run(&format!("{bind}; {steal}; COMMIT")).await;
    assert_eq!(b.tenant.count("clients", "name = 'x'").await, 0);
    for statement in [
        format!(
            "INSERT INTO client_notes (tenant_id, id, client_id, author, body, created_at) SELECT tenant_id, gen_random_uuid(), id, 'x', 'x', now() FROM clients WHERE {}",
            b.tenant.rows()
        ),
        format!(
            "INSERT INTO tenant_features (tenant_id, module, enabled, changed_at, changed_by) VALUES ('{}', 'x', true, now(), 'x')",
            b.tenant.id.uuid()
        ),
        format!("UPDATE clients SET tenant_id = '{}'", b.tenant.id.uuid()),
        "RESET ROLE; SET ROLE postgres".to_owned(),
        "TRUNCATE clients".to_owned(),
    ] {
        let done = login.try_rows(&format!("{bind}; {statement}")).await;
        let harmless = statement.starts_with("INSERT INTO client_notes");
        assert!(done.is_err() || harmless, "{statement} was allowed");
        login.run("ROLLBACK").await;
    }
    assert_eq!(b.tenant.count("client_notes", "author = 'x'").await, 0);
    a.tenant.finish().await;
    b.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aborted_requests_leak_no_transaction_and_no_tenant() {
    let app = TestApp::start_with(AppOptions { pool: 5, ..AppOptions::default() }).await;
    let (a, b) = (World::new(&app).await, World::new(&app).await);
    let info = app.app.directory.by_id(a.tenant.id).await.unwrap().unwrap();
    let ctx = app.app.system_context(info, "test", String::new()).await.unwrap();
    for round in 0..500_u64 {
        let ctx = ctx.clone();
        let work = async move {
            ctx.tx(Permission("platform:public:read"), async |tx| {
                use diesel_async::RunQueryDsl;
                diesel::sql_query("UPDATE clients SET name = 'aborted'").execute(&mut **tx).await?;
                diesel::sql_query("SELECT pg_sleep(0.02)").execute(&mut **tx).await?;
                Ok::<_, kernel::Problem>(())
            })
            .await
        };
        let abort =
            tokio::time::timeout(std::time::Duration::from_micros(100 + round * 13 % 9_000), work).await;
        assert!(abort.is_err(), "the request was to be cut off");
    }
    // And so do visitors who leave before they are answered.
    let coach = a.id("mem");
    for round in 0..250_u64 {
        let visitor = a.tenant.visitor();
        let (days, kind) =
            (format!("/availability/slots?type={}&coach={coach}", a.appointment), a.appointment.clone());
        let call = async {
            if round % 2 == 0 {
                visitor.api("GET", &days, None).await
            } else {
                a.tenant.try_book(&visitor, &kind, "2026-11-27T03:00:00Z", "gone@example.com").await
            }
        };
        let _ = tokio::time::timeout(std::time::Duration::from_micros(200 + round * 37 % 4_000), call).await;
    }
    assert_eq!(a.tenant.count("clients", "name = 'aborted'").await, 0);
    // Whatever connection comes next sees its own tenant only, and may write.
    for _ in 0..20 {
        let listed = b.owner.api("GET", "/clients", None).await.expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 2, "{listed}");
    }
    let open = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND usename = 'app' AND state LIKE 'idle in transaction%' AND xact_start < now() - interval '2 seconds'",
        app.database.name
    );
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(app.sql.count(&open).await, 0, "a transaction was left open");
    let note = json!({ "body": "still writes" });
    let _ = a.owner.api("POST", &format!("/clients/{}/notes", a.id("cli")), Some(&note)).await.expect(200);
    a.tenant.finish().await;
    b.tenant.finish().await;
}
