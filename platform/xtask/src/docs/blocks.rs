//! Blocks of shell in a document, and their marks.

use super::Document;

/// What becomes of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Run,
    Shown,
    None,
}

/// A block of shell.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Of its first line, from 1.
    pub(super) line: usize,
    pub(super) mark: Mark,
    pub(super) text: String,
}

/// All blocks of shell, in order.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut mark = Mark::None;
    let mut open: Option<(bool, Block)> = None;
    for (index, line) in text.lines().enumerate() {
        match &mut open {
            Some((is_shell, block)) if line.trim_end() == "```" => {
                let done =
                    Block { line: block.line, mark: block.mark, text: std::mem::take(&mut block.text) };
                if *is_shell {
                    blocks.push(done);
                }
                (open, mark) = (None, Mark::None);
            }
            Some((_, block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            None if line.starts_with("```") => {
                open =
                    Some((line.trim_end() == "```sh", Block { line: index + 2, mark, text: String::new() }));
            }
            None if !line.trim().is_empty() => mark = mark_in(line.trim()),
            None => {}
        }
    }
    blocks
}

fn mark_in(line: &str) -> Mark {
    let inside = line.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->")).map(str::trim);
    match inside {
        Some("run") => Mark::Run,
        Some(text) if text.strip_prefix("shown:").is_some_and(|why| !why.trim().is_empty()) => Mark::Shown,
        _ => Mark::None,
    }
}

/// Blocks that say neither that they are run nor why they are not.
pub(super) fn unmarked(document: &Document) -> Vec<String> {
    let all = blocks(&document.text);
    let unmarked = all.iter().filter(|block| block.mark == Mark::None);
    let told = |block: &Block| {
        format!(
            "{}:{}: a block of shell without `<!-- run -->` or `<!-- shown: why -->`",
            document.path.display(),
            block.line
        )
    };
    unmarked.map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_with_their_marks() {
        let text = "# T\n<!-- run -->\n```sh\na\nb\n```\ntext\n```sh\nc\n```\n<!-- shown: takes long -->\n\n```sh\nd\n```\n```toml\ne\n```\n";
        let found: Vec<_> =
            blocks(text).into_iter().map(|block| (block.line, block.mark, block.text)).collect();
        assert_eq!(
            found,
            [
                (4, Mark::Run, "a\nb\n".to_owned()),
                (9, Mark::None, "c\n".into()),
                (14, Mark::Shown, "d\n".into())
            ]
        );
        assert_eq!(mark_in("<!-- shown: -->"), Mark::None, "a reason is needed");
    }
}
