use std::{
    collections::BTreeMap,
    net::TcpListener,
    path::PathBuf,
    process::Command,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use db::{Db, PoolOptions};
use events::{Instant, TenantId};
use host::{
    app::{App, Parts},
    config::Config,
    serve::{self, Running},
};
use kernel::{BoxFuture, Clock, Entropy};
use people::accounts::{Accounts, Limit, Throttle};
use worker::{Ran, Worker};

use crate::{Client, Database, Site, Sql, TestHost};

/// When every test begins: a Monday morning.
pub const START: &str = "2026-11-23T08:00:00Z";
/// What `{slug}.{base}` ends with.
const BASE_DOMAIN: &str = "coaches.test";

/// What an application is started with.
#[derive(Clone, Debug, Default)]
pub struct AppOptions {
    /// Keys of the configuration beyond those of every test: `("MAIL__TRANSPORT", "smtp")`.
    pub settings: Vec<(&'static str, String)>,
    /// Connections at most; 0: eight.
    pub pool: usize,
    /// Where rows are kept; none: in the database that tests share.
    pub database: Option<Database>,
    /// A Redis for cache, limits and fan-out; none: in the process.
    pub redis: Option<String>,
}

/// The whole application on a port of this machine, with a clock that stands until the test moves it.
pub struct TestApp {
    /// The application.
    pub app: Arc<App>,
    /// Its clock.
    pub clock: Clock,
    /// Scheme, host and port.
    pub origin: String,
    /// Where its rows are.
    pub database: Database,
    /// Looks behind its back, as the superuser.
    pub sql: Sql,
    /// Its accounts, for making people without mails and forms.
    pub(crate) accounts: Accounts,
    options: AppOptions,
    worker: Worker,
    running: Option<Running>,
}

impl TestApp {
    /// Starts one over the shared database.
    pub async fn start() -> Self {
        Self::start_with(AppOptions::default()).await
    }
    /// Starts one.
    pub async fn start_with(options: AppOptions) -> Self {
        let clock = Clock::manual(START.parse().expect("an instant"));
        Self::start_at(options, clock).await
    }
    /// Another replica: the same database, the same clock, its own memory and port.
    pub async fn replica(&self) -> Self {
        let options = AppOptions { database: Some(self.database.clone()), ..self.options.clone() };
        Self::start_at(options, self.clock.clone()).await
    }

    async fn start_at(options: AppOptions, clock: Clock) -> Self {
        let database = match &options.database {
            Some(database) => database.clone(),
            None => TestHost::get().await.shared.clone(),
        };
        let seed = seed();
        eprintln!("seed {seed} (TEST_SEED repeats it), database {}", database.name);
        let entropy = Entropy::seeded(seed);
        let (app, running) = serving(&options, &database, &clock, &entropy).await;
        app.automations.compile_by(compiler()).expect("the sandbox of automations");
        let (origin, worker) = (app.config.server.origin.clone(), serve::worker(&app));
        let throttle = Arc::new(Unslowed);
        let accounts = Accounts::new(app.db.clone(), clock.clone(), entropy, throttle, origin.clone());
        let sql = database.sql().await;
        Self { app, clock, origin, database, sql, accounts, options, worker, running: Some(running) }
    }

    /// A browser that knows nobody, at the installation's own pages.
    #[must_use]
    pub fn visitor(&self) -> Client {
        Client::new(Site { origin: self.origin.clone(), slug: String::new() }, "visitor")
    }
    /// The present moment of the test.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }
    /// Runs the jobs of a tenant that are due, and what they enqueue.
    pub async fn run_jobs(&self, tenant: TenantId) -> Ran {
        self.worker.run_due_of(tenant).await.expect("jobs run")
    }
    /// A worker of its own, as another process would have.
    #[must_use]
    pub fn new_worker(&self) -> Worker {
        serve::worker(&self.app)
    }
    /// The name under which `slug.base` serves a tenant.
    #[must_use]
    pub fn host_of(&self, slug: &str) -> String {
        format!("{slug}.{BASE_DOMAIN}")
    }
    /// Stops serving and waits for it.
    pub async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            let stopped = tokio::time::timeout(Duration::from_secs(20), running.stop()).await;
            stopped.expect("the application stops");
        }
    }
}

/// People are made and signed in as often as tests want. The application's own sign-in is slowed as ever.
struct Unslowed;

