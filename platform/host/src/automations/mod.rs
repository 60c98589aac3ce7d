//! Tenants' automations: installed, granted, switched, run after events, and shown in the studio.
//!
//! A run never happens inside a request. An event enqueues one [`JOB`] in its own transaction; that job enqueues one run
//! for each automation which listens; a run reads what it may see in one transaction, runs in the sandbox with none open,
//! and applies its effects together with its record in another.
//!
//! **Invariant.** One run an automation and event: the record is unique, and effects are written with it or not at all.

mod api;
mod install;
mod local;
mod pages;
mod queries;
mod runner;
mod views;

use std::sync::Arc;

use anyhow::Context as _;
use kernel::{Audience, Entropy, JobDef, PageRoute};
use plugins::{Host, HostConfig};
use poem::{get, post};

use crate::{app::App, config::Config};

pub use api::api;
pub use install::install_demo;
pub use local::run_locally;
pub use runner::publisher;
pub use views::{mails, views};

/// Kind of the job that follows every event.
pub const JOB: &str = "automations.dispatch";
/// Kind of the job that runs one automation on one event.
pub const RUN_JOB: &str = "automations.run";

/// The sandbox, started when the first automation needs it.
pub struct Automations {
    config: HostConfig,
    host: tokio::sync::OnceCell<Host>,
}

impl Automations {
    /// Reads (or makes) the key that signs compiled components.
    ///
    /// # Errors
    /// When the data folder can't be used.
    pub fn new(config: &Config, entropy: &Entropy) -> anyhow::Result<Self> {
        let folder = std::path::absolute(&config.data.dir)?.join("automations");
        let key = signing_key(&folder, entropy).with_context(|| folder.display().to_string())?;
        let mut host = HostConfig::new(folder.join("compiled"), key);
        host.runs = u32::try_from(config.plugins.concurrency).unwrap_or(4);
        Ok(Self { config: host, host: tokio::sync::OnceCell::new() })
    }
    /// Starts the sandbox with another program to compile by than this one: for programs that can't begin with
    /// [`plugins::child_main`], as test binaries.
    ///
    /// # Errors
    /// When the runtime can't start, or has started before.
    pub fn compile_by(&self, program: std::path::PathBuf) -> anyhow::Result<()> {
        let mut config = self.config.clone();
        config.compiler.program = program;
        self.host.set(Host::new(config)?).map_err(|_| anyhow::anyhow!("the sandbox runs already"))
    }
    /// The sandbox.
    ///
    /// # Errors
    /// When the runtime can't start.
    pub async fn host(&self) -> anyhow::Result<&Host> {
        self.host.get_or_try_init(|| async { Ok(Host::new(self.config.clone())?) }).await
    }
}

/// A key of the installation for another purpose than signing components.
///
/// # Errors
/// When the data folder can't be used.
pub fn derived_key(config: &Config, entropy: &Entropy, purpose: &str) -> anyhow::Result<[u8; 32]> {
    use hmac::Mac as _;
    let folder = std::path::absolute(&config.data.dir)?.join("automations");
    let key = signing_key(&folder, entropy).with_context(|| folder.display().to_string())?;
    let mut mac = <hmac::Hmac<sha2::Sha256> as hmac::Mac>::new_from_slice(&key)?;
    mac.update(purpose.as_bytes());
    Ok(mac.finalize().into_bytes().into())
}

/// 32 bytes in a file that only this user reads.
fn signing_key(folder: &std::path::Path, entropy: &Entropy) -> anyhow::Result<[u8; 32]> {
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
    let path = folder.join("signing-key");
    if let Ok(bytes) = std::fs::read(&path) {
        return bytes.try_into().map_err(|_| anyhow::anyhow!("signing-key has not 32 bytes"));
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let key: [u8; 32] = entropy.bytes();
    // Written whole under a name of its own, then linked: whoever finds the key finds all of it.
    let own = folder.join(format!("signing-key.{}", entropy.token()));
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&own)?;
    std::io::Write::write_all(&mut file, &key)?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&own, &path);
    std::fs::remove_file(&own)?;
    match linked {
        Ok(()) => Ok(key),
        // Another process was first: its key is the one.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => signing_key(folder, entropy),
        Err(error) => Err(error.into()),
    }
}

/// Pages.
#[must_use]
pub fn routes() -> Vec<PageRoute> {
    let studio = Audience::Studio;
    vec![
        PageRoute::new(studio, "/:slug/studio/automations", get(pages::list).post(pages::upload)),
        PageRoute::new(studio, "/:slug/studio/automations/:automation", get(pages::show).post(pages::save)),
        PageRoute::new(studio, "/:slug/studio/automations/:automation/switch", post(pages::switch)),
        PageRoute::new(studio, "/:slug/studio/automations/runs/:run", get(pages::show_run)),
    ]
}

/// Jobs.
#[must_use]
pub fn jobs(app: &Arc<App>) -> Vec<JobDef> {
    let runner = Arc::clone(app);
    vec![
        JobDef::new(JOB, runner::dispatch),
        JobDef::new(RUN_JOB, move |ctx, args| runner::run(Arc::clone(&runner), ctx, args)),
    ]
}
