use billing::{Order, SavedFor, SavedMethod, Try, dues, lines, saves_for};
use kernel::Ctx;

use super::unreadable;
use crate::{
    Stripe,
    account::{Account, right},
    failure::Failure,
    model::text,
    queries,
    requests::{self, Wanted},
};

impl Stripe {
    /// A payment to be begun; with something `saved`, or with what its payer will type in.
    ///
    /// Invariant: the customer of a client is used when they, signed in, pay what they bought so, or with what they saved.
    pub(super) async fn wanted<'a>(
        &self,
        ctx: &'a Ctx,
        account: &Account,
        order: &'a Order,
        turn: &'a Try,
        saved: Option<&SavedMethod>,
    ) -> Result<Wanted<'a>, Failure> {
        let (lines, dues, of) = ctx
            .read_tx(right(ctx), async |tx| {
                let of = match saved {
                    Some(saved) => saved.saved_for(),
                    None => saves_for(tx, order, turn.by_client).await?,
                };
                Ok::<_, Failure>((lines(tx, order.id).await?, dues(tx, order.id).await?, of))
            })
            .await?;
        let whole = dues.is_empty();
        let line = |line: billing::OrderLine| {
            let payable = line.payable();
            match line.quantity {
                1 => (line.name, payable),
                many => (format!("{} × {many}", line.name), payable),
            }
        };
        let lines = if whole { lines.into_iter().map(line).collect() } else { Vec::new() };
        let customer = Some(self.customer(ctx, account, order, of).await?);
        let saves = dues.len() > 1 || order.subscription_id.is_some();
        Ok(Wanted { ctx, order, turn, lines, customer, saves, fee: self.fee(&account.row) })
    }

    /// The buyer as the account knows them, for this; made when it does not.
    pub(crate) async fn customer(
        &self,
        ctx: &Ctx,
        account: &Account,
        order: &Order,
        of: SavedFor,
    ) -> Result<String, Failure> {
        let (client, name) = (order.client_id, account.name());
        let known = ctx
            .read_tx(right(ctx), async |tx| Ok::<_, Failure>(queries::customer(tx, client, of, name).await?));
        if let Some(known) = known.await? {
            return Ok(known);
        }
        let key = format!("customer/{client}/{}/{}", order.id, of.name());
        let made = self.line().once(&account.caller, &requests::customer(ctx, order), &key).await?;
        let reference = text(&made, "/id");
        let kept = ctx.tx(right(ctx), async |tx| {
            queries::keep_customer(tx, client, of, name, reference).await?;
            Ok::<_, Failure>(queries::customer(tx, client, of, name).await?)
        });
        kept.await?.ok_or_else(|| unreadable("customer"))
    }
}
