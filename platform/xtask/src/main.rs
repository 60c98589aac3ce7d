//! `cargo xtask …`: what developers and CI run. Kept light, so that a first run on a new machine starts soon: nothing of
//! the product is linked in, the product is built and run as anyone would.

mod bench;
mod browser;
mod calendar;
mod ci;
mod docs;
mod measure;
mod new_module;
mod openapi;
mod prove;
mod schema;
mod services;
mod steps;
mod stripe;
mod test;
mod workspace;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Tasks of this workspace")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run all tests against private services: unit, property, integration, documentation and browser tests
    Test(test::Options),
    /// Write each crate's src/schema.rs from a freshly migrated database
    Schema(Check),
    /// Write docs/openapi.json from the server
    Openapi(Check),
    /// Write a new feature module with everything a module has
    NewModule(new_module::Options),
    /// Check the documents: links, named files, dependencies; and run the commands in them
    Docs,
    /// Measure against bare programs that do the same work: public page, slots, booking, automations, engine, start
    Bench(measure::Options),
    /// Show that the promises with figures hold, under load, faults and malice
    Prove(measure::Options),
    /// Run what CI runs: formatting, lints, tests, and that generated files are fresh
    Ci,
}

/// Whether to write a generated file or to compare it.
#[derive(clap::Args, Clone, Copy)]
struct Check {
    /// Write nothing; fail when a file is not what would be written
    #[arg(long)]
    check: bool,
}

/// Names of all tasks.
fn tasks() -> Vec<String> {
    Arguments::command().get_subcommands().map(|task| task.get_name().to_owned()).collect()
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Test(options) => test::run(&options),
        Task::Schema(check) => schema::run(check.check),
        Task::Openapi(check) => openapi::run(check.check),
        Task::NewModule(options) => new_module::run(&options),
        Task::Docs => docs::run(),
        Task::Bench(options) => bench::run(&options),
        Task::Prove(options) => prove::run(&options),
        Task::Ci => ci::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
