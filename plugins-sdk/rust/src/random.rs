//! Random numbers from a seed that is recorded with the run, so that a replay draws the same ones. Not for secrets.

/// The next number, uniform over all 64 bits.
#[must_use]
pub fn next() -> u64 {
    crate::bindings::coach::automation::random::next()
}

/// A number below `bound`, without bias; 0 when `bound` is 0.
#[must_use]
pub fn below(bound: u64) -> u64 {
    below_from(bound, next)
}

fn below_from(bound: u64, mut next: impl FnMut() -> u64) -> u64 {
    if bound < 2 {
        return 0;
    }
    let fair = u64::MAX - u64::MAX % bound;
    loop {
        let drawn = next();
        if drawn < fair {
            return drawn % bound;
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn stays_below_and_draws_again_above_the_last_whole_multiple() {
        let mut draws = [u64::MAX, 7].into_iter();
        assert_eq!(super::below_from(5, || draws.next().unwrap()), 2);
        assert_eq!(draws.next(), None);
        assert_eq!(super::below_from(1, || unreachable!("one value needs no draw")), 0);
    }
}
