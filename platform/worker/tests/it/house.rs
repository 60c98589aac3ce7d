//! A migrated database, tenants, jobs in it, and dispatchers that write down what they were given.

use std::{
    collections::HashMap,
    process::Command,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use db::{Clock, Db, Entropy, PoolOptions};
use embedded::{Options, Postgres};
use events::TenantId;
use futures::future::BoxFuture;
use kernel::JobError;
use worker::{Dispatch, Job, Outcome, Worker, WorkerOptions};

fn server() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(|| {
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("worker");
        Postgres::start(&Options::for_tests(folder)).expect("a private PostgreSQL starts")
    })
}

fn psql(database: &str, text: &str) -> String {
    let output = Command::new(server().binaries().program("psql"))
        .args([&server().url(database, "postgres"), "-XAtqc", text])
        .output()
        .unwrap();
    assert!(output.status.success(), "{text}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub struct House {
    pub name: String,
    pub db: Db,
    pub clock: Clock,
}

impl House {
    pub async fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("worker_{}", NUMBER.fetch_add(1, Ordering::SeqCst));
        psql("postgres", &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        psql("postgres", &format!("CREATE DATABASE {name}"));
        {
            // Roles belong to the whole server: the first migration of a new one makes them, one at a time.
            static ROLES: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
            let _one = ROLES.lock().await;
            db::migrate(&server().url(&name, "postgres")).await.unwrap();
        }
        let url = server().url(&name, "app");
        let db = Db::connect(&url, PoolOptions { size: 16, wait: Duration::from_secs(5) }).unwrap();
        Self { name, db, clock: Clock::manual("2026-11-21T09:00:00Z".parse().unwrap()) }
    }
    /// Raw SQL as the superuser.
    pub fn sql(&self, text: &str) -> String {
        psql(&self.name, text)
    }
    pub fn tenant(&self, slug: &str) -> TenantId {
        let id = uuid::Uuid::new_v4();
        self.sql(&format!(
            "INSERT INTO tenants (id, slug, name, zone, currency, contact_email, created_at, updated_at) \
             VALUES ('{id}', '{slug}', '{slug}', 'UTC', 'GBP', 'a@b.co', now(), now())"
        ));
        TenantId::from_uuid(id)
    }
    /// `count` jobs of a tenant (or the platform), due since nine o'clock and a few microseconds.
    pub fn enqueue(&self, tenant: Option<TenantId>, kind: &str, count: u32) {
        let tenant = tenant.map_or("NULL".to_owned(), |id| format!("'{}'", id.uuid()));
        self.sql(&format!(
            "INSERT INTO jobs (id, tenant_id, kind, args, run_at, created_at, request_id) \
             SELECT gen_random_uuid(), {tenant}, '{kind}', jsonb_build_object('n', n), \
             '2026-11-21T08:00:00Z'::timestamptz + n * interval '1 microsecond', now(), 'req-1' FROM generate_series(1, {count}) n"
        ));
    }
    pub fn statuses(&self) -> String {
        self.sql("SELECT string_agg(status || ' ' || n, ', ' ORDER BY status) FROM (SELECT status, count(*) n FROM jobs GROUP BY 1) s")
    }
    pub fn worker(&self, dispatch: Arc<dyn Dispatch>, options: WorkerOptions) -> Worker {
        Worker::new(self.db.clone(), self.clock.clone(), Entropy::System, dispatch, options)
    }
    /// A worker on connections of its own, like another process.
    pub fn other_process(&self, dispatch: Arc<dyn Dispatch>, options: WorkerOptions) -> Worker {
        let db = Db::connect(&server().url(&self.name, "app"), PoolOptions::default()).unwrap();
        Worker::new(db, self.clock.clone(), Entropy::System, dispatch, options)
    }
}

pub fn quick(concurrency: usize) -> WorkerOptions {
    WorkerOptions {
        poll: Duration::from_millis(50),
        heartbeat: Duration::from_millis(200),
        dead_after: Duration::from_secs(1),
        drain: Duration::from_secs(5),
        ..WorkerOptions::with_concurrency(concurrency)
    }
}

/// Answers what the job's kind asks for, and remembers how often each job ran and in which order.
#[derive(Default)]
pub struct Notes {
    pub runs: Mutex<Vec<Job>>,
    /// What was given up, and why.
    pub dead: Mutex<Vec<String>>,
}

impl Notes {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }
    pub fn count(&self) -> usize {
        self.runs.lock().unwrap().len()
    }
    pub fn of_each_job(&self) -> HashMap<events::JobId, usize> {
        let mut counts = HashMap::new();
        for job in self.runs.lock().unwrap().iter() {
            *counts.entry(job.id).or_insert(0) += 1;
        }
        counts
    }
    pub async fn wait_for(&self, count: usize) {
        let waited = tokio::time::timeout(Duration::from_secs(20), async {
            while self.count() < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("{} of {count} jobs ran", self.count()));
    }
}

impl Dispatch for Notes {
    fn gave_up(&self, job: Job, why: String) -> BoxFuture<'static, ()> {
        self.dead.lock().unwrap().push(format!("{}: {why}", job.kind));
        Box::pin(async {})
    }
    fn dispatch(&self, job: Job) -> BoxFuture<'static, Result<Outcome, JobError>> {
        self.runs.lock().unwrap().push(job.clone());
        Box::pin(async move {
            match job.kind.as_str() {
                "ok" => Ok(Outcome::Done),
                "slow" => {
                    tokio::time::sleep(Duration::from_millis(400)).await;
                    Ok(Outcome::Done)
                }
                "endless" => std::future::pending().await,
                "skip" => Ok(Outcome::Skipped("module sessions is off".into())),
                "defer" => Ok(Outcome::Deferred("module sessions is off".into())),
                "postpone" => Ok(Outcome::Postponed { seconds: 60 }),
                "retry" => Err(JobError::Retry("down\0 for now".into())),
                "retry_once" if job.attempts == 1 => Err(JobError::Retry("first time".into())),
                "retry_once" => Ok(Outcome::Done),
                "fail" => Err(JobError::Fail("never".into())),
                "panic" => panic!("with the secret of ada@example.com"),
                other => Err(JobError::Fail(format!("unknown kind {other}"))),
            }
        })
    }
}

/// Runs a worker in the background until it is stopped or dropped.
pub struct Running {
    stop: tokio_util::sync::CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    pub fn start(worker: &Worker) -> Self {
        let stop = tokio_util::sync::CancellationToken::new();
        let (worker, signal) = (worker.clone(), stop.clone());
        let task = tokio::spawn(async move { worker.run(signal.cancelled_owned()).await });
        Self { stop, task }
    }
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
    /// Ends it as a kill does: no word to the database, jobs cut off.
    pub async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}
