//! A run of several steps: each is announced, all are run, and the end says which failed.

use std::process::Command;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C ends the running step and the run, but not this process before it has tidied up.
pub(crate) fn tidy_up_on_interrupt() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
            let Ok(runtime) = runtime else { return };
            while runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
                INTERRUPTED.store(true, Ordering::SeqCst);
            }
        });
    });
}

/// What was run so far.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(String, bool, Duration)>,
}

impl Steps {
    /// Runs one step. The steps after a failed one still run; after an interrupt none does.
    pub(crate) fn run(&mut self, name: &str, step: impl FnOnce() -> Result<()>) -> bool {
        if INTERRUPTED.load(Ordering::SeqCst) {
            return false;
        }
        println!("\n── {name}");
        let started = Instant::now();
        let result = step();
        if let Err(error) = &result {
            eprintln!("{name}: {error:#}");
        }
        self.done.push((name.to_owned(), result.is_ok(), started.elapsed()));
        result.is_ok()
    }

    /// Runs a command as a step.
    pub(crate) fn command(&mut self, name: &str, command: &mut Command) -> bool {
        self.run(name, || run(command))
    }

    /// Prints the summary; an error when a step failed, none ran, or the run was interrupted.
    pub(crate) fn finish(self, what: &str) -> Result<()> {
        let width = self.done.iter().map(|(name, _, _)| name.chars().count()).max().unwrap_or(0);
        println!("\n── Summary of {what}");
        for (name, fine, took) in &self.done {
            println!(
                "{name:width$}  {}  {:>7.1} s",
                if *fine { "ok    " } else { "FAILED" },
                took.as_secs_f64()
            );
        }
        let failed: Vec<&str> =
            self.done.iter().filter(|(_, fine, _)| !fine).map(|(name, ..)| &**name).collect();
        if INTERRUPTED.load(Ordering::SeqCst) {
            bail!("interrupted");
        }
        if self.done.is_empty() || !failed.is_empty() {
            bail!("{what}: {} of {} steps failed: {}", failed.len(), self.done.len(), failed.join(", "));
        }
        println!("{what}: all {} steps are fine", self.done.len());
        Ok(())
    }
}

/// Runs a command, its output shown as it comes.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    let status = command.status().with_context(|| format!("`{}` could not be run", shown(command)))?;
    if !status.success() {
        bail!("`{}` ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs a command and gives back what it printed on standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("`{}` could not be run", shown(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        bail!("`{}` ended with {}: {said}", shown(command), output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{}` printed something odd", shown(command)))
}

/// A command as one would type it.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failed_step_fails_the_run_and_the_others_still_run() {
        let mut steps = Steps::default();
        let mut ran = 0;
        assert!(!steps.run("first", || bail!("no")));
        assert!(steps.run("second", || {
            ran += 1;
            Ok(())
        }));
        assert_eq!(ran, 1);
        let error = steps.finish("a run").unwrap_err().to_string();
        assert_eq!(error, "a run: 1 of 2 steps failed: first");
        assert!(Steps::default().finish("nothing").is_err(), "a run of nothing proves nothing");
    }

    #[test]
    fn a_failed_command_is_an_error_with_its_words() {
        assert!(run(Command::new("sh").args(["-c", "exit 3"])).is_err());
        let error =
            output(Command::new("sh").args(["-c", "echo because >&2; exit 3"])).unwrap_err().to_string();
        assert!(error.ends_with(": because"), "{error}");
    }
}
