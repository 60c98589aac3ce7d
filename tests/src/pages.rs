//! Every page, block and mail there is, rendered strictly in every language.

use host::routes::render::layout;
use kernel::{Layout, Registry, Text};
use serde_json::Value;
use web::{Brand, MailShell, NavItem, Shell, Viewer, Web};

use crate::tidy::sources;

const NONCE: &str = "the-nonce-of-this-request";

fn web() -> Web {
    Web::new(sources()).unwrap()
}

fn registry() -> Registry {
    Registry::new(server::modules::modules())
}

fn shells(locale: &str) -> Vec<Shell> {
    let brand = Brand {
        name: "North & <light>".into(),
        primary_color: Some("#ffd400".into()),
        accent_color: Some("red;}</style><script>alert(1)</script>".into()),
        logo_url: Some("javascript:alert(1)".into()),
        tagline: Some("<i>calm</i>".into()),
    };
    let item = NavItem {
        href: "/northlight/book".into(),
        label: "Book".into(),
        icon: "calendar".into(),
        current: true,
    };
    let full = Shell {
        locale: locale.into(),
        title: "Title <&>".into(),
        zone: "Europe/Berlin".into(),
        base: "/northlight".into(),
        brand: Some(brand),
        nav: vec![item],
        user: Some(Viewer { name: "Ana Frost".into(), email: "ana@example.com".into() }),
        nonce: NONCE.into(),
        request_id: "req-17".into(),
        ..Shell::default()
    };
    let bare =
        Shell { locale: locale.into(), title: "Title".into(), nonce: NONCE.into(), ..Shell::default() };
    vec![full, bare]
}

/// Template, frame, title and content of every sample of server and modules.
fn samples() -> Vec<(&'static str, Layout, Text, Value)> {
    let registry = registry();
    let modules = registry.all().iter().flat_map(|module| (module.views)());
    let views = host::studio::views().into_iter().chain(host::identity::views()).chain(modules);
    let all: Vec<_> = views
        .flat_map(|view| {
            view.samples.into_iter().map(move |(title, data)| (view.template, view.layout, title, data))
        })
        .collect();
    assert!(all.len() > 30, "{}", all.len());
    all
}

fn texts(text: &Text) -> Value {
    serde_json::to_value(&text.args).unwrap()
}

#[test]
fn every_view_renders_in_every_language_and_keeps_the_rules_of_markup() {
    let web = web();
    for locale in web.locales() {
        for (template, frame, title, data) in samples() {
            web.text(locale, &title.key, &texts(&title))
                .unwrap_or_else(|error| panic!("{template}: title: {error}"));
            for shell in shells(locale) {
                let html = web
                    .page(layout(frame), template, &data, &shell)
                    .unwrap_or_else(|error| panic!("{template} ({locale}): {error}"));
                check(template, locale, &html);
            }
        }
        for sample in web::views::all_samples().unwrap() {
            let shell = &shells(locale)[0];
            let html = web
                .page(sample.layout, sample.template, &sample.data, shell)
                .unwrap_or_else(|error| panic!("{}: {error}", sample.name));
            check(&sample.name, locale, &html);
        }
    }
}

fn check(name: &str, locale: &str, html: &str) {
    assert!(html.starts_with("<!doctype html>"), "{name}");
    assert!(html.contains(&format!("lang=\"{locale}\"")), "{name}: no language");
    let title =
        html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap_or_default();
    assert!(!title.trim().is_empty(), "{name}: no title");
    assert_eq!(html.matches("<h1").count(), 1, "{name}: one h1");
    assert_eq!(html.matches("<main").count(), 1, "{name}: one main");
    assert!(!html.contains(" style=\""), "{name}: inline style");
    let handler = html.split('<').any(|tag| {
        tag.split('>').next().is_some_and(|tag| {
            tag.contains(" on")
                && tag.split(" on").skip(1).any(|rest| {
                    rest.split('=').next().is_some_and(|word| {
                        word.len() < 14
                            && word.chars().all(|c| c.is_ascii_lowercase())
                            && rest.len() > word.len()
                    })
                })
        })
    });
    assert!(!handler, "{name}: inline handler");
    assert!(!html.contains("javascript:") && !html.contains("alert(1)"), "{name}: unchecked brand");
    assert!(!html.contains("<i>calm"), "{name}: unescaped tagline");
    for opening in ["<script", "<style"] {
        for tag in html.split(opening).skip(1).filter_map(|part| part.split('>').next()) {
            assert!(tag.contains(&format!("nonce=\"{NONCE}\"")), "{name}: {opening} without nonce");
        }
    }
    labels(name, html);
    ids(name, html);
}

