/// A percentage as people type it (`20`, `12.5`, `12,5`) in hundredths of a percent; at most two decimals.
pub(crate) fn percent_bp(text: &str) -> Option<i32> {
    let text = text.trim().trim_end_matches('%').trim_end();
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || whole.len() > 3 || part.len() > 2 {
        return None;
    }
    format!("{whole}{part:0<2}").parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn as_people_type_it() {
        for (text, wanted) in
            [("20", 2_000), (" 12.5 %", 1_250), ("12,05", 1_205), ("100", 10_000), ("0.5", 50)]
        {
            assert_eq!(percent_bp(text), Some(wanted), "{text}");
        }
        for text in ["", "-5", "1e2", "5.", ".5", "1.234", "1000", "٣", "x"] {
            assert_eq!(percent_bp(text), None, "{text}");
        }
    }
    proptest! {
        #[test]
        fn what_is_shown_reads_back(bp in 0..=10_000_i32) {
            prop_assert_eq!(percent_bp(&crate::views::percent_text(bp)), Some(bp));
        }
    }
}
