//! `cargo xtask bench` and `cargo xtask prove`: builds the server and the program of measurements, and runs it.

use anyhow::{Result, bail};

use crate::steps::{run, tidy_up_on_interrupt};
use crate::workspace::Workspace;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only those whose name contains one of these words
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Only say their names
    #[arg(long)]
    list: bool,
}

/// The profile that the programs are built with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Debug,
    Release,
}

/// Builds and runs `load WHAT …`; an error when a limit was not kept.
pub(crate) fn measure(workspace: &Workspace, what: &str, profile: Profile, options: &Options) -> Result<()> {
    tidy_up_on_interrupt();
    let mut build = workspace.cargo();
    build.args(["build", "--quiet", "--package", "server", "--package", "load", "--bins"]);
    if profile == Profile::Release {
        build.arg("--release");
    }
    run(&mut build)?;
    let mut command =
        std::process::Command::new(workspace.target_folder().join(profile.folder()).join("load"));
    command
        .arg(what)
        .args(options.list.then_some("--list"))
        .args(&options.names)
        .current_dir(&workspace.root);
    let status = command.status()?;
    match status.code() {
        Some(0) => Ok(()),
        Some(3) => bail!("{what}: a limit was not kept"),
        _ => bail!("{what} ended with {status}"),
    }
}

impl Profile {
    pub(crate) const fn folder(self) -> &'static str {
        match self {
            Profile::Debug => "debug",
            Profile::Release => "release",
        }
    }
}
