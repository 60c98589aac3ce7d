use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::spawn_blocking,
};
use wasmtime::{
    Engine,
    component::{Component, HasSelf, Linker},
};

use crate::{
    Compiler, Digest, Failure, FailureCode, Invocation, Limits, Refusal, RunReport,
    disk::Disk,
    engine,
    failure::clean,
    recent::Recent,
    run::{self, Automation, AutomationPre, State},
    scan::{UPLOAD_BYTES, scan},
};

/// How long a turn of the epoch is.
const TICK: Duration = Duration::from_millis(5);

/// What a host needs to know.
#[derive(Clone, Debug)]
pub struct HostConfig {
    /// Folder of compiled components; made private to this user.
    pub cache_folder: PathBuf,
    /// Secret of this installation that signs compiled components: the same on each start.
    pub cache_key: [u8; 32],
    /// Bytes of compiled components on disk.
    pub cache_bytes: u64,
    /// Components kept ready in memory.
    pub ready: usize,
    /// Bytes of machine code kept ready in memory.
    pub ready_bytes: usize,
    /// Runs at a time.
    pub runs: u32,
    /// How long a run waits for its turn.
    pub queue: Duration,
    /// Above these no run goes, whatever its invocation says.
    pub ceiling: Limits,
    /// How components are compiled.
    pub compiler: Compiler,
}

impl HostConfig {
    /// The usual sizes: 16 runs at a time, 256 components in memory, 512 MiB on disk.
    #[must_use]
    pub fn new(cache_folder: PathBuf, cache_key: [u8; 32]) -> Self {
        Self {
            cache_folder,
            cache_key,
            cache_bytes: 512 << 20,
            ready: 256,
            ready_bytes: 128 << 20,
            runs: 16,
            queue: Duration::from_secs(30),
            ceiling: Limits::default(),
            compiler: Compiler::default(),
        }
    }
}

/// The host could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The runtime did not start, for example for lack of address space.
    #[error("the runtime of automations could not start: {0}")]
    Runtime(String),
    /// The cache folder can't be used.
    #[error("the folder of compiled automations can't be used: {0}")]
    Folder(#[from] std::io::Error),
}

/// A component that is ready to run. Cheap to clone.
#[derive(Clone)]
pub struct Compiled(Arc<Ready>);

struct Ready {
    pre: AutomationPre<State>,
    digest: Digest,
    code_bytes: usize,
}

impl Compiled {
    /// The digest of the upload it was made from.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.0.digest
    }
    /// Size of its machine code.
    #[must_use]
    pub fn code_bytes(&self) -> usize {
        self.0.code_bytes
    }
    pub(crate) fn pre(&self) -> &AutomationPre<State> {
        &self.0.pre
    }
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compiled")
            .field("digest", &self.0.digest)
            .field("code_bytes", &self.0.code_bytes)
            .finish()
    }
}

/// Prepares and runs components. Cheap to clone; one for each process.
#[derive(Clone)]
pub struct Host(Arc<Inner>);

struct Inner {
    engine: Engine,
    linker: Linker<State>,
    disk: Disk,
    recent: Mutex<Recent>,
    permits: Semaphore,
    compiling: Semaphore,
    config: HostConfig,
}

