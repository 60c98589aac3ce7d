//! The sandbox: the platform's own pay page, for trying things out without a provider's keys.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use events::{Id, Instant, OrderId, TenantId};
use hmac::{Hmac, Mac};
use kernel::{BoxFuture, Ctx, Tx};
use sha2::Sha256;
use uuid::Uuid;

use crate::{
    BillingError, CardPage, Collected, Method, ORDER_LINK, Order, Payment, PaymentProvider, ProviderError,
    Refund, Refunding, SETUP, SavedMethod, Stage, Start, TestCard, ToSave, Try, begin_try, tries::first_try,
};

/// Minutes that a sandbox page may stay open.
const MINUTES: i64 = 30;

/// The sandbox takes no real money and must not be found where money is real.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sandbox payment provider does not start in production")]
pub struct SandboxRefused;

/// Why the address of a sandbox page is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SandboxError {
    /// It was not made by this installation for this tenant, or was changed.
    #[error("not an address of the sandbox")]
    Forged,
    /// Its time is over.
    #[error("the address of the sandbox is too old")]
    Expired,
}

crate::text_enum! {
    /// Which page of the sandbox.
    pub enum SandboxStep {
        /// Pay or decline.
        Pay = "p",
        /// The bank asks whether it is you (3-D Secure).
        Challenge = "c",
    }
}

/// What the address of a sandbox page says. Nothing of it is secret, none of it can be changed, and the amount is not in
/// it: that is read from the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxState {
    /// Which order is to be paid.
    pub order: OrderId,
    /// Which page.
    pub step: SandboxStep,
    /// Until when the page may be used, in whole seconds.
    pub expires_at: Instant,
    /// Names the try ([`crate::Try`]): how much it is for, and the reference of its payment.
    pub nonce: String,
}

/// The sandbox provider with the key that signs its addresses.
#[derive(Clone)]
pub struct Sandbox {
    key: [u8; 32],
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sandbox")
    }
}

impl Sandbox {
    /// A sandbox; all replicas of an installation need the same key.
    ///
    /// # Errors
    /// [`SandboxRefused`] in production.
    pub const fn new(stage: Stage, key: [u8; 32]) -> Result<Self, SandboxRefused> {
        match stage {
            Stage::Development => Ok(Self { key }),
            Stage::Production => Err(SandboxRefused),
        }
    }
    /// The last part of the page's address.
    #[must_use]
    pub fn sign(&self, tenant: TenantId, state: &SandboxState) -> String {
        let text = plain(state);
        let mac = URL_SAFE_NO_PAD.encode(self.mac(tenant, &text).finalize().into_bytes());
        format!("{text}.{mac}")
    }
    /// Reads what [`Sandbox::sign`] wrote for the same tenant.
    ///
    /// # Errors
    /// [`SandboxError::Forged`] and [`SandboxError::Expired`].
    pub fn verify(&self, tenant: TenantId, now: Instant, token: &str) -> Result<SandboxState, SandboxError> {
        let (text, mac) = token.rsplit_once('.').ok_or(SandboxError::Forged)?;
        let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| SandboxError::Forged)?;
        self.mac(tenant, text).verify_slice(&mac).map_err(|_| SandboxError::Forged)?;
        let state = parse(text).ok_or(SandboxError::Forged)?;
        if state.expires_at <= now { Err(SandboxError::Expired) } else { Ok(state) }
    }

    /// The last part of the address of the page on which a client saves a test card.
    #[must_use]
    pub fn sign_card(&self, tenant: TenantId, page: &CardPage) -> String {
        let text = page.plain();
        let mac = URL_SAFE_NO_PAD.encode(self.mac(tenant, &text).finalize().into_bytes());
        format!("{text}.{mac}")
    }
    /// Reads what [`Sandbox::sign_card`] wrote for the same tenant.
    ///
    /// # Errors
    /// [`SandboxError::Forged`] and [`SandboxError::Expired`].
    pub fn verify_card(&self, tenant: TenantId, now: Instant, token: &str) -> Result<CardPage, SandboxError> {
        let (text, mac) = token.rsplit_once('.').ok_or(SandboxError::Forged)?;
        let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| SandboxError::Forged)?;
        self.mac(tenant, text).verify_slice(&mac).map_err(|_| SandboxError::Forged)?;
        let page = CardPage::parse(text).ok_or(SandboxError::Forged)?;
        if page.expires_at <= now { Err(SandboxError::Expired) } else { Ok(page) }
    }

    /// The page on which a try is paid or declined.
    fn page(&self, ctx: &Ctx, turn: &Try) -> Start {
        let state = SandboxState {
            order: turn.order_id,
            step: SandboxStep::Pay,
            expires_at: ctx.now().plus_minutes(MINUTES),
            nonce: turn.id.to_string(),
        };
        Start::Redirect(ctx.path(&format!("/pay/sandbox/{}", self.sign(ctx.tenant().id, &state))))
    }

    fn mac(&self, tenant: TenantId, text: &str) -> Hmac<Sha256> {
        // HMAC takes keys of any length, so this does not fail.
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.key)
            .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        mac.update(tenant.uuid().as_bytes());
        mac.update(text.as_bytes());
        mac
    }
}

