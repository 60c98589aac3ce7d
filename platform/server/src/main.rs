//! The command line of the platform. `platform --help` tells all.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Compiles uploaded automations in a child process of this very binary, before anything else is set up.
    if let Some(code) = plugins::child_main() {
        return code;
    }
    server::commands::main()
}
