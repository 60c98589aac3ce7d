//! `stripe-double [--port N] [--base-url URL] [--seed N] [--key KEY=ACCOUNT]…`: serves until its standard input ends, and
//! says where on its first line.

use stripe_double::{Options, start};

fn options() -> Result<Options, String> {
    let mut options = Options::default();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        let number = |what: &str| value.parse::<u64>().map_err(|_| format!("{what}: not a number: {value}"));
        match word.as_str() {
            "--port" => options.port = value.parse().map_err(|_| format!("not a port: {value}"))?,
            "--base-url" => options.base_url = Some(value.trim_end_matches('/').to_owned()),
            "--seed" => options.seed = number("--seed")?,
            "--platform-key" => options.platform_key = value,
            "--publishable-key" => options.publishable_key = value,
            "--key" => {
                let (key, account) = value.split_once('=').ok_or("--key is KEY=ACCOUNT")?;
                options.keys.push((key.to_owned(), account.to_owned()));
            }
            other => return Err(format!("no such option: {other}")),
        }
    }
    Ok(options)
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(error) => {
            eprintln!("stripe-double: {error}");
            return std::process::ExitCode::FAILURE;
        }
    };
    let double = match start(options).await {
        Ok(double) => double,
        Err(error) => {
            eprintln!("stripe-double: {error}");
            return std::process::ExitCode::FAILURE;
        }
    };
    println!("{}", double.base_url);
    // Whoever started it closes its input, or ends and so does the same.
    let read =
        tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await;
    drop(double);
    if matches!(read, Ok(Ok(_))) { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::FAILURE }
}
