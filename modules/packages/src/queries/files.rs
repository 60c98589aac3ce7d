//! Files of offers and the settings of the module.

use diesel::{
    ExpressionMethods, OptionalExtension, PgJsonbExpressionMethods, QueryDsl, QueryResult, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use events::{Instant, OfferFileId};
use kernel::Tx;

use crate::{
    model::{FileInfo, FileKind, OfferId, PackageSettings},
    schema::{offer_files, offers, package_settings},
};

/// A file to be kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewFile<'a> {
    pub(crate) offer: OfferId,
    pub(crate) kind: FileKind,
    pub(crate) name: &'a str,
    pub(crate) content_type: &'a str,
    /// SHA-256 in hexadecimal.
    pub(crate) digest: &'a str,
    pub(crate) content: &'a [u8],
}

/// A file to be served.
#[derive(Clone, Debug)]
pub(crate) struct ServedFile {
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) digest: String,
    pub(crate) content: Vec<u8>,
}

/// Keeps a file.
pub(crate) async fn insert_file(tx: &mut Tx, file: NewFile<'_>) -> QueryResult<OfferFileId> {
    let id: OfferFileId = tx.ctx().new_id();
    let row = (
        offer_files::id.eq(id),
        offer_files::offer_id.eq(file.offer),
        offer_files::kind.eq(file.kind),
        offer_files::name.eq(file.name),
        offer_files::content_type.eq(file.content_type),
        offer_files::digest.eq(file.digest),
        offer_files::size.eq(i32::try_from(file.content.len()).unwrap_or(i32::MAX)),
        offer_files::content.eq(file.content),
        offer_files::created_at.eq(tx.ctx().now()),
    );
    diesel::insert_into(offer_files::table).values(row).execute(&mut **tx).await?;
    Ok(id)
}

/// Files by their identifiers, removed or not: what was sold stays what it was.
pub(crate) async fn files(tx: &mut Tx, ids: &[OfferFileId]) -> QueryResult<Vec<FileInfo>> {
    let all = offer_files::table.filter(offer_files::id.eq_any(ids.to_vec())).into_boxed();
    infos(tx, all.filter(offer_files::kind.eq(FileKind::Download)).limit(200)).await
}

async fn infos(
    tx: &mut Tx,
    query: offer_files::BoxedQuery<'static, diesel::pg::Pg>,
) -> QueryResult<Vec<FileInfo>> {
    type Row = (OfferFileId, OfferId, String, i32, Instant);
    let columns = (
        offer_files::id,
        offer_files::offer_id,
        offer_files::name,
        offer_files::size,
        offer_files::created_at,
    );
    let rows: Vec<Row> = query.select(columns).load(&mut **tx).await?;
    let info = |(id, offer, name, size, created_at): Row| FileInfo { id, offer, name, size, created_at };
    Ok(rows.into_iter().map(info).collect())
}

/// A download with its content.
pub(crate) async fn download(tx: &mut Tx, id: OfferFileId) -> QueryResult<Option<ServedFile>> {
    let one = offer_files::table.filter(offer_files::id.eq(id)).into_boxed();
    served(tx, one.filter(offer_files::kind.eq(FileKind::Download))).await
}

/// A picture with its content, by what it holds.
pub(crate) async fn picture(tx: &mut Tx, digest: &str) -> QueryResult<Option<ServedFile>> {
    let one = offer_files::table.filter(offer_files::digest.eq(digest.to_owned())).into_boxed();
    let one = one.filter(offer_files::kind.eq(FileKind::Image)).filter(offer_files::removed_at.is_null());
    served(tx, one).await
}

async fn served(
    tx: &mut Tx,
    query: offer_files::BoxedQuery<'static, diesel::pg::Pg>,
) -> QueryResult<Option<ServedFile>> {
    type Row = (String, String, String, Vec<u8>);
    let columns = (offer_files::name, offer_files::content_type, offer_files::digest, offer_files::content);
    let row: Option<Row> = query.select(columns).first(&mut **tx).await.optional()?;
    let file =
        |(name, content_type, digest, content): Row| ServedFile { name, content_type, digest, content };
    Ok(row.map(file))
}

/// Takes files of a kind away from an offer: all of them, or one. What was sold with one stays readable.
pub(crate) async fn remove_files(
    tx: &mut Tx,
    offer: OfferId,
    kind: FileKind,
    only: Option<OfferFileId>,
) -> QueryResult<usize> {
    let now = tx.ctx().now();
    let there = diesel::update(offer_files::table).filter(offer_files::offer_id.eq(offer));
    let there = there.filter(offer_files::kind.eq(kind)).filter(offer_files::removed_at.is_null());
    let gone = offer_files::removed_at.eq(now);
    match only {
        Some(id) => there.filter(offer_files::id.eq(id)).set(gone).execute(&mut **tx).await,
        None => there.set(gone).execute(&mut **tx).await,
    }
}

/// Bytes of all files that are kept, removed ones included as long as somebody bought them.
pub(crate) async fn kept_bytes(tx: &mut Tx) -> QueryResult<i64> {
    let sum: Option<i64> =
        offer_files::table.select(diesel::dsl::sum(offer_files::size)).first(&mut **tx).await?;
    Ok(sum.unwrap_or(0))
}

/// Files that were removed before then, the oldest first, with their kind.
pub(crate) async fn removed_files(tx: &mut Tx, before: Instant) -> QueryResult<Vec<(OfferFileId, FileKind)>> {
    offer_files::table
        .filter(offer_files::removed_at.lt(before))
        .order(offer_files::removed_at)
        .select((offer_files::id, offer_files::kind))
        .load(&mut **tx)
        .await
}

/// Whether an offer hands a file over.
pub(crate) async fn is_offered(tx: &mut Tx, file: OfferFileId) -> QueryResult<bool> {
    let handed = serde_json::json!([{ "kind": "download", "file": file }]);
    let one = offers::table.filter(offers::grants.contains(handed));
    diesel::select(diesel::dsl::exists(one)).get_result(&mut **tx).await
}

/// Deletes a file for good.
pub(crate) async fn delete_file(tx: &mut Tx, file: OfferFileId) -> QueryResult<()> {
    diesel::delete(offer_files::table.find(file)).execute(&mut **tx).await.map(drop)
}

/// The settings, or the defaults.
pub(crate) async fn settings(tx: &mut Tx) -> QueryResult<PackageSettings> {
    Ok(stored_settings(tx).await?.unwrap_or_default())
}

/// The settings; `None` when nobody has chosen yet.
pub(crate) async fn stored_settings(tx: &mut Tx) -> QueryResult<Option<PackageSettings>> {
    package_settings::table.select(PackageSettings::as_select()).first(&mut **tx).await.optional()
}

/// Keeps the settings.
pub(crate) async fn save_settings(tx: &mut Tx, settings: PackageSettings) -> QueryResult<()> {
    let row = (
        package_settings::first_weekday.eq(settings.first_weekday),
        package_settings::return_days.eq(settings.return_days),
        package_settings::updated_at.eq(tx.ctx().now()),
    );
    diesel::insert_into(package_settings::table)
        .values(row)
        .on_conflict(diesel::upsert::on_constraint("package_settings_pkey"))
        .do_update()
        .set(row)
        .execute(&mut **tx)
        .await
        .map(drop)
}
