//! Half-open ranges of whole seconds and the few set operations the engine needs.

use jiff::Timestamp;

/// Further back than any instant that can be asked about.
pub(crate) const FAR_PAST: i64 = i64::MIN / 4;
/// Further ahead than any instant that can be asked about.
pub(crate) const FAR_FUTURE: i64 = i64::MAX / 4;
/// Seconds of a day of 24 hours.
pub(crate) const DAY: i64 = 86_400;

/// `[start, end)` in seconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub start: i64,
    pub end: i64,
}

impl Span {
    pub fn new(start: i64, end: i64) -> Self {
        Self { start, end }
    }

    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    pub fn meets(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end && !self.is_empty() && !other.is_empty()
    }

    pub fn contains(self, at: i64) -> bool {
        self.start <= at && at < self.end
    }
}

/// Sorts and joins spans that touch or overlap; empty ones vanish.
pub(crate) fn merge(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| !span.is_empty());
    spans.sort_unstable();
    spans.dedup_by(|next, kept| {
        let joined = next.start <= kept.end;
        if joined {
            kept.end = kept.end.max(next.end);
        }
        joined
    });
    spans
}

/// What two merged lists have in common.
pub(crate) fn intersect(left: &[Span], right: &[Span]) -> Vec<Span> {
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    let mut out = Vec::new();
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let common = Span::new(a.start.max(b.start), a.end.min(b.end));
        if !common.is_empty() {
            out.push(common);
        }
        if a.end <= b.end {
            left.next();
        } else {
            right.next();
        }
    }
    out
}

/// What is left of a merged list when the spans of another merged list are taken out.
pub(crate) fn subtract(spans: &[Span], holes: &[Span]) -> Vec<Span> {
    let mut out = Vec::new();
    let mut holes = holes.iter().copied().peekable();
    for span in spans {
        let mut from = span.start;
        while holes.next_if(|hole| hole.end <= from).is_some() {}
        while let Some(hole) = holes.peek().copied().filter(|hole| hole.start < span.end) {
            out.push(Span::new(from, hole.start));
            from = from.max(hole.end);
            if hole.end > span.end {
                break;
            }
            holes.next();
        }
        out.push(Span::new(from, span.end));
    }
    out.retain(|span| !span.is_empty());
    out
}

/// The last whole second not after an instant.
pub(crate) fn floor(at: Timestamp) -> i64 {
    at.as_second() - i64::from(at.subsec_nanosecond() < 0)
}

/// The first whole second not before an instant.
pub(crate) fn ceil(at: Timestamp) -> i64 {
    at.as_second() + i64::from(at.subsec_nanosecond() > 0)
}

/// The instant of a second; seconds outside the calendar become its ends.
pub(crate) fn instant(second: i64) -> Timestamp {
    let last = Timestamp::MAX.as_second();
    Timestamp::from_second(second.clamp(Timestamp::MIN.as_second(), last)).unwrap_or(Timestamp::MAX)
}

/// Minutes as seconds.
pub(crate) fn seconds(minutes: u32) -> i64 {
    i64::from(minutes) * 60
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(list: &[(i64, i64)]) -> Vec<Span> {
        list.iter().map(|&(start, end)| Span::new(start, end)).collect()
    }

    #[test]
    fn merging_joins_what_touches() {
        assert_eq!(merge(spans(&[(5, 7), (0, 2), (2, 3), (6, 9), (4, 4)])), spans(&[(0, 3), (5, 9)]));
    }

    #[test]
    fn a_hole_may_cover_several_spans() {
        let left = subtract(&spans(&[(0, 10), (12, 20), (30, 40)]), &spans(&[(2, 3), (8, 15), (18, 35)]));
        assert_eq!(left, spans(&[(0, 2), (3, 8), (15, 18), (35, 40)]));
    }

    #[test]
    fn intersection_keeps_common_time_only() {
        let common = intersect(&spans(&[(0, 10), (20, 30)]), &spans(&[(5, 22), (29, 50)]));
        assert_eq!(common, spans(&[(5, 10), (20, 22), (29, 30)]));
    }

    #[test]
    fn fractions_are_rounded_outwards() {
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        assert_eq!((floor(at("1970-01-01T00:00:01.5Z")), ceil(at("1970-01-01T00:00:01.5Z"))), (1, 2));
        assert_eq!((floor(at("1969-12-31T23:59:58.5Z")), ceil(at("1969-12-31T23:59:58.5Z"))), (-2, -1));
    }
}
