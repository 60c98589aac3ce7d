use billing::{DiscountKind, LineRole, Method, NewDiscount, NewDue, NewLine, Sums, quote, split};
use events::{ClientId, Money};
use kernel::{Ctx, FieldError, Problem, Tx};
use people::clients;

use super::{
    Wanted,
    plan::{PlanQuote, trial_used},
};
use crate::{
    error::unavailable,
    model::{
        Availability, Basket, CouponRefused, CouponRow, Offer, OfferKind, Picked, UsedCode, VoucherRow,
        typed_voucher,
    },
    policy::ORDERS_CREATE,
    queries,
};

/// An offer that stands beside the one that is bought.
#[derive(Clone, Debug)]
pub(crate) struct Beside {
    pub(crate) offer: Offer,
    pub(crate) pitch: String,
    /// Its price here, minor units.
    pub(crate) price: i64,
    pub(crate) ticked: bool,
}

/// What a basket comes to, with everything that a page says about it and an order is made of.
#[derive(Clone, Debug)]
pub(crate) struct Priced {
    pub(crate) basket: Basket,
    pub(crate) beside: Vec<Beside>,
    /// As an order has them; their details are not filled in.
    pub(crate) lines: Vec<NewLine>,
    pub(crate) discounts: Vec<NewDiscount>,
    pub(crate) used: Vec<UsedCode>,
    pub(crate) coupon: Option<CouponRow>,
    /// Codes that hold, as they are compared: those of `discounts`, and coupons that help later payments only.
    pub(crate) codes: Vec<String>,
    /// Codes that don't hold, at the field `code`.
    pub(crate) refused: Vec<FieldError>,
    pub(crate) sums: Sums,
    /// More than one: it is paid in parts.
    pub(crate) dues: Vec<NewDue>,
    /// What follows, when it is a plan.
    pub(crate) plan: Option<PlanQuote>,
    /// Whether it is a plan without the free trial that others have.
    pub(crate) without_trial: bool,
}

impl Priced {
    /// What is to be paid now, minor units.
    pub(crate) fn due_now(&self) -> i64 {
        self.dues.first().map_or(self.sums.total, |first| first.amount)
    }
    pub(crate) fn money(&self, amount: i64) -> Money {
        Money::new(amount, self.basket.main.offer.row.currency)
    }
    /// What a buyer agrees to, as a form carries it to be compared: nothing is ever computed from it.
    pub(crate) fn check(&self) -> String {
        let later: Vec<String> = self.dues.iter().map(|due| due.amount.to_string()).collect();
        let plan = self.plan.as_ref().map(PlanQuote::check).unwrap_or_default();
        format!("{}.{}.{plan}", self.sums.total, later.join("-"))
    }
    /// Whether nothing is paid now, and a card is saved first when it is paid by this way.
    pub(crate) fn asks_card(&self, method: Method) -> bool {
        let trial = self.plan.as_ref().is_some_and(|plan| plan.asks_card);
        trial && self.sums.total == 0 && self.to_pay() > 0 && billing::saves(method)
    }
    /// What a way to pay is needed for, minor units: what is paid now, or, when that is nothing, what a plan costs later.
    pub(crate) fn to_pay(&self) -> i64 {
        match (&self.plan, self.due_now()) {
            (Some(plan), 0) => plan.later.unwrap_or(0),
            (_, now) => now,
        }
    }
}

/// Whether rows are locked until the end of the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    No,
    Yes,
}

/// What the wish comes to now. Codes that don't hold are left out and told of.
pub(crate) async fn price(ctx: &Ctx, wanted: &Wanted) -> Result<Priced, Problem> {
    ctx.tx(ORDERS_CREATE, async |tx| {
        let client = clients::of_actor(tx).await?.map(|client| client.id);
        let mut wanted = wanted.clone();
        if let Some(client) = client {
            wanted.without_trial |= trial_used(tx, &wanted.offer, client).await?;
        }
        let (wanted, (basket, beside)) = (&wanted, basket(tx, &wanted).await?);
        priced(tx, wanted, basket, beside, client, Hold::No).await
    })
    .await
}

