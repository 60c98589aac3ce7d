//! What the product promises with figures, measured: `cargo xtask bench` and `cargo xtask prove` run this program.
//!
//! **Words.** A *benchmark* compares with a bare program that does the same work in the same run; a *promise* is something
//! that must hold under load, faults or malice. Each prints one line: `NAME value limit ok|short`.
//!
//! **Invariants.**
//! - The application is the real one: its own edges, its own endpoint, its own database; only rate limits are raised.
//! - All services are private to this process and end with it; nothing but loopback is used.
#![allow(
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::print_stdout,
    reason = "a measurement ends at any fault, and its figures are rounded for people"
)]

mod bench;
mod cluster;
mod figures;
mod house;
mod http;
mod prove;
mod sql;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "load", about = "Benchmarks and promises with figures")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Measure against bare programs that do the same work
    Bench(Selection),
    /// Show that the promises hold
    Prove(Selection),
    /// Move credits until killed; a part of the promise `ledger`
    #[command(hide = true)]
    MoveCredits(prove::credits::Mover),
    /// Run the application until killed; a part of the promises on money
    #[command(hide = true)]
    Apart(prove::apart::Apart),
}

/// Which ones.
#[derive(clap::Args)]
struct Selection {
    /// Only those whose name contains one of these words
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Only say their names
    #[arg(long)]
    list: bool,
}

fn main() -> ExitCode {
    // Compiles automations in a child process of this very program, before anything else is set up.
    if let Some(code) = plugins::child_main() {
        return code;
    }
    match run(Arguments::parse().task) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(3),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// True when all limits were kept.
fn run(task: Task) -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let kept = match task {
        Task::Bench(selection) => runtime.block_on(bench::run(&selection.names, selection.list)),
        Task::Prove(selection) => runtime.block_on(prove::run(&selection.names, selection.list)),
        Task::MoveCredits(mover) => runtime.block_on(mover.run()).map(|()| true),
        Task::Apart(apart) => runtime.block_on(apart.run()).map(|()| true),
    };
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    kept
}
