//! Pictures and files of offers: uploads of staff, and what is served.

use std::sync::Arc;

use events::OfferFileId;
use kernel::{Ctx, Form, Page, Problem, Redirect, Registry, Text};
use poem::{
    IntoResponse, Response, handler,
    http::{HeaderValue, StatusCode, header},
    web::{Data, Multipart, Path},
};

use super::offer_form::{offer_id, with_fault};
use crate::{
    model::Offer,
    queries::ServedFile,
    service,
    views::{FileRow, MyDownloadsPage},
};

/// An uploaded file with the texts beside it.
#[derive(Debug, Default)]
struct Upload {
    name: String,
    bytes: Vec<u8>,
    alt: String,
}

/// Reads an upload; the edges have bounded the body.
async fn upload(mut form: Multipart, file: &str) -> Result<Upload, Problem> {
    let unreadable = |_| Problem::new(StatusCode::BAD_REQUEST, "form_unreadable");
    let mut upload = Upload::default();
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == file {
            upload.name = field.file_name().unwrap_or_default().to_owned();
            upload.bytes = field.bytes().await.map_err(|_| Problem::field(file, "offer_file_unreadable"))?;
        } else if name == "image_alt" {
            upload.alt = field.text().await.map_err(|_| Problem::field("image_alt", "control_characters"))?;
        }
    }
    Ok(upload)
}

fn back(ctx: &Ctx, offer: &Offer, text: &'static str) -> Response {
    let path = ctx.path(&format!("/studio/offers/edit/{}", offer.public_id()));
    Redirect::to(path).flash(Text::key(text)).into_response()
}

/// Takes a picture; without one only what it shows is changed.
#[handler]
pub(super) async fn set_picture(
    Data(ctx): Data<&Ctx>,
    Data(registry): Data<&Arc<Registry>>,
    Path((_, id)): Path<(String, String)>,
    form: Multipart,
) -> Result<Response, Problem> {
    let offer = service::staff_offer(ctx, offer_id(&id)?).await?;
    let sent = upload(form, "picture").await?;
    let done = match (sent.bytes.is_empty(), offer.row.image_digest.is_empty()) {
        (false, _) => {
            service::set_picture(ctx, offer.row.id, &sent.name, &sent.alt, &sent.bytes).await.map(drop)
        }
        (true, true) => Err(Problem::field("picture", "required")),
        (true, false) => service::describe_picture(ctx, offer.row.id, &sent.alt).await,
    };
    match done {
        Ok(()) => Ok(back(ctx, &offer, "packages-studio-picture-saved")),
        Err(problem) if !problem.fields.is_empty() => with_fault(ctx, registry, &offer, &problem).await,
        Err(problem) => Err(problem),
    }
}

/// Takes the picture away.
#[handler]
pub(super) async fn remove_picture(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    _form: Form,
) -> Result<Response, Problem> {
    let offer = service::remove_picture(ctx, offer_id(&id)?).await?;
    Ok(back(ctx, &offer, "packages-studio-picture-removed"))
}

/// Takes a file that is handed over from now on.
#[handler]
pub(super) async fn add_file(
    Data(ctx): Data<&Ctx>,
    Data(registry): Data<&Arc<Registry>>,
    Path((_, id)): Path<(String, String)>,
    form: Multipart,
) -> Result<Response, Problem> {
    let offer = service::staff_offer(ctx, offer_id(&id)?).await?;
    let file = upload(form, "file").await?;
    if file.bytes.is_empty() {
        return with_fault(ctx, registry, &offer, &Problem::field("file", "required")).await;
    }
    match service::add_file(ctx, offer.row.id, &file.name, &file.bytes).await {
        Ok(_) => Ok(back(ctx, &offer, "packages-studio-file-added")),
        Err(problem) if !problem.fields.is_empty() => with_fault(ctx, registry, &offer, &problem).await,
        Err(problem) => Err(problem),
    }
}

fn file_id(text: &str) -> Result<OfferFileId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// Takes a file away.
#[handler]
pub(super) async fn remove_file(
    Data(ctx): Data<&Ctx>,
    Path((_, id, file)): Path<(String, String, String)>,
    _form: Form,
) -> Result<Response, Problem> {
    let offer = service::remove_file(ctx, offer_id(&id)?, file_id(&file)?).await?;
    Ok(back(ctx, &offer, "packages-studio-file-removed"))
}

/// A file, for staff.
#[handler]
pub(super) async fn staff_file(
    Data(ctx): Data<&Ctx>,
    Path((_, file)): Path<(String, String)>,
) -> Result<Response, Problem> {
    Ok(attached(service::staff_file(ctx, file_id(&file)?).await?))
}

/// A file, for whoever has the link of an order that bought it.
#[handler]
pub(super) async fn bought_file(
    Data(ctx): Data<&Ctx>,
    Path((_, token, file)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    Ok(attached(service::bought_file(ctx, &token, file_id(&file)?).await?))
}

/// The files that one has bought.
#[handler]
pub(super) async fn own_files(Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    let files = service::own_files(ctx).await?;
    Ok(Page::of(&MyDownloadsPage { files: files.iter().map(FileRow::bought).collect() }))
}

/// The picture of an offer. Its address names its content, so it never changes.
#[handler]
pub(super) async fn picture(
    Data(ctx): Data<&Ctx>,
    Path((_, digest)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let file = service::picture(ctx, &digest).await?;
    Ok(Response::builder()
        .content_type(&file.content_type)
        .header(header::CACHE_CONTROL, "public, max-age=31536000, immutable")
        .header(header::ETAG, format!("\"{}\"", file.digest))
        .body(file.content))
}

/// To be kept, never shown by the browser itself, and by nobody in between.
fn attached(file: ServedFile) -> Response {
    let mut response = Response::builder()
        .content_type(&file.content_type)
        .header(header::CACHE_CONTROL, "private, no-store")
        .body(file.content);
    let disposition = disposition(&file.name);
    response.headers_mut().insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment")),
    );
    response
}

/// `attachment` with the name for old and new browsers (RFC 6266): plain letters, and all of it in UTF-8.
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '_' }).collect();
    let plain = plain.replace(['"', '\\'], "_");
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_stand_in_the_header_in_both_forms() {
        assert_eq!(
            disposition("Plan für dich.pdf"),
            "attachment; filename=\"Plan f_r dich.pdf\"; filename*=UTF-8''Plan%20f%C3%BCr%20dich.pdf"
        );
        assert!(!disposition("a\"b\r\nX: y").contains(['\r', '\n']));
        assert!(disposition("a\"b").starts_with("attachment; filename=\"a_b\""));
    }
}
