use std::fmt;

use events::TenantId;

/// The name of a value, a limit or a topic; begins with whose it is.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Key(Box<str>);

impl Key {
    /// A key of one tenant.
    #[must_use]
    pub fn tenant(id: TenantId, name: impl fmt::Display) -> Self {
        Self(format!("t/{}/{name}", id.uuid().simple()).into())
    }
    /// A key of the platform itself.
    #[must_use]
    pub fn platform(name: impl fmt::Display) -> Self {
        Self(format!("p/{name}").into())
    }
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_different_owners_differ_whatever_their_names() {
        let id = |n| TenantId::from_uuid(uuid::Uuid::from_u128(n));
        let names = ["x", "", "/x", "../x", "t/00000000000000000000000000000002/x"];
        for name in names {
            assert_ne!(Key::tenant(id(1), name), Key::tenant(id(2), name));
            for other in names {
                assert_ne!(Key::tenant(id(1), name), Key::tenant(id(2), other));
                assert_ne!(Key::tenant(id(1), name), Key::platform(other));
            }
        }
    }
}
