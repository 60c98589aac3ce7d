use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{BuildError, io_error};
use crate::digest::hex;

/// Changes when this builder makes something else of the same sources.
const BUILDER: &str = concat!("2 ", env!("CARGO_PKG_VERSION"));

/// What the sources were when an automation was built.
pub(super) struct Stamp(String);

impl Stamp {
    /// The state of a crate's sources and, when it is there, of the SDK's.
    pub(super) fn of(project: &Path, sdk: Option<&Path>) -> Result<Self, BuildError> {
        let mut hasher = Sha256::new_with_prefix(BUILDER);
        let parts = ["wit", "rust", "Cargo.toml", "Cargo.lock"];
        let shared = sdk.into_iter().flat_map(|sdk| parts.map(|part| sdk.join(part)));
        for path in shared.chain([project.to_path_buf()]) {
            add(&mut hasher, &path)?;
        }
        Ok(Self(hex(&hasher.finalize())))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    pub(super) fn is_in(&self, file: &Path) -> bool {
        fs::read_to_string(file).is_ok_and(|text| text == self.0)
    }
}

/// Adds a file, or the files of a folder in the order of their names; what builds leave behind is no source.
fn add(hasher: &mut Sha256, path: &Path) -> Result<(), BuildError> {
    if path.is_file() {
        let bytes = fs::read(path).map_err(io_error(path))?;
        hasher.update(path.to_string_lossy().as_bytes());
        hasher.update(bytes.len().to_le_bytes());
        hasher.update(bytes);
        return Ok(());
    }
    for entry in entries(path)? {
        add(hasher, &entry)?;
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, BuildError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let is_source = |name: &str| name != "target" && !name.starts_with('.');
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(io_error(folder))?
        .filter_map(Result::ok)
        .filter(|entry| is_source(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    Ok(entries)
}

/// Waits for its turn among processes; held until the file is dropped.
pub(super) fn lock(path: &Path) -> Result<File, BuildError> {
    let file = File::options().create(true).append(true).open(path).map_err(io_error(path))?;
    file.lock().map_err(io_error(path))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_source_changes_the_stamp_and_a_built_file_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let stamp = || Stamp::of(folder.path(), None).unwrap().0;
        fs::write(folder.path().join("lib.rs"), "one").unwrap();
        let first = stamp();
        fs::create_dir(folder.path().join("target")).unwrap();
        fs::write(folder.path().join("target/built"), "x").unwrap();
        assert_eq!(stamp(), first);
        fs::write(folder.path().join("lib.rs"), "two").unwrap();
        assert_ne!(stamp(), first);
    }
}
