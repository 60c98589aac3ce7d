//! The outbox of a development installation. Each tenant's mails are read in a transaction bound to that tenant.

use events::{Instant, MailId};
use kernel::{Ctx, Problem, mail::Attachment};
use poem::{Response, http::header};
use web::views::{Attachment as FileLink, Outbox, OutboxMail, OutboxRow};

use super::{
    SEND,
    compose::file_name,
    rows::{self, MailRow},
};

const PAGE: usize = 50;

/// The HTML part is somebody else's document: it may look as it likes and do nothing.
const FRAME_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: https:; base-uri 'none'; \
                            form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

/// The newest mails of all these tenants, older than `before`.
pub(super) async fn list(tenants: &[Ctx], before: Option<Instant>) -> Result<Outbox, Problem> {
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut all = Vec::new();
    for ctx in tenants {
        let rows =
            ctx.tx(SEND, async |tx| Ok::<_, Problem>(rows::mails_newest(tx, before, limit).await?)).await?;
        all.extend(rows.into_iter().map(|row| (ctx.tenant().name.clone(), row)));
    }
    all.sort_by_key(|(_, row)| std::cmp::Reverse((row.created_at, row.id)));
    let more = all.len() > PAGE;
    all.truncate(PAGE);
    let oldest = all.last().map(|(_, row)| row.created_at);
    Ok(Outbox {
        older_href: oldest.filter(|_| more).map(|at| format!("/dev/outbox?before={at}")),
        mails: all.iter().map(|(business, row)| line(business, row)).collect(),
    })
}

fn line(business: &str, row: &MailRow) -> OutboxRow {
    OutboxRow {
        href: format!("/dev/outbox/{}", row.id),
        subject: row.subject.clone().unwrap_or_default(),
        to: row.to_email.clone(),
        business: business.to_owned(),
        sent_at: row.created_at.to_string(),
    }
}

/// The mail of one of these tenants, with that tenant.
pub(super) async fn find(tenants: &[Ctx], id: &str) -> Result<(Ctx, MailRow), Problem> {
    let id: MailId = id.parse().map_err(|_| Problem::not_found())?;
    for ctx in tenants {
        let row = ctx.tx(SEND, async |tx| Ok::<_, Problem>(rows::mail_by_id(tx, id).await?)).await?;
        if let Some(row) = row {
            return Ok((ctx.clone(), row));
        }
    }
    Err(Problem::not_found())
}

pub(super) fn show(ctx: &Ctx, row: &MailRow, from: &str) -> OutboxMail {
    let href = format!("/dev/outbox/{}", row.id);
    let files = attachments(row);
    let link = |(index, file): (usize, &Attachment)| FileLink {
        name: file.name.clone(),
        href: format!("{href}/files/{index}"),
    };
    OutboxMail {
        subject: row.subject.clone().unwrap_or_default(),
        from: format!("{} <{from}>", ctx.tenant().name),
        to: format!("{} <{}>", row.to_name, row.to_email),
        sent_at: row.created_at.to_string(),
        html_href: format!("{href}/html"),
        plain: row.body_text.clone().unwrap_or_default(),
        attachments: files.iter().enumerate().map(link).collect(),
        back_href: "/dev/outbox".into(),
    }
}

/// The HTML part alone, for the frame.
pub(super) fn html(document: String) -> Response {
    Response::builder()
        .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
        .header(header::CONTENT_SECURITY_POLICY, FRAME_POLICY)
        .header(header::CACHE_CONTROL, "no-store")
        .body(document)
}

/// A file, always as a download.
pub(super) fn file(row: &MailRow, index: usize) -> Option<Response> {
    let file = attachments(row).into_iter().nth(index)?;
    let calendar = file.content_type.starts_with("text/calendar");
    let kind = if calendar { "text/calendar; charset=utf-8" } else { "application/octet-stream" };
    let ascii: String = file_name(&file.name).chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
    let answer = Response::builder()
        .header(header::CONTENT_TYPE, kind)
        .header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{ascii}\""))
        .header(header::CACHE_CONTROL, "no-store")
        .body(file.text);
    Some(answer)
}

fn attachments(row: &MailRow) -> Vec<Attachment> {
    serde_json::from_value(row.attachments.clone()).unwrap_or_default()
}
