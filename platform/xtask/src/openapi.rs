//! `cargo xtask openapi`: the full OpenAPI document as the server writes it, committed at docs/openapi.json.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::steps::output;
use crate::workspace::Workspace;

const FILE: &str = "docs/openapi.json";

/// Writes the document, or compares it.
pub(crate) fn run(check: bool) -> Result<()> {
    let workspace = Workspace::load()?;
    let mut server = Command::new(workspace.build_server()?);
    let text = output(server.arg("openapi").current_dir(&workspace.root))?;
    let document: serde_json::Value = serde_json::from_str(&text).context("the server printed no JSON")?;
    let wanted = serde_json::to_string_pretty(&document)? + "\n";
    let file = workspace.root.join(FILE);
    if check {
        let committed = fs::read_to_string(&file).unwrap_or_default();
        if committed != wanted {
            bail!("{FILE} is not what the server says: run `cargo xtask openapi`");
        }
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&file, wanted).with_context(|| format!("writing {FILE}"))?;
    println!("wrote {FILE}");
    Ok(())
}
