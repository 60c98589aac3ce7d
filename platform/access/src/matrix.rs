use std::fmt::Write as _;

use crate::{Access, rules::ROLES};

impl Access {
    /// Every role against every permission, as text with one line a permission: for the snapshot that shows each change of
    /// rights to its reviewer.
    #[must_use]
    pub fn matrix(&self) -> String {
        let mut permissions: Vec<_> = self.defs.iter().map(|def| def.permission).collect();
        permissions.sort();
        let width = permissions.iter().map(|permission| permission.0.len()).max().unwrap_or(0);
        let mut text = format!("{:width$}  {}\n", "permission", ROLES.join("  "));
        for permission in permissions {
            let marks = ROLES.map(|role| {
                let holds = self.shared.get(role).is_some_and(|held| held.contains(&permission));
                format!("{:^len$}", if holds { "yes" } else { "." }, len = role.len())
            });
            let line = format!("{:width$}  {}", permission.0, marks.join("  "));
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }
}
