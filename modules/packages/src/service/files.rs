//! Pictures of offers, and files that are handed over.

use std::fmt::Write;

use billing::{Order, OrderLine, Status};
use events::OfferFileId;
use kernel::{Block, Ctx, FieldError, Problem, Tx, audit};
use poem::http::StatusCode;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{edit::tell, grant::sold};
use crate::{
    model::{
        FileInfo, FileKind, GrantSpec, MAX_DOWNLOAD, Offer, OfferId, OfferKind, PictureError, clean_name,
        picture_of, served_type,
    },
    policy::{OFFERS_READ, OFFERS_WRITE, ORDERS_CREATE, OWN_READ},
    queries::{self, NewFile, ServedFile},
    views::{FileRow, OrderFiles},
};

/// The most files of one offer.
const MAX_FILES: usize = 8;
/// Bytes of all files and pictures that a business keeps: 2 GB.
const MAX_KEPT: i64 = 2 * 1024 * 1024 * 1024;
/// So many of a client's orders are looked through for files.
const ORDERS: i64 = 100;

/// SHA-256 in hexadecimal.
fn digest_of(content: &[u8]) -> String {
    Sha256::digest(content).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Gives an offer its picture, in place of the one it had.
pub(crate) async fn set_picture(
    ctx: &Ctx,
    id: OfferId,
    name: &str,
    alt: &str,
    content: &[u8],
) -> Result<Offer, Problem> {
    let alt = checked_alt(alt)?;
    let picture = picture_of(content).map_err(|error| match error {
        PictureError::TooLarge => Problem::field("picture", "offer_picture_too_large"),
        PictureError::Unknown => Problem::field("picture", "offer_picture_unknown"),
        PictureError::Size => Problem::field("picture", "offer_picture_size"),
    })?;
    let name = clean_name(name).unwrap_or_else(|| format!("picture.{}", picture.ending));
    let digest = digest_of(content);
    ctx.tx(OFFERS_WRITE, async |tx| {
        queries::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
        check_quota(tx, "picture", content.len()).await?;
        queries::remove_files(tx, id, FileKind::Image, None).await?;
        let file = NewFile {
            offer: id,
            kind: FileKind::Image,
            name: &name,
            content_type: picture.content_type,
            digest: &digest,
            content,
        };
        queries::insert_file(tx, file).await?;
        queries::update_picture(tx, id, &digest, &alt).await?;
        audit(tx, "offer.picture_set", id.uuid(), json!({ "digest": digest })).await?;
        tell(tx, id).await
    })
    .await
}

fn checked_alt(alt: &str) -> Result<String, Problem> {
    let mut check = kernel::Check::new();
    let alt = check.line("image_alt", alt, 0, 200);
    check.finish()?;
    Ok(alt)
}

/// Says what the picture of an offer shows.
pub(crate) async fn describe_picture(ctx: &Ctx, id: OfferId, alt: &str) -> Result<(), Problem> {
    let alt = checked_alt(alt)?;
    ctx.tx(OFFERS_WRITE, async |tx| {
        let offer = queries::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
        queries::update_picture(tx, id, &offer.row.image_digest, &alt).await?;
        Ok(audit(tx, "offer.picture_described", id.uuid(), json!({})).await?)
    })
    .await
}

/// Takes the picture of an offer away.
pub(crate) async fn remove_picture(ctx: &Ctx, id: OfferId) -> Result<Offer, Problem> {
    ctx.tx(OFFERS_WRITE, async |tx| {
        queries::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
        if queries::remove_files(tx, id, FileKind::Image, None).await? > 0 {
            queries::update_picture(tx, id, "", "").await?;
            audit(tx, "offer.picture_removed", id.uuid(), json!({})).await?;
        }
        tell(tx, id).await
    })
    .await
}

/// The picture with this content.
pub(crate) async fn picture(ctx: &Ctx, digest: &str) -> Result<ServedFile, Problem> {
    let found = ctx.tx(OFFERS_READ, async |tx| Ok::<_, Problem>(queries::picture(tx, digest).await?)).await?;
    found.ok_or_else(Problem::not_found)
}

/// Adds a file that the offer hands over from now on.
pub(crate) async fn add_file(
    ctx: &Ctx,
    id: OfferId,
    name: &str,
    content: &[u8],
) -> Result<(Offer, OfferFileId), Problem> {
    let name = clean_name(name).ok_or_else(|| Problem::field("file", "offer_file_name"))?;
    if content.is_empty() {
        return Err(Problem::field("file", "required"));
    }
    if content.len() > MAX_DOWNLOAD {
        return Err(Problem::field("file", "offer_file_too_large"));
    }
    let digest = digest_of(content);
    ctx.tx(OFFERS_WRITE, async |tx| {
        let offer = queries::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
        check_room(&offer)?;
        check_quota(tx, "file", content.len()).await?;
        let new = NewFile {
            offer: id,
            kind: FileKind::Download,
            name: &name,
            content_type: served_type(&name),
            digest: &digest,
            content,
        };
        let file = queries::insert_file(tx, new).await?;
        let mut grants = offer.grants;
        // A file is handed over by the platform; what was nothing but a service is that file now.
        grants.retain(|grant| *grant != GrantSpec::Service);
        grants.push(GrantSpec::Download { file, name: name.clone() });
        queries::update_grants(tx, id, &grants).await?;
        audit(tx, "offer.file_added", id.uuid(), json!({ "file": file, "name": name })).await?;
        Ok((tell(tx, id).await?, file))
    })
    .await
}

/// Whether the offer takes one more file.
fn check_room(offer: &Offer) -> Result<(), Problem> {
    if offer.row.kind == OfferKind::Package {
        return Err(Problem::field("file", "offer_grants_of_package"));
    }
    if offer.grants.iter().filter_map(GrantSpec::file).count() >= MAX_FILES {
        let error = FieldError::new("file", "offer_files").arg("max", MAX_FILES);
        return Err(Problem::invalid(vec![error]));
    }
    Ok(())
}

/// Removed files are kept so long in any case: an order that is being placed may still hand one over.
const KEPT_MINUTES: i64 = 24 * 60;

/// Deletes removed pictures, and removed files that nobody bought. Again: nothing.
pub(super) async fn clear(ctx: &Ctx) -> Result<(), Problem> {
    ctx.tx(OFFERS_WRITE, async |tx: &mut Tx| {
        let before = tx.ctx().now().plus_minutes(-KEPT_MINUTES);
        for (file, kind) in queries::removed_files(tx, before).await? {
            if kind == FileKind::Image || !is_wanted(tx, file).await? {
                queries::delete_file(tx, file).await?;
            }
        }
        Ok(())
    })
    .await
}

/// Whether a file was sold, or another offer hands it over.
async fn is_wanted(tx: &mut Tx, file: OfferFileId) -> Result<bool, Problem> {
    let sold = json!({ "grants": [{ "grant": { "kind": "download", "file": file } }] });
    Ok(queries::is_offered(tx, file).await? || billing::is_remembered(tx, crate::ID, &sold).await?)
}

/// Whether the business may keep so many bytes more.
async fn check_quota(tx: &mut Tx, field: &'static str, more: usize) -> Result<(), Problem> {
    let more = i64::try_from(more).unwrap_or(i64::MAX);
    if queries::kept_bytes(tx).await?.saturating_add(more) > MAX_KEPT {
        return Err(Problem::field(field, "offer_files_full"));
    }
    Ok(())
}

/// Takes a file out of an offer. Who bought it before keeps it.
pub(crate) async fn remove_file(ctx: &Ctx, id: OfferId, file: OfferFileId) -> Result<Offer, Problem> {
    ctx.tx(OFFERS_WRITE, async |tx| {
        let offer = queries::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
        let mut grants = offer.grants;
        let before = grants.len();
        grants.retain(|grant| grant.file() != Some(file));
        if grants.len() == before {
            return Err(Problem::not_found());
        }
        if grants.is_empty() && offer.row.kind == OfferKind::Product {
            grants.push(GrantSpec::Service);
        }
        queries::update_grants(tx, id, &grants).await?;
        queries::remove_files(tx, id, FileKind::Download, Some(file)).await?;
        audit(tx, "offer.file_removed", id.uuid(), json!({ "file": file })).await?;
        tell(tx, id).await
    })
    .await
}

/// A file of an offer, for staff who look at it.
pub(crate) async fn staff_file(ctx: &Ctx, file: OfferFileId) -> Result<ServedFile, Problem> {
    let found = ctx.tx(OFFERS_WRITE, async |tx| Ok::<_, Problem>(queries::download(tx, file).await?)).await?;
    found.ok_or_else(Problem::not_found)
}

/// A file that an order bought, by the order's token. An order that is not paid, or all of whose money went back, opens
/// nothing.
pub(crate) async fn bought_file(ctx: &Ctx, token: &str, file: OfferFileId) -> Result<ServedFile, Problem> {
    ctx.tx(ORDERS_CREATE, async |tx| {
        let order = billing::by_token(tx, token).await?.ok_or_else(Problem::not_found)?;
        if !holds_files(&order) {
            return Err(Problem::new(StatusCode::GONE, "offer_file_not_yours"));
        }
        if !files_of(&billing::lines(tx, order.id).await?)?.contains(&file) {
            return Err(Problem::not_found());
        }
        queries::download(tx, file).await?.ok_or_else(Problem::not_found)
    })
    .await
}

/// Whether what the order bought is the buyer's.
fn holds_files(order: &Order) -> bool {
    matches!(order.status, Status::Paid | Status::PartiallyRefunded)
}

/// The files that lines hand over, each once.
fn files_of(lines: &[OrderLine]) -> Result<Vec<OfferFileId>, Problem> {
    let mut all: Vec<OfferFileId> = Vec::new();
    for line in lines.iter().filter(|line| line.module == crate::ID) {
        for file in sold(line)?.grants.iter().filter_map(|grant| grant.grant.file()) {
            if !all.contains(&file) {
                all.push(file);
            }
        }
    }
    Ok(all)
}

/// A file that somebody bought.
#[derive(Clone, Debug)]
pub(crate) struct Bought {
    pub(crate) file: FileInfo,
    /// Opens it, below the tenant's base.
    pub(crate) path: String,
}

/// The files of an order that its buyer can open now.
async fn files_of_order(ctx: &Ctx, order: &Order) -> Result<Vec<Bought>, Problem> {
    if !holds_files(order) {
        return Ok(Vec::new());
    }
    ctx.tx(ORDERS_CREATE, async |tx| {
        let lines = billing::lines(tx, order.id).await?;
        bought(tx, order, &lines).await
    })
    .await
}

async fn bought(tx: &mut Tx, order: &Order, lines: &[OrderLine]) -> Result<Vec<Bought>, Problem> {
    let wanted = files_of(&super::grant::readable(lines))?;
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let files = queries::files(tx, &wanted).await?;
    let path = |file: &FileInfo| format!("/downloads/{}/{}", order.token, file.id);
    Ok(files.into_iter().map(|file| Bought { path: path(&file), file }).collect())
}

/// The files that the client who acts has bought, each once, the newest order first.
pub(crate) async fn own_files(ctx: &Ctx) -> Result<Vec<Bought>, Problem> {
    ctx.tx(OWN_READ, async |tx| {
        let Some(client) = people::clients::of_actor(tx).await? else { return Ok(Vec::new()) };
        let paging = kernel::Paging { after: None, limit: ORDERS };
        let mut all: Vec<Bought> = Vec::new();
        for (order, lines) in billing::list_of_client(tx, client.id, &paging).await? {
            if !holds_files(&order) {
                continue;
            }
            for one in bought(tx, &order, &lines).await? {
                if !all.iter().any(|known| known.file.id == one.file.id) {
                    all.push(one);
                }
            }
        }
        Ok(all)
    })
    .await
}

/// What an order's page shows its buyer: the files that it bought.
pub(super) async fn buyer_card(ctx: &Ctx, order: &Order) -> Result<Vec<Block>, Problem> {
    let files: Vec<FileRow> = files_of_order(ctx, order).await?.iter().map(FileRow::bought).collect();
    Ok(if files.is_empty() { Vec::new() } else { vec![OrderFiles { files }.block()] })
}
