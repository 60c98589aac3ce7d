//! A private server, migrated once, and what tests do with it again and again.

use std::{
    collections::BTreeSet,
    process::Command,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use db::{CtxParts, Db, PoolOptions};
use diesel::sql_types as st;
use diesel_async::RunQueryDsl;
use embedded::{Options, Postgres};
use events::{Instant, TenantId};
use kernel::{
    Actor, Brand, Clock, Ctx, Entropy, Grants, Permission, Problem, Subscriptions, TenantInfo, TenantStatus,
    TxError,
};
use people::accounts::{
    AccountMail, Accounts, KeptMail, LocalThrottle, NewAccount, NewLogin, RESET_JOB, Visit,
};

/// What every test may do.
pub const WORK: Permission = Permission("test:people:work");
/// Passes the rules.
pub const PASSWORD: &str = "seven green kettles";

static COUNT: AtomicU32 = AtomicU32::new(1);

/// The private server, with a fresh migrated database.
fn server() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(|| {
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("people");
        let server = Postgres::start(&Options::for_tests(folder)).unwrap();
        for sql in ["DROP DATABASE IF EXISTS people WITH (FORCE)", "CREATE DATABASE people"] {
            let mut psql = Command::new(server.binaries().program("psql"));
            let output = psql.args([&server.superuser_url(), "-XAtqc", sql]).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let url = server.url("people", "postgres");
        // A runtime of its own: the tests' ones come and go.
        let migrated = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            runtime.block_on(db::migrate(&url))
        });
        migrated.join().unwrap().unwrap();
        server
    })
}

/// A tenant of its own, accounts, and a clock that stands.
pub struct House {
    pub db: Db,
    pub clock: Clock,
    pub entropy: Entropy,
    pub accounts: Accounts,
    pub tenant: Arc<TenantInfo>,
    /// Tells this test's people from others'.
    pub number: u32,
}

