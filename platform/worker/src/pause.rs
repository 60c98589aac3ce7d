use std::time::Duration;

/// Pauses that grow while something outside is away, so that waiting for it costs nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pause {
    next: Duration,
}

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(5);

impl Pause {
    pub(crate) const fn new() -> Self {
        Self { next: FIRST }
    }
    /// It answered: the next pause is short again.
    pub(crate) fn reset(&mut self) {
        self.next = FIRST;
    }
    /// How long to wait now; the next one is twice as long, up to five seconds.
    pub(crate) fn grow(&mut self) -> Duration {
        let now = self.next;
        self.next = (now * 2).min(LONGEST);
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_its_bound_and_starts_again() {
        let mut pause = Pause::new();
        let pauses: Vec<_> = (0..7).map(|_| pause.grow().as_millis()).collect();
        assert_eq!(pauses, [250, 500, 1000, 2000, 4000, 5000, 5000]);
        pause.reset();
        assert_eq!(pause.grow(), FIRST);
    }
}
