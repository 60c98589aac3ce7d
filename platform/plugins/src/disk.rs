//! Compiled components on disk. Damaged machine code loads without complaint, so each file carries a MAC and the
//! folder is private.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::{Digest, digest::hex, engine::Compatibility};

const MAC_BYTES: usize = 32;
const EXTENSION: &str = "cwasm";

/// A folder of compiled components.
///
/// Invariant: what [`Disk::read`] returns was written by a holder of the same key for the same engine and component.
pub(crate) struct Disk {
    folder: PathBuf,
    signer: Hmac<Sha256>,
    compatibility: Compatibility,
    most_bytes: u64,
}

impl Disk {
    /// Opens (or makes) the folder and clears what other versions of the engine have left.
    pub(crate) fn open(
        folder: PathBuf,
        key: [u8; 32],
        compatibility: Compatibility,
        most_bytes: u64,
    ) -> io::Result<Self> {
        make_private(&folder)?;
        let signer = Hmac::new_from_slice(&key).map_err(io::Error::other)?;
        let disk = Self { folder, signer, compatibility, most_bytes };
        let current = disk.prefix();
        for (path, _) in disk.files()? {
            let is_current =
                path.file_name().and_then(|it| it.to_str()).is_some_and(|it| it.starts_with(&current));
            if !is_current {
                fs::remove_file(path).ok();
            }
        }
        Ok(disk)
    }

    /// The machine code of a component, if it is here and untouched; a file that is not is removed.
    pub(crate) fn read(&self, digest: &Digest) -> Option<Vec<u8>> {
        let path = self.path(digest);
        let mut file = fs::read(&path).ok()?;
        let genuine = file
            .split_first_chunk::<MAC_BYTES>()
            .is_some_and(|(mac, code)| self.mac(digest, code).verify_slice(mac).is_ok());
        if !genuine {
            tracing::warn!(path = %path.display(), "a compiled automation was damaged and is removed");
            fs::remove_file(&path).ok();
            return None;
        }
        file.drain(..MAC_BYTES);
        Some(file)
    }

    /// Keeps the machine code of a component; makes room first.
    pub(crate) fn write(&self, digest: &Digest, code: &[u8]) -> io::Result<()> {
        self.make_room(u64::try_from(code.len()).unwrap_or(u64::MAX))?;
        let path = self.path(digest);
        let part = path.with_extension(format!("{}.part", std::process::id()));
        let mut file =
            fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        let mac = self.mac(digest, code).finalize().into_bytes();
        let written =
            io::Write::write_all(&mut file, &mac).and_then(|()| io::Write::write_all(&mut file, code));
        written.and_then(|()| fs::rename(&part, path)).inspect_err(|_| drop(fs::remove_file(&part)))
    }

    /// Removes the oldest files until `coming` bytes fit.
    fn make_room(&self, coming: u64) -> io::Result<()> {
        let mut files = self.files()?;
        files.sort_by_key(|(_, meta)| meta.modified().unwrap_or(UNIX_EPOCH));
        let mut total = files.iter().fold(coming, |sum, (_, meta)| sum.saturating_add(meta.len()));
        for (path, meta) in files {
            if total <= self.most_bytes {
                break;
            }
            fs::remove_file(path)?;
            total = total.saturating_sub(meta.len());
        }
        Ok(())
    }

    fn files(&self) -> io::Result<Vec<(PathBuf, fs::Metadata)>> {
        let is_ours = |path: &Path| path.extension().is_some_and(|it| it == EXTENSION || it == "part");
        let entries = fs::read_dir(&self.folder)?.filter_map(Result::ok);
        Ok(entries
            .filter(|entry| is_ours(&entry.path()))
            .filter_map(|entry| entry.metadata().ok().map(|meta| (entry.path(), meta)))
            .filter(|(_, meta)| meta.is_file())
            .collect())
    }

    fn mac(&self, digest: &Digest, code: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.signer.clone();
        mac.update(b"coach compiled automation 1");
        mac.update(&self.compatibility);
        mac.update(digest.as_bytes());
        mac.update(code);
        mac
    }

    fn prefix(&self) -> String {
        hex(self.compatibility.get(..8).unwrap_or_default())
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.folder.join(format!("{}-{digest}.{EXTENSION}", self.prefix()))
    }
}

/// Makes the folder for its owner alone, and refuses one that belongs to someone else or is a link.
fn make_private(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let meta = fs::symlink_metadata(folder)?;
    if !meta.is_dir() || meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::other(format!("{} is not a folder of this user", folder.display())));
    }
    if meta.mode() & 0o077 != 0 {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &Path, key: u8, compatibility: u8, most: u64) -> Disk {
        Disk::open(folder.to_path_buf(), [key; 32], [compatibility; 32], most).unwrap()
    }

    #[test]
    fn only_what_was_written_with_the_same_key_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (Digest::of(b"one"), Digest::of(b"two"));
        let disk = open(folder.path(), 1, 1, 1_000);
        disk.write(&one, b"code").unwrap();
        assert_eq!(disk.read(&one).as_deref(), Some(&b"code"[..]));
        assert_eq!(disk.read(&two), None);

        fs::copy(disk.path(&one), disk.path(&two)).unwrap();
        assert_eq!(disk.read(&two), None, "code of one component does not pass for another's");

        let mut damaged = fs::read(disk.path(&one)).unwrap();
        damaged[35] ^= 1;
        fs::write(disk.path(&one), damaged).unwrap();
        assert_eq!(disk.read(&one), None);
        assert!(!disk.path(&one).exists(), "a damaged file is removed");

        disk.write(&one, b"code").unwrap();
        assert_eq!(open(folder.path(), 2, 1, 1_000).read(&one), None, "another key");
    }

    #[test]
    fn another_engine_clears_the_folder_and_old_files_make_room() {
        let folder = tempfile::tempdir().unwrap();
        let digests: Vec<Digest> = (0_u8..3).map(|n| Digest::of(&[n])).collect();
        let disk = open(folder.path(), 1, 1, 300);
        for digest in &digests {
            disk.write(digest, &[7; 100]).unwrap();
        }
        let kept = digests.iter().filter(|digest| disk.read(digest).is_some()).count();
        assert_eq!(kept, 2, "three files of 132 bytes do not fit into 300");
        let newer = open(folder.path(), 1, 2, 300);
        assert!(newer.files().unwrap().is_empty());
    }

    #[test]
    fn the_folder_is_private() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("cache");
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        open(&folder, 1, 1, 300);
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        let link = parent.path().join("link");
        std::os::unix::fs::symlink(&folder, &link).unwrap();
        assert!(Disk::open(link, [1; 32], [1; 32], 300).is_err());
    }
}
