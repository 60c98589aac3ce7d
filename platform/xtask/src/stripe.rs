//! The double of Stripe, called by Stripe's own client: what the tests of payments stand on is what Stripe's users see.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::steps::run;
use crate::workspace::Workspace;

/// Builds the double and lets Stripe's client for Python drive it.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let checks = workspace.root.join("tests/stripe");
    let python = embedded::python::ensure(&checks.join("requirements.txt"))?;
    let program = workspace.build_double()?;
    run(Command::new(python).arg("-I").arg(checks.join("check.py")).arg(program))
}

/// The double as a program of its own, for browsers. It ends with its standard input: when this is dropped, or with us.
pub(crate) struct Double {
    program: Child,
    url: String,
}

impl Double {
    /// Starts it on a free port.
    pub(crate) fn start(binary: &Path) -> Result<Double> {
        let mut command = Command::new(binary);
        let mut program = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        let said = program.stdout.take().context("the double says nothing")?;
        BufReader::new(said).read_line(&mut url)?;
        anyhow::ensure!(url.starts_with("http://"), "the double of Stripe did not start: {url}");
        Ok(Double { program, url: url.trim().to_owned() })
    }
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
    /// The platform's settings with which it stands for Stripe.
    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        let set = |key: &str, value: String| (format!("PLATFORM__STRIPE__{key}"), value);
        let url = &self.url;
        vec![
            set("API_URL", format!("{url}/")),
            set("JS_URL", format!("{url}/v3/")),
            set("PAGE_HOSTS", url.clone()),
        ]
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        drop(self.program.stdin.take());
        if let Err(error) = self.program.wait() {
            eprintln!("the double of Stripe: {error}");
        }
    }
}