/// Loads what is wanted. What can't be bought now is refused: the offer itself, or something ticked beside it.
pub(super) async fn basket(tx: &mut Tx, wanted: &Wanted) -> Result<(Basket, Vec<Beside>), Problem> {
    let (now, currency) = (tx.ctx().now(), tx.ctx().tenant().currency);
    let mut offer = queries::by_slug(tx, &wanted.offer).await?.ok_or_else(Problem::not_found)?;
    if let Some(plan) = offer.plan.as_mut().filter(|_| wanted.without_trial) {
        plan.trial_days = 0;
    }
    if let Some(problem) = unavailable(offer.availability(now, currency)) {
        return Err(problem);
    }
    let quantity = wanted.quantity_of(&offer)?;
    let mut beside = Vec::new();
    for (bump, other) in queries::bumps_of(tx, &offer).await? {
        // A plan is bought by itself: its payments begin with its own order.
        if other.row.kind != OfferKind::Plan && other.availability(now, currency) == Availability::Open {
            let ticked = wanted.bumps.contains(&other.public_id());
            beside.push(Beside { pitch: bump.pitch.clone(), price: bump.asked(), ticked, offer: other });
        }
    }
    if wanted.bumps.iter().any(|id| !beside.iter().any(|one| one.offer.public_id() == *id)) {
        return Err(Problem::field("bumps", "checkout_bump_gone"));
    }
    let ticked = beside.iter().filter(|one| one.ticked);
    let bumps = ticked.map(|one| Picked {
        offer: one.offer.clone(),
        quantity: 1,
        price: one.price,
        role: LineRole::Bump,
    });
    let bumps = bumps.collect();
    let price = offer.row.price;
    Ok((Basket { main: Picked { offer, quantity, price, role: LineRole::Item }, bumps }, beside))
}

/// Applies codes and sums up. With [`Hold::Yes`] coupon and vouchers stay locked, in that order.
pub(super) async fn priced(
    tx: &mut Tx,
    wanted: &Wanted,
    basket: Basket,
    beside: Vec<Beside>,
    client: Option<ClientId>,
    hold: Hold,
) -> Result<Priced, Problem> {
    let currency = tx.ctx().tenant().currency;
    let mut applied = Applied::new(&basket);
    let (coupons, vouchers) = codes(tx, wanted, hold, &mut applied.refused).await?;
    for coupon in coupons {
        let used = match client {
            Some(client) => queries::coupon_uses_of(tx, coupon.id, client).await?,
            None => 0,
        };
        applied.coupon(tx.ctx(), coupon, used);
    }
    for voucher in vouchers {
        applied.voucher(tx.ctx(), &voucher);
    }
    let Applied { lines, discounts, used, coupon, codes, refused, .. } = applied;
    let sums = quote(&lines, currency).ok_or_else(|| Problem::field("quantity", "checkout_total"))?;
    let dues = split(sums.total, basket.split(wanted.pay, &lines), tx.ctx().now(), &tx.ctx().tenant().zone);
    let plan = PlanQuote::of(tx.ctx(), &basket.main.offer, coupon.as_ref());
    let without_trial = wanted.without_trial && plan.is_some();
    Ok(Priced {
        basket,
        beside,
        lines,
        discounts,
        used,
        coupon,
        codes,
        refused,
        sums,
        dues,
        plan,
        without_trial,
    })
}

