//! Installing a missing program by the machine's own package manager, when this process may.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::files::{is_root, program, shown};
use crate::{Doing, Error, Result};

/// A program by its name in words and in the package managers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Package {
    pub(crate) what: &'static str,
    pub(crate) debian: &'static [&'static str],
    pub(crate) brew: &'static [&'static str],
    pub(crate) fedora: &'static [&'static str],
    pub(crate) alpine: &'static [&'static str],
}

pub(crate) const POSTGRES: Package = Package {
    what: "PostgreSQL 15 or newer",
    debian: &["postgresql"],
    brew: &["postgresql@17"],
    fedora: &["postgresql-server", "postgresql-contrib"],
    alpine: &["postgresql", "postgresql-contrib"],
};
pub(crate) const REDIS: Package = Package {
    what: "Redis 7 or Valkey",
    debian: &["redis-server"],
    brew: &["redis"],
    fedora: &["valkey"],
    alpine: &["valkey"],
};
pub(crate) const CHROMIUM: Package = Package {
    what: "Chromium",
    debian: &["chromium"],
    brew: &["--cask", "chromium"],
    fedora: &["chromium"],
    alpine: &["chromium"],
};
pub(crate) const NODE: Package = Package {
    what: "Node.js with npm",
    debian: &["nodejs", "npm"],
    brew: &["node"],
    fedora: &["nodejs", "nodejs-npm"],
    alpine: &["nodejs", "npm"],
};

pub(crate) const PYTHON: Package = Package {
    what: "Python 3.10 or newer with venv",
    debian: &["python3", "python3-venv"],
    brew: &["python"],
    fedora: &["python3"],
    alpine: &["python3"],
};

impl Package {
    /// Installs the package where this process may (root on Debian, anyone with Homebrew).
    ///
    /// # Errors
    /// [`Error::NotInstalled`] with the command to run where it may not; the package manager's last words where it
    /// failed.
    pub(crate) fn install(&self) -> Result<()> {
        if program(&["apt-get"]).is_some() && is_root() {
            return self.install_by_apt();
        }
        if program(&["brew"]).is_some() && !is_root() {
            return visibly(Command::new("brew").arg("install").args(self.brew));
        }
        Err(Error::NotInstalled { what: self.what.to_owned(), command: self.command() })
    }

    /// The command a person runs to install the package on this machine.
    pub(crate) fn command(&self) -> String {
        let (start, names) = [
            ("apt-get", "sudo apt-get install --no-install-recommends", self.debian),
            ("brew", "brew install", self.brew),
            ("dnf", "sudo dnf install", self.fedora),
            ("apk", "sudo apk add", self.alpine),
        ]
        .into_iter()
        .find(|(tool, _, _)| program(&[tool]).is_some())
        .map_or(("your package manager: install", self.debian), |(_, command, names)| (command, names));
        format!("{start} {}", names.join(" "))
    }

    fn install_by_apt(&self) -> Result<()> {
        let _no_cluster = self.debian.contains(&"postgresql").then(NoSystemCluster::ask).transpose()?;
        let install = || {
            let mut command = Command::new("apt-get");
            command.args(["-o", "DPkg::Lock::Timeout=120", "install", "-y", "--no-install-recommends"]);
            command.args(self.debian).env("DEBIAN_FRONTEND", "noninteractive");
            command
        };
        // The package lists of a fresh machine are empty or old; the second try has new ones.
        visibly(&mut install()).or_else(|_| {
            visibly(Command::new("apt-get").args(["-o", "DPkg::Lock::Timeout=120", "update"]))?;
            visibly(&mut install())
        })
    }
}

/// Tells Debian's PostgreSQL package not to make and start a cluster of its own, while the value lives.
struct NoSystemCluster;

impl NoSystemCluster {
    const FOLDER: &str = "/etc/postgresql-common/createcluster.d";
    const FILE: &str = "/etc/postgresql-common/createcluster.d/zz-no-main-cluster.conf";

    fn ask() -> Result<NoSystemCluster> {
        fs::create_dir_all(Self::FOLDER).doing(|| format!("making {}", Self::FOLDER))?;
        fs::write(Self::FILE, "create_main_cluster = false\n").doing(|| format!("writing {}", Self::FILE))?;
        Ok(NoSystemCluster)
    }
}

impl Drop for NoSystemCluster {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(Path::new(Self::FILE)) {
            tracing::warn!(%error, file = Self::FILE, "could not be removed");
        }
    }
}

/// Runs a command that changes the machine, with a line on standard error first that says so.
fn visibly(command: &mut Command) -> Result<()> {
    eprintln!("Installing: {}", shown(command));
    crate::files::run(command.stdout(Stdio::piped())).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_to_run_is_one_line_with_the_package() {
        let error = Error::NotInstalled { what: POSTGRES.what.to_owned(), command: POSTGRES.command() };
        let text = error.to_string();
        assert_eq!(text.lines().count(), 1);
        assert!(text.contains("PostgreSQL 15 or newer") && text.contains("postgresql"), "{text}");
    }
}
