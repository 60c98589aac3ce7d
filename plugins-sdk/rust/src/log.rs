//! Lines kept with the record of the run, for the people who look after the automation.

use crate::bindings::coach::automation::log::{write, Level};

/// For whoever hunts a fault.
pub fn debug(message: &str) {
    write(Level::Debug, message);
}

/// What was done.
pub fn info(message: &str) {
    write(Level::Info, message);
}

/// Something to look at.
pub fn warn(message: &str) {
    write(Level::Warn, message);
}

/// Something that went wrong.
pub fn error(message: &str) {
    write(Level::Error, message);
}
