//! What the command line and tenant files ask of identity.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use events::TenantId;
use kernel::Problem;
use people::accounts::{NewStaff, NewUser};
use tenants::StaffEntry;

use crate::app::App;

/// Makes sure that somebody is on a tenant's staff, as a tenant file says. `password` is given to an account that is new;
/// without one the person is invited by mail.
///
/// # Errors
/// What identity refuses, with the fields at fault.
pub async fn ensure_staff(
    app: &Arc<App>,
    tenant: TenantId,
    person: &StaffEntry,
    password: Option<&str>,
) -> anyhow::Result<()> {
    let slug = app.directory.by_id(tenant).await?.context("no such tenant")?.slug.clone();
    let user = NewUser {
        email: person.email.clone(),
        name: person.name.clone(),
        operator: false,
        password: password.map(str::to_owned),
    };
    let staff = NewStaff { user, role: person.role.clone(), bio: person.bio.clone() };
    app.identity.accounts().ensure_staff(tenant, &slug, staff).await.map(drop).map_err(told)
}

/// Makes sure that an account is there, an operator's if that is asked for, and gives the line to show: the account and a
/// link to choose its password. The link works once, for seven days.
///
/// # Errors
/// What identity refuses, with the fields at fault.
pub async fn add_user(app: &Arc<App>, email: &str, name: &str, operator: bool) -> anyhow::Result<String> {
    let user = NewUser { email: email.to_owned(), name: name.to_owned(), operator, password: None };
    let accounts = app.identity.accounts();
    let made = accounts.ensure_user(user).await.map_err(told)?;
    let link = match made.link {
        Some(link) => link,
        None => accounts.password_link(email).await.map_err(told)?,
    };
    Ok(format!("{}  {link}", made.account))
}

/// A problem for the command line.
fn told(problem: Problem) -> anyhow::Error {
    let fields: Vec<_> =
        problem.fields.iter().map(|field| format!("{}: {}", field.field, field.code)).collect();
    let cause = problem.cause.as_deref().unwrap_or_default();
    anyhow!("{problem} {} {cause}", fields.join(", "))
}
