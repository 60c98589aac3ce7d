//! Whatever a page links to is there, for the person who is shown the link.

use std::collections::{BTreeSet, VecDeque};

use testkit::{Client, Persona, TestApp};

use crate::world::World;

/// Pages that are looked at; months and days lead on for ever.
const AT_MOST: usize = 400;

/// Two links are alike when they differ only in values of their query: one of them is looked at.
fn likeness(link: &str) -> String {
    let (path, query) = link.split_once('?').unwrap_or((link, ""));
    let names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    format!("{path}?{}", names.collect::<Vec<_>>().join("&"))
}

/// Follows all links from these pages on; gives back those that lead nowhere.
async fn dead_links(who: &Client, slug: &str, starts: &[&str]) -> (usize, Vec<String>) {
    let home = format!("/{slug}");
    let inside = |link: &str| link == home || link.starts_with(&format!("{home}/"));
    let mut open: VecDeque<(String, String)> =
        starts.iter().map(|start| (String::new(), format!("{home}{start}"))).collect();
    let (mut seen, mut dead, mut looked) = (BTreeSet::new(), Vec::new(), 0);
    while let Some((from, link)) = open.pop_front() {
        let link = link.split('#').next().unwrap_or_default().to_owned();
        if looked >= AT_MOST || !inside(&link) || !seen.insert(likeness(&link)) {
            continue;
        }
        looked += 1;
        let answer = who.open(&link).await;
        if answer.status >= 400 {
            dead.push(format!("{} at {link}, linked from {from}", answer.status));
        }
        open.extend(answer.links().into_iter().map(|next| (link.clone(), next)));
    }
    (looked, dead)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_link_leads_nowhere() {
    let app = TestApp::start().await;
    let world = World::new(&app).await;
    let slug = &world.tenant.slug;
    let visitor = world.tenant.visitor();
    for (who, starts, least) in [
        (visitor, vec!["", "/book", "/buy"], 8),
        (world.tenant.persona(Persona::Client).await, vec!["", "/me"], 10),
        (world.tenant.coach().await, vec!["/studio"], 15),
        (world.tenant.owner().await, vec!["/studio"], 30),
    ] {
        let (looked, dead) = dead_links(&who, slug, &starts).await;
        assert!(dead.is_empty(), "{dead:#?}");
        assert!(looked >= least, "only {looked} pages from {starts:?}");
    }
    world.tenant.finish().await;
}
