//! Runs jobs: finds the tenant and the kind, and asks the gate whether its module is on.

use std::{collections::HashMap, sync::Arc};

use kernel::{JobDef, JobError, TenantStatus};
use worker::{Dispatch, Job, Outcome};

use crate::{app::App, automations, checkout, mailing};

/// Seconds that a suspended tenant's job waits before it asks again.
const SUSPENDED_WAIT: i64 = 300;

/// The jobs of the platform and of all modules. Cheap to clone.
#[derive(Clone)]
pub struct Jobs(Arc<Inner>);

struct Inner {
    app: Arc<App>,
    kinds: HashMap<&'static str, (Option<&'static str>, JobDef)>,
}

impl Jobs {
    /// Collects the kinds of everybody.
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        let own = mailing::jobs(&app)
            .into_iter()
            .chain(automations::jobs(&app))
            .chain(checkout::jobs())
            .map(|job| (None, job));
        let mut kinds: HashMap<_, _> = own.map(|(module, job)| (job.kind, (module, job))).collect();
        for module in app.registry.all() {
            kinds.extend((module.jobs)().into_iter().map(|job| (job.kind, (Some(module.id), job))));
        }
        Self(Arc::new(Inner { app, kinds }))
    }
}

impl Inner {
    async fn run(&self, job: Job) -> Result<Outcome, JobError> {
        if job.kind == people::accounts::MAIL_JOB {
            mailing::send_for_account(&self.app, &job.args).await?;
            return Ok(Outcome::Done);
        }
        let Some((module, def)) = self.kinds.get(job.kind.as_str()) else {
            return Err(JobError::Fail(format!("no job of kind {}", job.kind)));
        };
        let Some(tenant) = job.tenant_id else {
            return Err(JobError::Fail("a job without a tenant".into()));
        };
        let Some(tenant) = self.app.directory.by_id(tenant).await? else {
            return Err(JobError::Fail("the tenant is gone".into()));
        };
        if tenant.status != TenantStatus::Active {
            return Ok(Outcome::Postponed { seconds: SUSPENDED_WAIT });
        }
        if module.is_some_and(|module| !self.app.registry.is_active(&tenant, module)) {
            return Ok(Outcome::Skipped("the module is off".into()));
        }
        let ctx = self.app.system_context(tenant, &job.kind, job.request_id).await?;
        (def.run)(ctx, job.args).await?;
        Ok(Outcome::Done)
    }
}

impl Dispatch for Jobs {
    fn dispatch(&self, job: Job) -> kernel::BoxFuture<'static, Result<Outcome, JobError>> {
        let inner = Arc::clone(&self.0);
        Box::pin(async move { inner.run(job).await })
    }
}
