//! Every page of this crate renders in strict mode, keeps to the rules of the markup, and stays small.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::borrow::Cow;

use serde_json::{Value, json};
use web::views::{FormState, PublicPage, all_samples};
use web::{
    Brand, Flash, FlashKind, FlashUndo, Layout, LintKind, NavItem, Shell, Source, View, Viewer, Web, WebError,
};

fn web() -> Web {
    Web::new(vec![web::own_source()]).unwrap()
}

fn full_shell() -> Shell {
    Shell {
        title: "Title <&>".into(),
        zone: "Europe/Berlin".into(),
        base: "/northlight".into(),
        brand: Some(Brand {
            name: "North & <light>".into(),
            primary_color: Some("#ffd400".into()),
            accent_color: Some("red;}</style><script>alert(1)</script>".into()),
            logo_url: Some("javascript:alert(1)".into()),
            tagline: None,
        }),
        nav: vec![NavItem {
            href: "/northlight/book".into(),
            label: "Book".into(),
            icon: "calendar".into(),
            current: true,
        }],
        user: Some(Viewer { name: "Ana Frost".into(), email: "ana@example.com".into() }),
        nonce: "nonce-of-request".into(),
        request_id: "req-17".into(),
        flash: Some(Flash {
            kind: FlashKind::Ok,
            text: "Saved".into(),
            undo: Some(FlashUndo { action: "/undo".into(), label: "Undo".into() }),
        }),
        ..Shell::default()
    }
}

const LAYOUTS: [Layout; 6] =
    [Layout::Public, Layout::Studio, Layout::Client, Layout::Account, Layout::Operator, Layout::Bare];

#[test]
fn every_sample_renders_in_every_layout() {
    let web = web();
    let samples = all_samples().unwrap();
    assert!(samples.len() > 25, "{}", samples.len());
    for sample in samples {
        for layout in LAYOUTS {
            for shell in [Shell::default(), full_shell()] {
                let html = web
                    .page(layout, sample.template, &sample.data, &shell)
                    .unwrap_or_else(|e| panic!("{} in {layout:?}: {e}", sample.name));
                check_markup(&sample.name, &html, &shell.nonce);
            }
        }
        web.text("en", sample.title.0, &sample.title.1).unwrap();
    }
}

fn check_markup(name: &str, html: &str, nonce: &str) {
    assert!(html.starts_with("<!doctype html>"), "{name}");
    assert!(!html.contains(" style=\""), "{name}: inline style");
    assert!(!html.contains(" onclick="), "{name}: inline handler");
    assert!(!html.contains("javascript:"), "{name}: script address");
    assert!(!html.contains("alert(1)"), "{name}: unchecked colour");
    for opening in ["<script", "<style"] {
        for part in html.split(opening).skip(1) {
            assert!(
                part.split('>').next().unwrap().contains(&format!("nonce=\"{nonce}\"")),
                "{name}: {opening}"
            );
        }
    }
    let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|p| p.split('"').next()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "{name}: an id twice");
    for part in html.split(" aria-describedby=\"").skip(1) {
        for id in part.split('"').next().unwrap().split(' ') {
            assert!(ids.binary_search(&id).is_ok(), "{name}: described by {id}, which is not there");
        }
    }
    assert_eq!(html.matches("<main").count(), 1, "{name}");
    assert_eq!(html.matches("<h1").count(), 1, "{name}: one h1");
}

#[test]
fn the_public_page_with_style_and_script_is_far_below_100_kb() {
    let web = web();
    let page = PublicPage::samples().into_iter().next().unwrap();
    let html = web.view(&page, &full_shell()).unwrap();
    let assets: usize = ["app.css", "app.js", "favicon.svg"]
        .iter()
        .map(|name| {
            let url = web.asset_url(name).unwrap();
            web.asset(url.trim_start_matches("/assets/")).unwrap().bytes.len()
        })
        .sum();
    assert!(html.len() + assets < 70_000, "{} + {assets}", html.len());
    assert!(web.asset("app.js").unwrap().bytes.len() < 10_240);
}

#[test]
fn hostile_text_is_escaped_and_json_cannot_end_its_script() {
    let web = web();
    let html = web.view(&PublicPage::samples()[0], &full_shell()).unwrap();
    assert!(html.contains("North &amp; &lt;light&gt;"));
    assert!(html.contains(r"\u003c/script\u003e\u003cb\u003eNorthlight"));
    assert!(!html.contains("</script><b>"));
}

