//! A tenant's clients and the notes on them.

use kernel::{Actor, Paging, Problem, Tx};
use people::clients::{self, NewClient};

use crate::house::{House, WORK};

fn new(name: &str, email: &str, phone: &str) -> NewClient {
    NewClient { name: name.into(), email: email.into(), phone: phone.into(), zone: None }
}

fn system() -> Actor {
    Actor::System { name: "test".into() }
}

/// A function with one query, in a transaction of the test's tenant.
macro_rules! within {
    ($ctx:expr, |$tx:ident| $work:expr) => {
        $ctx.tx(WORK, async |$tx: &mut Tx| Ok::<_, Problem>($work.await?)).await.unwrap()
    };
}

#[tokio::test]
async fn an_address_is_one_client_however_it_is_written() {
    let house = House::new().await;
    let ctx = house.ctx(Actor::Visitor);
    let first = within!(ctx, |tx| clients::upsert(tx, new("Ada", " Ada@Example.com ", "")));
    let second = within!(ctx, |tx| clients::upsert(tx, new("Mallory", "ada@example.com", "0123")));
    assert_eq!((first.id, first.email.as_str()), (second.id, "ada@example.com"));
    assert_eq!((second.name.as_str(), second.phone.as_str()), ("Ada", ""), "a visitor changes nothing");
    let completed =
        within!(house.ctx(system()), |tx| clients::upsert(tx, new("X", "ada@example.com", "0123")));
    assert_eq!((completed.name.as_str(), completed.phone.as_str()), ("Ada", "0123"));
    let kept = within!(house.ctx(system()), |tx| clients::upsert(tx, new("X", "ada@example.com", "999")));
    assert_eq!(kept.phone, "0123");
}

#[tokio::test]
async fn twenty_at_once_are_one() {
    let house = House::new().await;
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let ctx = house.ctx(Actor::Visitor);
            tokio::spawn(async move {
                within!(ctx, |tx| clients::upsert(tx, new(&format!("N{n}"), "race@example.com", ""))).id
            })
        })
        .collect();
    let mut ids = Vec::new();
    for task in tasks {
        ids.push(task.await.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn the_list_is_searched_and_paged() {
    let house = House::new().await;
    let ctx = house.ctx(system());
    for n in 0..7 {
        house.advance(i64::from(n % 3 == 0));
        within!(ctx, |tx| clients::upsert(
            tx,
            new(&format!("Person {n}"), &format!("p{n}@example.com"), "50% 1_2")
        ));
    }
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let paging = Paging::new(cursor.as_deref(), Some(3)).unwrap();
        let rows = within!(ctx, |tx| clients::list(tx, "", &paging));
        let (rows, next) = paging.cut(rows, |client| (client.created_at, client.id.uuid()));
        seen.extend(rows.into_iter().map(|client| client.name));
        cursor = next;
        if cursor.is_none() {
            break;
        }
    }
    let mut every = seen.clone();
    every.sort();
    every.dedup();
    assert_eq!((seen.len(), every.len()), (7, 7), "each once: {seen:?}");
    let page = Paging::new(None, None).unwrap();
    for (search, found) in
        [("PERSON 3", 1), ("p3@", 1), ("0%", 7), ("1_2", 7), ("1%2", 0), ("nobody", 0), ("  ", 7)]
    {
        assert_eq!(within!(ctx, |tx| clients::list(tx, search, &page)).len(), found, "{search}");
    }
}

#[tokio::test]
async fn tags_and_notes() {
    let house = House::new().await;
    let ctx = house.ctx(system());
    let client = within!(ctx, |tx| clients::upsert(tx, new("Ada", "ada@example.com", "")));
    assert!(within!(ctx, |tx| clients::tag(tx, client.id, " VIP ")));
    assert!(!within!(ctx, |tx| clients::tag(tx, client.id, "vip")), "there already");
    assert!(!within!(ctx, |tx| clients::tag(tx, client.id, "  ")));
    assert_eq!(within!(ctx, |tx| clients::by_id(tx, client.id)).unwrap().tags, ["vip"]);
    assert_eq!(within!(ctx, |tx| clients::list(tx, "vip", &Paging::new(None, None).unwrap())).len(), 1);
    assert!(within!(ctx, |tx| clients::untag(tx, client.id, "vip")));
    assert!(!within!(ctx, |tx| clients::untag(tx, client.id, "vip")));
    assert!(within!(ctx, |tx| clients::note_add(
        tx,
        client.id,
        "Welcome note",
        "Said hello.",
        Some("run_1")
    )));
    assert!(!within!(ctx, |tx| clients::note_add(
        tx,
        client.id,
        "Welcome note",
        "Said hello.",
        Some("run_1")
    )));
    house.advance(1);
    assert!(within!(ctx, |tx| clients::note_add(tx, client.id, "Maya", "Prefers mornings.", None)));
    let notes = within!(ctx, |tx| clients::notes(tx, client.id));
    assert_eq!(notes.iter().map(|note| note.author.as_str()).collect::<Vec<_>>(), ["Maya", "Welcome note"]);
}

#[tokio::test]
async fn another_tenants_client_is_no_client() {
    let house = House::new().await;
    let client = within!(house.ctx(system()), |tx| clients::upsert(tx, new("Ada", "ada@example.com", "")));
    let other = house.new_tenant().await;
    let ctx = house.ctx_in(&other, system());
    assert_eq!(within!(ctx, |tx| clients::by_id(tx, client.id)), None);
    assert_eq!(within!(ctx, |tx| clients::list(tx, "", &Paging::new(None, None).unwrap())), []);
    for action in 0..2 {
        let answer = ctx
            .tx(WORK, async |tx: &mut Tx| match action {
                0 => Ok::<_, Problem>(clients::tag(tx, client.id, "mine").await?),
                _ => Ok(clients::note_add(tx, client.id, "M", "Mine.", None).await?),
            })
            .await;
        assert_eq!(answer.unwrap_err().status.as_u16(), 404);
    }
    let own = within!(ctx, |tx| clients::upsert(tx, new("Ada", "ada@example.com", "")));
    assert_ne!(own.id, client.id);
}
