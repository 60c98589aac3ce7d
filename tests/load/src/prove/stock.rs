use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::{
    cluster::Cluster,
    figures::{Line, shown},
    house::{Business, House, Way},
    http,
};

const BUYERS: usize = 1_000;
const AT_ONCE: usize = 50;
const SEATS: &str = "[packages.payment]\nsandbox = true\n\
    [[packages.products]]\nslug = \"seat\"\nname = \"Seat\"\nprice = \"50.00\"\ncredits = 1\nstock = 100\n";

/// 1,000 buyers, 50 at a time, for the 100 that there are.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let house = House::open(cluster, &cluster.database().await?, Way::default()).await?;
    house.tenant(&Business { more: SEATS, ..Business::new("shop") }).await?;
    let next = |buyer: usize, number: usize| {
        let email = format!("buyer{buyer}-{number}@example.com");
        let body = json!({ "offer": "seat", "name": "Kim Lee", "email": email, "method": "sandbox" });
        (number < BUYERS / AT_ONCE).then(|| http::call("POST", "/api/v1/shop/checkout", &body, &[]))
    };
    let mut load = http::drive(house.address, AT_ONCE, Duration::from_secs(50), next).await?;
    let orders = house.sql.count("SELECT count(*) FROM orders").await?;
    let taken = house.sql.count("SELECT taken FROM offer_stock").await?;
    let refused = load.status(409);
    let ok = orders == 100 && taken == 100 && refused == 900 && load.status(200) == 100 && load.broken == 0;
    let line = Line::new("last-stock", format!("{orders}_orders"), "=100_orders", ok);
    let times = format!("p50 {} p95 {}", shown(load.percentile(0.5)), shown(load.percentile(0.95)));
    let line =
        line.with(format!("{BUYERS} buyers: {:?}; {taken} taken of the stock; {times}", load.statuses));
    house.close().await;
    Ok(vec![line])
}
