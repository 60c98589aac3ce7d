use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use events::AccountId;
use kernel::{Check, Problem};
use serde_json::json;

use super::{
    Accounts, Purpose, Visit,
    mails::NewMail,
    password,
    throttle::{MAIL_PERSON, REGISTER_ADDRESS, address_key, email_key},
};
use crate::schema::accounts;

/// Somebody who wants an account.
#[derive(Clone, Debug, Default)]
pub struct NewAccount {
    /// Name for people.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// Password as typed.
    pub password: String,
}

impl NewAccount {
    /// With name and e-mail normalised.
    fn checked(self) -> Result<Self, Problem> {
        let mut check = Check::new();
        let name = check.line("name", &self.name, 1, 120);
        let email = check.email("email", &self.email);
        password::check(&mut check, "password", &self.password, &email);
        check.finish()?;
        Ok(Self { name, email, password: self.password })
    }
}

impl Accounts {
    /// Makes an account and mails a link that proves the e-mail. Where there is an account already, its owner is told by
    /// mail; the answer is the same. Gives back the normalised e-mail.
    ///
    /// # Errors
    /// 422 with the fields at fault, 429 after too many from one address, 503 when the machine is busy.
    pub async fn register(&self, new: NewAccount, visit: &Visit) -> Result<String, Problem> {
        let new = new.checked()?;
        self.slow(&format!("register/{}", address_key(visit.address)), REGISTER_ADDRESS).await?;
        let hash = self.hasher.hash(&new.password, self.entropy.bytes()).await?;
        let may_mail = self.slow(&format!("mail/{}", email_key(&new.email)), MAIL_PERSON).await.is_ok();
        let NewAccount { name, email, .. } = new;
        let stored = email.clone();
        self.db
            .system_tx("register an account", async move |tx| {
                let (id, now): (AccountId, _) = (self.entropy.id(self.now()), self.now());
                let row = (
                    accounts::id.eq(id),
                    accounts::email.eq(&stored),
                    accounts::name.eq(&name),
                    accounts::password_hash.eq(&hash),
                    accounts::created_at.eq(now),
                );
                let insert = diesel::insert_into(accounts::table).values(row).on_conflict_do_nothing();
                let made = insert.execute(&mut **tx).await? == 1;
                if !may_mail {
                    return Ok(());
                }
                let mail = if made {
                    let link = self.new_link(tx, id, &stored, Purpose::Verify, visit).await?;
                    NewMail::new(id, "account/verify", json!({ "link": link, "name": name }))
                } else {
                    let query = accounts::table.filter(accounts::email.eq(&stored)).select((accounts::id, accounts::name));
                    let found: Option<(AccountId, String)> = query.first(&mut **tx).await.optional()?;
                    let Some((account, name)) = found else { return Ok(()) };
                    let data = json!({ "login": self.url("/login", visit, &[]), "forgot": self.url("/account/forgot", visit, &[]), "name": name });
                    NewMail::new(account, "account/exists", data)
                };
                self.queue(tx, mail, visit).await
            })
            .await
            .map(|()| email)
    }
}