impl House {
    pub async fn new() -> Self {
        let url = server().url("people", "app");
        let db = Db::connect(&url, PoolOptions { size: 4, ..PoolOptions::default() }).unwrap();
        let clock = Clock::manual("2026-11-21T08:00:00Z".parse().unwrap());
        let entropy = Entropy::System;
        let throttle = Arc::new(LocalThrottle::default());
        let accounts =
            Accounts::new(db.clone(), clock.clone(), entropy.clone(), throttle, "https://platform.example");
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let mut house = Self {
            db,
            clock,
            entropy,
            accounts,
            tenant: Arc::new(info(TenantId::from_uuid(uuid::Uuid::nil()), 0)),
            number,
        };
        house.tenant = house.new_tenant().await;
        house
    }
    /// One more tenant.
    pub async fn new_tenant(&self) -> Arc<TenantInfo> {
        let (id, now): (TenantId, _) = (self.entropy.id(self.clock.now()), self.clock.now());
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let tenant = info(id, number);
        let slug = tenant.slug.clone();
        self.db
            .system_tx("a test's tenant", async move |tx| {
                let sql = "INSERT INTO tenants (id, slug, name, zone, currency, contact_email, created_at, updated_at) \
                           VALUES ($1, $2, 'Studio ' || $2, 'Europe/London', 'GBP', 'hello@example.com', $3, $3)";
                let query = diesel::sql_query(sql).bind::<st::Uuid, _>(id).bind::<st::Text, _>(slug);
                query.bind::<st::Timestamptz, _>(now).execute(&mut **tx).await.map_err(TxError::from)
            })
            .await
            .unwrap();
        Arc::new(tenant)
    }
    /// An address of this test.
    pub fn email(&self, name: &str) -> String {
        format!("{name}.{}@example.com", self.number)
    }
    /// A context in the test's tenant.
    pub fn ctx(&self, actor: Actor) -> Ctx {
        self.ctx_in(&self.tenant, actor)
    }
    pub fn ctx_in(&self, tenant: &Arc<TenantInfo>, actor: Actor) -> Ctx {
        db::open(CtxParts {
            tenant: Arc::clone(tenant),
            actor,
            grants: Grants::of([WORK]),
            db: self.db.clone(),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            subscriptions: Arc::new(Subscriptions::default()),
            request_id: "test".into(),
            origin: "https://platform.example".into(),
            base: format!("/{}", tenant.slug),
        })
    }
    /// Somebody registered (not proved).
    pub async fn register(&self, name: &str) -> String {
        let new = NewAccount { name: name.into(), email: self.email(name), password: PASSWORD.into() };
        self.accounts.register(new, &Visit::default()).await.unwrap()
    }
    /// Asks for a new password, and runs the job that follows.
    pub async fn forgot(&self, email: &str) {
        self.accounts.forgot(email, &Visit::default()).await.unwrap();
        self.run_resets().await;
    }
    /// Runs the jobs of all who asked for a new password: again, too.
    pub async fn run_resets(&self) {
        // Tests share the database: one runs them at a time.
        static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let _one = ONE.lock().await;
        for args in self.resets().await {
            self.accounts.mail_reset(&args).await.unwrap();
        }
    }
    /// Arguments of the jobs of all who asked for a new password.
    pub async fn resets(&self) -> Vec<serde_json::Value> {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = st::Jsonb)]
            args: serde_json::Value,
        }
        let rows: Vec<Row> = self
            .db
            .system_tx("jobs of a test", async |tx| {
                let sql = format!("SELECT args FROM jobs WHERE kind = '{RESET_JOB}' ORDER BY created_at, id");
                diesel::sql_query(sql).load(&mut **tx).await.map_err(TxError::from)
            })
            .await
            .unwrap();
        rows.into_iter().map(|row| row.args).collect()
    }
    pub async fn sign_in(&self, email: &str) -> Result<NewLogin, Problem> {
        self.accounts.sign_in(email, PASSWORD, &Visit::default(), None).await
    }
    /// Somebody registered, signed in and proved.
    pub async fn proved(&self, name: &str) -> (String, NewLogin) {
        let email = self.register(name).await;
        let secret = self.last_link(&email).await;
        let login = self.sign_in(&email).await.unwrap();
        self.accounts.verify(&secret, login.account).await.unwrap();
        (email, login)
    }
    /// Templates of the mails to an address, the oldest first.
    pub async fn mails(&self, email: &str) -> Vec<String> {
        self.mail_rows(email).await.into_iter().map(|(template, _)| template).collect()
    }
    /// The secret of the newest link to an address.
    pub async fn last_link(&self, email: &str) -> String {
        let (_, data) = self.mail_rows(email).await.pop().unwrap();
        let link = data["link"].as_str().unwrap();
        link.split("token=").nth(1).unwrap().split('&').next().unwrap().to_owned()
    }
    /// The newest mail to an address.
    pub async fn mail_to(&self, email: &str) -> (AccountMail, KeptMail) {
        self.accounts
            .outbox(1_000)
            .await
            .unwrap()
            .into_iter()
            .find(|(mail, _)| mail.to_email == email)
            .unwrap()
    }
    async fn mail_rows(&self, email: &str) -> Vec<(String, serde_json::Value)> {
        let mails = self.accounts.outbox(1_000).await.unwrap().into_iter().rev();
        mails.filter(|(mail, _)| mail.to_email == email).map(|(mail, _)| (mail.template, mail.data)).collect()
    }
    pub fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
    }
}

fn info(id: TenantId, number: u32) -> TenantInfo {
    TenantInfo {
        id,
        slug: format!("studio-{number}"),
        name: format!("Studio {number}"),
        status: TenantStatus::Active,
        zone: "Europe/London".into(),
        currency: "GBP".parse().unwrap(),
        locale: "en".into(),
        contact_email: "hello@example.com".into(),
        brand: Brand::default(),
        features: BTreeSet::new(),
        version: 1,
    }
}

/// Status and code of a refusal.
pub fn refused<T>(answer: Result<T, Problem>) -> (u16, &'static str) {
    match answer {
        Ok(_) => panic!("was not refused"),
        Err(problem) => (problem.status.as_u16(), problem.code),
    }
}

/// Later than a moment by seconds.
pub fn later(at: Instant, seconds: i64) -> Instant {
    at.plus_seconds(seconds)
}
