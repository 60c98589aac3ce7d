//! `/me`: the client's home.

use kernel::{Actor, Ctx, Page, Problem};
use poem::{Request, handler, web::Data};
use web::views::{Block, ClientHome};

use crate::{pages, routes};

/// The client's home: the cards of the active modules.
#[handler]
pub async fn show(request: &Request, Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    let app = routes::app(request)?;
    let (mut cards, mut book, mut buy) = (Vec::new(), None, None);
    for module in app.registry.active(ctx.tenant()) {
        if let Some(make) = module.widgets.client_home {
            cards.extend(make(ctx.clone()).await?);
        }
        let Some(action) = module.widgets.public_action else { continue };
        let href = action(ctx.clone()).await?.map(|action| ctx.path(&action.path));
        match module.id {
            "appointments" => book = href,
            "packages" => buy = href,
            _ => {}
        }
    }
    cards.sort_by_key(|card| card.order);
    let name = match ctx.actor() {
        Actor::Client { name, .. } => name.clone(),
        Actor::Staff(staff) => staff.name.clone(),
        Actor::Visitor | Actor::System { .. } => String::new(),
    };
    Ok(pages::of(&ClientHome {
        name,
        upcoming: Vec::new(),
        cards: cards.into_iter().map(|card| Block::new(card.template, card.data)).collect(),
        book_href: book,
        buy_href: buy,
    }))
}
