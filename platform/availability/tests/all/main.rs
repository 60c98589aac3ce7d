//! Tests of the availability engine through its public face.

mod calendar;
mod case_files;
mod explain;
mod gen_input;
mod hostile;
mod oracle;
mod properties;
mod rules;
