//! Runs jobs: finds the tenant and the kind, and asks the gate whether its module is on. While it is off, its jobs wait;
//! only what comes back by the clock anyway is skipped.

use std::{collections::HashMap, sync::Arc};

use kernel::{JobDef, JobError, TenantInfo, TenantStatus};
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
            .chain(app.stripe.jobs())
            .chain(checkout::subscriptions::jobs())
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
        if job.kind == people::accounts::RESET_JOB {
            self.app.identity.accounts().mail_reset(&job.args).await?;
            return Ok(Outcome::Done);
        }
        let Some(tenant) = job.tenant_id else {
            return Err(JobError::Fail("a job without a tenant".into()));
        };
        let Some(tenant) = self.app.directory.by_id(tenant).await? else {
            return Err(JobError::Fail("the tenant is gone".into()));
        };
        if tenant.status != TenantStatus::Active {
            return Ok(Outcome::Postponed { seconds: SUSPENDED_WAIT });
        }
        if job.kind == tenants::SWITCHED_JOB {
            worker::wake_deferred(&self.app.db, &self.app.clock, tenant.id).await?;
            return Ok(Outcome::Done);
        }
        self.run_of_tenant(tenant, job).await
    }

    async fn run_of_tenant(&self, tenant: Arc<TenantInfo>, job: Job) -> Result<Outcome, JobError> {
        let Some((module, def)) = self.kinds.get(job.kind.as_str()) else {
            return Err(JobError::Fail(format!("no job of kind {}", job.kind)));
        };
        // Automations of an event belong to the module that published it.
        let published =
            || (job.kind == automations::JOB).then(|| automations::publisher(&job.args)).flatten();
        if let Some(module) = module.or_else(published)
            && !self.app.registry.is_active(&tenant, module)
        {
            let why = format!("module {module} is off");
            let skipped = self.comes_back(&job);
            return Ok(if skipped { Outcome::Skipped(why) } else { Outcome::Deferred(why) });
        }
        let ctx = self.app.system_context(tenant, &job.kind, job.request_id).await?;
        (def.run)(ctx, job.args).await?;
        Ok(Outcome::Done)
    }

    /// Whether the clock brings such a job again: then nothing is lost without this one.
    fn comes_back(&self, job: &Job) -> bool {
        let modules = self.app.registry.all().iter().flat_map(|module| module.schedules);
        let scheduled = modules
            .chain(stripe_provider::SCHEDULES)
            .chain(checkout::SCHEDULES)
            .chain(checkout::subscriptions::SCHEDULES);
        job.args.get("scheduled_for").is_some() && scheduled.into_iter().any(|one| one.job == job.kind)
    }
}

impl Dispatch for Jobs {
    fn dispatch(&self, job: Job) -> kernel::BoxFuture<'static, Result<Outcome, JobError>> {
        let inner = Arc::clone(&self.0);
        Box::pin(async move { inner.run(job).await })
    }

    fn gave_up(&self, job: Job, why: String) -> kernel::BoxFuture<'static, ()> {
        let inner = Arc::clone(&self.0);
        Box::pin(async move { mailing::gave_up(&inner.app, &job, &why).await })
    }
}
