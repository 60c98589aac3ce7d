//! Tests of the availability engine through its public face.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail the test, as the tests themselves do"
)]

mod calendar;
mod case_files;
mod explain;
mod gen_input;
mod hostile;
mod oracle;
mod properties;
mod rules;
