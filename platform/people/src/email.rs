/// An e-mail address as it is stored and compared: trimmed, in lower case.
#[must_use]
pub fn normalised(email: &str) -> String {
    email.trim().to_lowercase()
}
