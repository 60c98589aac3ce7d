//! Pages, texts, assets and mails: everything a person looks at.
//!
//! Modules hand over a template name and plain data; this crate adds the layout, the tenant's brand, the texts of the
//! viewer's language, and the formats of money and time. `README.md` beside this crate says how templates are written.
//!
//! Words:
//! - **Source**: the templates and texts of one crate (this one, or a module), embedded at build time.
//! - **Shell**: what the frame around a page needs: brand, navigation, viewer, nonce.
//! - **Layout**: which frame.
//! - **View**: a typed page of this crate, with samples that a test renders.
//!
//! Invariant: all templates compile at start and render in strict mode; a value or text that is missing is an error.
//! Invariant: nothing a tenant types reaches a page unescaped, except Markdown after bounds and sanitising.
//! Invariant: no inline `style` attributes or event handlers; inline blocks carry the nonce of the request.

mod assets;
mod brand;
pub mod color;
mod error;
mod helpers;
pub mod icons;
mod lint;
mod mail;
pub mod markdown;
mod money;
mod page;
mod source;
mod texts;
pub mod views;
mod when;
mod words;

use std::sync::Arc;

use handlebars::{Context, Handlebars};
use serde_json::Value;

pub use assets::Asset;
pub use error::WebError;
pub use lint::{LintKind, LintProblem};
pub use mail::{Mail, MailShell};
pub use page::{Brand, Flash, FlashKind, FlashUndo, Layout, NavItem, Shell, Viewer};
pub use source::{Source, own_source};
pub use texts::Texts;
pub use views::View;

use assets::Assets;

/// Renders pages, fragments and mails, and serves assets. Cheap to clone; built once at start.
#[derive(Clone)]
pub struct Web {
    inner: Arc<Inner>,
}

struct Inner {
    html: Handlebars<'static>,
    plain: Handlebars<'static>,
    texts: Arc<Texts>,
    assets: Arc<Assets>,
    sources: Vec<Source>,
}

impl Web {
    /// Compiles every template and text of `sources`. Put [`own_source`] first.
    ///
    /// # Errors
    /// A template or text that does not parse (named with file and line), or a name given twice.
    pub fn new(sources: Vec<Source>) -> Result<Self, WebError> {
        let texts = Arc::new(Texts::new(&sources)?);
        let assets = Arc::new(Assets::new());
        let mut html = engine(&texts, &assets);
        let mut plain = engine(&texts, &assets);
        plain.register_escape_fn(handlebars::no_escape);
        for (name, text) in sources.iter().flat_map(|source| &source.templates) {
            let target = if source::is_plain(name) { &mut plain } else { &mut html };
            if target.get_template(name).is_some() {
                return Err(WebError::Duplicate { name: name.clone() });
            }
            target.register_template_string(name, text).map_err(|e| WebError::template(name, &e))?;
        }
        Ok(Self { inner: Arc::new(Inner { html, plain, texts, assets, sources }) })
    }

    /// A whole page: `template` rendered with `data`, inside `layout`.
    ///
    /// # Errors
    /// A missing template, value or text, with the place in the template.
    pub fn page(
        &self,
        layout: Layout,
        template: &str,
        data: &Value,
        shell: &Shell,
    ) -> Result<String, WebError> {
        let shell_json = page::shell_json(shell)?;
        let body = self.render_html(template, page::root(data, &shell_json))?;
        self.render_html(layout.template(), page::frame(body, shell_json))
    }

    /// A typed page of this crate (see [`views`]), in its own layout.
    ///
    /// # Errors
    /// As [`Web::page`].
    pub fn view<V: View>(&self, view: &V, shell: &Shell) -> Result<String, WebError> {
        self.page(V::LAYOUT, V::TEMPLATE, &serde_json::to_value(view)?, shell)
    }

    /// The title of a typed page in the viewer's language, for `Shell::title`.
    ///
    /// # Errors
    /// A key that no locale has.
    pub fn title_of<V: View>(&self, view: &V, locale: &str) -> Result<String, WebError> {
        let (key, args) = view.title();
        self.text(locale, key, &args)
    }

    /// A piece of a page without layout: a dashboard card, a block, a partial update.
    ///
    /// # Errors
    /// As [`Web::page`].
    pub fn fragment(&self, template: &str, data: &Value, shell: &Shell) -> Result<String, WebError> {
        let shell_json = page::shell_json(shell)?;
        self.render_html(template, page::root(data, &shell_json))
    }

    /// A mail by its name `module/name` (files `templates/mails/name.{subject,mjml,text}.hbs`).
    ///
    /// Invariant: the subject is one line, whatever the data say.
    ///
    /// # Errors
    /// A missing part, value or text, or MJML that does not parse.
    pub fn mail(&self, template: &str, data: &Value, shell: &MailShell) -> Result<Mail, WebError> {
        mail::render(self, template, data, shell)
    }

    /// A text of the catalogues. `args` is an object (or null) of strings and numbers.
    ///
    /// # Errors
    /// A key that no locale of the fallback chain has, or an argument that is missing.
    pub fn text(&self, locale: &str, key: &str, args: &Value) -> Result<String, WebError> {
        self.inner.texts.get(locale, key, args)
    }

    /// The locales that have texts, `en` among them.
    #[must_use]
    pub fn locales(&self) -> Vec<&str> {
        self.inner.texts.locales()
    }

    /// The best locale for an `Accept-Language` header.
    #[must_use]
    pub fn negotiate(&self, accept_language: &str) -> &str {
        self.inner.texts.negotiate(accept_language)
    }

    /// A file by its path below `/assets/`: by its hashed name (immutable) or its plain name.
    #[must_use]
    pub fn asset(&self, path: &str) -> Option<&Asset> {
        self.inner.assets.get(path)
    }

    /// The URL of an asset by its plain name, with the hash in it.
    #[must_use]
    pub fn asset_url(&self, name: &str) -> Option<String> {
        self.inner.assets.url(name)
    }

    /// Whether a template of this name exists.
    #[must_use]
    pub fn has_template(&self, name: &str) -> bool {
        self.inner.html.has_template(name) || self.inner.plain.has_template(name)
    }

    /// What is wrong with catalogues and templates. `used_in_code` names keys that code asks for; a `*` at the end
    /// stands for any ending.
    #[must_use]
    pub fn lint(&self, used_in_code: &[&str]) -> Vec<LintProblem> {
        lint::run(&self.inner.sources, &self.inner.texts, used_in_code)
    }

    fn render_html(&self, template: &str, root: Value) -> Result<String, WebError> {
        render(&self.inner.html, template, root)
    }

    fn render_plain(&self, template: &str, root: Value) -> Result<String, WebError> {
        render(&self.inner.plain, template, root)
    }
}

fn engine(texts: &Arc<Texts>, assets: &Arc<Assets>) -> Handlebars<'static> {
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    engine.set_prevent_indent(true);
    helpers::register(&mut engine, texts, assets);
    engine
}

/// Renders with `root` as the context, without the copy that `Handlebars::render` makes.
fn render(engine: &Handlebars<'static>, template: &str, root: Value) -> Result<String, WebError> {
    let mut context = Context::null();
    *context.data_mut() = root;
    engine.render_with_context(template, &context).map_err(|e| WebError::render(template, &e))
}
