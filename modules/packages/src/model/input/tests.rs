use proptest::prelude::*;

use super::*;
use crate::model::offer::tests::{at, currency};

fn product() -> OfferInput {
    OfferInput {
        name: "Ten classes".into(),
        price: 9_000,
        status: OfferStatus::Active,
        grants: vec![GrantSpec::credits(10, Some(90))],
        ..OfferInput::blank(OfferKind::Product, currency("EUR"))
    }
}
fn plan() -> OfferInput {
    OfferInput {
        name: "Committed".into(),
        price: 10_900,
        ..OfferInput::blank(OfferKind::Plan, currency("EUR"))
    }
}
fn package(items: Vec<ItemInput>) -> OfferInput {
    OfferInput { kind: OfferKind::Package, grants: vec![], items, ..product() }
}
fn id(number: u128) -> OfferId {
    format!("off_{number:032x}").parse().unwrap()
}
fn codes(result: Result<OfferInput, Problem>) -> Vec<(String, &'static str)> {
    result.err().map(|p| p.fields.into_iter().map(|f| (f.field, f.code)).collect()).unwrap_or_default()
}

#[test]
fn a_good_product_gets_its_slug() {
    assert_eq!(product().checked(currency("EUR"), None).unwrap().slug, "ten-classes");
}
#[test]
fn prices_and_currencies() {
    for price in [-1, 100_000_001, i64::MAX, i64::MIN] {
        assert_eq!(
            codes(OfferInput { price, ..product() }.checked(currency("EUR"), None)),
            [("price".into(), "offer_price")]
        );
    }
    assert!(OfferInput { price: 0, ..product() }.checked(currency("EUR"), None).is_ok());
    assert_eq!(codes(product().checked(currency("GBP"), None)), [("currency".into(), "offer_currency")]);
}
#[test]
fn packages() {
    let item = |number, quantity| ItemInput { product: id(number), quantity };
    let says = |items| codes(package(items).checked(currency("EUR"), Some(id(9))));
    assert!(says(vec![item(1, 2), item(2, 1)]).is_empty());
    assert_eq!(says(vec![]), [("items".into(), "offer_items")]);
    assert_eq!(says(vec![item(9, 1)]), [("items".into(), "offer_contains_itself")]);
    assert_eq!(says(vec![item(1, 1), item(1, 1)]), [("items".into(), "offer_items_twice")]);
    assert_eq!(says(vec![item(1, 0)]), [("items".into(), "out_of_range")]);
    assert_eq!(says(vec![item(1, 11)]), [("items".into(), "out_of_range")]);
}
#[test]
fn limits_and_dates() {
    let wrong = OfferInput {
        stock: Some(-1),
        per_client: Some(0),
        sale_from: Some(at(200)),
        sale_until: Some(at(100)),
        grants: vec![GrantSpec::credits(0, Some(0))],
        ..product()
    };
    let fields: Vec<_> =
        codes(wrong.checked(currency("EUR"), None)).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["stock", "per_client", "sale_until", "credits", "credit_days"]);
}
fn errors(input: OfferInput) -> Vec<(String, &'static str)> {
    codes(input.checked(currency("EUR"), Some(id(9))))
}

