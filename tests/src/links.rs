//! Whatever a page links to is there, for the person who is shown the link.

use std::collections::{BTreeSet, VecDeque};

use testkit::{Client, Persona, TestApp};

use crate::world::World;

/// Pages that are looked at; months and days lead on for ever.
const AT_MOST: usize = 400;

/// Pages that links lead to, for whom.
const VISITOR: &[&str] = &["/book/*", "/buy", "/buy/*", "/voucher"];
const CLIENT: &[&str] =
    &["/me/orders", "/me/credits", "/me/downloads", "/me/subscriptions", "/me/payment-methods"];
const COACH: &[&str] = &["/studio/orders", "/studio/orders/*", "/studio/credits"];
const OWNER: &[&str] = &[
    "/studio/offers",
    "/studio/offers/new/product",
    "/studio/offers/new/package",
    "/studio/offers/new/plan",
    "/studio/offers/edit/*",
    "/studio/offers/settings",
    "/studio/offers/payments",
    "/studio/offers/taxes",
    "/studio/payments/stripe",
    "/studio/payments/stripe/events",
    "/studio/payments/stripe/audits",
    "/studio/coupons",
    "/studio/coupons/new",
    "/studio/coupons/edit/*",
    "/studio/coupons/vouchers",
    "/studio/coupons/vouchers/new",
    "/studio/coupons/vouchers/show/*",
    "/studio/orders",
    "/studio/orders/*",
    "/studio/orders/payouts",
    "/studio/subscriptions",
    "/studio/subscriptions/*",
    "/studio/subscriptions.csv",
    "/studio/credits",
    "/studio/credits/*",
    "/studio/credits/*/give",
    "/studio/credits/*/take",
];

/// Two links are alike when they differ only in values of their query: one of them is looked at.
fn likeness(link: &str) -> String {
    let (path, query) = link.split_once('?').unwrap_or((link, ""));
    let names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    format!("{path}?{}", names.collect::<Vec<_>>().join("&"))
}

/// What following all links from some pages showed.
struct Walk {
    /// Paths below the tenant that were shown, without their queries.
    shown: BTreeSet<String>,
    /// Links that lead nowhere.
    dead: Vec<String>,
}

impl Walk {
    /// Whether some page was shown whose path is like this; `*` stands for one part of it.
    fn has(&self, like: &str) -> bool {
        let fits = |path: &String| {
            let (path, like): (Vec<_>, Vec<_>) = (path.split('/').collect(), like.split('/').collect());
            path.len() == like.len() && path.iter().zip(&like).all(|(a, b)| *b == "*" || a == b)
        };
        self.shown.iter().any(fits)
    }
}

/// Follows all links from these pages on.
async fn walk(who: &Client, slug: &str, starts: &[&str]) -> Walk {
    let home = format!("/{slug}");
    let inside = |link: &str| link == home || link.starts_with(&format!("{home}/"));
    let mut open: VecDeque<(String, String)> =
        starts.iter().map(|start| (String::new(), format!("{home}{start}"))).collect();
    let (mut seen, mut looked) = (BTreeSet::new(), 0);
    let mut found = Walk { shown: BTreeSet::new(), dead: Vec::new() };
    while let Some((from, link)) = open.pop_front() {
        let link = link.split('#').next().unwrap_or_default().to_owned();
        if looked >= AT_MOST || !inside(&link) || !seen.insert(likeness(&link)) {
            continue;
        }
        looked += 1;
        let answer = who.open(&link).await;
        if answer.status >= 400 {
            found.dead.push(format!("{} at {link}, linked from {from}", answer.status));
        } else {
            let path = link.split('?').next().unwrap_or_default().strip_prefix(&home);
            found.shown.insert(path.unwrap_or_default().to_owned());
        }
        open.extend(answer.links().into_iter().map(|next| (link.clone(), next)));
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_link_leads_nowhere() {
    let app = TestApp::start().await;
    let world = World::new(&app).await;
    let slug = &world.tenant.slug;
    let visitor = world.tenant.visitor();
    for (who, starts, least, wanted) in [
        (visitor, "", 8, VISITOR),
        (world.tenant.persona(Persona::Client).await, "/me", 10, CLIENT),
        (world.tenant.coach().await, "/studio", 15, COACH),
        (world.tenant.owner().await, "/studio", 30, OWNER),
    ] {
        let found = walk(&who, slug, &[starts]).await;
        assert!(found.dead.is_empty(), "{:#?}", found.dead);
        let count = found.shown.len();
        assert!(count >= least, "only {count} pages from {starts:?}");
        let missing: Vec<_> = wanted.iter().filter(|page| !found.has(page)).collect();
        assert!(
            missing.is_empty(),
            "no links lead from {starts:?} to {missing:?}, but to {:#?}",
            found.shown
        );
    }
    world.tenant.finish().await;
}
