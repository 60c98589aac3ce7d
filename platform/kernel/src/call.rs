use poem::Request;

/// Names one unsafe API call that carries an `Idempotency-Key`: the same caller, operation, key and body have the same
/// name. What makes something by it as its one-time key makes it once, even when the process dies between the change and
/// its answer and the call comes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallKey(pub String);

impl CallKey {
    /// The name of this call; `None` when it carries no key.
    #[must_use]
    pub fn of(request: &Request) -> Option<&str> {
        request.data::<Self>().map(|key| key.0.as_str())
    }
}
