//! Bare handlers on poem's own server: the same queries, the same bytes, and nothing else.

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context, Result, ensure};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;
use futures::FutureExt;
use poem::{
    Endpoint, EndpointExt, Request, Response, Route, Server,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    listener::TcpListener,
};
use tokio::{
    sync::{Mutex, Semaphore},
    task::JoinHandle,
};
use tokio_postgres::{Statement, types::ToSql};
use uuid::Uuid;

use crate::{
    cluster::{free_port, local},
    http::{Conn, Wire},
    sql::Sql,
};

diesel::table! {
    tenants (id) {
        id -> Uuid,
        slug -> Text,
        version -> Int8,
    }
}

/// A running bare server; it ends when dropped.
pub(super) struct Bare {
    pub(super) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Bare {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves an endpoint on poem's own server.
pub(super) async fn serve<E: Endpoint + 'static>(path: &str, endpoint: E) -> Result<Bare> {
    let port = free_port()?;
    let route = Route::new().at(path, endpoint.map_to_response());
    let server = Server::new(TcpListener::bind(local(port)));
    let task = tokio::spawn(async move {
        if let Err(error) = server.run(route).await {
            eprintln!("the bare server ended: {error}");
        }
    });
    let address = local(port);
    for _ in 0..200 {
        if Conn::open(address).await.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    Ok(Bare { address, task })
}

/// What our server answered to a request: status aside, all of it.
#[derive(Clone)]
pub(super) struct Written {
    headers: HeaderMap,
    pub(super) body: Arc<[u8]>,
}

impl Written {
    /// Asks our server.
    pub(super) async fn of(address: SocketAddr, request: &Wire) -> Result<Self> {
        let mut conn = Conn::open(address).await?;
        let reply = conn.send(request).await?;
        ensure!(reply.status == 200, "{} {}", reply.status, reply.text());
        let mut headers = HeaderMap::new();
        for (name, value) in reply.head.lines().skip(1).filter_map(|line| line.split_once(':')) {
            // The server below writes these itself.
            if !["content-length", "date", "connection"].contains(&name.to_ascii_lowercase().as_str()) {
                headers.append(name.parse::<HeaderName>()?, HeaderValue::from_str(value.trim())?);
            }
        }
        Ok(Self { headers, body: reply.body.into() })
    }
    fn response(&self) -> Response {
        let mut response = Response::builder().status(StatusCode::OK).body(self.body.to_vec());
        response.headers_mut().extend(self.headers.clone());
        response
    }
}

/// Finds the tenant by its slug, as every request must, and writes the page.
pub(super) struct Page {
    pub(super) db: db::Db,
    pub(super) written: Written,
}

impl Endpoint for Page {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let slug = request.uri().path().trim_start_matches('/');
        let mut conn = self.db.registry_connection().await.map_err(poem::error::InternalServerError)?;
        let query = tenants::table.filter(tenants::slug.eq(slug)).select((tenants::id, tenants::version));
        let found: (Uuid, i64) = query.first(&mut conn).await.map_err(poem::error::NotFound)?;
        drop(conn);
        debug_assert!(found.1 > 0);
        Ok(self.written.response())
    }
}

/// Runs the queries of a question for slots, in the same round trips, and writes the answer.
pub(super) struct Slots {
    conns: Mutex<Vec<Prepared>>,
    free: Semaphore,
    begin: String,
    slug: String,
    coach: Vec<String>,
    range: (jiff::Timestamp, jiff::Timestamp),
    written: Written,
}

/// A connection that knows the statements.
struct Prepared {
    sql: Sql,
    tenant: Statement,
    busy: Statement,
}

/// What is asked for.
pub(super) struct Asked<'a> {
    pub(super) slug: &'a str,
    pub(super) tenant: Uuid,
    pub(super) coach: Uuid,
    pub(super) range: (jiff::Timestamp, jiff::Timestamp),
}

const TENANT: &str = "SELECT id, version FROM tenants WHERE slug = $1 LIMIT 1";
const BUSY: &str = "SELECT coach_id, kind, source_id, starts_at, ends_at FROM calendar_blocks \
    WHERE coach_id = ANY($1::text[]::uuid[]) AND ends_at > to_timestamp($2) AND ends_at <= to_timestamp($3) \
    AND starts_at < to_timestamp($4) ORDER BY starts_at";

impl Slots {
    pub(super) async fn new(url: &str, size: usize, asked: &Asked<'_>, written: Written) -> Result<Self> {
        let mut conns = Vec::new();
        for _ in 0..size {
            let sql = Sql::connect(url).await?;
            let (tenant, busy) = (sql.client.prepare(TENANT).await?, sql.client.prepare(BUSY).await?);
            conns.push(Prepared { sql, tenant, busy });
        }
        Ok(Self {
            conns: Mutex::new(conns),
            free: Semaphore::new(size),
            begin: format!(
                "BEGIN READ ONLY; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL ROLE app_tenant; SET LOCAL app.tenant_id = '{}'",
                asked.tenant
            ),
            slug: asked.slug.to_owned(),
            coach: vec![asked.coach.to_string()],
            range: asked.range,
            written,
        })
    }

    async fn ask(&self, on: &Prepared) -> Result<()> {
        let client = &on.sql.client;
        client.query_one(&on.tenant, &[&self.slug]).await?;
        let (from, to) = (self.range.0.as_second() as f64, self.range.1.as_second() as f64);
        let latest_end = to + 31.0 * 86_400.0;
        let busy: [&(dyn ToSql + Sync); 4] = [&self.coach, &from, &latest_end, &to];
        futures::try_join!(client.batch_execute(&self.begin), client.query(&on.busy, &busy))?;
        // Sent, and not waited for.
        Ok(client.batch_execute("ROLLBACK").now_or_never().unwrap_or(Ok(()))?)
    }
}

impl Endpoint for Slots {
    type Output = Response;

    async fn call(&self, _: Request) -> poem::Result<Response> {
        let wrong = |error: anyhow::Error| {
            poem::Error::from_string(format!("{error:#}"), StatusCode::INTERNAL_SERVER_ERROR)
        };
        let _place = self.free.acquire().await.map_err(|error| wrong(error.into()))?;
        let conn = self.conns.lock().await.pop().context("a connection").map_err(wrong)?;
        let asked = self.ask(&conn).await;
        self.conns.lock().await.push(conn);
        asked.map_err(wrong)?;
        Ok(self.written.response())
    }
}
