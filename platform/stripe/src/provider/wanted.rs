use billing::{Order, Try, dues, lines};
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
    pub(super) async fn wanted<'a>(
        &self,
        ctx: &'a Ctx,
        account: &Account,
        order: &'a Order,
        turn: &'a Try,
    ) -> Result<Wanted<'a>, Failure> {
        let (lines, dues) = ctx
            .read_tx(right(ctx), async |tx| {
                Ok::<_, Failure>((lines(tx, order.id).await?, dues(tx, order.id).await?))
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
        let customer = Some(self.customer(ctx, account, order).await?);
        let saves = dues.len() > 1 || order.subscription_id.is_some();
        Ok(Wanted { ctx, order, turn, lines, customer, saves, fee: self.fee(&account.row) })
    }

    /// The buyer as the account knows them, made when it does not.
    pub(crate) async fn customer(
        &self,
        ctx: &Ctx,
        account: &Account,
        order: &Order,
    ) -> Result<String, Failure> {
        let (client, name) = (order.client_id, account.name());
        let known =
            ctx.read_tx(right(ctx), async |tx| Ok::<_, Failure>(queries::customer(tx, client, name).await?));
        if let Some(known) = known.await? {
            return Ok(known);
        }
        let key = format!("customer/{client}/{}", order.id);
        let made = self.line().once(&account.caller, &requests::customer(ctx, order), &key).await?;
        let reference = text(&made, "/id");
        let kept = ctx.tx(right(ctx), async |tx| {
            queries::keep_customer(tx, client, name, reference).await?;
            Ok::<_, Failure>(queries::customer(tx, client, name).await?)
        });
        kept.await?.ok_or_else(|| unreadable("customer"))
    }
}
