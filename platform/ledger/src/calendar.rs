//! Blocks of a coach's time.
