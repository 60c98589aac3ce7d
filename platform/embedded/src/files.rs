//! Small questions about files, folders and programs on this machine.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Doing, Error, Result};

/// True when this process runs as root.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Makes a folder, and its parents, that only its owner can enter.
pub(crate) fn private_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).doing(|| format!("making {}", path.display()))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
        .doing(|| format!("closing {} to others", path.display()))
}

/// True when any user may pass through each folder above `path`.
pub(crate) fn parents_are_open(path: &Path) -> bool {
    path.ancestors().skip(1).all(|parent| fs::metadata(parent).is_ok_and(|found| found.mode() & 0o001 != 0))
}

/// The first of `names` that is an executable file in PATH. Links stay: some programs look at their own name.
pub(crate) fn program(names: &[&str]) -> Option<PathBuf> {
    programs(names).into_iter().next()
}

/// All executables called one of `names` in PATH, in PATH's order.
pub(crate) fn programs(names: &[&str]) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Administrators' folders are missing from many users' PATH, and `redis-server` and others may live there.
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    folders
        .filter(|folder| folder.is_absolute())
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)).collect::<Vec<_>>())
        .filter_map(|file| executable(&file))
        .collect()
}

/// The file itself when it is an executable file.
pub(crate) fn executable(file: &Path) -> Option<PathBuf> {
    let found = fs::metadata(file).ok()?;
    (found.is_file() && found.mode() & 0o111 != 0).then(|| file.to_owned())
}

/// The last line of a log that says something, for a message of one line.
pub(crate) fn last_words(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let telling = lines.iter().rev().find(|line| line.contains("FATAL") || line.contains("rror:"));
    telling.or(lines.last()).map_or_else(|| "no output".to_owned(), |line| (*line).to_owned())
}

/// Runs a command to its end and gives back what it printed; its last words are the error.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output =
        command.stdin(std::process::Stdio::null()).output().doing(|| format!("running `{shown}`"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let why = match last_words(&String::from_utf8_lossy(&output.stderr)) {
        words if words == "no output" => output.status.to_string(),
        words => words,
    };
    Err(Error::Command { command: shown, why })
}

/// A command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_words_prefer_the_cause_over_the_hint() {
        let log =
            "LOG: starting\nFATAL: could not create shared memory\nLOG: database system is shut down\n\n";
        assert_eq!(last_words(log), "FATAL: could not create shared memory");
        assert_eq!(last_words("one\ntwo\n"), "two");
        assert_eq!(last_words("  \n"), "no output");
    }

    #[test]
    fn a_closed_parent_is_seen() {
        let base = tempfile::tempdir_in("/tmp").unwrap();
        let inner = base.path().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        private_folder(base.path()).unwrap();
        assert!(!parents_are_open(&inner), "one of them has mode 0700");
        fs::set_permissions(base.path(), fs::Permissions::from_mode(0o755)).unwrap();
        assert!(parents_are_open(&inner));
        private_folder(&inner).unwrap();
        assert!(parents_are_open(&inner), "a folder itself does not count");
        assert!(!parents_are_open(&inner.join("c")));
    }

    #[test]
    fn a_failed_command_tells_its_last_line() {
        let error =
            run(Command::new("sh").args(["-c", "echo first >&2; echo second >&2; exit 3"])).unwrap_err();
        assert!(error.to_string().ends_with("failed: second"), "{error}");
        assert_eq!(run(Command::new("sh").args(["-c", "echo fine"])).unwrap(), "fine\n");
    }
}
