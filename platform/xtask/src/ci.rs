//! `cargo xtask ci`: all that must hold before a change lands. `.ci/run` prepares the machine and calls this.

use anyhow::Result;

use crate::steps::{Steps, tidy_up_on_interrupt};
use crate::workspace::Workspace;
use crate::{openapi, schema, test};

/// Runs all steps, the quick ones first.
pub(crate) fn run() -> Result<()> {
    tidy_up_on_interrupt();
    let workspace = Workspace::load()?;
    let mut steps = Steps::default();
    steps.command("formatting", workspace.cargo().args(["fmt", "--all", "--check"]));
    steps.run("schema is fresh", || schema::run(true));
    steps.command(
        "lints",
        workspace.cargo().args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]),
    );
    test::add_to(&mut steps, &test::Options::default())?;
    steps.run("openapi is fresh", || openapi::run(true));
    steps.finish("cargo xtask ci")
}
