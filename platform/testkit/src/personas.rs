use people::accounts::{NewUser, Visit};

use crate::{Client, Site, TestApp, TestTenant};

/// The password of everybody in tests.
pub const PASSWORD: &str = "a long password of tests 7";

/// The cookie of a login.
const COOKIE: &str = "__Host-login";

/// Who somebody is to a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Persona {
    /// Nobody known.
    Visitor,
    /// Signed in, and a client once they booked or bought.
    Client,
    /// Staff.
    Coach,
    /// Staff who manages.
    Admin,
    /// Staff who owns.
    Owner,
    /// Of the installation, nothing in the tenant.
    Operator,
}

impl Persona {
    /// As it is written in messages and golden files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Client => "client",
            Self::Coach => "coach",
            Self::Admin => "admin",
            Self::Owner => "owner",
            Self::Operator => "operator",
        }
    }
}

impl TestApp {
    /// Makes an account with a proved e-mail and signs it in; an existing one is signed in.
    pub async fn sign_in(&self, who: &str, name: &str, email: &str, operator: bool) -> Client {
        let password = Some(PASSWORD.to_owned());
        let user = NewUser { email: email.to_owned(), name: name.to_owned(), operator, password };
        self.accounts.ensure_user(user).await.expect("an account");
        let login = self.accounts.sign_in(email, PASSWORD, &Visit::default(), None).await.expect("a login");
        let client = Client::new(Site { origin: self.origin.clone(), slug: String::new() }, who);
        client.set_cookie(COOKIE, login.token.secret());
        client
    }
}

impl TestTenant<'_> {
    /// Somebody's browser at the tenant's pages, signed in as who they are.
    pub async fn persona(&self, persona: Persona) -> Client {
        let email = self.email(persona);
        let who = format!("{} of {}", persona.name(), self.slug);
        match persona {
            Persona::Visitor => self.app.visitor().at(&self.slug),
            _ => self
                .app
                .sign_in(&who, persona.name(), &email, persona == Persona::Operator)
                .await
                .at(&self.slug),
        }
    }
    /// The e-mail of a persona; staff of the tenant have theirs from the tenant file.
    #[must_use]
    pub fn email(&self, persona: Persona) -> String {
        format!("{}@{}.example", persona.name(), self.slug)
    }
    /// A browser that knows nobody.
    #[must_use]
    pub fn visitor(&self) -> Client {
        self.app.visitor().at(&self.slug)
    }
    /// The owner's browser.
    pub async fn owner(&self) -> Client {
        self.persona(Persona::Owner).await
    }
    /// The coach's browser.
    pub async fn coach(&self) -> Client {
        self.persona(Persona::Coach).await
    }
    /// A client's browser.
    pub async fn client(&self) -> Client {
        self.persona(Persona::Client).await
    }
}
