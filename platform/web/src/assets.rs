//! Style sheets, scripts and pictures, embedded, named by what they contain.

use std::collections::BTreeMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "assets"]
struct Files;

/// A file to serve.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its content.
    pub bytes: Vec<u8>,
    /// The same, compressed, where that is smaller.
    pub gzip: Option<Vec<u8>>,
    /// Media type with charset.
    pub mime: &'static str,
    /// Entity tag, quoted.
    pub etag: String,
    /// Asked for by its hashed name: may be cached for ever (`public, max-age=31536000, immutable`).
    pub immutable: bool,
}

pub(crate) struct Assets {
    by_path: BTreeMap<String, Asset>,
    hashed: BTreeMap<String, String>,
}

impl Assets {
    pub(crate) fn new() -> Self {
        let mut assets = Self { by_path: BTreeMap::new(), hashed: BTreeMap::new() };
        let (mut css, mut studio) = (Vec::new(), Vec::new());
        // The parts of the style sheet are joined in the order of their names.
        for path in Files::iter() {
            let Some(file) = Files::get(&path) else { continue };
            if path.starts_with("css/studio/") {
                studio.extend_from_slice(&file.data);
            } else if path.starts_with("css/") {
                css.extend_from_slice(&file.data);
            } else {
                assets.add(&path, file.data.into_owned());
            }
        }
        assets.add("app.css", css);
        // What only staff see is no weight of public pages.
        assets.add("studio.css", studio);
        assets
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Asset> {
        self.by_path.get(path)
    }

    pub(crate) fn url(&self, name: &str) -> Option<String> {
        self.hashed.get(name).map(|hashed| format!("/assets/{hashed}"))
    }

    fn add(&mut self, name: &str, bytes: Vec<u8>) {
        let hash: String = Sha256::digest(&bytes).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let hashed = format!("{stem}-{hash}.{ending}");
        let asset = Asset {
            gzip: gzip(&bytes),
            bytes,
            mime: mime(ending),
            etag: format!("\"{hash}\""),
            immutable: false,
        };
        self.by_path.insert(hashed.clone(), Asset { immutable: true, ..asset.clone() });
        self.by_path.insert(name.to_owned(), asset);
        self.hashed.insert(name.to_owned(), hashed);
    }
}

fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().filter(|packed| packed.len() < bytes.len())
}

fn mime(ending: &str) -> &'static str {
    match ending {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
