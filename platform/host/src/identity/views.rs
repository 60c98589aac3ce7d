//! The pages as typed values.

use kernel::{FieldError, FormState, Layout, Text, View, ViewDef};
use serde::Serialize;

/// The views of identity, with their samples.
#[must_use]
pub fn views() -> Vec<ViewDef> {
    vec![
        ViewDef::of::<Login>(),
        ViewDef::of::<Register>(),
        ViewDef::of::<Sent>(),
        ViewDef::of::<Verify>(),
        ViewDef::of::<Forgot>(),
        ViewDef::of::<Reset>(),
        ViewDef::of::<Account>(),
    ]
}

fn refused(field: &str) -> FormState {
    FormState::default().with("email", "ada@example").wrong(&FieldError::new(field, "required"))
}

/// `/login`. Fields: `email`, `password`, `next`, `from`.
#[derive(Serialize)]
pub(super) struct Login {
    pub(super) form: FormState,
    pub(super) next: Option<String>,
    /// Slug of the business they come from.
    pub(super) from: Option<String>,
    pub(super) register_href: String,
    pub(super) forgot_href: String,
}

impl View for Login {
    const TEMPLATE: &'static str = "web/login";
    const LAYOUT: Layout = Layout::Account;
    fn title(&self) -> Text {
        Text::key("web-login-title")
    }
    fn samples() -> Vec<Self> {
        let page = |form, next: Option<&str>| Self {
            form,
            next: next.map(str::to_owned),
            from: next.map(|_| "maya".to_owned()),
            register_href: "/register".into(),
            forgot_href: "/account/forgot".into(),
        };
        let wrong = FormState { error: Some(Text::key("problem-wrong-credentials")), ..FormState::default() };
        vec![page(FormState::default(), None), page(wrong, Some("/maya/studio"))]
    }
}

/// `/register`. Fields: `name`, `email`, `password`, `next`, `from`.
#[derive(Serialize)]
pub(super) struct Register {
    pub(super) form: FormState,
    pub(super) next: Option<String>,
    /// Slug of the business they come from.
    pub(super) from: Option<String>,
    pub(super) login_href: String,
}

impl View for Register {
    const TEMPLATE: &'static str = "web/register";
    const LAYOUT: Layout = Layout::Account;
    fn title(&self) -> Text {
        Text::key("web-register-title")
    }
    fn samples() -> Vec<Self> {
        let page = |form, next: Option<String>| Self {
            form,
            from: next.as_ref().map(|_| "maya".to_owned()),
            next,
            login_href: "/login".into(),
        };
        vec![page(FormState::default(), None), page(refused("password"), Some("/maya/me".into()))]
    }
}

/// "Look into your mail".
#[derive(Serialize)]
pub(super) struct Sent {
    /// After registering; else after asking for a new password.
    pub(super) registered: bool,
    pub(super) login_href: String,
}

impl View for Sent {
    const TEMPLATE: &'static str = "account/sent";
    const LAYOUT: Layout = Layout::Account;
    fn title(&self) -> Text {
        Text::key("account-sent-title")
    }
    fn samples() -> Vec<Self> {
        [true, false].map(|registered| Self { registered, login_href: "/login".into() }).into()
    }
}

/// Proving an e-mail. Field: `password`, where it is needed.
#[derive(Serialize)]
pub(super) struct Verify {
    pub(super) form: FormState,
    pub(super) email: String,
    pub(super) needs_password: bool,
    pub(super) action: String,
}

impl View for Verify {
    const TEMPLATE: &'static str = "account/verify";
    const LAYOUT: Layout = Layout::Account;
    fn title(&self) -> Text {
        Text::key("account-verify-title")
    }
    fn samples() -> Vec<Self> {
        let page = |form, needs_password| Self {
            form,
            email: "ada@example.com".into(),
            needs_password,
            action: "/account/verify?token=x".into(),
        };
        let wrong = FormState { error: Some(Text::key("problem-wrong-credentials")), ..FormState::default() };
        vec![page(FormState::default(), false), page(FormState::default(), true), page(wrong, true)]
    }
}

