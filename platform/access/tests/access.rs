//! Roles, modules, the policy file and a tenant's own rules, through the public functions.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{collections::BTreeSet, sync::Arc, time::Instant};

use access::{Access, AccessError, OwnRule};
use events::TenantId;
use kernel::{Brand, Permission, PermissionDef, TenantInfo, TenantStatus};
use uuid::Uuid;

const STUDIO: Permission = Permission("platform:studio:read");
const RUN: Permission = Permission("platform:automations:run");
const BOOK: Permission = Permission("appointments:bookings:create");
const ALL_BOOKINGS: Permission = Permission("appointments:bookings:read");
const REFUND: Permission = Permission("packages:orders:refund");
const DEFS: [PermissionDef; 5] = [
    PermissionDef { permission: STUDIO, holders: &["coach", "admin", "owner"] },
    PermissionDef { permission: RUN, holders: &[] },
    PermissionDef { permission: BOOK, holders: &["visitor", "client", "coach", "admin", "owner"] },
    PermissionDef { permission: ALL_BOOKINGS, holders: &["coach", "admin", "owner"] },
    PermissionDef { permission: REFUND, holders: &["admin", "owner"] },
];
const COACH: [&str; 3] = ["visitor", "client", "coach"];
const BOTH: [&str; 2] = ["appointments", "packages"];

fn tenant() -> TenantInfo {
    TenantInfo {
        id: TenantId::from_uuid(Uuid::from_u128(7)),
        slug: "anna-fit".into(),
        name: "Anna Fit".into(),
        status: TenantStatus::Active,
        zone: "Europe/London".into(),
        currency: "GBP".parse().unwrap(),
        locale: "en".into(),
        contact_email: "anna@example.com".into(),
        brand: Brand::default(),
        features: BTreeSet::new(),
        version: 1,
    }
}

fn own(role: &str, permission: Permission, effect: &str) -> OwnRule {
    OwnRule { role: role.into(), permission: permission.0.into(), effect: effect.into() }
}

async fn access(policy: &str) -> Access {
    Access::with_policy(&DEFS, policy).await.unwrap()
}

#[tokio::test]
async fn roles_hold_what_the_modules_say() {
    let access = access("").await;
    let grants = access.grants(&COACH, &tenant(), &BOTH).await.unwrap();
    let held: Vec<_> = grants.iter().collect();
    assert_eq!(held, [BOOK, ALL_BOOKINGS, STUDIO]);
    let visitor = access.grants(&["visitor"], &tenant(), &BOTH).await.unwrap();
    assert_eq!(visitor.iter().collect::<Vec<_>>(), [BOOK]);
    assert_eq!(access.grants(&["stranger"], &tenant(), &BOTH).await.unwrap().iter().count(), 0);
}

#[tokio::test]
async fn a_module_that_is_off_gives_nobody_a_right() {
    let access = access("").await;
    for roles in [&["system"][..], &["visitor", "client", "owner"]] {
        let on = access.grants(roles, &tenant(), &BOTH).await.unwrap();
        assert!(on.holds(BOOK) && on.holds(REFUND) && on.holds(STUDIO));
        let off = access.grants(roles, &tenant(), &["packages"]).await.unwrap();
        assert!(!off.holds(BOOK) && !off.holds(ALL_BOOKINGS) && off.holds(REFUND) && off.holds(STUDIO));
    }
}

#[tokio::test]
async fn the_system_holds_what_nobody_else_does() {
    let access = access("").await;
    assert!(access.grants(&["system"], &tenant(), &BOTH).await.unwrap().holds(RUN));
    assert!(!access.grants(&["visitor", "client", "owner"], &tenant(), &BOTH).await.unwrap().holds(RUN));
}

#[tokio::test]
async fn the_policy_file_takes_and_gives() {
    let text = "# a comment\n\np, coach, *, appointments:bookings, read, deny\np, coach, *, packages:orders, refund, allow\n";
    let grants = access(text).await.grants(&COACH, &tenant(), &BOTH).await.unwrap();
    assert!(!grants.holds(ALL_BOOKINGS) && grants.holds(REFUND) && grants.holds(BOOK));
}

#[tokio::test]
async fn a_line_of_the_policy_file_that_means_nothing_is_refused_with_its_number() {
    for line in [
        "p, coach, *, appointments:bookings, raed, deny",
        "p, couch, *, appointments:bookings, read, deny",
        "p, system, *, appointments:bookings, read, deny",
        "p, coach, anna-fit, appointments:bookings, read, deny",
        "p, coach, *, appointments:bookings, read, no",
        "g, coach, admin",
    ] {
        match Access::with_policy(&DEFS, &format!("# first\n{line}")).await {
            Err(AccessError::Policy { line: 2, .. }) => {}
            other => panic!("{line}: {:?}", other.err()),
        }
    }
}

