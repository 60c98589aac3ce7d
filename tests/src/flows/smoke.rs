use testkit::{TestApp, TestTenant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn smoke() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let page = tenant.visitor().get("").await.expect(200);
    assert!(page.has(&format!("Tenant {}", tenant.slug)), "{}", page.body);
    let owner = tenant.owner().await;
    let page = owner.get("/studio").await.expect(200);
    assert!(page.has("owner"));
    tenant.finish().await;
}