/// Asking for a link to a new password. Field: `email`.
#[derive(Serialize)]
pub(super) struct Forgot {
    pub(super) form: FormState,
    pub(super) action: String,
    pub(super) login_href: String,
}

impl View for Forgot {
    const TEMPLATE: &'static str = "account/forgot";
    const LAYOUT: Layout = Layout::Account;
    fn title(&self) -> Text {
        Text::key("account-forgot-title")
    }
    fn samples() -> Vec<Self> {
        let page = |form| Self { form, action: "/account/forgot".into(), login_href: "/login".into() };
        vec![page(FormState::default()), page(refused("email"))]
    }
}

/// Choosing a password. Field: `password`.
#[derive(Serialize)]
pub(super) struct Reset {
    pub(super) form: FormState,
    pub(super) email: String,
    pub(super) action: String,
}

impl View for Reset {
    const TEMPLATE: &'static str = "account/reset";
    const LAYOUT: Layout = Layout::Account;
    fn title(&self) -> Text {
        Text::key("account-reset-title")
    }
    fn samples() -> Vec<Self> {
        let page =
            |form| Self { form, email: "ada@example.com".into(), action: "/account/reset?token=x".into() };
        vec![page(FormState::default()), page(refused("password"))]
    }
}

/// The account's own page.
#[derive(Serialize)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) verified: bool,
    pub(super) operator: bool,
    pub(super) logins: Vec<LoginRow>,
    pub(super) places: Vec<PlaceRow>,
    pub(super) resend_action: String,
}

/// A browser that is signed in.
#[derive(Serialize)]
pub(super) struct LoginRow {
    /// What it is, if it can be told.
    pub(super) device: Option<String>,
    pub(super) created_at: String,
    pub(super) last_seen_at: String,
    pub(super) current: bool,
    pub(super) end_action: String,
}

/// A business of the account.
#[derive(Serialize)]
pub(super) struct PlaceRow {
    pub(super) name: String,
    pub(super) href: String,
    /// Key of the role's name.
    pub(super) role: String,
}

impl View for Account {
    const TEMPLATE: &'static str = "account/account";
    const LAYOUT: Layout = Layout::Account;
    fn title(&self) -> Text {
        Text::key("account-account-title")
    }
    fn samples() -> Vec<Self> {
        let login = |device: Option<&str>, current| LoginRow {
            device: device.map(str::to_owned),
            created_at: "2026-11-20T09:00:00Z".into(),
            last_seen_at: "2026-11-21T08:00:00Z".into(),
            current,
            end_action: "/account/logins/0a/end".into(),
        };
        let place = |role: &str| PlaceRow {
            name: "Maya & Co".into(),
            href: "/maya/studio".into(),
            role: format!("account-role-{role}"),
        };
        let page = |verified, logins, places| Self {
            name: "Ada".into(),
            email: "ada@example.com".into(),
            verified,
            operator: verified,
            logins,
            places,
            resend_action: "/account/verify/resend".into(),
        };
        let roles = ["owner", "admin", "coach", "client"].map(place).into();
        vec![
            page(true, vec![login(Some("Firefox, Linux"), true), login(None, false)], roles),
            page(false, vec![login(None, true)], Vec::new()),
        ]
    }
}

/// Browser and system in a `User-Agent`, by their own names.
pub(super) fn device(user_agent: &str) -> Option<String> {
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    let parts: Vec<&str> = [find(&BROWSERS), find(&SYSTEMS)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn devices_by_their_names() {
        let chrome = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0 Mobile Safari/537.36";
        assert_eq!(device(chrome).as_deref(), Some("Chrome, Android"));
        assert_eq!(
            device("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0").as_deref(),
            Some("Firefox, Linux")
        );
        assert_eq!(device("curl/8"), None);
    }
}
