use events::{Instant, OfferFileId};

use super::OfferId;

/// The largest file that a product hands over.
pub(crate) const MAX_DOWNLOAD: usize = 20 * 1024 * 1024;

billing::text_enum! {
    /// What a file is for.
    pub enum FileKind {
        /// The picture on the card.
        Image = "image",
        /// Handed over to buyers.
        Download = "download",
    }
}

/// A file without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileInfo {
    pub(crate) id: OfferFileId,
    pub(crate) offer: OfferId,
    pub(crate) name: String,
    pub(crate) size: i32,
    pub(crate) created_at: Instant,
}

/// A file's name as it is kept: without folders and without what headers and file systems can't hold, with its ending.
/// `None`: nothing is left of it.
pub(crate) fn clean_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|c| !c.is_control() && !r#""<>:|?*;%"#.contains(*c)).collect();
    let kept = kept.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if kept.is_empty() {
        return None;
    }
    let ending = kept.rsplit_once('.').map(|(_, ending)| ending).filter(|ending| ending.len() <= 10);
    let tail = ending.map(|ending| format!(".{ending}")).unwrap_or_default();
    let stem = kept.strip_suffix(&tail).unwrap_or(kept);
    let room = 120 - tail.chars().count();
    Some(stem.chars().take(room).chain(tail.chars()).collect())
}

/// The type a download is served as, by the ending of its name. What a browser would run is served as bytes.
pub(crate) fn served_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("pdf") => "application/pdf",
        Some("zip") => "application/zip",
        Some("epub") => "application/epub+zip",
        Some("mp3") => "audio/mpeg",
        Some("m4a") => "audio/mp4",
        Some("mp4") => "video/mp4",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("txt" | "md" | "csv") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_lose_folders_and_what_headers_can_t_hold() {
        assert_eq!(clean_name("C:\\Users\\me\\Plan.pdf").as_deref(), Some("Plan.pdf"));
        assert_eq!(clean_name("../../etc/passwd").as_deref(), Some("passwd"));
        assert_eq!(clean_name("a\"b\r\nX: y.pdf").as_deref(), Some("abX y.pdf"));
        assert_eq!((clean_name(""), clean_name("..."), clean_name("a/")), (None, None, None));
        assert_eq!(clean_name("Ernährung für Läufer.pdf").as_deref(), Some("Ernährung für Läufer.pdf"));
        assert!(clean_name(&format!("{}.pdf", "long ".repeat(80))).unwrap().ends_with(".pdf"));
    }
    #[test]
    fn nothing_that_a_browser_would_run_is_served_as_itself() {
        for name in ["a.html", "a.svg", "a.js", "a.xhtml", "a", "a.HTM", "pdf"] {
            assert_eq!(served_type(name), "application/octet-stream", "{name}");
        }
        assert_eq!(served_type("Plan.PDF"), "application/pdf");
    }
    proptest! {
        #[test]
        fn every_name_fits(name in "\\PC{0,300}") {
            if let Some(clean) = clean_name(&name) {
                prop_assert!((1..=120).contains(&clean.chars().count()), "{clean}");
                prop_assert!(!clean.contains(['/', '\\', '"', '\r', '\n']));
            }
        }
    }
}
