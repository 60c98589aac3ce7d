//! Every page and mail of identity, in each of its samples, in strict mode; and the catalogue of texts.

use web::{Brand, MailShell, Shell, Web};

use super::{mails, source, views};
use crate::routes::render;

fn web() -> Web {
    Web::new(vec![web::own_source(), crate::pages::own_source(), source()]).unwrap()
}

#[test]
fn all_pages_render() {
    let web = web();
    let mut pages = 0;
    for view in views() {
        for (title, data) in view.samples {
            let args = serde_json::to_value(&title.args).unwrap();
            let shell = Shell { title: web.text("en", &title.key, &args).unwrap(), ..Shell::default() };
            let html = web.page(render::layout(view.layout), view.template, &data, &shell);
            let html = html.unwrap_or_else(|error| panic!("{}: {error}", view.template));
            assert!(html.contains("<h1"), "{}", view.template);
            pages += 1;
        }
    }
    assert_eq!(pages, 15);
}

#[test]
fn all_mails_render_and_escape() {
    let web = web();
    let shell = MailShell {
        locale: "en".into(),
        zone: "UTC".into(),
        base_url: "https://platform.example".into(),
        brand: Brand { name: "Maya & Co".into(), ..Brand::default() },
        reason: None,
    };
    for def in mails() {
        for data in def.samples {
            let mail = web
                .mail(def.template, &data, &shell)
                .unwrap_or_else(|error| panic!("{}: {error}", def.template));
            let link = "https://platform.example/account/verify?token=sample";
            assert!(mail.subject.contains("Maya & Co") && mail.text.contains(link), "{}", def.template);
            let html = mail.html.replace("&#x3D;", "=");
            assert!(html.contains(link) && !mail.html.contains("<Lovelace>"), "{}", def.template);
        }
    }
}

#[test]
fn every_text_of_ours_is_there_and_used() {
    let own = |place: &str| place.contains("account-");
    let used = super::USED_IN_CODE
        .iter()
        .copied()
        .chain(["web-*", "server-*", "problem-*", "field-*"])
        .collect::<Vec<_>>();
    let problems: Vec<_> = web()
        .lint(&used)
        .into_iter()
        .map(|problem| format!("{problem:?}"))
        .filter(|text| own(text))
        .collect();
    assert_eq!(problems, Vec::<String>::new());
}
