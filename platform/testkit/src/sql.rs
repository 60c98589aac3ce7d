use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// A connection of a test's own, with raw SQL: for looking behind the application's back.
pub struct Sql {
    client: Client,
}

impl Sql {
    /// Connects.
    pub async fn connect(url: &str) -> Self {
        Self::try_connect(url).await.unwrap_or_else(|error| panic!("{url}: {error}"))
    }
    /// Connects, or says why not.
    ///
    /// # Errors
    /// The server's.
    pub async fn try_connect(url: &str) -> Result<Self, tokio_postgres::Error> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        Ok(Self { client })
    }
    /// Runs statements and gives the rows of the last ones, every value as text.
    ///
    /// # Errors
    /// The server's.
    pub async fn try_rows(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, tokio_postgres::Error> {
        let messages = self.client.simple_query(sql).await?;
        let row = |message: SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect())
            }
            _ => None,
        };
        Ok(messages.into_iter().filter_map(row).collect())
    }
    /// The same for statements that must work.
    pub async fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        self.try_rows(sql).await.unwrap_or_else(|error| panic!("{sql}: {}", describe(&error)))
    }
    /// The first column of all rows, NULL left out.
    pub async fn column(&self, sql: &str) -> Vec<String> {
        self.rows(sql).await.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect()
    }
    /// The one value of the one row; empty for NULL.
    pub async fn one(&self, sql: &str) -> String {
        let mut rows = self.rows(sql).await;
        assert_eq!(rows.len(), 1, "one row is wanted of {sql}");
        rows.pop().and_then(|row| row.into_iter().next().flatten()).unwrap_or_default()
    }
    /// A count.
    pub async fn count(&self, sql: &str) -> i64 {
        self.one(sql).await.parse().unwrap_or_else(|_| panic!("no number: {sql}"))
    }
    /// Statements without rows.
    pub async fn run(&self, sql: &str) {
        self.rows(sql).await;
    }
}

/// What the server said, with its code.
#[must_use]
pub fn describe(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), |db| format!("{} {}", db.code().code(), db.message()))
}
