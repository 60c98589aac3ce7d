//! Calendar files that the application made in its tests, read by readers that know nothing of it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::steps::run;
use crate::workspace::Workspace;

/// Tells the tests where to leave the files.
const FOLDER: &str = "CALENDAR_FILES";

/// A folder for the files of one run of the tests.
pub(crate) struct Files {
    folder: PathBuf,
    checks: PathBuf,
}

impl Files {
    /// An empty one.
    pub(crate) fn new(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.scratch("calendar")?;
        std::fs::remove_dir_all(&folder).with_context(|| format!("emptying {}", folder.display()))?;
        let folder = workspace.scratch("calendar")?;
        Ok(Self { folder, checks: workspace.root.join("tests/calendar") })
    }
    /// The variable that tells it.
    pub(crate) fn tell(&self) -> (&'static str, &std::path::Path) {
        (FOLDER, &self.folder)
    }
    /// Compares what the readers see with what was booked.
    pub(crate) fn check(&self) -> Result<()> {
        let python = embedded::python::ensure(&self.checks.join("requirements.txt"))?;
        run(Command::new(python).arg("-I").arg(self.checks.join("check.py")).arg(&self.folder))
    }
}
