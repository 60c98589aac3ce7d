//! What a component may call, as the WIT has it.

use super::state::{CallError, State};
use crate::{Action, LogLevel};

pub(crate) mod bindings {
    wasmtime::component::bindgen!({
        path: "../../plugins-sdk/wit/since_v0.1.0",
        world: "automation",
        imports: { default: trappable },
        exports: { default: async },
    });
}

use bindings::coach::automation::{actions, clock, event, kv, log, random, types};

type Answer<T> = wasmtime::Result<Result<T, types::Error>>;

impl From<CallError> for types::Error {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Denied(text) => Self::Denied(text),
            CallError::Invalid(text) => Self::Invalid(text),
            CallError::QuotaExceeded(text) => Self::QuotaExceeded(text),
        }
    }
}

impl State {
    fn answer<T>(&mut self, call: impl FnOnce(&mut Self) -> Result<T, CallError>) -> Answer<T> {
        self.count_call()?;
        Ok(call(self).map_err(types::Error::from))
    }
}

impl types::Host for State {}

impl log::Host for State {
    fn write(&mut self, level: log::Level, message: String) -> wasmtime::Result<()> {
        self.count_call()?;
        let level = match level {
            log::Level::Debug => LogLevel::Debug,
            log::Level::Info => LogLevel::Info,
            log::Level::Warn => LogLevel::Warn,
            log::Level::Error => LogLevel::Error,
        };
        self.log(level, &message);
        Ok(())
    }
}

impl event::Host for State {
    fn field(&mut self, path: String) -> wasmtime::Result<Option<String>> {
        self.count_call()?;
        Ok(State::field(self, &path))
    }
    fn whole(&mut self) -> wasmtime::Result<String> {
        self.count_call()?;
        Ok(self.event_json().to_string())
    }
}

impl clock::Host for State {
    fn now(&mut self) -> wasmtime::Result<u64> {
        self.count_call()?;
        Ok(self.now_ms())
    }
}

impl random::Host for State {
    fn next(&mut self) -> wasmtime::Result<u64> {
        self.count_call()?;
        Ok(self.next_random())
    }
}

impl kv::Host for State {
    fn get(&mut self, key: String) -> Answer<Option<String>> {
        self.answer(|state| state.kv_get(&key))
    }
    fn set(&mut self, key: String, value: String) -> Answer<()> {
        self.answer(|state| state.kv_write(key, Some(value)))
    }
    fn delete(&mut self, key: String) -> Answer<()> {
        self.answer(|state| state.kv_write(key, None))
    }
}

impl actions::Host for State {
    fn add_note(&mut self, client: String, text: String) -> Answer<()> {
        self.answer(|state| state.act(Action::AddNote { client, text }))
    }
    fn tag_client(&mut self, client: String, tag: String) -> Answer<()> {
        self.answer(|state| state.act(Action::TagClient { client, tag }))
    }
    fn mail_client(&mut self, client: String, mail: actions::Mail) -> Answer<()> {
        self.answer(|state| state.act(Action::MailClient { client, subject: mail.subject, text: mail.text }))
    }
    fn mail_staff(&mut self, mail: actions::Mail) -> Answer<()> {
        self.answer(|state| state.act(Action::MailStaff { subject: mail.subject, text: mail.text }))
    }
}
