//! The double of Stripe, called by Stripe's own client: what the tests of payments stand on is what Stripe's users see.

use std::process::Command;

use anyhow::Result;

use crate::steps::run;
use crate::workspace::Workspace;

/// Builds the double and lets Stripe's client for Python drive it.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let checks = workspace.root.join("tests/stripe");
    let python = embedded::python::ensure(&checks.join("requirements.txt"))?;
    // With `--workspace`, libraries have the features that the tests gave them and are not compiled twice.
    run(workspace.cargo().args(["build", "--quiet", "--workspace", "--bin", "stripe-double"]))?;
    let program = workspace.target_folder().join("debug/stripe-double");
    run(Command::new(python).arg("-I").arg(checks.join("check.py")).arg(program))
}
