//! Mails carry the brand, have a text alternative, and cannot be bent into other headers.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::borrow::Cow;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::json;
use web::{Brand, Mail, MailShell, Source, Web};

const FILES: [(&str, &str); 4] = [
    ("templates/mails/note.subject.hbs", "{{t \"shop-hello\" name=name}}"),
    ("templates/mails/note.text.hbs", "{{t \"shop-hello\" name=name}}\n\n\n\n{{url \"/order/abc\"}}\n"),
    (
        "templates/mails/note.mjml.hbs",
        "{{> web/mail/heading text=(t \"shop-hello\" name=name)}}{{> web/mail/facts rows=rows}}\
         {{> web/mail/button href=(url \"/order/abc\") label=name}}",
    ),
    ("locales/en/shop.ftl", "shop-hello = Hello { $name }\n"),
];

fn web() -> Web {
    let files = FILES.iter().map(|(path, text)| ((*path).to_owned(), Cow::Borrowed(*text)));
    Web::new(vec![web::own_source(), Source::from_files("shop", files)]).unwrap()
}

fn mail(web: &Web, name: &str, color: &str) -> Mail {
    let shell = MailShell {
        locale: "en".into(),
        zone: "UTC".into(),
        base_url: "https://coach.example/anna".into(),
        brand: Brand { name: "Anna & Co".into(), primary_color: Some(color.into()), ..Brand::default() },
        reason: Some("Because you ordered.".into()),
    };
    let data = json!({ "name": name, "rows": [{ "label": "When", "value": "10:00 <GMT>" }] });
    web.mail("shop/note", &data, &shell).unwrap()
}

#[test]
fn a_mail_has_brand_text_and_html() {
    let mail = mail(&web(), "Maya", "#0f766e");
    assert_eq!(mail.subject, "Hello Maya");
    assert_eq!(
        mail.text,
        "Hello Maya\n\nhttps://coach.example/anna/order/abc\n\n--\nAnna & Co\nhttps://coach.example/anna\nBecause you ordered.\n"
    );
    assert!(mail.html.contains("#0f766e"));
    assert!(mail.html.contains("Anna &amp; Co"));
    assert!(mail.html.contains("https://coach.example/anna/order/abc"));
    assert!(mail.html.contains("10:00 &lt;GMT&gt;"), "{}", mail.html);
    assert!(!mail.html.contains("fonts.googleapis"));
    assert!(mail.html.len() < 60_000, "{}", mail.html.len());
}

#[test]
fn a_colour_that_is_none_falls_back() {
    let mail = mail(&web(), "Maya", "url(https://evil.example)");
    assert!(!mail.html.contains("evil.example"));
    assert!(mail.html.contains("#2f5bd8"));
}

#[test]
fn a_subject_cannot_start_another_header() {
    let mail = mail(&web(), "Maya\r\nBcc: all@example.com\u{2028}x\u{85}y\0z", "#0f766e");
    assert_eq!(mail.subject, "Hello Maya Bcc: all@example.com x y z");
}

static WEB: LazyLock<Web> = LazyLock::new(web);

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_name_makes_a_valid_mail(name in "\\PC{0,40}[\\s\\S]{0,20}") {
        let mail = mail(&WEB, &name, "#0f766e");
        let ends_a_line = mail.subject.chars().any(|c| c.is_control() || c == '\u{2028}' || c == '\u{2029}');
        prop_assert!(!ends_a_line);
        let lowered = mail.html.to_lowercase();
        prop_assert!(!lowered.contains("<script"));
    }
}
