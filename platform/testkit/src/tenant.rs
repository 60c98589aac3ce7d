use std::{collections::BTreeMap, fmt::Write as _, thread};

use events::TenantId;
use host::provision;
use worker::Ran;

use crate::{PASSWORD, Persona, TestApp};

/// What a tenant is made with.
#[derive(Clone, Debug)]
pub struct TenantOptions {
    /// Its switches. By default all modules of the installation are on.
    pub features: BTreeMap<String, bool>,
    /// What the operator lets it switch on; none: everything.
    pub entitlements: Option<Vec<String>>,
    /// Further TOML: sections of modules.
    pub sections: String,
    /// IANA zone.
    pub zone: String,
    /// ISO 4217.
    pub currency: String,
}

impl TenantOptions {
    /// With every module on.
    #[must_use]
    pub fn all(app: &TestApp) -> Self {
        Self {
            features: app.app.module_ids().into_iter().map(|module| (module.to_owned(), true)).collect(),
            entitlements: None,
            sections: String::new(),
            zone: "Europe/London".to_owned(),
            currency: "GBP".to_owned(),
        }
    }
    /// With one module switched.
    #[must_use]
    pub fn feature(mut self, module: &str, on: bool) -> Self {
        self.features.insert(module.to_owned(), on);
        self
    }
    /// With a module's section of the tenant file.
    #[must_use]
    pub fn section(mut self, toml: &str) -> Self {
        self.sections.push_str(toml);
        self.sections.push('\n');
        self
    }
}

/// What follows from an offer that was made or changed.
const TOLD: [&str; 2] = ["automations.dispatch pending", "stripe.mirror pending"];

/// A fresh tenant with an owner, an admin and a coach.
///
/// Invariant: a test ends with [`TestTenant::finish`] or [`TestTenant::leave_outbox`]; dropped without, it fails.
pub struct TestTenant<'a> {
    /// Where it lives.
    pub app: &'a TestApp,
    /// Its slug.
    pub slug: String,
    /// Its identity.
    pub id: TenantId,
    finished: bool,
}

impl<'a> TestTenant<'a> {
    /// With every module on.
    pub async fn new(app: &'a TestApp) -> Self {
        Self::with(app, TenantOptions::all(app)).await
    }
    /// As the options say.
    pub async fn with(app: &'a TestApp, options: TenantOptions) -> Self {
        let slug = format!("t-{}", &uuid::Uuid::new_v4().simple().to_string()[..12]);
        let text = file(&slug, &options);
        let parsed =
            provision::read(&app.app, "test.toml", &text).unwrap_or_else(|error| panic!("{error:#}\n{text}"));
        provision::apply(&app.app, &parsed, Some(PASSWORD))
            .await
            .unwrap_or_else(|error| panic!("{error:#}\n{text}"));
        let id = app.sql.one(&format!("SELECT id FROM tenants WHERE slug = '{slug}'")).await;
        let id = TenantId::from_uuid(id.parse().expect("an identifier"));
        let tenant = Self { app, slug, id, finished: false };
        // What provisioning enqueued is no part of the test.
        tenant.run_jobs().await;
        tenant
    }
    /// Runs what is due.
    pub async fn run_jobs(&self) -> Ran {
        self.app.run_jobs(self.id).await
    }
    /// Applies the tenant file again with other options.
    pub async fn apply(&self, options: &TenantOptions) {
        let parsed =
            provision::read(&self.app.app, "test.toml", &file(&self.slug, options)).expect("a tenant file");
        provision::apply(&self.app.app, &parsed, Some(PASSWORD)).await.expect("the file is applied");
    }
    /// Applies one that is wrong: what is said of it.
    pub async fn refuse(&self, options: &TenantOptions) -> String {
        let parsed =
            provision::read(&self.app.app, "test.toml", &file(&self.slug, options)).expect("a tenant file");
        let refused = provision::apply(&self.app.app, &parsed, Some(PASSWORD)).await;
        format!("{:#}", refused.expect_err("the file is refused"))
    }
    /// The condition that selects the tenant's rows.
    #[must_use]
    pub fn rows(&self) -> String {
        format!("tenant_id = '{}'", self.id.uuid())
    }
    /// How many rows of the tenant a table has that match.
    pub async fn count(&self, table: &str, condition: &str) -> i64 {
        self.app
            .sql
            .count(&format!("SELECT count(*) FROM {table} WHERE {} AND ({condition})", self.rows()))
            .await
    }
    /// The identifier of a member of staff, as the API writes it.
    pub async fn member(&self, persona: Persona) -> String {
        let sql =
            format!("SELECT id FROM members WHERE {} AND email = '{}'", self.rows(), self.email(persona));
        format!("mem_{}", self.app.sql.one(&sql).await.replace('-', ""))
    }
    /// Jobs that are due and not done, dead ones included: kind, state and last error.
    pub async fn outbox(&self) -> Vec<String> {
        let due = format!("status IN ('pending', 'running') AND run_at <= '{}'", self.app.now());
        let sql = format!(
            "SELECT kind || ' ' || status || ' ' || coalesce(last_error, '') FROM jobs \
             WHERE {} AND (status = 'dead' OR ({due})) ORDER BY created_at",
            self.rows()
        );
        self.app.sql.column(&sql).await
    }
    /// Ends the test of this tenant: nothing may be left to be delivered.
    pub async fn finish(mut self) {
        self.finished = true;
        let mut left = self.outbox().await;
        // Offers that a test made tell of themselves: that is delivered now, and must have gone well.
        let told = |job: &String| TOLD.iter().any(|kind| job.starts_with(kind));
        if !left.is_empty() && left.iter().all(told) {
            self.run_jobs().await;
            left = self.outbox().await;
        }
        assert!(left.is_empty(), "undelivered jobs of {}: {left:#?}", self.slug);
    }
    /// Ends it although something may be left.
    pub fn leave_outbox(mut self) {
        self.finished = true;
    }
}

impl Drop for TestTenant<'_> {
    fn drop(&mut self) {
        assert!(self.finished || thread::panicking(), "the test does not say tenant.finish().await");
    }
}

fn file(slug: &str, options: &TenantOptions) -> String {
    let TenantOptions { features, entitlements, sections, zone, currency } = options;
    let mut text = format!(
        "slug = \"{slug}\"\nname = \"Tenant {slug}\"\nzone = \"{zone}\"\ncurrency = \"{currency}\"\n\
         contact_email = \"desk@{slug}.example\"\n"
    );
    if let Some(entitlements) = entitlements {
        let _ = writeln!(text, "entitlements = {entitlements:?}");
    }
    text.push_str("[features]\n");
    for (module, on) in features {
        let _ = writeln!(text, "{module} = {on}");
    }
    for role in [Persona::Owner, Persona::Admin, Persona::Coach] {
        let role = role.name();
        let _ = writeln!(
            text,
            "[[staff]]\nrole = \"{role}\"\nname = \"{role} of {slug}\"\nemail = \"{role}@{slug}.example\""
        );
    }
    text.push_str(sections);
    text
}
