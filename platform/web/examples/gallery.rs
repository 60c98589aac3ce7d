//! Writes every sample page, a mail and the assets to a folder, to be looked at in a browser:
//! `cargo run -p web --example gallery -- target/gallery`.

#![allow(missing_docs, reason = "an example")]

use std::borrow::Cow;
use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::json;
use web::{Brand, Flash, FlashKind, Layout, MailShell, NavItem, Shell, Source, Viewer, Web};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "target/gallery".to_owned());
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("assets"))?;
    let web = Web::new(vec![web::own_source(), sample_mail()])?;
    let brand = Brand {
        name: "Northlight Coaching".to_owned(),
        primary_color: std::env::args().nth(2).or(Some("#0f766e".to_owned())),
        accent_color: std::env::args().nth(3),
        ..Brand::default()
    };
    for sample in web::views::all_samples()? {
        let shell = shell(&web, &sample, &brand)?;
        let html = web.page(sample.layout, sample.template, &sample.data, &shell)?;
        let html = html.replace("\"/assets/", "\"assets/");
        fs::write(folder.join(format!("{}.html", sample.name)), html)?;
    }
    for name in ["app.css", "studio.css", "app.js", "favicon.svg"] {
        let url = web.asset_url(name).ok_or("asset")?;
        let path = url.trim_start_matches("/assets/");
        let asset = web.asset(path).ok_or("asset")?;
        fs::write(folder.join("assets").join(path), &asset.bytes)?;
        let packed = asset.gzip.as_ref().map_or(asset.bytes.len(), Vec::len);
        println!("{name}: {} bytes, {packed} compressed", asset.bytes.len());
    }
    let mail_shell = MailShell {
        locale: "en".to_owned(),
        zone: "Europe/London".to_owned(),
        base_url: "https://coach.example/northlight".to_owned(),
        brand,
        reason: Some("You get this because you booked an appointment.".to_owned()),
    };
    let mail = web.mail("sample/confirmed", &json!({ "name": "Maya" }), &mail_shell)?;
    fs::write(folder.join("mail.html"), mail.html)?;
    println!("{}\n{}", mail.subject, mail.text);
    Ok(())
}

fn shell(web: &Web, sample: &web::views::Sample, brand: &Brand) -> Result<Shell, Box<dyn Error>> {
    let title = web.text("en", sample.title.0, &sample.title.1)?;
    let own = ["web/home", "web/outbox", "web/outbox_mail", "web/sandbox_pay", "web/suspended"]
        .contains(&sample.template);
    let signed_in = matches!(sample.layout, Layout::Studio | Layout::Client | Layout::Operator);
    let flash = (sample.name == "web-client_home-1").then(|| Flash {
        kind: FlashKind::Ok,
        text: "Booking confirmed. A mail is on its way.".to_owned(),
        undo: None,
    });
    let item = |(label, icon, current): (&str, &str, bool)| NavItem {
        href: "/northlight".to_owned(),
        label: label.to_owned(),
        icon: icon.to_owned(),
        current,
    };
    let nav = match sample.layout {
        Layout::Studio | Layout::Operator => vec![
            ("Dashboard", "home", true),
            ("Calendar", "calendar", false),
            ("Clients", "users", false),
            ("Packages", "tag", false),
            ("Automations", "bolt", false),
            ("Settings", "settings", false),
        ],
        Layout::Client => {
            vec![("Today", "home", true), ("Bookings", "calendar", false), ("Orders", "card", false)]
        }
        Layout::Public if !own => vec![("Book", "calendar", false), ("Buy", "tag", false)],
        _ => Vec::new(),
    };
    Ok(Shell {
        title,
        zone: "Europe/London".to_owned(),
        base: if own { String::new() } else { "/northlight".to_owned() },
        brand: (!own).then(|| brand.clone()),
        nav: nav.into_iter().map(item).collect(),
        user: signed_in
            .then(|| Viewer { name: "Ana Frost".to_owned(), email: "ana@northlight.example".to_owned() }),
        nonce: "bm9uY2U".to_owned(),
        request_id: "01HZX3".to_owned(),
        flash,
        ..Shell::default()
    })
}

fn sample_mail() -> Source {
    let file = |path: &str, text: &'static str| (path.to_owned(), Cow::Borrowed(text));
    Source::from_files(
        "sample",
        [
            file("templates/mails/confirmed.subject.hbs", "{{t \"sample-title\" name=name}}"),
            file(
                "templates/mails/confirmed.text.hbs",
                "{{t \"sample-title\" name=name}}\n\n{{t \"sample-text\"}}\n",
            ),
            file(
                "templates/mails/confirmed.mjml.hbs",
                "{{> web/mail/heading text=(t \"sample-title\" name=name)}}{{> web/mail/paragraph text=(t \"sample-text\")}}\
                 {{> web/mail/button href=(url \"/booking/abc\") label=(t \"sample-button\")}}",
            ),
            file(
                "locales/en/sample.ftl",
                "sample-title = Your booking is confirmed, { $name }\nsample-text = See you on Monday 23 November.\nsample-button = View booking\n",
            ),
        ],
    )
}