#[tokio::test]
async fn permissions_are_three_words_and_defined_once() {
    for bad in ["appointments:bookings", "a:b:c:d", "a::c"] {
        let def = PermissionDef { permission: Permission(bad), holders: &[] };
        assert!(matches!(Access::with_policy(&[def], "").await, Err(AccessError::Permission(_))), "{bad}");
    }
    assert!(matches!(Access::with_policy(&[DEFS[0], DEFS[0]], "").await, Err(AccessError::Permission(_))));
}

#[tokio::test]
async fn a_tenants_own_rules_change_its_staff() {
    let access = access("").await;
    let rules = [own("coach", REFUND, "allow"), own("coach", ALL_BOOKINGS, "deny")];
    let grants = access.preview(&COACH, tenant().id, &BOTH, &rules).await.unwrap();
    assert!(grants.holds(REFUND) && !grants.holds(ALL_BOOKINGS) && grants.holds(STUDIO));
    let off = access.preview(&COACH, tenant().id, &["appointments"], &rules).await.unwrap();
    assert!(!off.holds(REFUND), "its module is off");
    let elsewhere = access.grants(&COACH, &tenant(), &BOTH).await.unwrap();
    assert!(!elsewhere.holds(REFUND) && elsewhere.holds(ALL_BOOKINGS));
}

#[tokio::test]
async fn a_tenants_own_rules_have_bounds() {
    let access = access("").await;
    let rules = [
        own("owner", STUDIO, "deny"),
        own("visitor", ALL_BOOKINGS, "allow"),
        own("client", REFUND, "allow"),
        own("coach", RUN, "allow"),
        own("coach", Permission("no:such:thing"), "allow"),
    ];
    let owner = ["visitor", "client", "owner"];
    for (roles, own_rules) in [(&owner, &rules[..]), (&COACH, &rules[..])] {
        let with = access.preview(roles, tenant().id, &BOTH, own_rules).await.unwrap();
        let without = access.grants(roles, &tenant(), &BOTH).await.unwrap();
        assert_eq!(with.iter().collect::<Vec<_>>(), without.iter().collect::<Vec<_>>());
    }
    let members_only = [own("visitor", BOOK, "deny")];
    assert!(!access.preview(&["visitor"], tenant().id, &BOTH, &members_only).await.unwrap().holds(BOOK));
    assert!(
        access.preview(&COACH, tenant().id, &BOTH, &members_only).await.unwrap().holds(BOOK),
        "by the role client"
    );
}

#[tokio::test]
async fn the_policy_file_may_speak_of_one_tenant() {
    let line = format!("p, coach, {}, appointments:bookings, read, deny", tenant().id);
    let access = access(&line).await;
    let there = access.preview(&COACH, tenant().id, &BOTH, &[]).await.unwrap();
    let elsewhere =
        access.preview(&COACH, TenantId::from_uuid(Uuid::from_u128(8)), &BOTH, &[]).await.unwrap();
    assert!(!there.holds(ALL_BOOKINGS) && elsewhere.holds(ALL_BOOKINGS));
}

#[tokio::test]
async fn the_matrix_shows_every_pair() {
    let matrix = access("").await.matrix();
    let expected = "\
permission                    visitor  client  coach  admin  owner  system
appointments:bookings:create    yes     yes     yes    yes    yes    yes
appointments:bookings:read       .       .      yes    yes    yes    yes
packages:orders:refund           .       .       .     yes    yes    yes
platform:automations:run         .       .       .      .      .     yes
platform:studio:read             .       .      yes    yes    yes    yes
";
    assert_eq!(matrix, expected);
}

/// A request asks once; 50 µs leave room for an unoptimised build on a busy machine (optimised: about 1 µs).
#[tokio::test]
async fn asked_again_it_costs_next_to_nothing() {
    let (access, tenant) = (Arc::new(access("").await), tenant());
    access.grants(&COACH, &tenant, &BOTH).await.unwrap();
    let begin = Instant::now();
    for _ in 0..2_000 {
        assert!(access.grants(&COACH, &tenant, &BOTH).await.unwrap().holds(STUDIO));
    }
    let each = begin.elapsed() / 2_000;
    assert!(each.as_micros() < 50, "{each:?}");
}
