//! `platform tenant …` and `platform user …`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use tenants::Change;

use super::build_app;
use host::{config::Config, identity, provision};

/// Commands about tenants.
#[derive(Subcommand)]
pub enum TenantCommand {
    /// Make the installation match tenant files: create or update, never delete.
    Apply {
        /// Tenant files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Show what would change, and change nothing.
        #[arg(long)]
        plan: bool,
    },
    /// List tenants.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take a tenant's pages out of service; nothing is lost.
    Suspend {
        /// Its slug.
        slug: String,
    },
    /// Put a suspended or archived tenant back into service.
    Resume {
        /// Its slug.
        slug: String,
    },
    /// Put a tenant away; nothing is lost.
    Archive {
        /// Its slug.
        slug: String,
    },
    /// Give a tenant another slug; the old one redirects for a year.
    Rename {
        /// Its slug.
        from: String,
        /// Its new slug.
        to: String,
    },
    /// Add a domain of a tenant's own; it serves once it is verified.
    DomainAdd {
        /// The tenant's slug.
        slug: String,
        /// The domain.
        domain: String,
    },
    /// Mark a domain as verified.
    DomainVerify {
        /// The domain.
        domain: String,
    },
}

/// Commands about people.
#[derive(Subcommand)]
pub enum UserCommand {
    /// Add a user, and print a link to choose a password.
    Add {
        /// E-mail.
        #[arg(long)]
        email: String,
        /// Name.
        #[arg(long)]
        name: String,
        /// Make them an operator of the installation.
        #[arg(long)]
        operator: bool,
    },
}

/// Runs a command about tenants.
#[expect(clippy::print_stdout, reason = "a command answers on standard output")]
pub async fn tenant(config: Config, command: TenantCommand) -> anyhow::Result<()> {
    let app = build_app(config).await?;
    let now = app.clock.now();
    match command {
        TenantCommand::Apply { files, plan } => apply(&app, &files, plan).await?,
        TenantCommand::List { json } => {
            let rows = tenants::list(&app.db).await?;
            if json {
                println!("{}", serde_json::to_string_pretty(&rows)?);
            } else {
                rows.iter().for_each(|row| println!("{:<40} {:<10} {}", row.slug, row.status, row.name));
            }
        }
        TenantCommand::Suspend { slug } => tenants::set_status(&app.db, &slug, "suspended", now).await?,
        TenantCommand::Resume { slug } => tenants::set_status(&app.db, &slug, "active", now).await?,
        TenantCommand::Archive { slug } => tenants::set_status(&app.db, &slug, "archived", now).await?,
        TenantCommand::Rename { from, to } => tenants::rename(&app.db, &from, &to, now).await?,
        TenantCommand::DomainAdd { slug, domain } => {
            tenants::add_domain(&app.db, &slug, &domain, now).await?
        }
        TenantCommand::DomainVerify { domain } => tenants::verify_domain(&app.db, &domain, now).await?,
    }
    Ok(())
}

/// All files are read and checked before the first is applied.
#[expect(clippy::print_stdout, reason = "a command answers on standard output")]
async fn apply(app: &std::sync::Arc<host::app::App>, files: &[PathBuf], plan: bool) -> anyhow::Result<()> {
    let mut checked = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        checked.push(provision::read(app, &path.display().to_string(), &text)?);
    }
    for file in &checked {
        let change = if plan {
            tenants::plan(&app.db, file).await?
        } else {
            provision::apply(app, file, None).await?
        };
        match change {
            Change::Create { slug } => println!("create {slug}"),
            Change::Update { slug, fields } => println!("update {slug}: {}", fields.join(", ")),
            Change::None { slug } => println!("same   {slug}"),
        }
    }
    Ok(())
}

/// Runs a command about people.
#[expect(clippy::print_stdout, reason = "a command answers on standard output")]
pub async fn user(config: Config, command: UserCommand) -> anyhow::Result<()> {
    let app = build_app(config).await?;
    match command {
        UserCommand::Add { email, name, operator } => {
            println!("{}", identity::add_user(&app, &email, &name, operator).await?);
        }
    }
    Ok(())
}
