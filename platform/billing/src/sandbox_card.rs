//! Cards that the sandbox saves, and what becomes of collecting with them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use events::{ClientId, Id, Instant, SubscriptionId};
use uuid::Uuid;

use crate::{Collected, Method, NewSaved, SavedFor, SavedMethod, Try};

crate::text_enum! {
    /// How a card that the sandbox saves behaves when it is used again.
    pub enum TestCard {
        /// It pays.
        Pays = "pays",
        /// It is declined next time.
        Declined = "declined",
        /// The bank wants to see the client next time (3-D Secure).
        Challenge = "challenge",
    }
}

impl TestCard {
    const fn last4(self) -> &'static str {
        match self {
            Self::Pays => "4242",
            Self::Declined => "0341",
            Self::Challenge => "3155",
        }
    }
    /// A card to be saved for a client; `mark` tells it from all others.
    #[must_use]
    pub fn saved(self, client: ClientId, saved_for: SavedFor, mark: &str) -> NewSaved {
        NewSaved {
            client,
            saved_for,
            provider: Method::Sandbox,
            reference: format!("test/{self}/{mark}"),
            kind: "card".into(),
            brand: "Sandbox card".into(),
            last4: self.last4().into(),
            exp_month: Some(12),
            exp_year: Some(2034),
        }
    }
    /// How a saved card behaves.
    #[must_use]
    pub fn of(reference: &str) -> Self {
        let code = reference.split('/').nth(1).unwrap_or_default();
        code.parse().unwrap_or(Self::Declined)
    }
    /// What becomes of collecting with it. The same try ends the same way.
    #[must_use]
    pub fn collected(saved: &SavedMethod, turn: &Try) -> Collected {
        match Self::of(&saved.reference) {
            Self::Pays => {
                Collected::Paid { reference: format!("collected/{}", turn.id), label: saved.label() }
            }
            Self::Declined => Collected::Declined {
                reference: format!("declined/{}", turn.id),
                words: "card_declined".into(),
            },
            Self::Challenge => Collected::NeedsBuyer,
        }
    }
}

/// What the address of the page says on which a client saves a test card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardPage {
    /// Whose card it will be.
    pub client: ClientId,
    /// For what it will be.
    pub saved_for: SavedFor,
    /// The subscription that is paid with it from then on.
    pub pays: Option<SubscriptionId>,
    /// Until when the page may be used, in whole seconds.
    pub expires_at: Instant,
    /// Tells this page from others.
    pub nonce: String,
    /// Where it leads back to: a path inside the tenant.
    pub back: String,
}

impl CardPage {
    pub(crate) fn plain(&self) -> String {
        let (client, until) = (self.client.uuid().simple(), self.expires_at.timestamp().as_second());
        let (of, back) = (self.saved_for.name(), URL_SAFE_NO_PAD.encode(&self.back));
        let pays = self.pays.map(|id| id.to_string()).unwrap_or_default();
        format!("k.{client}.{of}.{pays}.{until}.{}.{back}", self.nonce)
    }
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("k.")?.splitn(6, '.');
        let client = Id::from_uuid(Uuid::try_parse(parts.next()?).ok()?);
        let saved_for = SavedFor::read(parts.next()?)?;
        let pays = match parts.next()? {
            "" => None,
            id => Some(id.parse().ok()?),
        };
        let until = jiff::Timestamp::from_second(parts.next()?.parse().ok()?).ok()?;
        let nonce = parts.next()?.to_owned();
        let back = String::from_utf8(URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok()?;
        Some(Self { client, saved_for, pays, expires_at: Instant::new(until), nonce, back })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Sandbox, SandboxError, Stage};

    #[test]
    fn a_card_behaves_as_it_was_chosen() {
        let client = Id::from_uuid(Uuid::from_u128(1));
        for card in TestCard::ALL {
            assert_eq!(TestCard::of(&card.saved(client, SavedFor::Client, "m").reference), *card);
        }
        assert_eq!(TestCard::of("nonsense"), TestCard::Declined);
    }
    #[test]
    fn its_page_is_the_client_s_own_and_no_pay_page() {
        let at = |second| Instant::new(jiff::Timestamp::from_second(second).unwrap());
        let tenant = |id| Id::from_uuid(Uuid::from_u128(id));
        let sandbox = Sandbox::new(Stage::Development, [7; 32]).unwrap();
        let page = CardPage {
            client: Id::from_uuid(Uuid::from_u128(3)),
            saved_for: SavedFor::Subscription(Id::from_uuid(Uuid::from_u128(4))),
            pays: Some(Id::from_uuid(Uuid::from_u128(5))),
            expires_at: at(2000),
            nonce: "n-_".into(),
            back: "/me/payment-methods".into(),
        };
        let token = sandbox.sign_card(tenant(1), &page);
        assert_eq!(sandbox.verify_card(tenant(1), at(1999), &token), Ok(page));
        assert_eq!(sandbox.verify_card(tenant(1), at(2000), &token), Err(SandboxError::Expired));
        assert_eq!(sandbox.verify_card(tenant(2), at(1), &token), Err(SandboxError::Forged));
        assert_eq!(sandbox.verify(tenant(1), at(1), &token), Err(SandboxError::Forged));
    }
}
