//! What cargo knows about this workspace.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::steps::{output, run};

/// The workspace, as `cargo metadata` tells.
#[derive(Debug, Deserialize)]
pub(crate) struct Workspace {
    #[serde(rename = "workspace_root")]
    pub(crate) root: PathBuf,
    #[serde(rename = "target_directory")]
    target: PathBuf,
    pub(crate) packages: Vec<Package>,
}

/// One crate of the workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    #[serde(default)]
    pub(crate) metadata: Option<serde_json::Value>,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn load() -> Result<Workspace> {
        Workspace::load_in(Path::new("."))
    }

    /// The same for the workspace that a folder lies in.
    pub(crate) fn load_in(folder: &Path) -> Result<Workspace> {
        let metadata = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
        let text = output(cargo().args(metadata).current_dir(folder))?;
        serde_json::from_str(&text).context("cargo metadata printed something odd")
    }

    /// Builds the server and gives its binary. With `--workspace`, libraries have the features that the tests gave them
    /// and are not compiled twice.
    pub(crate) fn build_server(&self) -> Result<PathBuf> {
        run(self.cargo().args(["build", "--quiet", "--workspace", "--bin", "platform"]))?;
        Ok(self.target.join("debug/platform"))
    }

    /// The same for the double of Stripe that pages are tried with.
    pub(crate) fn build_double(&self) -> Result<PathBuf> {
        run(self.cargo().args(["build", "--quiet", "--workspace", "--bin", "stripe-double"]))?;
        Ok(self.target.join("debug/stripe-double"))
    }

    /// Where cargo puts what it builds.
    pub(crate) fn target_folder(&self) -> &Path {
        &self.target
    }

    /// A folder for what a task leaves to look at.
    pub(crate) fn scratch(&self, name: &str) -> Result<PathBuf> {
        let folder = self.target.join("xtask").join(name);
        std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        Ok(folder)
    }

    /// A cargo command that runs at the workspace's root.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = cargo();
        command.current_dir(&self.root);
        command
    }
}

fn cargo() -> Command {
    // Set by `cargo xtask` itself to the cargo that runs us.
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

impl Package {
    /// The folder of the crate.
    pub(crate) fn folder(&self) -> Result<PathBuf> {
        Ok(self.manifest_path.parent().context("a manifest without a folder")?.to_owned())
    }
}