#[test]
fn grants() {
    let says = |grant| errors(OfferInput { grants: vec![grant], ..product() });
    let of = "apt_00000000000000000000000000000007".to_owned();
    let check_in = |of: &str, count| GrantSpec::Appointment {
        of: of.into(),
        name: "Check-in".into(),
        count,
        days: None,
    };
    assert!(says(check_in(&of, 2)).is_empty());
    assert_eq!(says(check_in("prd_7", 1)), [("appointment_type".into(), "offer_appointment_type")]);
    assert_eq!(says(check_in(&of, 0)), [("appointment_count".into(), "out_of_range")]);
    let voucher = |amount| says(GrantSpec::Voucher { amount, days: Some(365) });
    assert!(voucher(5_000).is_empty());
    for amount in [0, -1, 100_000_001] {
        assert_eq!(voucher(amount), [("voucher".into(), "offer_voucher")]);
    }
    assert!(says(GrantSpec::Other(serde_json::json!({ "kind": "course" }))).is_empty());
    let many = vec![GrantSpec::Service; 11];
    assert_eq!(errors(OfferInput { grants: many, ..product() }), [("grants".into(), "offer_grants")]);
}
#[test]
fn a_plan_is_paid_whole_and_holds_no_products() {
    assert!(errors(plan()).is_empty());
    let parts = Instalments { count: 3, every: crate::model::PartEvery::Month };
    let wrong = OfferInput {
        deposit: Some(Deposit { amount: 100, days: 14 }),
        instalments: Some(parts),
        items: vec![ItemInput { product: id(1), quantity: 1 }],
        ..plan()
    };
    let fields: Vec<_> = errors(wrong).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["items", "deposit", "instalments"]);
    let welcome = vec![GrantSpec::credits(2, None)];
    assert!(errors(OfferInput { grants: welcome, ..plan() }).is_empty());
    assert_eq!(errors(OfferInput { plan: None, ..plan() }), [("every".into(), "required")]);
    let terms = OfferInput { plan: plan().plan, ..product() };
    assert_eq!(errors(terms), [("every".into(), "offer_terms_of_no_plan")]);
    let deposit = OfferInput { deposit: Some(Deposit { amount: 9_000, days: 14 }), ..product() };
    assert_eq!(errors(deposit), [("deposit".into(), "offer_deposit")]);
}
#[test]
fn offers_beside_an_offer() {
    let bump = |number, price| BumpInput { offer: id(number), pitch: String::new(), price };
    let says = |bumps| errors(OfferInput { bumps, ..product() });
    assert!(says(vec![bump(1, None), bump(2, Some(0)), bump(3, Some(500))]).is_empty());
    assert_eq!(says(vec![bump(9, None)]), [("bumps/0".into(), "offer_bumps_itself")]);
    assert_eq!(says(vec![bump(1, None), bump(1, None)]), [("bumps/1".into(), "offer_bumps_twice")]);
    assert_eq!(says(vec![bump(1, Some(-1))]), [("bumps/0/price".into(), "offer_price")]);
    assert_eq!(says((1..5).map(|n| bump(n, None)).collect()), [("bumps".into(), "offer_bumps")]);
}
#[test]
fn lines_on_the_card() {
    let extras =
        |lines: &[&str]| OfferInput { extras: lines.iter().map(ToString::to_string).collect(), ..product() };
    let tidy = extras(&[" HR monitor included ", "", "Sauna"]).checked(currency("EUR"), None).unwrap();
    assert_eq!(tidy.extras, ["HR monitor included", "Sauna"]);
    assert_eq!(errors(extras(&["x"; 13])), [("extras".into(), "offer_extras")]);
}
proptest! {
    #[test]
    fn copies_have_a_name_and_a_link_of_their_own(name in "\\PC{1,120}", before in 0..5_usize) {
        let copy = copy_name(&name, "copy");
        prop_assert!(copy.chars().count() <= 120 && copy.ends_with(" (copy)"));
        let wanted = slug_of(&copy);
        let mut taken = Vec::new();
        for _ in 0..=before {
            let slug = free_slug(&wanted, &taken);
            let mut check = Check::new();
            check.slug("slug", &slug);
            prop_assert!(check.finish().is_ok() && !taken.contains(&slug), "{slug}");
            taken.push(slug);
        }
    }
    #[test]
    fn every_name_makes_a_slug(name in "\\PC{0,130}") {
        let mut check = Check::new();
        check.slug("slug", &slug_of(&name));
        prop_assert!(check.finish().is_ok(), "{}", slug_of(&name));
    }
}
