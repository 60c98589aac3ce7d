use serde::Serialize;

use crate::Method;

/// A way to pay as a form offers it: the partial `checkout/ways` shows a list `ways` of them and posts `method`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Way {
    /// Identifier of the control; the first carries the field's own.
    pub id: String,
    /// Value of the field.
    pub code: &'static str,
    /// Key of its name.
    pub label: String,
    /// Key of one line about it.
    pub hint: String,
    /// Whether it is the chosen one.
    pub chosen: bool,
}

impl Way {
    /// The ways with the one chosen that was chosen before, else the first.
    #[must_use]
    pub fn all(methods: &[Method], chosen: &str) -> Vec<Self> {
        let known = methods.iter().any(|method| method.code() == chosen);
        let way = |(index, method): (usize, &Method)| Self {
            id: if index == 0 { "f-method".into() } else { format!("f-method-{index}") },
            code: method.code(),
            label: format!("checkout-method-{method}"),
            hint: format!("checkout-method-{method}-hint"),
            chosen: if known { method.code() == chosen } else { index == 0 },
        };
        methods.iter().enumerate().map(way).collect()
    }
}
