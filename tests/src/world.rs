//! A tenant with one of everything there is.

use std::{collections::BTreeSet, sync::atomic::AtomicUsize};

use testkit::{Client, Persona, Sql, TestApp, TestTenant, tomorrow_at};

/// A tenant with one of everything, and the names of it all.
pub struct World<'a> {
    pub tenant: TestTenant<'a>,
    pub owner: Client,
    /// Identifiers as the API writes them: `bkg_…`.
    pub ids: Vec<String>,
    /// Other names of its things in addresses: slugs, tokens, numbers.
    pub names: Vec<String>,
    /// Slugs of what is bookable and for sale.
    pub appointment: String,
    pub product: String,
    /// Token of an order that bought files.
    pub bought: String,
    /// The order that the refund belongs to.
    pub refunded_order: String,
    /// The token of that order.
    pub refunded_token: String,
    /// Code of a gift voucher.
    pub voucher: String,
    /// An event of Stripe's.
    pub event: String,
    /// Counts changes of plans: each is to another one.
    pub turn: AtomicUsize,
}

/// How many there are of what is deleted when it is tried.
const SPARE: usize = 3;

impl<'a> World<'a> {
    #[expect(clippy::cognitive_complexity, reason = "one of everything, one line each")]
    pub async fn new(app: &'a TestApp) -> Self {
        let tenant = TestTenant::new(app).await;
        let owner = tenant.owner().await;
        let mark = tenant.slug.replace("t-", "");
        let (appointment, product, package) =
            (format!("talk-{mark}"), format!("pass-{mark}"), format!("bundle-{mark}"));
        let email = tenant.email(Persona::Client);
        let kind = tenant.bookable(&owner, &appointment).await;
        let booked = tenant.book(&tenant.visitor(), &appointment, &tomorrow_at(10, 0), &email).await;
        let sold = tenant.product(&owner, &product, 2_500, 5).await;
        let bundle = tenant.package(&owner, &package, 4_000, &sold).await;
        let paying = tenant.buy(&tenant.visitor(), &product, &email, "sandbox").await;
        let (refunded_order, refund) = refunded(&tenant, &owner, &product).await;
        let automation = install(&owner).await;
        let spare = spare(&tenant, &owner, &booked.id, &sold, &mark).await;
        let picture = picture(&owner, &sold).await;
        let bought = bought(&tenant, &owner, &product).await;
        let coach = tenant.member(Persona::Coach).await;
        let other_hours = serde_json::json!({ "coach": &coach, "date": "2027-07-01", "hours": [] });
        let _ = owner.api("PUT", "/availability/overrides", Some(&other_hours)).await.expect(200);
        let feed = feed(&tenant).await;
        let other = tenant.book(&tenant.visitor(), &appointment, &tomorrow_at(11, 0), &email).await;
        let subscribed = subscribed(&tenant, &owner, &mark).await;
        let event = event(&tenant, &mark).await;
        let (coupon, gift, voucher) = codes(&owner).await;
        tenant.run_jobs().await;
        let run = format!("run_{}", one(&tenant, "automation_runs", "id").await.replace('-', ""));
        let client = format!("cli_{}", one(&tenant, "clients", "id").await.replace('-', ""));
        let lot = app.sql.column(&format!("SELECT id FROM credit_lots WHERE {}", tenant.rows())).await;
        let mut ids = vec![kind, booked.id, other.id, sold, bundle, paying.id, automation, run, client];
        let note = format!("{refund}.pdf");
        ids.extend([tenant.member(Persona::Owner).await, coach, refund, refunded_order.clone(), gift]);
        ids.extend([subscribed.id, subscribed.card, subscribed.spare_card]);
        ids.extend(coupon.into_iter().chain(spare));
        ids.extend(lot.iter().map(|id| format!("lot_{}", id.replace('-', ""))));
        let page = paying.next.rsplit('/').next().unwrap().to_owned();
        let refunded_token = token_of(&tenant, &refunded_order).await;
        let mut names = vec![appointment.clone(), product.clone(), package, booked.token, paying.token];
        names.extend([page, feed, picture, event.clone(), note]);
        names.extend([subscribed.token, subscribed.card_page, voucher.clone()]);
        let turn = AtomicUsize::new(0);
        Self {
            refunded_token,
            event,
            turn,
            tenant,
            owner,
            ids,
            names,
            appointment,
            product,
            bought,
            refunded_order,
            voucher,
        }
    }
    /// Everything that can stand in an address.
    pub fn all(&self) -> Vec<&str> {
        self.ids.iter().chain(&self.names).map(String::as_str).collect()
    }
    /// The token of a booking's link.
    pub fn booking_token(&self) -> &str {
        &self.names[3]
    }
    /// One of a kind, another one for the next number as long as there are several.
    pub fn nth(&self, prefix: &str, number: usize) -> &str {
        let of_kind: Vec<_> = self.ids.iter().filter(|id| id.starts_with(&format!("{prefix}_"))).collect();
        of_kind[number % of_kind.len()]
    }
    /// The last of a kind: what may be put away without anybody missing it.
    pub fn last(&self, prefix: &str) -> &str {
        self.ids.iter().rev().find(|id| id.starts_with(&format!("{prefix}_"))).unwrap()
    }
    /// The first identifier of a kind: `bkg`.
    pub fn id(&self, prefix: &str) -> &str {
        let found = self.ids.iter().find(|id| id.starts_with(&format!("{prefix}_")));
        found.unwrap_or_else(|| panic!("the world has no {prefix}: add one to tests/src/world.rs"))
    }
}

