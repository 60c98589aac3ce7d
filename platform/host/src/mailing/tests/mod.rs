//! Rows sent to a mail server that takes, delays and refuses, and kept in the outbox.

mod compose;
mod sending;

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use db::{CtxParts, Db, PoolOptions};
use diesel::sql_types as st;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use embedded::{Options, Postgres};
use events::TenantId;
use kernel::{Actor, Brand, Clock, Ctx, Entropy, Grants, Subscriptions, TenantInfo, TenantStatus};
use serde_json::json;
use web::{Source, Web};

use super::*;

/// A database that is migrated, of a private server that the tests of this crate share.
async fn database() -> Db {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tmp/mailing");
    let server = SERVER.get_or_init(|| Postgres::start(&Options::for_tests(folder)).unwrap());
    let name = format!("mailing_{}", NUMBER.fetch_add(1, Ordering::SeqCst));
    let mut owner = AsyncPgConnection::establish(&server.superuser_url()).await.unwrap();
    for sql in [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")] {
        diesel::sql_query(sql).execute(&mut owner).await.unwrap();
    }
    {
        // Roles belong to the whole server: the first migration of a new one makes them, one at a time.
        static ROLES: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let _one = ROLES.lock().await;
        db::migrate(&server.url(&name, "postgres")).await.unwrap();
    }
    Db::connect(&server.url(&name, "app"), PoolOptions { size: 4, wait: Duration::from_secs(5) }).unwrap()
}

async fn tenant(db: &Db, slug: &str) -> Ctx {
    let id = TenantId::from_uuid(uuid::Uuid::new_v4());
    db.system_tx("a tenant for a test", async |tx| {
        diesel::sql_query(
            "INSERT INTO tenants (id, slug, name, zone, currency, contact_email, created_at, updated_at) \
             VALUES ($1, $2, $2, 'UTC', 'GBP', 'a@b.co', now(), now())",
        )
        .bind::<st::Uuid, _>(id)
        .bind::<st::Text, _>(slug)
        .execute(tx)
        .await?;
        Ok::<_, kernel::TxError>(())
    })
    .await
    .unwrap();
    let info = TenantInfo {
        id,
        slug: slug.into(),
        name: "Anna Fit\r\nBcc: evil@example.com".into(),
        status: TenantStatus::Active,
        zone: "Europe/London".into(),
        currency: "GBP".parse().unwrap(),
        locale: "en".into(),
        contact_email: "anna@fit.example".into(),
        brand: Brand { logo_url: "/assets/logo.png".into(), ..Brand::default() },
        features: BTreeSet::new(),
        version: 1,
    };
    db::open(CtxParts {
        tenant: Arc::new(info),
        actor: Actor::System { name: "test".into() },
        grants: Grants::of([SEND]),
        db: db.clone(),
        clock: Clock::manual("2026-11-21T09:00:00Z".parse().unwrap()),
        entropy: Entropy::System,
        subscriptions: Arc::new(Subscriptions::default()),
        request_id: "req-1".into(),
        origin: "https://coach.example".into(),
        base: format!("/{slug}"),
    })
}

fn web() -> Web {
    let templates = [
        ("test/mails/hello.subject", "Hello {{name}}"),
        ("test/mails/hello.text", "Hello {{name}}, see {{shell.base_url}}"),
        (
            "test/mails/hello.mjml",
            "<mj-section><mj-column><mj-text>Hello {{name}}</mj-text></mj-column></mj-section>",
        ),
    ];
    let templates = templates.map(|(name, text)| (name.to_owned(), text.into())).into();
    Web::new(vec![web::own_source(), Source { name: "test", templates, texts: Vec::new() }]).unwrap()
}

fn mailer(transport: Transport) -> Mailer {
    let sender = Sender { address: "no-reply@coach.example".parse().unwrap(), host: "coach.example".into() };
    Mailer::new(web(), transport, sender)
}

fn draft(key: &str, to: &str) -> kernel::mail::Draft {
    kernel::mail::Draft {
        key: key.into(),
        template: "test/hello",
        data: json!({ "name": "Ada & Co\r\nBcc: evil@example.com" }),
        to_email: to.into(),
        to_name: "Ada \"the\" Löwe\r\nBcc: evil@example.com".into(),
        client: None,
        attachments: vec![kernel::mail::Attachment {
            name: "../booking\r\n.ics".into(),
            content_type: "text/calendar; method=REQUEST; charset=utf-8".into(),
            text: "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n".into(),
        }],
    }
}