impl Host {
    /// Sets up the runtime, its pool, its clock thread and the cache.
    ///
    /// # Errors
    /// The runtime or the cache folder can't be used.
    pub fn new(config: HostConfig) -> Result<Self, HostError> {
        let runtime = |error: wasmtime::Error| HostError::Runtime(error.root_cause().to_string());
        let engine = engine::running(config.runs.max(1)).map_err(runtime)?;
        let mut linker = Linker::new(&engine);
        Automation::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)
            .map_err(runtime)?;
        start_ticking(&engine)?;
        let compatibility = engine::compatibility(&engine);
        let disk =
            Disk::open(config.cache_folder.clone(), config.cache_key, compatibility, config.cache_bytes)?;
        Ok(Self(Arc::new(Inner {
            recent: Mutex::new(Recent::new(config.ready, config.ready_bytes)),
            permits: Semaphore::new(usize::try_from(config.runs.max(1)).unwrap_or(1)),
            compiling: Semaphore::new(1),
            engine,
            linker,
            disk,
            config,
        })))
    }

    /// A component that is in memory or on disk already, so that its bytes need not be fetched.
    pub async fn ready(&self, digest: Digest) -> Option<Compiled> {
        if let Some(found) = self.recent().get(&digest) {
            return Some(found);
        }
        let host = self.clone();
        let found =
            spawn_blocking(move || host.0.disk.read(&digest).and_then(|code| host.load(digest, &code).ok()));
        let found = found.await.ok().flatten()?;
        self.recent().put(&found);
        Some(found)
    }

    /// Makes an upload ready to run: from memory, from disk, or by scanning it and compiling it in a child.
    ///
    /// # Errors
    /// Why the upload is not accepted. Only [`Refusal::Unavailable`] may pass when tried again.
    pub async fn prepare(&self, upload: &[u8]) -> Result<Compiled, Refusal> {
        if upload.len() > UPLOAD_BYTES {
            return Err(Refusal::TooLarge(UPLOAD_BYTES));
        }
        let digest = Digest::of(upload);
        if let Some(found) = self.ready(digest).await {
            return Ok(found);
        }
        let bytes: Arc<[u8]> = upload.into();
        let scanned = Arc::clone(&bytes);
        spawn_blocking(move || scan(&scanned)).await.map_err(unavailable)??;
        let _turn = self.0.compiling.acquire().await.map_err(unavailable)?;
        if let Some(found) = self.ready(digest).await {
            return Ok(found);
        }
        let code = self.0.config.compiler.compile(&bytes).await?;
        let host = self.clone();
        let kept = spawn_blocking(move || host.keep(digest, &code)).await;
        let compiled = kept.map_err(unavailable)??;
        self.recent().put(&compiled);
        Ok(compiled)
    }

    /// Runs a component on one event. Never fails as such: see [`RunReport::outcome`].
    ///
    /// Safe to cancel by dropping: nothing has happened then.
    pub async fn run(&self, component: &Compiled, mut invocation: Invocation) -> RunReport {
        invocation.limits = invocation.limits.within(&self.0.config.ceiling);
        let permit = match tokio::time::timeout(self.0.config.queue, self.0.permits.acquire()).await {
            Ok(Ok(permit)) => permit,
            _ => return RunReport::not_run(&invocation, FailureCode::Unavailable),
        };
        self.run_now(component, invocation, permit).await
    }

    /// Invariant: the permit outlives the store, so the pool never runs out.
    async fn run_now(
        &self,
        component: &Compiled,
        invocation: Invocation,
        _permit: SemaphorePermit<'_>,
    ) -> RunReport {
        run::run(&self.0.engine, component.pre(), invocation).await
    }

    /// How many components are ready in memory.
    #[must_use]
    pub fn ready_count(&self) -> usize {
        self.recent().len()
    }

    fn keep(&self, digest: Digest, code: &[u8]) -> Result<Compiled, Refusal> {
        let compiled = self.load(digest, code)?;
        if let Err(error) = self.0.disk.write(&digest, code) {
            tracing::warn!(%error, "a compiled automation could not be kept on disk");
        }
        Ok(compiled)
    }

    fn load(&self, digest: Digest, code: &[u8]) -> Result<Compiled, Refusal> {
        let component = deserialize(&self.0.engine, code)
            .map_err(|error| Refusal::Unavailable(error.root_cause().to_string()))?;
        let link = |error: wasmtime::Error| Refusal::Invalid(clean(&format!("{error:#}"), 300));
        let pre = self.0.linker.instantiate_pre(&component).map_err(link)?;
        let pre = AutomationPre::new(pre).map_err(|_| Refusal::NoHandler)?;
        Ok(Compiled(Arc::new(Ready { pre, digest, code_bytes: code.len() })))
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.0.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unavailable(error: impl std::fmt::Display) -> Refusal {
    Refusal::Unavailable(error.to_string())
}

#[expect(unsafe_code, reason = "wasmtime can't check machine code, so it asks its caller to; see SAFETY")]
fn deserialize(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: the code is the output of `Engine::precompile_component`, either handed over by the child that this
    // process has just started, or read from a file whose MAC under this installation's key was verified.
    unsafe { Component::deserialize(engine, code) }
}

/// Moves the engine's epoch on every 5 ms until the engine is gone.
fn start_ticking(engine: &Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    std::thread::Builder::new().name("plugin-ticks".to_owned()).spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    })?;
    Ok(())
}

impl From<FailureCode> for crate::Outcome {
    fn from(code: FailureCode) -> Self {
        Self::Failed(Failure::from(code))
    }
}