/// Every control that is seen has a name.
fn labels(name: &str, html: &str) {
    for (at, _) in html.match_indices("<input") {
        let tag = html[at..].split('>').next().unwrap();
        let hidden = tag.contains("type=\"hidden\"");
        let named =
            tag.contains("aria-label") || id(tag).is_some_and(|id| html.contains(&format!("for=\"{id}\"")));
        let inside = html[..at].rfind("<label") > html[..at].rfind("</label>");
        assert!(hidden || named || inside, "{name}: an input without label: {tag}");
    }
    for tag in html.split("<img").skip(1).filter_map(|part| part.split('>').next()) {
        assert!(tag.contains(" alt="), "{name}: a picture without words: {tag}");
    }
}

fn id(tag: &str) -> Option<&str> {
    tag.split(" id=\"").nth(1)?.split('"').next()
}

fn ids(name: &str, html: &str) {
    let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|part| part.split('"').next()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "{name}: an id twice");
}

/// Samples of the blocks of modules and of paying.
fn blocks() -> Vec<kernel::Block> {
    let registry = registry();
    let modules = registry.all().iter().flat_map(|module| (module.block_samples)());
    modules
        .chain(host::checkout::block_samples())
        .chain(host::checkout::subscriptions::block_samples())
        .collect()
}

#[test]
fn every_block_renders() {
    let web = web();
    let mut count = 0;
    for block in blocks() {
        count += 1;
        for shell in shells("en") {
            let html = web
                .fragment(block.template, &block.data, &shell)
                .unwrap_or_else(|error| panic!("{}: {error}", block.template));
            assert!(!html.contains(" style=\"") && !html.contains("<h1"), "{}: {html}", block.template);
        }
    }
    assert!(count >= 4, "{count} blocks");
}

#[test]
fn every_mail_renders_with_text_and_one_line_of_subject() {
    let web = web();
    let brand = Brand {
        name: "North & <light>\r\nBcc: x@y.zz".into(),
        primary_color: None,
        accent_color: None,
        logo_url: None,
        tagline: None,
    };
    let registry = registry();
    let mails: Vec<_> = registry
        .all()
        .iter()
        .flat_map(|module| (module.mails)())
        .chain(host::identity::mails())
        .chain(host::checkout::mails())
        .chain(host::checkout::subscriptions::mails())
        .collect();
    assert!(mails.len() >= 4, "{}", mails.len());
    for locale in web.locales() {
        let shell = MailShell {
            locale: locale.into(),
            zone: "Europe/London".into(),
            base_url: "https://example.com/northlight".into(),
            brand: brand.clone(),
            reason: Some("You booked this appointment.".into()),
        };
        for (mail, data) in
            mails.iter().flat_map(|mail| mail.samples.iter().map(move |data| (mail.template, data)))
        {
            let made =
                web.mail(mail, data, &shell).unwrap_or_else(|error| panic!("{mail} ({locale}): {error}"));
            assert!(
                !made.subject.is_empty() && !made.subject.contains(['\r', '\n']),
                "{mail}: {:?}",
                made.subject
            );
            assert!(made.text.trim().len() > 20, "{mail}: {:?}", made.text);
            assert!(made.html.contains("<html") && !made.html.contains("{{"), "{mail}");
            assert!(!made.html.contains("<light>"), "{mail}: unescaped");
        }
    }
}

#[test]
fn every_template_of_a_module_is_a_view_a_block_a_mail_or_a_part_of_one() {
    let views = samples().into_iter().map(|(template, ..)| template.to_owned());
    let blocks = blocks().into_iter().map(|block| block.template.to_owned());
    let tested: Vec<String> = views.chain(blocks).collect();
    let all = sources();
    let mut untested = Vec::new();
    for source in all.iter().filter(|source| source.name != "web") {
        for (name, _) in source.templates.iter().filter(|(name, _)| !name.contains("/mails/")) {
            let part = || {
                all.iter().flat_map(|source| &source.templates).any(|(_, text)| {
                    text.contains(&format!("> {name}")) || text.contains(&format!("\"{name}\""))
                })
            };
            if !tested.contains(name) && !part() {
                untested.push(name.clone());
            }
        }
    }
    assert!(untested.is_empty(), "no sample renders {untested:?}");
}