#[test]
fn assets_are_named_by_content_and_immutable_under_that_name() {
    let web = web();
    let url = web.asset_url("app.css").unwrap();
    let hashed = web.asset(url.strip_prefix("/assets/").unwrap()).unwrap();
    assert!(hashed.immutable);
    assert_eq!(hashed.mime, "text/css; charset=utf-8");
    assert!(hashed.gzip.as_ref().unwrap().len() < hashed.bytes.len() / 3);
    let plain = web.asset("app.css").unwrap();
    assert!(!plain.immutable);
    assert_eq!(plain.etag, hashed.etag);
    assert!(web.asset("../Cargo.toml").is_none());
    assert!(web.asset("app-000000000000.css").is_none());
}

#[test]
fn catalogues_and_templates_agree() {
    let problems = web().lint(&web::views::USED_IN_CODE);
    assert!(problems.is_empty(), "{problems:#?}");
}

fn with(files: &[(&str, &'static str)]) -> Result<Web, WebError> {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), Cow::Borrowed(*text)));
    Web::new(vec![web::own_source(), Source::from_files("shop", files)])
}

fn render(template: &'static str, data: &Value) -> Result<String, WebError> {
    with(&[("templates/x.hbs", template)])?.fragment("shop/x", data, &full_shell())
}

#[test]
fn lint_finds_each_kind_of_problem() {
    let web = with(&[
        ("templates/x.hbs", "<p title=\"Hard wired\">{{t \"shop-gone\"}} Wired</p>"),
        ("locales/en/shop.ftl", "shop-unused = Unused\nother-key = Other\nshop-code = Code\n"),
        ("locales/de/shop.ftl", "shop-unused = Unbenutzt\n"),
    ])
    .unwrap();
    let problems = web.lint(&["web-*", "shop-code"]);
    let has = |kind: LintKind, what: &str| problems.iter().any(|p| p.kind == kind && p.what.contains(what));
    assert!(has(LintKind::MissingKey, "shop-gone"));
    assert!(has(LintKind::UnusedKey, "shop-unused"));
    assert!(!has(LintKind::UnusedKey, "shop-code"));
    assert!(has(LintKind::ForeignPrefix, "other-key"));
    assert!(has(LintKind::MissingInLocale, "shop-code"));
    assert!(has(LintKind::HardWiredText, "Wired"));
    assert!(has(LintKind::HardWiredText, "Hard wired"));
}

#[test]
fn an_error_names_file_and_line() {
    let error = with(&[("templates/x.hbs", "one\ntwo {{#if}\nthree")]).err().unwrap().to_string();
    assert!(error.contains("shop/x.hbs:2:"), "{error}");
    let error = with(&[("locales/en/shop.ftl", "shop-a = A\nshop b = B\n")]).err().unwrap().to_string();
    assert!(error.contains("shop/locales/en:2"), "{error}");
    let twice = with(&[("templates/x.hbs", "a"), ("templates/x.hbs", "b")]).err().unwrap().to_string();
    assert!(twice.contains("shop/x"), "{twice}");
}

#[test]
fn what_is_missing_is_an_error() {
    assert!(render("{{nothing}}", &json!({})).is_err());
    assert!(render("{{t \"shop-nothing\"}}", &json!({})).is_err());
    assert!(render("{{t \"web-powered-by\"}}", &json!({})).is_err(), "an argument is missing");
    assert!(render("{{money price}}", &json!({})).is_err());
    assert!(render("{{icon \"no-such\"}}", &json!({})).is_err());
    assert!(render("{{time at}}", &json!({ "at": "yesterday" })).is_err());
}

#[test]
fn helpers_format_values() {
    let data = json!({
        "price": { "amount": 123_450, "currency": "GBP" }, "yen": 4500, "at": "2026-07-01T13:05:00Z",
        "end": "2026-07-01T14:00:00Z", "minutes": 75, "name": "Ana Maria Frost",
    });
    let cases = [
        ("{{money price}}", "£1,234.50"),
        ("{{money yen \"JPY\"}}", "¥4,500"),
        ("{{money yen \"CHF\"}}", "CHF 45.00"),
        ("{{money yen \"CHF\" short=true}}", "CHF 45"),
        ("{{money -5 \"KWD\"}}", "−KWD 0.005"),
        ("{{date at}}", "Wednesday 1 July 2026"),
        ("{{date at style=\"iso\"}}", "2026-07-01"),
        ("{{time at}}", "15:05 CEST"),
        ("{{time at \"Asia/Dubai\"}}", "17:05 GMT+4"),
        ("{{time at \"Asia/Kolkata\" named=false}}", "18:35"),
        ("{{time_range at end}}", "15:05–16:00 CEST"),
        ("{{datetime at \"Europe/London\"}}", "Wednesday 1 July 2026, 14:05 BST"),
        ("{{duration minutes}}", "1 h 15 min"),
        ("{{duration 45}}", "45 min"),
        ("{{duration 120}}", "2 h"),
        ("{{percent 12}} {{percent -4}} {{number 13204}}", "+12 % −4 % 13,204"),
        ("{{url \"/\"}} {{url \"/book\"}}", "/northlight /northlight/book"),
        ("{{avatar name}}", "<span class=\"avatar\" aria-hidden=\"true\">AF</span>"),
        ("{{t \"web-powered-by\" name=\"<b>\"}}", "Powered by &lt;b&gt;"),
    ];
    for (template, expected) in cases {
        assert_eq!(render(template, &data).unwrap(), expected, "{template}");
    }
}

#[test]
fn a_refused_form_keeps_what_was_typed_and_says_what_is_wrong_beside_the_field() {
    let form = FormState::default()
        .typed("email", "maya@\"><script>")
        .typed("size", "l")
        .refused("email", "web-error-email", &Value::Null)
        .refused("answers.0", "web-error-too-long", &json!({ "max": 5 }));
    let data =
        json!({ "form": form, "sizes": [{ "value": "s", "label": "S" }, { "value": "l", "label": "L" }] });
    let html = render(
        "{{error_summary email=\"Email\"}}{{field \"email\" name=\"email\" label=\"Email\" hint=\"Work\" required=true}}\
         {{field \"select\" name=\"size\" label=\"Size\" options=sizes}}{{field \"text\" name=\"answers.0\" label=\"A\"}}\
         {{field \"checkbox\" name=\"terms\" label=\"Terms\" value=true}}{{field \"password\" name=\"size\" label=\"P\"}}",
        &data,
    )
    .unwrap();
    assert!(html.contains("value=\"maya@&quot;&gt;&lt;script&gt;\""), "{html}");
    assert!(html.contains("aria-describedby=\"f-email-hint f-email-error\" aria-invalid=\"true\" required"));
    assert!(html.contains("<a href=\"#f-email\">Email: Enter an email address like name@example.com.</a>"));
    assert!(html.contains("<a href=\"#f-answers-0\">Use at most 5 characters.</a>"));
    assert!(html.contains("id=\"f-answers-0\""));
    assert!(html.contains("<option value=\"l\" selected>L</option>"));
    assert!(!html.contains(" checked"), "a box that was not sent is off");
    assert!(!html.contains("value=\"l\">\n"), "a password is never sent back");
}

#[test]
fn the_summary_of_errors_names_each_field_in_the_order_of_the_form() {
    let template =
        "{{error_summary \"name * note\" fields=asked name=\"Name\" note=\"Note\" hours=\"Hours\"}}";
    let asked =
        json!([{ "name": "q_b", "label": "Why?" }, { "name": "q_a", "label": { "key": "web-field-email" } }]);
    let wrong = ["hours/0/opens", "name", "note", "q_a", "q_b", "unknown"];
    let errors: serde_json::Map<_, _> =
        wrong.iter().map(|name| ((*name).to_owned(), json!("is wrong"))).collect();
    let html = render(template, &json!({ "asked": asked, "form": { "errors": errors } })).unwrap();
    let lines: Vec<&str> =
        html.split("<li>").skip(1).map(|line| line.split("</a>").next().unwrap()).collect();
    let expected = [
        ("f-name", "Name: is wrong"),
        ("f-q_b", "Why?: is wrong"),
        ("f-q_a", "Email: is wrong"),
        ("f-note", "Note: is wrong"),
        ("f-hours-0-opens", "Hours: is wrong"),
        ("f-unknown", "is wrong"),
    ];
    assert_eq!(lines, expected.map(|(id, text)| format!("<a href=\"#{id}\">{text}")));
}

#[test]
fn the_best_language_is_picked() {
    let web = with(&[("locales/de/shop.ftl", "shop-a = A\n")]).unwrap();
    assert_eq!(web.negotiate("de-AT,en;q=0.5"), "de");
    assert_eq!(web.negotiate("fr, en;q=0.2, de;q=0.9"), "de");
    assert_eq!(web.negotiate("de;q=0, fr"), "en");
    assert_eq!(web.negotiate(""), "en");
    assert_eq!(web.text("de-AT", "web-save", &Value::Null).unwrap(), "Save changes");
}
