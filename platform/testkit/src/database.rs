use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
    time::Duration,
};

use tokio::sync::OnceCell;

use crate::{Services, Sql, sql::describe, workspace};

/// A database with its two addresses.
#[derive(Clone, Debug)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// For the superuser, who also owns the tables.
    pub owner_url: String,
    /// For the role `app`, as the application signs in.
    pub app_url: String,
}

impl Database {
    fn named(name: &str) -> Self {
        let owner_url = address(&Services::get().superuser_url, name, None);
        let app_url = address(&owner_url, name, Some("app"));
        Self { name: name.to_owned(), owner_url, app_url }
    }
    /// A connection of the superuser.
    pub async fn sql(&self) -> Sql {
        Sql::connect(&self.owner_url).await
    }
}

/// The databases of the tests.
pub struct TestHost {
    /// The one that ordinary tests share.
    pub shared: Database,
    template: String,
}

impl TestHost {
    /// Those of this run: made by whoever comes first, found by the others.
    pub async fn get() -> &'static Self {
        static HOST: OnceCell<TestHost> = OnceCell::const_new();
        HOST.get_or_init(Self::prepare).await
    }

    async fn prepare() -> Self {
        let hash = migrations_hash();
        let (template, shared) = (format!("test_template_{hash:016x}"), format!("test_shared_{hash:016x}"));
        let root = Sql::connect(&Services::get().superuser_url).await;
        // One process makes the databases; the others wait here.
        root.run(&format!("SELECT pg_advisory_lock({})", hash >> 1)).await;
        if !exists(&root, &template).await {
            make_template(&root, &template).await;
        }
        if !exists(&root, &shared).await {
            create(&root, &format!("CREATE DATABASE {shared} TEMPLATE {template}")).await;
        }
        root.run(&format!("SELECT pg_advisory_unlock({})", hash >> 1)).await;
        Self { shared: Database::named(&shared), template }
    }

    /// A migrated database of a test's own, without rows. It stays until the server goes, so that a failed test can be
    /// looked into.
    pub async fn dedicated(&self) -> Database {
        let name = format!("test_own_{}", uuid::Uuid::new_v4().simple());
        let root = Sql::connect(&Services::get().superuser_url).await;
        create(&root, &format!("CREATE DATABASE {name} TEMPLATE {}", self.template)).await;
        Database::named(&name)
    }
    /// An empty database of a test's own, not migrated.
    pub async fn empty() -> Database {
        let name = format!("test_own_{}", uuid::Uuid::new_v4().simple());
        let root = Sql::connect(&Services::get().superuser_url).await;
        create(&root, &format!("CREATE DATABASE {name}")).await;
        Database::named(&name)
    }
}

async fn exists(root: &Sql, name: &str) -> bool {
    root.count(&format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'")).await == 1
}

/// Migrated under another name first: a half migrated database is never taken for the template.
async fn make_template(root: &Sql, template: &str) {
    let half = Database::named(&format!("{template}_half"));
    root.run(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", half.name)).await;
    create(root, &format!("CREATE DATABASE {}", half.name)).await;
    db::migrate(&half.owner_url).await.expect("the migrations run");
    create(root, &format!("ALTER DATABASE {} RENAME TO {template}", half.name)).await;
}

/// Tries again while somebody is still leaving the database that is copied or renamed.
async fn create(root: &Sql, statement: &str) {
    for _ in 0..200 {
        match root.try_rows(statement).await {
            Ok(_) => return,
            Err(error) if describe(&error).starts_with("55006") => {
                tokio::time::sleep(Duration::from_millis(50)).await
            }
            Err(error) => panic!("{statement}: {}", describe(&error)),
        }
    }
    panic!("{statement}: somebody does not leave the database");
}

/// Grows out of what the migrations say, so that another branch's database is never used.
fn migrations_hash() -> u64 {
    let mut files = Vec::new();
    for folder in ["migrations", "config/replaceable"] {
        collect(&workspace().join(folder), &mut files);
    }
    assert!(!files.is_empty(), "there are migrations");
    files.sort();
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    hasher.finish()
}

fn collect(folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("the folder of migrations") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push((path.display().to_string(), std::fs::read(&path).expect("a migration")));
        }
    }
}

/// `postgres://user@host/name` with another database, and another user where one is given.
fn address(url: &str, name: &str, user: Option<&str>) -> String {
    let (scheme, rest) = url.split_once("://").expect("a URL");
    let (authority, tail) = rest.split_once('/').unwrap_or((rest, ""));
    let query = tail.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
    let (login, host) = authority.rsplit_once('@').unwrap_or(("postgres", authority));
    format!("{scheme}://{}@{host}/{name}{query}", user.unwrap_or(login))
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn addresses_keep_host_and_options() {
        let url = "postgres://postgres@%2Ftmp%2Fx/postgres?connect_timeout=3";
        assert_eq!(address(url, "a", Some("app")), "postgres://app@%2Ftmp%2Fx/a?connect_timeout=3");
        assert_eq!(address("postgres://p:w@h:1/x", "b", None), "postgres://p:w@h:1/b");
    }
}
