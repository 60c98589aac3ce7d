use std::time::Duration;

use anyhow::Result;

use super::{
    bare::{self, Page, Written},
    duel,
};
use crate::{
    cluster::Cluster,
    figures::{Line, shown},
    house::{Business, House, Way},
    http,
};

const PRODUCTS: &str = "[packages.payment]\nsandbox = true\n\
    [[packages.products]]\nslug = \"single\"\nname = \"Single session\"\nsummary = \"One hour\"\nprice = \"120.00\"\ncredits = 1\n\
    [[packages.products]]\nslug = \"six\"\nname = \"Six sessions\"\nsummary = \"Over three months\"\nprice = \"640.00\"\ncredits = 6\n";

/// `GET /{slug}` of somebody unknown, against a handler that runs the same one query on the same kind of pool.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let house = House::open(cluster, &database, Way::default()).await?;
    house.tenant(&Business { more: PRODUCTS, ..Business::new("page") }).await?;
    let request = http::get("/page");
    let written = Written::of(house.address, &request).await?;
    let bytes = written.body.len();
    let options = db::PoolOptions { size: house.app.config.database.pool, ..db::PoolOptions::default() };
    let page = Page { db: db::Db::connect(&database.app_url, options)?, written };
    let bare = bare::serve("/:slug", page).await?;
    let mut duel = duel(house.address, bare.address, &request, 7, Duration::from_millis(1_500)).await?;
    let line = Line::ratio("public-page", duel.ratio(), 0.8).with(duel.shown()).with(format!(
        "{bytes} bytes of page, 16 connections, p50 {} p99 {}",
        shown(duel.all.percentile(0.5)),
        shown(duel.all.percentile(0.99))
    ));
    drop(bare);
    house.close().await;
    Ok(vec![line])
}