fn plain(state: &SandboxState) -> String {
    let (order, until) = (state.order.uuid().simple(), state.expires_at.timestamp().as_second());
    format!("{}.{order}.{until}.{}", state.step, state.nonce)
}

fn parse(text: &str) -> Option<SandboxState> {
    let mut parts = text.splitn(4, '.');
    let step = parts.next()?.parse().ok()?;
    let order = Id::from_uuid(Uuid::try_parse(parts.next()?).ok()?);
    let until = jiff::Timestamp::from_second(parts.next()?.parse().ok()?).ok()?;
    Some(SandboxState { order, step, expires_at: Instant::new(until), nonce: parts.next()?.to_owned() })
}

/// What a page collects: money, or something to pay with later.
fn kind_of(order: &Order) -> &'static str {
    if order.waits_for_card() { SETUP } else { "page" }
}

impl PaymentProvider for Sandbox {
    fn method(&self) -> Method {
        Method::Sandbox
    }
    fn start<'a>(&'a self, ctx: &'a Ctx, order: &'a Order) -> BoxFuture<'a, Result<Start, ProviderError>> {
        Box::pin(async move {
            let begun = ctx.tx(ORDER_LINK, async |tx| {
                Ok::<_, kernel::Problem>(begin_try(tx, order.id, Method::Sandbox, kind_of(order)).await?)
            });
            let begun = begun.await.map_err(|problem| ProviderError::Refused(problem.to_string()))?;
            Ok(self.page(ctx, &begun))
        })
    }
    fn start_with<'a>(
        &'a self,
        tx: &'a Tx,
        order: &'a Order,
    ) -> BoxFuture<'a, Result<Option<Start>, BillingError>> {
        Box::pin(async move {
            let begun = first_try(tx, order, Method::Sandbox, kind_of(order)).await?;
            Ok(Some(self.page(tx.ctx(), &begun)))
        })
    }
    fn refund<'a>(
        &'a self,
        _: &'a Ctx,
        _: &'a Order,
        _: &'a Payment,
        refund: &'a Refund,
    ) -> BoxFuture<'a, Result<Refunding, ProviderError>> {
        Box::pin(std::future::ready(Ok(Refunding::Done(format!("sandbox/{}", refund.id)))))
    }
    fn saves(&self) -> bool {
        true
    }
    fn collect<'a>(
        &'a self,
        _: &'a Ctx,
        _: &'a Order,
        saved: &'a SavedMethod,
        turn: &'a Try,
    ) -> BoxFuture<'a, Result<Collected, ProviderError>> {
        Box::pin(std::future::ready(Ok(TestCard::collected(saved, turn))))
    }
    fn portal<'a>(
        &'a self,
        ctx: &'a Ctx,
        wanted: &'a ToSave<'a>,
    ) -> BoxFuture<'a, Result<Option<String>, ProviderError>> {
        let page = CardPage {
            client: wanted.client,
            saved_for: wanted.saved_for,
            pays: wanted.pays,
            expires_at: ctx.now().plus_minutes(MINUTES),
            nonce: ctx.new_token(),
            back: wanted.back.to_owned(),
        };
        let path = format!("/pay/sandbox-card/{}", self.sign_card(ctx.tenant().id, &page));
        Box::pin(std::future::ready(Ok(Some(ctx.path(&path)))))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Instant {
        Instant::new(jiff::Timestamp::from_second(second).unwrap())
    }
    fn state() -> SandboxState {
        let order = Id::from_uuid(Uuid::from_u128(5));
        SandboxState { order, step: SandboxStep::Pay, expires_at: at(2000), nonce: "n-_once".into() }
    }
    fn sandbox() -> Sandbox {
        Sandbox::new(Stage::Development, [7; 32]).unwrap()
    }
    fn tenant(id: u128) -> TenantId {
        Id::from_uuid(Uuid::from_u128(id))
    }

    #[test]
    fn not_in_production() {
        assert_eq!(Sandbox::new(Stage::Production, [7; 32]).err(), Some(SandboxRefused));
    }
    #[test]
    fn an_address_holds_for_its_tenant_key_and_time() {
        let token = sandbox().sign(tenant(1), &state());
        assert_eq!(sandbox().verify(tenant(1), at(1999), &token), Ok(state()));
        assert_eq!(sandbox().verify(tenant(1), at(2000), &token), Err(SandboxError::Expired));
        assert_eq!(sandbox().verify(tenant(2), at(1000), &token), Err(SandboxError::Forged));
        let other = Sandbox::new(Stage::Development, [8; 32]).unwrap();
        assert_eq!(other.verify(tenant(1), at(1000), &token), Err(SandboxError::Forged));
    }
    proptest! {
        #[test]
        fn a_changed_address_is_refused(place in 0..200_usize, with in "[ -~]") {
            let token = sandbox().sign(tenant(1), &state());
            let place = place % token.len();
            let mut changed = token.clone();
            changed.replace_range(place..=place, &with);
            prop_assume!(changed != token);
            let read = sandbox().verify(tenant(1), at(1000), &changed);
            // The last sign of the base64 text carries bits that mean nothing; a decoder that ignored them would be fooled.
            prop_assert_eq!(read, Err(SandboxError::Forged));
        }
        #[test]
        fn nonsense_is_refused(token in "\\PC{0,120}") {
            prop_assert!(sandbox().verify(tenant(1), at(1000), &token).is_err());
        }
    }
}
