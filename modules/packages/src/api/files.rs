use events::OfferFileId;
use kernel::{Ctx, Problem};
use poem_openapi::{Object, payload::Json};

use super::offer_out::OfferOut;
use crate::{
    model::{OfferId, Place, any_id},
    service,
};

/// A copy to be made.
#[derive(Clone, Debug, Object)]
pub(super) struct CopyIn {
    /// The word behind its name, in brackets; left out: `copy`.
    #[oai(validator(min_length = 1, max_length = 40))]
    copy: Option<String>,
}

/// A new place.
#[derive(Clone, Debug, Object)]
pub(super) struct PlaceIn {
    /// In front of which offer; left out: behind all others.
    before: Option<String>,
}

/// A file that an offer hands over.
#[derive(Clone, Debug, Object)]
pub(super) struct FileOut {
    id: OfferFileId,
    /// The offer as it is now.
    offer: OfferOut,
}

fn offer_id(text: &str) -> Result<OfferId, Problem> {
    any_id(text).ok_or_else(Problem::not_found)
}

pub(super) async fn duplicate(ctx: &Ctx, id: &str, body: CopyIn) -> Result<Json<OfferOut>, Problem> {
    let copy = body.copy.unwrap_or_else(|| "copy".into());
    Ok(Json(OfferOut::of(&service::duplicate(ctx, offer_id(id)?, copy.trim()).await?, ctx)))
}

pub(super) async fn move_offer(ctx: &Ctx, id: &str, body: PlaceIn) -> Result<Json<OfferOut>, Problem> {
    let id = offer_id(id)?;
    let to = match body.before {
        Some(before) => {
            Place::Before(any_id(&before).ok_or_else(|| Problem::field("before", "offer_unknown_place"))?)
        }
        None => Place::Last,
    };
    service::move_offer(ctx, id, to).await?;
    Ok(Json(OfferOut::of(&service::staff_offer(ctx, id).await?, ctx)))
}

pub(super) async fn set_picture(
    ctx: &Ctx,
    id: &str,
    alt: &str,
    bytes: &[u8],
) -> Result<Json<OfferOut>, Problem> {
    let offer = service::set_picture(ctx, offer_id(id)?, "", alt, bytes).await?;
    Ok(Json(OfferOut::of(&offer, ctx)))
}

pub(super) async fn remove_picture(ctx: &Ctx, id: &str) -> Result<Json<OfferOut>, Problem> {
    Ok(Json(OfferOut::of(&service::remove_picture(ctx, offer_id(id)?).await?, ctx)))
}

pub(super) async fn add_file(
    ctx: &Ctx,
    id: &str,
    name: &str,
    bytes: &[u8],
) -> Result<Json<FileOut>, Problem> {
    let (offer, file) = service::add_file(ctx, offer_id(id)?, name, bytes).await?;
    Ok(Json(FileOut { id: file, offer: OfferOut::of(&offer, ctx) }))
}

pub(super) async fn remove_file(ctx: &Ctx, id: &str, file: OfferFileId) -> Result<Json<OfferOut>, Problem> {
    Ok(Json(OfferOut::of(&service::remove_file(ctx, offer_id(id)?, file).await?, ctx)))
}
