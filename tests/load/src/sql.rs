//! Raw SQL behind the application's back.

use anyhow::{Context, Result, bail};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// A connection of our own.
pub(crate) struct Sql {
    pub client: Client,
}

impl Sql {
    pub(crate) async fn connect(url: &str) -> Result<Self> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        Ok(Self { client })
    }
    /// Runs statements without looking at rows.
    pub(crate) async fn run(&self, sql: &str) -> Result<()> {
        self.client.batch_execute(sql).await.with_context(|| sql.chars().take(200).collect::<String>())
    }
    /// The first column of all rows, NULL left out.
    pub(crate) async fn column(&self, sql: &str) -> Result<Vec<String>> {
        let messages = self.client.simple_query(sql).await.with_context(|| sql.to_owned())?;
        let first = |message: &SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        };
        Ok(messages.iter().filter_map(first).collect())
    }
    /// The one value of the one row.
    pub(crate) async fn one(&self, sql: &str) -> Result<String> {
        let mut rows = self.column(sql).await?;
        match (rows.pop(), rows.is_empty()) {
            (Some(value), true) => Ok(value),
            _ => bail!("one row is wanted of {sql}"),
        }
    }
    /// A number.
    pub(crate) async fn count(&self, sql: &str) -> Result<i64> {
        self.one(sql).await?.parse().with_context(|| format!("no number: {sql}"))
    }
    /// The code of the error that statements end in; none when they work.
    pub(crate) async fn refusal(&self, sql: &str) -> Option<String> {
        let error = self.client.batch_execute(sql).await.err()?;
        Some(error.code().map_or_else(|| error.to_string(), |code| code.code().to_owned()))
    }
}
