//! Lots of credits.
