//! `cargo xtask bench`: figures against bare programs that do the same work, in one run on this machine.

use anyhow::Result;

use crate::measure::{Options, Profile, measure};
use crate::workspace::Workspace;

/// Runs the benchmarks, built for release.
pub(crate) fn run(options: &Options) -> Result<()> {
    measure(&Workspace::load()?, "bench", Profile::Release, options)
}
