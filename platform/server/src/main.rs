//! The command line of the platform. `platform --help` tells all.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Compiles uploaded automations in a child process of this very binary, before anything else is set up.
    if std::env::args().nth(1).as_deref() == Some(plugins::SUBCOMMAND) {
        return plugins::child_main();
    }
    server::commands::main()
}
