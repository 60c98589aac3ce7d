use diesel::{Queryable, Selectable};
use kernel::{Check, Problem};

use crate::schema::package_settings;

/// How the module works in one business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = package_settings, check_for_backend(diesel::pg::Pg))]
pub(crate) struct PackageSettings {
    /// The day on which weeks of credits begin: 1 is Monday, 7 is Sunday.
    pub(crate) first_weekday: i16,
    /// A credit that comes back to an expired lot lives on for so many days; 0: it lapses.
    pub(crate) return_days: i32,
}

impl Default for PackageSettings {
    fn default() -> Self {
        Self { first_weekday: 1, return_days: 7 }
    }
}

impl PackageSettings {
    /// The same, when it makes sense.
    pub(crate) fn checked(self) -> Result<Self, Problem> {
        let mut check = Check::new();
        check.number("first_weekday", i64::from(self.first_weekday), 1, 7);
        check.number("return_days", i64::from(self.return_days), 0, 365);
        check.finish()?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::PackageSettings;

    #[test]
    fn weeks_begin_on_a_day_of_the_week() {
        for (first_weekday, return_days, good) in
            [(1, 0, true), (7, 365, true), (0, 7, false), (8, 7, false), (1, -1, false), (1, 366, false)]
        {
            let settings = PackageSettings { first_weekday, return_days };
            assert_eq!(settings.checked().is_ok(), good, "{settings:?}");
        }
    }
}
