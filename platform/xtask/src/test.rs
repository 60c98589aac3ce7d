//! `cargo xtask test`: everything, against services of its own.

use anyhow::Result;

use crate::browser;
use crate::calendar;
use crate::docs;
use crate::new_module;
use crate::services::Services;
use crate::steps::{Steps, tidy_up_on_interrupt};
use crate::stripe;
use crate::workspace::Workspace;

/// What to run.
#[derive(clap::Args, Default)]
pub(crate) struct Options {
    /// Leave the browser tests out
    #[arg(long, conflicts_with = "browser")]
    no_browser: bool,
    /// Run the browser tests only; with words, only the flows whose name contains one of them
    #[arg(long)]
    browser: bool,
    /// Only the tests of these crates
    #[arg(short, long = "package", value_name = "CRATE")]
    packages: Vec<String>,
    /// Only the tests whose name contains one of these words (then without documentation and browser tests)
    #[arg(value_name = "WORD")]
    words: Vec<String>,
}

impl Options {
    /// True when nothing is left out by name.
    fn is_whole(&self) -> bool {
        self.packages.is_empty() && self.words.is_empty()
    }
}

/// Runs the tests.
pub(crate) fn run(options: &Options) -> Result<()> {
    tidy_up_on_interrupt();
    let mut steps = Steps::default();
    add_to(&mut steps, options)?;
    steps.finish("cargo xtask test")
}

/// Runs the tests as steps of a longer run.
pub(crate) fn add_to(steps: &mut Steps, options: &Options) -> Result<()> {
    let workspace = Workspace::load()?;
    if !options.browser {
        rust(steps, &workspace, options);
    }
    if options.is_whole() && !options.browser {
        steps.run("the double of Stripe", || stripe::check(&workspace));
        steps.run("documents", || docs::check(&workspace));
        steps.run("a new module", || new_module::trial::run_all(&workspace));
    }
    if options.browser || (options.is_whole() && !options.no_browser) {
        steps.run("browser tests", || browser::run(&workspace, &options.words));
    }
    Ok(())
}

fn rust(steps: &mut Steps, workspace: &Workspace, options: &Options) {
    let mut services = None;
    steps.run("private services", || {
        services = Some(Services::start()?);
        Ok(())
    });
    let Some(services) = services else { return };
    // Tests of a crate share the private server of their process, so each binary runs as one process. Documentation tests
    // have a step of their own, and several words are for the test binaries.
    let mut tests = workspace.cargo();
    let calendars = options.is_whole().then(|| calendar::Files::new(workspace)).transpose();
    let calendars = match calendars {
        Ok(calendars) => calendars,
        Err(error) => {
            steps.run("calendar files", || Err(error));
            None
        }
    };
    tests.envs(calendars.as_ref().map(calendar::Files::tell));
    tests
        .args(["test", "--no-fail-fast"])
        .args(selection(options))
        .args(["--lib", "--bins", "--tests", "--"]);
    steps.command("tests", services.tell(&mut tests).args(&options.words));
    if let Some(calendars) = calendars {
        steps.run("calendar files", || calendars.check());
    }
    if options.words.is_empty() {
        let mut tests = workspace.cargo();
        tests.args(["test", "--quiet", "--doc"]).args(selection(options));
        steps.command("documentation tests", services.tell(&mut tests));
    }
}

/// The crates as cargo's arguments.
fn selection(options: &Options) -> Vec<String> {
    if options.packages.is_empty() {
        return vec!["--workspace".to_owned()];
    }
    options.packages.iter().map(|package| format!("--package={package}")).collect()
}
