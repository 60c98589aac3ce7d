//! Where a tenant's pages are: path, old slug, subdomain, own domain; and when they are not.

use reqwest::Method;
use testkit::{Answer, Client, TestApp, TestTenant};

/// Asks with another Host header.
async fn at_host(client: &Client, host: &str, path: &str) -> Answer {
    client.send(client.bare(Method::GET, path).header("host", host)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_tenant_is_unavailable_but_to_its_staff() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    let visitor = tenant.visitor();
    tenant.book(&visitor, "intro", &testkit::tomorrow_at(10, 0), "sam@example.com").await;
    tenants::set_status(&app.app.db, &tenant.slug, "suspended", app.now()).await.unwrap();
    for path in ["", "/book", "/buy"] {
        let page = visitor.get(path).await.expect(503);
        assert!(!page.has("intro"), "{}", page.body);
    }
    let call = visitor.api("GET", "/appointment-types", None).await.expect(503);
    assert_eq!(call.code(), "tenant_suspended");
    let _ = owner.get("/studio").await.expect(200);
    let _ = tenant.client().await.get("/me").await.expect(503);
    assert!(visitor.get("/studio").await.expect(303).location().starts_with("/login"), "staff may sign in");
    let waiting = tenant.run_jobs().await;
    assert_eq!(waiting.done, 0, "jobs of a suspended tenant wait: {waiting:?}");
    tenants::set_status(&app.app.db, &tenant.slug, "active", app.now()).await.unwrap();
    let _ = visitor.get("").await.expect(200);
    app.clock.advance(600);
    assert!(tenant.run_jobs().await.done > 0);
    assert_eq!(tenant.mails_to("sam@example.com").await.len(), 1, "nothing was lost");
    tenants::set_status(&app.app.db, &tenant.slug, "archived", app.now()).await.unwrap();
    let _ = owner.get("/studio").await.expect(404);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renamed_slug_leads_on_for_a_year_and_is_nobody_elses() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let (old, new) = (tenant.slug.clone(), format!("n{}", &tenant.slug[1..]));
    tenants::rename(&app.app.db, &old, &new, app.now()).await.unwrap();
    let visitor = app.visitor();
    let moved = visitor.open(&format!("/{old}/buy?from=there")).await.expect(308);
    assert_eq!(moved.location(), format!("/{new}/buy?from=there"));
    let moved = visitor.open(&format!("/api/v1/{old}/products")).await.expect(308);
    assert_eq!(moved.location(), format!("/api/v1/{new}/products"));
    let _ = visitor.open(&format!("/{new}")).await.expect(200);
    let moved = at_host(&visitor, &app.host_of(&old), "/buy?from=there").await.expect(308);
    assert_eq!(moved.location(), format!("{}/buy?from=there", app.app.origin_of(&app.host_of(&new))));
    let _ = at_host(&visitor, &app.host_of(&new), "/buy").await.expect(200);
    let other = TestTenant::new(&app).await;
    assert!(
        tenants::rename(&app.app.db, &other.slug, &old, app.now()).await.is_err(),
        "an old slug was given away"
    );
    app.clock.advance(366 * 86_400);
    let _ = visitor.open(&format!("/{old}")).await.expect(404);
    tenant.leave_outbox();
    other.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn subdomains_and_own_domains_serve_the_same_pages_without_the_slug() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let (visitor, name) = (app.visitor(), format!("Tenant {}", tenant.slug));
    let sub = app.host_of(&tenant.slug);
    let page = at_host(&visitor, &sub, "/").await.expect(200);
    assert!(page.has(&name));
    assert!(
        !page.links().iter().any(|link| link.starts_with(&format!("/{}", tenant.slug))),
        "{:?}",
        page.links()
    );
    let _ = at_host(&visitor, &sub, "/buy").await.expect(200);
    let _ = at_host(&visitor, &app.host_of("no-such-tenant"), "/").await.expect(404);

    let domain = format!("www.{}.example", tenant.slug);
    let _ = at_host(&visitor, &domain, "/").await.expect(421);
    tenants::add_domain(&app.app.db, &tenant.slug, &domain, app.now()).await.unwrap();
    let unverified = at_host(&visitor, &domain, "/").await.expect(421);
    assert!(!unverified.has(&name), "a domain that nobody verified serves");
    tenants::verify_domain(&app.app.db, &domain, app.now()).await.unwrap();
    let page = at_host(&visitor, &domain, "/").await.expect(200);
    assert!(page.has(&name) && page.has(&format!("//{domain}")), "the canonical link is the domain's");
    let _ = at_host(&visitor, &format!("{domain}:8443"), "/buy").await.expect(200);
    let forged = at_host(&visitor, &format!("{domain}:1@evil.example"), "/").await.expect(200);
    assert!(!forged.has("evil.example"), "what follows the name in a Host header is the caller's word");
    // The installation's own paths stay its own on every host.
    let _ = at_host(&visitor, &domain, "/healthz").await.expect(200);
    // Another tenant does not appear on it.
    let other = TestTenant::new(&app).await;
    let foreign = at_host(&visitor, &domain, &format!("/{}", other.slug)).await;
    assert!(foreign.status == 404 && !foreign.has(&format!("Tenant {}", other.slug)), "{}", foreign.status);
    assert!(
        tenants::add_domain(&app.app.db, &other.slug, &domain, app.now()).await.is_err(),
        "a domain twice"
    );
    tenant.finish().await;
    other.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_links_lead_on_and_probes_answer() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let visitor = app.visitor();
    let moved = visitor.open(&format!("/book/{}", tenant.slug)).await.expect(308);
    assert_eq!(moved.location(), format!("/{}/book", tenant.slug));
    let _ = visitor.open("/healthz").await.expect(200);
    let _ = visitor.open("/readyz").await.expect(200);
    let _ = visitor.open("/").await.expect(200);
    let _ = visitor.open("/api/docs").await.expect(200);
    let _ = visitor.open(&format!("/api/docs?tenant={}", tenant.slug)).await.expect(200);
    tenant.finish().await;
}
