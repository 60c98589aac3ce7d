//! Paths with a query.

use std::fmt::Write as _;

/// A path with those parameters that have a value.
pub(crate) fn with_query(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    let mut mark = '?';
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        out.push(mark);
        mark = '&';
        out.push_str(name);
        out.push('=');
        encode(&mut out, value);
    }
    out
}

/// A text as a part of an address.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    encode(&mut out, text);
    out
}

/// Percent-encodes all but letters, digits and `-._~/:`, which a query may hold as they are.
fn encode(out: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::with_query;

    #[test]
    fn values_cannot_become_parameters() {
        let path = with_query("/book/x", &[("zone", "Etc/GMT+1"), ("coach", ""), ("q", "a&b=c é")]);
        assert_eq!(path, "/book/x?zone=Etc/GMT%2B1&q=a%26b%3Dc%20%C3%A9");
        assert_eq!(with_query("/book/x", &[("q", "")]), "/book/x");
    }
}
