//! The files of a new module, from their templates.

use super::names::Names;

macro_rules! templates {
    ($($to:literal from $from:literal),* $(,)?) => {
        [$(($to, include_str!(concat!("../../templates/module/", $from)))),*]
    };
}

/// Path in the module's folder, and template.
const MODULE: [(&str, &str); 21] = templates![
    "Cargo.toml" from "Cargo.toml.txt",
    "src/lib.rs" from "src/lib.rs.txt",
    "src/policy.rs" from "src/policy.rs.txt",
    "src/model.rs" from "src/model.rs.txt",
    "src/schema.rs" from "src/schema.rs.txt",
    "src/queries.rs" from "src/queries.rs.txt",
    "src/service.rs" from "src/service.rs.txt",
    "src/api.rs" from "src/api.rs.txt",
    "src/pages.rs" from "src/pages.rs.txt",
    "src/views.rs" from "src/views.rs.txt",
    "src/widgets.rs" from "src/widgets.rs.txt",
    "src/jobs.rs" from "src/jobs.rs.txt",
    "src/mails.rs" from "src/mails.rs.txt",
    "src/provision.rs" from "src/provision.rs.txt",
    "templates/studio_list.hbs" from "templates/studio_list.hbs.txt",
    "templates/studio_form.hbs" from "templates/studio_form.hbs.txt",
    "templates/block.hbs" from "templates/block.hbs.txt",
    "templates/mails/new.subject.hbs" from "templates/mails/new.subject.hbs.txt",
    "templates/mails/new.mjml.hbs" from "templates/mails/new.mjml.hbs.txt",
    "templates/mails/new.text.hbs" from "templates/mails/new.text.hbs.txt",
    "locales/en/@module@.ftl" from "texts.ftl.txt",
];

const MIGRATION: [(&str, &str); 2] = templates![
    "up.sql" from "migration/up.sql.txt",
    "down.sql" from "migration/down.sql.txt",
];

/// Path in the workspace, and text.
pub(super) type File = (String, String);

/// The crate.
pub(super) fn module(names: &Names) -> Vec<File> {
    let place = |path: &str| names.fill(&format!("modules/@module@/{path}"));
    MODULE.iter().map(|(path, text)| (place(path), names.fill(text))).collect()
}

/// Its first migration, behind all others; `number` is the beginning of the folder's name.
pub(super) fn migration(names: &Names, number: &str) -> Vec<File> {
    let place = |path: &str| format!("migrations/{number}_{}_first/{path}", names.module);
    MIGRATION.iter().map(|(path, text)| (place(path), names.fill(text))).collect()
}