/// Several of what is deleted: each role that may takes one away.
async fn spare(
    tenant: &TestTenant<'_>,
    owner: &Client,
    booking: &str,
    sold: &str,
    mark: &str,
) -> Vec<String> {
    let mut spare = Vec::new();
    for day in 1..=SPARE {
        let text = serde_json::json!({ "body": "Of the world" });
        spare.push(made(owner, &format!("/bookings/{booking}/notes"), &text).await);
        let closed = serde_json::json!({
            "start": format!("2027-06-{day:02}T08:00:00Z"), "end": format!("2027-06-{day:02}T09:00:00Z")
        });
        spare.push(made(owner, "/availability/blackouts", &closed).await);
    }
    spare.push(made(owner, "/tax-rates", &serde_json::json!({ "name": "VAT", "bp": 2000 })).await);
    spare.extend(shelf(tenant, owner, sold, mark).await);
    spare
}

/// The private address of a coach's calendar.
async fn feed(tenant: &TestTenant<'_>) -> String {
    let of = "/me/calendar-address?of=coach";
    let feed = tenant.coach().await.api("POST", of, None).await.expect(200).json();
    feed["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// Gives an offer a picture. Answers the name of its content.
async fn picture(owner: &Client, offer: &str) -> String {
    let mut header = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0".to_vec();
    // Another one in each business.
    header.extend(owner.site.slug.bytes());
    let place = format!("/api/v1/{}/offers/{offer}/picture", owner.site.slug);
    let request = owner.request(reqwest::Method::PUT, &place);
    let request = request.header("content-type", "application/octet-stream").body(header);
    let offer = owner.send(request).await.expect(200).json();
    offer["picture"]["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// An order of a product that is paid. Gives its token.
async fn bought(tenant: &TestTenant<'_>, owner: &Client, product: &str) -> String {
    let bought = tenant.buy(&tenant.visitor(), product, &tenant.email(Persona::Client), "sandbox").await;
    let _ = owner
        .api("POST", &format!("/orders/{}/mark-paid", bought.id), Some(&serde_json::json!({})))
        .await
        .expect(200);
    bought.token
}

/// Plans, files of a product, and an offer of each kind that may be put away.
async fn shelf(tenant: &TestTenant<'_>, owner: &Client, product: &str, mark: &str) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 1..=4 {
        let plan = serde_json::json!({
            "slug": format!("plan-{number}-{mark}"), "name": "A plan", "status": "active",
            "price": { "amount": 9_900, "currency": "GBP" }, "terms": { "every": "month", "credits_per_week": 2 },
        });
        ids.push(made(owner, "/plans", &plan).await);
    }
    for number in 1..=SPARE {
        let place = format!("/api/v1/{}/offers/{product}/files?name=file-{number}.txt", tenant.slug);
        let request = owner.request(reqwest::Method::POST, &place);
        let request = request.header("content-type", "application/octet-stream").body("Of the world");
        let file = owner.send(request).await.expect(200).json();
        ids.push(file["id"].as_str().unwrap().to_owned());
    }
    let away = tenant.product(owner, &format!("away-{mark}"), 100, 1).await;
    ids.push(tenant.package(owner, &format!("away-too-{mark}"), 100, &away).await);
    ids.push(away);
    ids
}

/// A subscription that runs, with the card that it is paid with and the page where another is saved.
struct Subscribed {
    id: String,
    token: String,
    card: String,
    /// One that may be removed.
    spare_card: String,
    card_page: String,
}

/// The owner subscribes to the first plan, as a client.
async fn subscribed(tenant: &TestTenant<'_>, owner: &Client, mark: &str) -> Subscribed {
    let bought = tenant.buy(owner, &format!("plan-1-{mark}"), &tenant.email(Persona::Owner), "sandbox").await;
    let _ = owner.post_form_to(&bought.next, &[("outcome", "pay")]).await.expect(303);
    tenant.run_jobs().await;
    let card = one(tenant, "payment_methods", "id").await;
    let add = async || owner.post_form("/me/payment-methods", &[]).await.expect(303).location();
    let (page, spare) = (add().await, add().await);
    let _ = owner.post_form_to(&spare, &[("card", "pays")]).await.expect(303);
    let sql = format!("SELECT id FROM payment_methods WHERE {} AND id <> '{card}'", tenant.rows());
    let spare_card = format!("pmt_{}", tenant.app.sql.one(&sql).await.replace('-', ""));
    Subscribed {
        id: format!("sub_{}", one(tenant, "subscriptions", "id").await.replace('-', "")),
        token: one(tenant, "subscriptions", "token").await,
        card: format!("pmt_{}", card.replace('-', "")),
        spare_card,
        card_page: page.rsplit('/').next().unwrap().to_owned(),
    }
}

/// An event of Stripe's that was handled.
async fn event(tenant: &TestTenant<'_>, mark: &str) -> String {
    let (id, now) = (format!("evt_of_{mark}"), tenant.app.now());
    let row = format!(
        "INSERT INTO stripe_events (tenant_id, id, kind, live, payload, created_at, received_at, state) \
         VALUES ('{}', '{id}', 'charge.succeeded', false, '{{}}', '{now}', '{now}', 'ignored')",
        tenant.id.uuid()
    );
    tenant.app.sql.run(&row).await;
    id
}

async fn token_of(tenant: &TestTenant<'_>, order: &str) -> String {
    let id = order.trim_start_matches("ord_");
    let sql =
        format!("SELECT token FROM orders WHERE {} AND replace(id::text, '-', '') = '{id}'", tenant.rows());
    tenant.app.sql.one(&sql).await
}

/// A coupon and a gift voucher: their identifiers, and the voucher's code.
async fn codes(owner: &Client) -> (Vec<String>, String, String) {
    let mut coupon = Vec::new();
    for code in ["WORLD-10", "AWAY-10"] {
        coupon.push(made(owner, "/coupons", &serde_json::json!({ "code": code, "bp": 1_000 })).await);
    }
    let voucher = serde_json::json!({ "amount": { "amount": 5_000, "currency": "GBP" } });
    let voucher = owner.api("POST", "/vouchers", Some(&voucher)).await.expect(200).json();
    let text = |name: &str| voucher[name].as_str().unwrap().to_owned();
    (coupon, text("id"), text("code"))
}

/// Makes something and gives its identifier.
async fn made(owner: &Client, path: &str, body: &serde_json::Value) -> String {
    owner.api("POST", path, Some(body)).await.expect(200).json()["id"].as_str().unwrap().to_owned()
}

/// An order that was paid in cash and is owed back in part. Gives the identifiers of the order and of its refund.
async fn refunded(tenant: &TestTenant<'_>, owner: &Client, product: &str) -> (String, String) {
    let email = tenant.email(Persona::Client);
    let method =
        serde_json::json!({ "offer": product, "name": "Sam Reed", "email": email, "method": "sandbox" });
    let bought = owner.api("POST", "/checkout", Some(&method)).await.expect(200).json();
    let order = bought["order"].as_str().unwrap();
    let _ = owner
        .api("POST", &format!("/orders/{order}/mark-paid"), Some(&serde_json::json!({})))
        .await
        .expect(200);
    let part = serde_json::json!({ "amount": { "amount": 500, "currency": "GBP" } });
    let refund = owner.api("POST", &format!("/orders/{order}/refund"), Some(&part)).await.expect(200).json();
    (order.to_owned(), refund["id"].as_str().unwrap().to_owned())
}

/// Installs the example automation, grants it what it asks for and switches it on.
pub async fn install(owner: &Client) -> String {
    let path =
        tokio::task::spawn_blocking(|| plugins::build::example("welcome-note")).await.unwrap().unwrap();
    let bytes = std::fs::read(path).unwrap();
    let place = format!("/api/v1/{}/automations", owner.site.slug);
    let request = owner
        .request(reqwest::Method::POST, &place)
        .header("content-type", "application/octet-stream")
        .body(bytes);
    let id = owner.send(request).await.expect(200).json()["id"].as_str().unwrap().to_owned();
    let asked =
        owner.api("GET", &format!("/automations/{id}"), None).await.expect(200).json()["capabilities"]
            .clone();
    let change = serde_json::json!({ "granted": asked, "enabled": true });
    let _ = owner.api("PATCH", &format!("/automations/{id}"), Some(&change)).await.expect(200);
    id
}

async fn one(tenant: &TestTenant<'_>, table: &str, column: &str) -> String {
    let sql = format!("SELECT {column} FROM {table} WHERE {} LIMIT 1", tenant.rows());
    tenant.app.sql.column(&sql).await.pop().unwrap_or_else(|| panic!("nothing in {table}"))
}

/// An identifier or name that looks like this one and names nothing.
pub fn random_like(name: &str) -> String {
    let fresh: String = testkit_random();
    match name.split_once('_') {
        Some((prefix, hex)) if hex.len() == 32 && prefix.len() == 3 => format!("{prefix}_{fresh}"),
        _ => fresh.chars().cycle().take(name.len().clamp(8, 60)).collect(),
    }
}

/// 32 hexadecimal digits.
fn testkit_random() -> String {
    use std::hash::{BuildHasher, RandomState};
    let part = || RandomState::new().hash_one(0_u8);
    format!("{:016x}{:016x}", part(), part())
}

/// One line for each table: how many rows of a tenant it has, and a hash of them.
pub async fn rows_of(sql: &Sql, tenant: &TestTenant<'_>) -> BTreeSet<String> {
    let tables = sql
        .column(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' \
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1",
        )
        .await;
    let mut lines = BTreeSet::new();
    for table in tables {
        let hash = format!(
            "SELECT count(*) || ' ' || md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {table} t WHERE {}",
            tenant.rows()
        );
        lines.insert(format!("{table} {}", sql.one(&hash).await));
    }
    lines.insert(format!(
        "tenants {}",
        sql.one(&format!("SELECT md5(t::text) FROM tenants t WHERE id = '{}'", tenant.id.uuid())).await
    ));
    lines
}
