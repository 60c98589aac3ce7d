//! Migrations go up, down and up again.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use testkit::{Database, Sql, TestHost, program, workspace};

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(workspace().join("migrations")).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    all.sort();
    assert!(all.len() >= 5);
    all
}

async fn apply(sql: &Sql, folder: &Path, file: &str) {
    let text = fs::read_to_string(folder.join(file))
        .unwrap_or_else(|error| panic!("{}/{file}: {error}", folder.display()));
    let run = sql.try_rows(&format!("BEGIN;\n{text}\n;COMMIT")).await;
    run.unwrap_or_else(|error| {
        panic!(
            "{}/{file}: {}",
            folder.display(),
            error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string)
        )
    });
}

async fn replaceable(sql: &Sql) {
    let mut files: Vec<PathBuf> = fs::read_dir(workspace().join("config/replaceable"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for file in files {
        sql.run(&fs::read_to_string(file).unwrap()).await;
    }
}

/// The schema as `pg_dump` writes it, without what differs from run to run.
fn dump(database: &Database) -> String {
    let output = Command::new(program("pg_dump"))
        .args([
            "--schema-only",
            "--no-owner",
            "--exclude-table=__diesel_schema_migrations",
            "--dbname",
            &database.owner_url,
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let kept = text
        .lines()
        .filter(|line| !line.starts_with("\\") && !line.starts_with("--") && !line.trim().is_empty());
    kept.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn same(what: &str, one: &str, other: &str) {
    let (a, b): (BTreeSet<&str>, BTreeSet<&str>) = (one.lines().collect(), other.lines().collect());
    let (gone, come): (Vec<_>, Vec<_>) = (a.difference(&b).collect(), b.difference(&a).collect());
    assert!(one == other, "{what}\n- {gone:#?}\n+ {come:#?}");
}

#[tokio::test]
async fn up_down_and_up_again_give_the_same_schema() {
    let database = TestHost::empty().await;
    let sql = database.sql().await;
    replaceable(&sql).await;
    // Extensions stay when migrations go.
    sql.run("CREATE EXTENSION IF NOT EXISTS btree_gist").await;
    let before = dump(&database);
    let mut states = vec![before.clone()];
    for folder in folders() {
        apply(&sql, &folder, "up.sql").await;
        states.push(dump(&database));
    }
    let after = states.pop().unwrap();
    for folder in folders().iter().rev() {
        apply(&sql, folder, "down.sql").await;
        sql.run("CREATE EXTENSION IF NOT EXISTS btree_gist").await;
        let expected = states.pop().unwrap();
        same(
            &format!("{} does not go back to where it came from", folder.display()),
            &expected,
            &dump(&database),
        );
    }
    for folder in folders() {
        apply(&sql, &folder, "up.sql").await;
    }
    same("the second time up is another schema", &after, &dump(&database));
    let embedded = dump(&TestHost::get().await.dedicated().await);
    same("the program migrates to another schema than the files", &after, &embedded);
}

#[tokio::test]
async fn migrating_again_does_nothing() {
    let database = TestHost::get().await.dedicated().await;
    let report = db::migrate(&database.owner_url).await.unwrap();
    assert!(report.applied.is_empty(), "{report:?}");
    let applied = database.sql().await.count("SELECT count(*) FROM __diesel_schema_migrations").await;
    assert_eq!(usize::try_from(applied).unwrap(), db::migration_count());
}

#[tokio::test]
async fn two_that_migrate_at_once_come_one_after_the_other() {
    let database = TestHost::empty().await;
    let (one, two) = futures::join!(db::migrate(&database.owner_url), db::migrate(&database.owner_url));
    let mut counts = [one.unwrap().applied.len(), two.unwrap().applied.len()];
    counts.sort_unstable();
    assert_eq!(counts, [0, db::migration_count()]);
}
