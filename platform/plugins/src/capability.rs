use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Something an automation asks for in its manifest and an owner grants one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Capability {
    /// Add notes to clients.
    ClientNote,
    /// Put tags on clients.
    ClientTag,
    /// Send mails to clients.
    MailClient,
    /// Send mails to staff.
    MailStaff,
    /// Keep texts from one run to the next.
    Store,
}

/// The capabilities that an owner has granted to an installed automation.
pub type Grants = BTreeSet<Capability>;

impl Capability {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] =
        [Self::ClientNote, Self::ClientTag, Self::MailClient, Self::MailStaff, Self::Store];

    /// The name in manifests and records, for example `client.note`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClientNote => "client.note",
            Self::ClientTag => "client.tag",
            Self::MailClient => "mail.client",
            Self::MailStaff => "mail.staff",
            Self::Store => "store",
        }
    }

    /// Key of the text that explains it to the owner who grants it.
    #[must_use]
    pub fn message_key(self) -> String {
        format!("automation-capability-{}", self.name().replace('.', "-"))
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no capability.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no capability `{0}`")]
pub struct UnknownCapability(pub String);

impl FromStr for Capability {
    type Err = UnknownCapability;
    fn from_str(text: &str) -> Result<Self, UnknownCapability> {
        Self::ALL.into_iter().find(|it| it.name() == text).ok_or_else(|| UnknownCapability(text.to_owned()))
    }
}
impl TryFrom<String> for Capability {
    type Error = UnknownCapability;
    fn try_from(text: String) -> Result<Self, UnknownCapability> {
        text.parse()
    }
}
impl From<Capability> for &'static str {
    fn from(capability: Capability) -> Self {
        capability.name()
    }
}
