//! `private-postgres FOLDER [durable]`: starts a private PostgreSQL in the folder, prints its address and process number,
//! and holds it until standard input ends.

use std::io::Read;

use embedded::{Options, Postgres};

fn main() -> std::process::ExitCode {
    let mut words = std::env::args().skip(1);
    let Some(folder) = words.next() else {
        eprintln!("usage: private-postgres FOLDER [durable]");
        return std::process::ExitCode::from(2);
    };
    let durable = words.next().as_deref() == Some("durable");
    let options = if durable { Options::durable(folder) } else { Options::for_tests(folder) };
    match Postgres::start(&options) {
        Ok(server) => {
            println!("{}\n{}", server.superuser_url(), server.pid());
            // Whatever ends the input ends the server.
            std::io::stdin().read_to_end(&mut Vec::new()).ok();
            server.stop();
            std::process::ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}
