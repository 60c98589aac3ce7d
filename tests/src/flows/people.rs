//! Register, sign in and out, and what goes wrong there.

use testkit::{Client, PASSWORD, Persona, TestApp, TestTenant};

async fn sign_in(by: &Client, email: &str, password: &str) -> testkit::Answer {
    by.post_form_to("/login", &[("email", email), ("password", password)]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_and_out_with_a_cookie_that_only_this_host_gets() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let browser = tenant.visitor();
    let wanted = format!("/{}/studio", tenant.slug);
    let login = browser.get("/studio").await.expect(303).location();
    assert!(login.starts_with("/login?next="), "{login}");
    let _ = browser.open(&login).await.expect(200);
    let fields = [
        ("email", tenant.email(Persona::Owner)),
        ("password", PASSWORD.to_owned()),
        ("next", wanted.clone()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let inside = browser.post_form_to("/login", &fields).await.expect(303);
    assert_eq!(inside.location(), wanted);
    let cookie = inside.header("set-cookie").unwrap().to_owned();
    for word in ["__Host-login=", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
        assert!(cookie.contains(word), "{word} is missing in {cookie}");
    }
    assert!(!cookie.contains("Domain"));
    let secret = browser.cookie("__Host-login").unwrap();
    assert!(secret.len() >= 22, "fewer than 128 bits: {secret}");
    let kept = format!("SELECT count(*) FROM logins WHERE encode(token_hash, 'escape') LIKE '%{secret}%'");
    assert_eq!(app.sql.count(&kept).await, 0, "the secret itself is kept");
    let _ = browser.get("/studio").await.expect(200);
    // Signing in again renews the secret, and the old one is void.
    let _ = browser.post_form_to("/login", &fields).await.expect(303);
    assert_ne!(browser.cookie("__Host-login").unwrap(), secret);
    let old = tenant.visitor();
    old.set_cookie("__Host-login", &secret);
    let _ = old.get("/studio").await.expect(303);
    let stolen = browser.cookie("__Host-login").unwrap();
    let _ = browser.post_form_to("/logout", &[]).await.expect(303);
    assert!(browser.cookie("__Host-login").is_none());
    old.set_cookie("__Host-login", &stolen);
    let _ = old.get("/studio").await.expect(303);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let (known, unknown) = (tenant.email(Persona::Owner), format!("nobody@{}.example", tenant.slug));
    let (a, b) = (app.visitor(), app.visitor());
    let wrong = sign_in(&a, &known, "not the password at all").await;
    let nobody = sign_in(&b, &unknown, "not the password at all").await;
    assert!([401, 422].contains(&wrong.status), "{}", wrong.status);
    assert_eq!(wrong.shape().replace(&known, "…"), nobody.shape().replace(&unknown, "…"));
    assert_eq!(wrong.field("email").as_deref(), Some(known.as_str()), "what was typed is kept");
    assert!(wrong.field("password").unwrap_or_default().is_empty() && !wrong.has("not the password"));
    assert!(a.cookie("__Host-login").is_none());
    assert_eq!(sign_in(&a, &known, PASSWORD).await.status, 303);
    let call = serde_json::json!({ "email": known, "password": "not the password at all" });
    let other = serde_json::json!({ "email": unknown, "password": "not the password at all" });
    let post = async |body: &serde_json::Value| {
        let request = b
            .request(reqwest::Method::POST, "/api/v1/login")
            .header("content-type", "application/json")
            .body(body.to_string());
        b.send(request).await
    };
    assert_eq!(post(&call).await.expect(401).shape(), post(&other).await.expect(401).shape());
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing_is_slowed_for_the_guesser_and_not_for_the_owner_elsewhere() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let email = tenant.email(Persona::Admin);
    let guesser = app.visitor();
    let mut slowed = None;
    for n in 0..30 {
        let answer = sign_in(&guesser, &email, &format!("a guess of somebody {n}")).await;
        if answer.status == 429 {
            slowed = Some((n, answer));
            break;
        }
    }
    let (tries, answer) = slowed.expect("thirty guesses in a row were answered");
    assert!(tries >= 3, "{tries}");
    assert!(answer.header("retry-after").is_some());
    app.clock.advance(3_600);
    assert_eq!(sign_in(&guesser, &email, PASSWORD).await.status, 303, "it ends by itself");
    tenant.finish().await;
}

async fn link_of(app: &TestApp, email: &str, template: &str) -> String {
    let sql = format!(
        "SELECT data ->> 'link' FROM account_mails WHERE to_email = '{email}' AND template = '{template}' ORDER BY created_at DESC LIMIT 1"
    );
    app.sql.one(&sql).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_proved_by_a_link_that_works_once_and_expires() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let email = format!("new@{}.example", tenant.slug);
    let browser = app.visitor();
    let fields = [("name", "New Person"), ("email", email.as_str()), ("password", PASSWORD)];
    let sent = browser.post_form_to("/register", &fields).await.expect(303).location();
    assert!(sent.contains("/register/sent"), "{sent}");
    let link = link_of(&app, &email, "account/verify").await;
    assert!(link.starts_with(&app.origin), "{link}");
    let again = app.visitor().post_form_to("/register", &fields).await.expect(303).location();
    assert_eq!(again, sent, "that there is an account already can't be told");
    // Looking changes nothing; a mail program that opens links proves nobody.
    let _ = browser.open(&link).await.expect(200);
    let proved =
        format!("SELECT count(*) FROM accounts WHERE email = '{email}' AND email_verified_at IS NOT NULL");
    assert_eq!(app.sql.count(&proved).await, 0);
    let wrong = browser.post_form_to(&link, &[("password", "some other password")]).await;
    assert!((400..500).contains(&wrong.status));
    let _ = browser.post_form_to(&link, &[("password", PASSWORD)]).await.expect(303);
    assert_eq!(app.sql.count(&proved).await, 1);
    let used = app.visitor().post_form_to(&link, &[("password", PASSWORD)]).await;
    assert!((400..500).contains(&used.status), "a link worked twice: {}", used.status);

    let forgot = app.visitor();
    let _ = forgot.post_form_to("/account/forgot", &[("email", email.as_str())]).await.expect(303);
    let asked =
        "SELECT args::text FROM jobs WHERE kind = 'account.reset' ORDER BY created_at DESC, id DESC LIMIT 20";
    for args in app.sql.column(asked).await {
        let args = serde_json::from_str(&args).unwrap();
        app.app.identity.accounts().mail_reset(&args).await.unwrap();
    }
    let reset = link_of(&app, &email, "account/reset").await;
    app.clock.advance(30 * 86_400);
    let late = forgot.post_form_to(&reset, &[("password", "another long password 8")]).await;
    assert!((400..500).contains(&late.status), "an old link worked: {}", late.status);
    assert_eq!(sign_in(&forgot, &email, PASSWORD).await.status, 303, "the password is the old one");
    for token in ["", "x", "%00", &"a".repeat(2_000)] {
        let answer = forgot.open(&format!("/account/reset?token={token}")).await;
        assert!((400..500).contains(&answer.status), "{token}: {}", answer.status);
    }
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_led_to_another_site() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let email = tenant.email(Persona::Owner);
    for next in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aLocation:x",
        "\thttps://evil.example",
        "///evil.example",
    ] {
        let browser = app.visitor();
        let fields = [("email", email.as_str()), ("password", PASSWORD), ("next", next)];
        let to = browser.post_form_to("/login", &fields).await.expect(303).location();
        assert!(
            to.starts_with('/') && !to.starts_with("//") && !to.contains("evil") && !to.contains('\\'),
            "{next} → {to}"
        );
    }
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn weak_passwords_are_refused() {
    let app = TestApp::start().await;
    for (number, password) in ["short", "qwertyuiop", "", &"x".repeat(5_000)].into_iter().enumerate() {
        let email = format!("weak{number}-{}@example.com", app.origin.rsplit(':').next().unwrap());
        let answer = app
            .visitor()
            .post_form_to("/register", &[("name", "W"), ("email", &email), ("password", password)])
            .await;
        assert_eq!(answer.status, 422, "{password}");
        assert_eq!(app.sql.count(&format!("SELECT count(*) FROM accounts WHERE email = '{email}'")).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_business_somebody_comes_from_stays_with_them() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let visitor = tenant.visitor();
    for page in ["login", "register"] {
        let asked = visitor.open(&format!("/{page}?from={}", tenant.slug)).await.expect(200);
        let from = asked.field("from").expect("the form knows the business");
        assert!(asked.has(&format!("Tenant {}", tenant.slug)), "{page} looks like the business");
        let refused = visitor
            .post_form_to(&format!("/{page}"), &[("email", "nobody"), ("password", "x"), ("from", &from)])
            .await
            .expect(422);
        assert!(refused.has(&format!("Tenant {}", tenant.slug)), "{page} after an error");
        assert_eq!(refused.field("from").as_deref(), Some(from.as_str()));
    }
    tenant.finish().await;
}
