//! Runs the commands of the documents: each page is one shell session, all on one private installation with the demo
//! businesses, whose mails go to a sink.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use embedded::{Options, Postgres, Smtp};

use super::{
    Document,
    blocks::{Block, Mark, blocks},
};
use crate::browser::DevServer;
use crate::services::open_folder;
use crate::steps::output;
use crate::workspace::Workspace;

/// What pages may use from the workspace.
const LENT: [&str; 4] = ["config", "docs", "plugins-sdk", "tenants"];
const DATABASE: &str = "platform";

/// Runs all pages that have something to run.
pub(super) fn run(workspace: &Workspace, documents: &[Document]) -> Result<()> {
    let binary = workspace.build_server()?;
    let shown = documents
        .iter()
        .flat_map(|document| blocks(&document.text))
        .filter(|block| block.mark == Mark::Shown);
    for block in shown {
        check_names(&binary, &block)?;
    }
    let installation = Installation::start(workspace, &binary)?;
    for document in documents {
        let session: Vec<Block> =
            blocks(&document.text).into_iter().filter(|block| block.mark == Mark::Run).collect();
        if !session.is_empty() {
            installation.run(workspace, document, &session)?;
        }
    }
    Ok(())
}

/// The commands and tasks that a block names exist.
fn check_names(binary: &Path, block: &Block) -> Result<()> {
    for line in block.text.lines() {
        let words: Vec<&str> = line.split_whitespace().take_while(|word| is_name(word)).collect();
        match words.as_slice() {
            ["platform", command @ ..] => {
                output(Command::new(binary).args(command).arg("--help")).with_context(|| line.to_owned())?;
            }
            ["cargo", "xtask", task, ..] => {
                ensure!(crate::tasks().iter().any(|known| known == task), "there is no task {task}: {line}");
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_name(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') && !word.starts_with('-')
}

/// A database, a mail server and a running `platform dev`.
struct Installation {
    // Dropped in this order.
    server: DevServer,
    _mails: (tokio::runtime::Runtime, Smtp),
    environment: Vec<(String, String)>,
    path: String,
    postgres: Postgres,
    _folder: tempfile::TempDir,
}

impl Installation {
    fn start(workspace: &Workspace, binary: &Path) -> Result<Installation> {
        let folder = open_folder()?;
        let postgres = Postgres::start(&Options::for_tests(folder.path()))?;
        let mut psql = Command::new(postgres.binaries().program("psql"));
        output(psql.arg(postgres.superuser_url()).args(["-qc", &format!("CREATE DATABASE {DATABASE}")]))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let smtp = runtime.block_on(Smtp::start()).context("starting the mail sink")?;
        let set = |key: &str, value: String| (format!("PLATFORM__{key}"), value);
        let database = [
            set("DATABASE__URL", postgres.url(DATABASE, "app")),
            set("DATABASE__OWNER_URL", postgres.url(DATABASE, "postgres")),
        ];
        let server = DevServer::start(workspace, binary, &database)?;
        let mut environment = database.to_vec();
        environment.push(set("MAIL__SMTP_URL", format!("smtp://{}", smtp.address())));
        environment.push(("BASE".to_owned(), server.url().replace("127.0.0.1", "localhost")));
        let tools = binary.parent().context("a binary without a folder")?;
        let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default());
        Ok(Installation { server, _mails: (runtime, smtp), environment, path, postgres, _folder: folder })
    }

    /// Runs the blocks of a page in one shell, in a folder of its own.
    fn run(&self, workspace: &Workspace, document: &Document, session: &[Block]) -> Result<()> {
        let name = document.path.display().to_string();
        let folder = open_folder()?;
        for lent in LENT {
            symlink(workspace.root.join(lent), folder.path().join(lent))?;
        }
        let mut script = String::from("set -euo pipefail\n");
        for block in session {
            writeln!(script, "echo '── {name}:{}'\n{}", block.line, block.text)?;
        }
        let log = workspace.scratch("docs")?.join(name.replace('/', "-") + ".log");
        let file = File::create(&log).with_context(|| format!("making {}", log.display()))?;
        let mut shell = Command::new("bash");
        shell.args(["-c", &script]).current_dir(folder.path()).env("PATH", &self.path);
        for (key, _) in std::env::vars().filter(|(key, _)| key.starts_with("PLATFORM")) {
            shell.env_remove(key);
        }
        shell.envs(self.environment.iter().cloned()).stdout(file.try_clone()?).stderr(file);
        let status = shell.status().context("running bash")?;
        if !status.success() {
            bail!(
                "{name} ended with {status}; it said:\n{}\nserver: {}",
                fs::read_to_string(&log)?,
                self.server.log().display()
            );
        }
        println!("{name}: {} blocks ran", session.len());
        Ok(())
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        if !self.postgres.is_running() {
            eprintln!("the database ended before the documents did");
        }
    }
}
