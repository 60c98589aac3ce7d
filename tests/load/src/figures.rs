//! Figures and the lines they are printed as.

use std::time::Duration;

/// What came of one benchmark or promise.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub name: &'static str,
    /// With its unit.
    pub value: String,
    /// What it must be, with the same unit.
    pub limit: String,
    pub ok: bool,
    /// Further figures, one a line.
    pub detail: Vec<String>,
}

impl Line {
    pub(crate) fn new(name: &'static str, value: String, limit: &str, ok: bool) -> Self {
        Self { name, value, limit: limit.to_owned(), ok, detail: Vec::new() }
    }
    /// A ratio that must be `least` or more.
    pub(crate) fn ratio(name: &'static str, value: f64, least: f64) -> Self {
        Self::new(name, format!("{value:.2}"), &format!("≥{least:.2}"), value >= least)
    }
    /// A time that must be `most` or less.
    pub(crate) fn time(name: &'static str, value: Duration, most: Duration) -> Self {
        Self::new(name, shown(value), &format!("≤{}", shown(most)), value <= most)
    }
    pub(crate) fn with(mut self, detail: String) -> Self {
        self.detail.push(detail);
        self
    }
    pub(crate) fn print(&self) {
        println!("{} {} {} {}", self.name, self.value, self.limit, if self.ok { "ok" } else { "short" });
        for line in &self.detail {
            println!("    {line}");
        }
    }
}

/// What the figures were measured on.
pub(crate) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown");
    format!("# {profile} build, {cores} cores, load average {load} before")
}

/// A time in the unit that suits it, without a space.
pub(crate) fn shown(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        0.0..1_000.0 => format!("{micros:.1}us"),
        1_000.0..1_000_000.0 => format!("{:.1}ms", micros / 1e3),
        _ => format!("{:.2}s", micros / 1e6),
    }
}

/// The value below which `share` (0 to 1) of all lie; zero of none.
pub(crate) fn percentile(times: &mut [Duration], share: f64) -> Duration {
    times.sort_unstable();
    let last = times.len().saturating_sub(1);
    times.get((last as f64 * share).round() as usize).copied().unwrap_or_default()
}

/// The middle one; the lower of two; zero of none.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

/// A sequence that is the same for the same seed: for orders and moments, never for secrets.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }
    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_and_medians() {
        let mut times: Vec<Duration> = (1..=101).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&mut times, 0.5), Duration::from_millis(51));
        assert_eq!(percentile(&mut times, 0.99), Duration::from_millis(100));
        assert_eq!(percentile(&mut [], 0.99), Duration::ZERO);
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_line_says_whether_its_limit_was_kept() {
        assert!(Line::ratio("x", 0.8, 0.8).ok && !Line::ratio("x", 0.79, 0.8).ok);
        let late = Line::time("x", Duration::from_micros(5_001), Duration::from_millis(5));
        assert!(!late.ok);
        assert_eq!((late.value.as_str(), late.limit.as_str()), ("5.0ms", "≤5.0ms"));
    }
}
