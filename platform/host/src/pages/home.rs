//! `/`: the installation's own start page; in development with the demo businesses and logins.

use kernel::{Page, Problem};
use poem::{Request, handler};
use web::views::{DemoLogin, DemoTenant, Home, HomeLink};

use crate::{
    app::App,
    provision::{self, DEMO_PASSWORD},
    routes,
};

/// The start page.
#[handler]
pub async fn start(request: &Request) -> Result<Page, Problem> {
    let app = routes::app(request)?;
    let mut view = Home::default();
    if app.config.is_development() {
        for (name, text) in provision::PRESETS {
            let Ok(file) = provision::read(&app, name, text) else { continue };
            view.demos.push(demo(&app, &file));
            view.logins.extend(file.staff.first().map(|person| login(&app, &file, person)));
        }
        view.links = links(&app);
    }
    Ok(crate::pages::of(&view))
}

fn demo(app: &App, file: &tenants::TenantFile) -> DemoTenant {
    let on =
        |id: &str| file.features.get(id).or_else(|| app.directory.defaults().defaults.get(id)) == Some(&true);
    let modules =
        app.registry.all().iter().filter(|module| on(module.id) && file.modules.contains_key(module.id));
    DemoTenant {
        href: format!("/{}", file.slug),
        name: file.name.clone(),
        tagline: file.brand.tagline.clone(),
        logo_url: None,
        offers: modules.map(|module| app.text("en", &kernel::Text::key(module.title))).collect(),
    }
}

fn login(app: &App, file: &tenants::TenantFile, person: &tenants::StaffEntry) -> DemoLogin {
    let area = app.text("en", &kernel::Text::key("server-home-studio"));
    DemoLogin {
        who: format!("{}, {}", person.name, file.name),
        email: person.email.clone(),
        password: DEMO_PASSWORD.to_owned(),
        href: format!("/{}/studio", file.slug),
        area,
    }
}

fn links(app: &App) -> Vec<HomeLink> {
    let link = |href: &str, name: &str, icon: &str| HomeLink {
        href: href.to_owned(),
        label: app.text("en", &kernel::Text::key(format!("server-home-{name}"))),
        text: app.text("en", &kernel::Text::key(format!("server-home-{name}-text"))),
        icon: icon.to_owned(),
    };
    vec![link("/dev/outbox", "outbox", "mail"), link("/api/docs", "docs", "book")]
}