impl Throttle for Unslowed {
    fn hit<'a>(&'a self, _: &'a str, _: Limit, _: Instant) -> BoxFuture<'a, Result<(), u32>> {
        Box::pin(async { Ok(()) })
    }
    fn forgive<'a>(&'a self, _: &'a str, _: Limit) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

/// Builds and serves; tries another port when somebody took it in between.
async fn serving(
    options: &AppOptions,
    database: &Database,
    clock: &Clock,
    entropy: &Entropy,
) -> (Arc<App>, Running) {
    let mut last = None;
    for _ in 0..10 {
        let port = free_port();
        let app = build(options, database, clock, entropy, port).await;
        match serve::start(&app, false).await {
            Ok(running) => return (app, running),
            Err(error) if error.to_string().starts_with("can't listen") => last = Some(error),
            Err(error) => panic!("the application does not serve: {error:#}"),
        }
    }
    panic!("the application does not serve: {last:?}");
}

async fn build(
    options: &AppOptions,
    database: &Database,
    clock: &Clock,
    entropy: &Entropy,
    port: u16,
) -> Arc<App> {
    let config = Config::load(None, &settings(options, database, port)).expect("the configuration of tests");
    let size = if options.pool == 0 { 8 } else { options.pool };
    let db =
        Db::connect(&database.app_url, PoolOptions { size, wait: Duration::from_secs(5) }).expect("a pool");
    let cache = match &options.redis {
        Some(url) => cache::Cache::redis(url).expect("the address of Redis"),
        None => cache::Cache::in_process(),
    };
    let parts = Parts { config, db, clock: clock.clone(), entropy: entropy.clone(), cache };
    server::modules::build(parts).await.expect("the application is put together")
}

fn settings(options: &AppOptions, database: &Database, port: u16) -> BTreeMap<String, String> {
    let plenty = "1000000".to_owned();
    let all = [
        ("SERVER__ENVIRONMENT", "development".to_owned()),
        ("SERVER__LISTEN", format!("127.0.0.1:{port}")),
        ("SERVER__ORIGIN", format!("http://127.0.0.1:{port}")),
        ("SERVER__METRICS_LISTEN", String::new()),
        ("SERVER__BASE_DOMAIN", BASE_DOMAIN.to_owned()),
        ("SERVER__DRAIN_SECONDS", "0".to_owned()),
        ("SERVER__GRACE_SECONDS", "5".to_owned()),
        ("DATABASE__URL", database.app_url.clone()),
        ("DATA__DIR", data_folder()),
        ("LIMITS__ADDRESS_PER_SECOND", plenty.clone()),
        ("LIMITS__ADDRESS_BURST", plenty.clone()),
        ("LIMITS__TENANT_PER_SECOND", plenty.clone()),
        ("LIMITS__TENANT_BURST", plenty),
    ];
    let own = options.settings.iter().map(|(key, value)| (*key, value.clone()));
    all.into_iter()
        .chain(crate::stripe::settings())
        .chain(own)
        .map(|(key, value)| (format!("PLATFORM__{key}"), value))
        .collect()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its address").port()
}

/// Compiled automations and keys; one folder for all tests of this build.
fn data_folder() -> String {
    let folder = crate::workspace().join("target/testkit");
    std::fs::create_dir_all(&folder).expect("a folder for data");
    folder.display().to_string()
}

/// A program that compiles automations, beside the one that runs: a test binary can't be started for that. Tests of the
/// whole workspace have it built; where it is missing it is built once.
fn compiler() -> PathBuf {
    static TOOL: OnceLock<PathBuf> = OnceLock::new();
    TOOL.get_or_init(|| {
        let own = std::env::current_exe().expect("the test's own program");
        let tool = own.ancestors().nth(2).expect("the folder of programs").join("plugin-tool");
        if !tool.exists() {
            let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
            let mut build = Command::new(cargo);
            build.args(["build", "--quiet", "--offline", "--package", "plugins", "--bin", "plugin-tool"]);
            let built = build.current_dir(crate::workspace()).status().expect("cargo runs");
            assert!(built.success() && tool.exists(), "plugin-tool was not built at {}", tool.display());
        }
        tool
    })
    .clone()
}

/// Another one for each application, unless one is to be repeated.
fn seed() -> u64 {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::SeqCst);
    let given = std::env::var("TEST_SEED").ok().and_then(|text| text.parse::<u64>().ok());
    given.map_or_else(|| uuid::Uuid::new_v4().as_u64_pair().1, |seed| seed.wrapping_add(number))
}
