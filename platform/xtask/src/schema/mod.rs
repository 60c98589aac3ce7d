//! `cargo xtask schema`: each crate's `src/schema.rs`, from the catalogue of a freshly migrated private database.
//!
//! A crate names its tables in its Cargo.toml:
//!
//! ```toml
//! [package.metadata.schema]
//! tables = ["bookings", "appointment_types"]
//! # For platform code that works across tenants; without it the `tenant_id` of tenant tables is hidden.
//! with_tenant_id = true
//! # Columns that Rust code never reads or writes, such as ranges kept for a constraint.
//! hidden = ["blocks.during"]
//! ```

mod catalog;
mod render;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use embedded::{Options, Postgres};
use serde::Deserialize;

use crate::services::open_folder;
use crate::steps::output;
use crate::workspace::Workspace;

/// `[package.metadata.schema]` of one crate.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    tables: Vec<String>,
    #[serde(default)]
    with_tenant_id: bool,
    #[serde(default)]
    hidden: Vec<String>,
}

/// Writes the files, or compares them.
pub(crate) fn run(check: bool) -> Result<()> {
    let workspace = Workspace::load()?;
    each(&workspace, &wishes(&workspace)?, check)
}

/// Compares the file of one crate of a workspace.
pub(crate) fn check_one(workspace: &Workspace, package: &str) -> Result<()> {
    let mut wishes = wishes(workspace)?;
    wishes.retain(|(file, _)| file.iter().any(|part| part == package));
    if wishes.is_empty() {
        bail!("{package} wishes for no schema file");
    }
    each(workspace, &wishes, true)
}

fn each(workspace: &Workspace, wishes: &[(PathBuf, Wish)], check: bool) -> Result<()> {
    let folder = open_folder()?;
    let server = Postgres::start(&Options::for_tests(folder.path()))?;
    migrate(&server, &workspace.root)?;
    let tables = catalog::read(&server)?;
    let mut stale = Vec::new();
    for (file, wish) in wishes {
        let wanted = formatted(
            &render::file(wish, &tables).with_context(|| file.display().to_string())?,
            folder.path(),
        )?;
        if fs::read_to_string(file).unwrap_or_default() == wanted {
            continue;
        }
        let shown = file.strip_prefix(&workspace.root).unwrap_or(file).display().to_string();
        if !check {
            fs::write(file, wanted).with_context(|| format!("writing {shown}"))?;
            println!("wrote {shown}");
        }
        stale.push(shown);
    }
    if check && !stale.is_empty() {
        bail!("not what the migrations give: {}: run `cargo xtask schema`", stale.join(", "));
    }
    println!(
        "{} schema files, {} of them {}",
        wishes.len(),
        stale.len(),
        if check { "stale" } else { "new" }
    );
    Ok(())
}

/// The schema file of each crate that wishes for one.
fn wishes(workspace: &Workspace) -> Result<Vec<(PathBuf, Wish)>> {
    let mut wishes = Vec::new();
    for package in &workspace.packages {
        let Some(wish) = package.metadata.as_ref().and_then(|metadata| metadata.get("schema")) else {
            continue;
        };
        let wish = Wish::deserialize(wish)
            .with_context(|| format!("[package.metadata.schema] of the crate {}", package.name))?;
        wishes.push((package.folder()?.join("src/schema.rs"), wish));
    }
    if wishes.is_empty() {
        bail!("no crate has [package.metadata.schema] in its Cargo.toml");
    }
    Ok(wishes)
}

/// Applies config/replaceable and then all migrations, in the order of their names.
fn migrate(server: &Postgres, root: &Path) -> Result<()> {
    let replaceable = sorted(&root.join("config/replaceable"))?;
    let replaceable = replaceable.into_iter().filter(|file| file.extension().is_some_and(|ext| ext == "sql"));
    let migrations = sorted(&root.join("migrations"))?.into_iter().filter(|folder| folder.is_dir());
    for file in replaceable.chain(migrations.map(|folder| folder.join("up.sql"))) {
        let mut psql = psql(server);
        if !runs_outside_a_transaction(&file) {
            psql.arg("--single-transaction");
        }
        output(psql.arg("--file").arg(&file))?;
    }
    Ok(())
}

/// The same switch that diesel's migrations have.
fn runs_outside_a_transaction(up: &Path) -> bool {
    let settings = fs::read_to_string(up.with_file_name("metadata.toml")).unwrap_or_default();
    let settings: toml::Table = settings.parse().unwrap_or_default();
    settings.get("run_in_transaction").and_then(toml::Value::as_bool) == Some(false)
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// A quiet `psql` on the server that stops at the first error.
fn psql(server: &Postgres) -> Command {
    let mut psql = Command::new(server.binaries().program("psql"));
    psql.arg(server.superuser_url()).args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]);
    psql.args(["--tuples-only", "--no-align"]).env("PGOPTIONS", "-c client_min_messages=warning");
    psql
}

/// The text as rustfmt leaves it.
fn formatted(text: &str, scratch: &Path) -> Result<String> {
    let file = scratch.join("schema.rs");
    fs::write(&file, text)?;
    output(Command::new("rustfmt").args(["--edition", "2024", "--config", "max_width=110"]).arg(&file))?;
    Ok(fs::read_to_string(&file)?)
}
