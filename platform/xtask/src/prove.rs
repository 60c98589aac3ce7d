//! `cargo xtask prove`: the promises with figures, under load, faults and malice.

use anyhow::Result;

use crate::measure::{Options, Profile, measure};
use crate::workspace::Workspace;

/// Runs the promises: built for release where that was built before, else as developers build.
pub(crate) fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::load()?;
    let built = workspace.target_folder().join(Profile::Release.folder()).join("platform").exists();
    let profile = if built { Profile::Release } else { Profile::Debug };
    measure(&workspace, "prove", profile, options)
}