/// Finds what codes name: coupons, then vouchers in the order in which they are locked.
async fn codes(
    tx: &mut Tx,
    wanted: &Wanted,
    hold: Hold,
    refused: &mut Vec<FieldError>,
) -> Result<(Vec<CouponRow>, Vec<VoucherRow>), Problem> {
    let (mut coupons, mut vouchers) = (Vec::new(), Vec::new());
    for code in &wanted.codes {
        if let Some(coupon) = queries::coupon_by_code(tx, code).await? {
            coupons.push(coupon);
        } else if let Some(voucher) = match typed_voucher(code) {
            Some(code) => queries::voucher_by_code(tx, &code).await?,
            None => None,
        } {
            vouchers.push(voucher);
        } else {
            refused.push(FieldError::new("code", "code_unknown"));
        }
    }
    if hold == Hold::Yes {
        coupons.sort_by_key(|coupon| coupon.id);
        vouchers.sort_by_key(|voucher| voucher.id);
        for coupon in &mut coupons {
            *coupon = queries::lock_coupon(tx, coupon.id).await?.ok_or_else(Problem::not_found)?;
        }
        for voucher in &mut vouchers {
            *voucher = queries::lock_voucher(tx, voucher.id).await?.ok_or_else(Problem::not_found)?;
        }
    }
    // Those that end first pay first, on the page and in the order alike.
    vouchers.sort_by_key(|voucher| (voucher.expires_at.is_none(), voucher.expires_at, voucher.id));
    Ok((coupons, vouchers))
}

/// Codes on their way onto lines.
struct Applied<'a> {
    basket: &'a Basket,
    lines: Vec<NewLine>,
    discounts: Vec<NewDiscount>,
    used: Vec<UsedCode>,
    coupon: Option<CouponRow>,
    codes: Vec<String>,
    refused: Vec<FieldError>,
}

impl<'a> Applied<'a> {
    fn new(basket: &'a Basket) -> Self {
        Self {
            basket,
            lines: basket.lines(),
            discounts: Vec::new(),
            used: Vec::new(),
            coupon: None,
            codes: Vec::new(),
            refused: Vec::new(),
        }
    }
    /// Takes a coupon off, when it holds; one an order. `used`: how often this client has used it.
    fn coupon(&mut self, ctx: &Ctx, coupon: CouponRow, used: i32) {
        if self.coupon.is_some() {
            self.refused.push(FieldError::new("code", "coupon_one"));
            return;
        }
        let holds = coupon.off(&self.basket.basketed(), ctx.tenant().currency, ctx.now()).and_then(|_| {
            let again = coupon.per_client.is_none_or(|most| used < most);
            if again { Ok(()) } else { Err(CouponRefused::OwnUsedUp) }
        });
        if let Err(why) = holds {
            self.refused.push(why.at("code"));
            return;
        }
        let amount = self.basket.take_off(&coupon, &mut self.lines);
        self.discount(DiscountKind::Coupon, &coupon.code, &coupon.name, amount);
        self.used.push(UsedCode::Coupon { coupon: coupon.id });
        self.codes.push(coupon.code.clone());
        self.coupon = Some(coupon);
    }
    /// Pays with a voucher, when it can.
    fn voucher(&mut self, ctx: &Ctx, voucher: &VoucherRow) {
        let sum = self.basket.payable_by_voucher(&self.lines);
        let amount = match voucher.pays(sum, ctx.tenant().currency, ctx.now()) {
            Ok(0) => {
                self.refused.push(FieldError::new("code", "voucher_not_needed"));
                return;
            }
            Ok(amount) => self.basket.pay_with_voucher(amount, &mut self.lines),
            Err(why) => {
                self.refused.push(FieldError::new("code", why.code()));
                return;
            }
        };
        self.discount(DiscountKind::Voucher, &voucher.code, &voucher.code, amount);
        self.used.push(UsedCode::Voucher { voucher: voucher.id, amount });
        self.codes.push(voucher.code.clone());
    }
    fn discount(&mut self, kind: DiscountKind, code: &str, name: &str, amount: i64) {
        if amount > 0 {
            self.discounts.push(NewDiscount { kind, code: code.to_owned(), name: name.to_owned(), amount });
        }
    }
}
