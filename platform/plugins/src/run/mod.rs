//! One run: a fresh store, one call, a report.

mod imports;
mod report;
mod state;

use std::time::{Duration, Instant};

use wasmtime::{Engine, Store, UpdateDeadline};

pub(crate) use self::{
    imports::bindings::{Automation, AutomationPre},
    state::State,
};
pub use report::{DocumentError, EventDocument, Invocation, LogLevel, LogLine, Outcome, RunReport, Subjects};

use crate::{
    Failure, FailureCode, Limits,
    failure::{Stop, clean},
};

/// The longest text of its own that a failed run may report.
const REPORTED_BYTES: usize = 2_000;

/// Runs one call in a store of its own, which is gone at the end.
pub(crate) async fn run(engine: &Engine, pre: &AutomationPre<State>, invocation: Invocation) -> RunReport {
    let state = match State::new(invocation) {
        Ok(state) => state,
        Err((invocation, code)) => return RunReport::not_run(&invocation, code),
    };
    let limits = state.limits();
    let started = Instant::now();
    let mut store = new_store(engine, state, limits);
    let wall = Duration::from_millis(limits.wall_ms);
    let ended = tokio::time::timeout(wall, Box::pin(call(&mut store, pre))).await;
    let outcome = match ended {
        Ok(Ok(answer)) => judge(answer, limits),
        Ok(Err(error)) => Outcome::Failed(Failure::from_error(&error, store.data().refused())),
        Err(_) => FailureCode::Time.into(),
    };
    let fuel_used = limits.fuel.saturating_sub(store.get_fuel().unwrap_or(0));
    store.into_data().report(outcome, fuel_used, started.elapsed())
}

/// Invariant: every limit is set before the component's own code, which may be a `start` function, can run.
fn new_store(engine: &Engine, state: State, limits: Limits) -> Store<State> {
    let mut store = Store::new(engine, state);
    store.limiter(|state| state.limiter());
    store.set_hostcall_fuel(limits.call_bytes);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut store| {
        if store.data_mut().tick() { Ok(UpdateDeadline::Yield(1)) } else { Err(Stop::Ticks.into()) }
    });
    if let Err(error) = store.set_fuel(limits.fuel) {
        // Only an engine without fuel refuses, and `engine` always has it; without fuel nothing runs.
        tracing::error!(%error, "fuel could not be set");
    }
    store
}

async fn call(
    store: &mut Store<State>,
    pre: &AutomationPre<State>,
) -> wasmtime::Result<Result<String, String>> {
    let instance = pre.instantiate_async(&mut *store).await?;
    let event = store.data().event_json();
    instance.call_on_event(&mut *store, &event).await
}

fn judge(answer: Result<String, String>, limits: Limits) -> Outcome {
    match answer {
        Ok(output) | Err(output) if output.len() > limits.output_bytes => FailureCode::OutputSize.into(),
        Ok(output) if is_document(&output) => Outcome::Ok(output),
        Ok(_) => FailureCode::OutputForm.into(),
        Err(text) => Outcome::Failed(Failure {
            code: FailureCode::Reported,
            detail: Some(clean(&text, REPORTED_BYTES)),
        }),
    }
}

/// Empty, or JSON that a database can hold: U+0000 has no place in one.
fn is_document(output: &str) -> bool {
    output.is_empty()
        || (serde_json::from_str::<serde::de::IgnoredAny>(output).is_ok() && !output.contains("\\u0000"))
}
