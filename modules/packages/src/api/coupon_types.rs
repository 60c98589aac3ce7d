use events::{CouponId, Instant, Money, OrderId, VoucherId};
use kernel::{Ctx, Problem};
use poem_openapi::{Enum, Object, types::MaybeUndefined};

use crate::{
    model::{CouponDuration, CouponInput, CouponRow, Gift, OfferId, VoucherMove, VoucherRow, any_offer},
    service::{CouponCheck, VoucherInput},
};

/// How many payments of a plan a coupon makes cheaper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub(super) enum DurationDoc {
    /// The first.
    Once,
    /// So many.
    Repeating,
    /// All.
    Forever,
}

impl From<DurationDoc> for CouponDuration {
    fn from(duration: DurationDoc) -> Self {
        match duration {
            DurationDoc::Once => Self::Once,
            DurationDoc::Repeating => Self::Repeating,
            DurationDoc::Forever => Self::Forever,
        }
    }
}

/// A coupon to be made.
#[derive(Clone, Debug, Object)]
pub(super) struct CouponIn {
    /// 3 to 40 letters, digits and hyphens; compared in upper case. Never changed.
    #[oai(validator(min_length = 3, max_length = 60))]
    pub(super) code: String,
    /// As it stands on receipts; left out: the code.
    #[oai(validator(max_length = 120))]
    name: Option<String>,
    /// Hundredths of a percent; 2000 is 20 %.
    #[oai(validator(minimum(value = "1"), maximum(value = "10000")))]
    bp: Option<i32>,
    /// Instead of a percentage.
    amount: Option<Money>,
    duration: Option<DurationDoc>,
    /// For `repeating`.
    #[oai(validator(minimum(value = "2"), maximum(value = "120")))]
    periods: Option<i32>,
    /// Identifiers of the offers it holds for; left out or empty: all.
    #[oai(validator(max_items = 100))]
    offers: Option<Vec<String>>,
    /// What it holds for costs at least so much.
    least: Option<Money>,
    #[oai(validator(minimum(value = "1"), maximum(value = "1000000")))]
    max_uses: Option<i32>,
    #[oai(validator(minimum(value = "1"), maximum(value = "1000")))]
    per_client: Option<i32>,
    valid_from: Option<Instant>,
    valid_until: Option<Instant>,
}

/// Changes of a coupon. Fields that are left out stay; `null` lifts a limit.
#[derive(Clone, Debug, Object)]
pub(super) struct CouponPatch {
    #[oai(validator(max_length = 120))]
    name: Option<String>,
    #[oai(validator(minimum(value = "1"), maximum(value = "10000")))]
    bp: MaybeUndefined<i32>,
    amount: MaybeUndefined<Money>,
    duration: Option<DurationDoc>,
    #[oai(validator(minimum(value = "2"), maximum(value = "120")))]
    periods: MaybeUndefined<i32>,
    #[oai(validator(max_items = 100))]
    offers: Option<Vec<String>>,
    least: MaybeUndefined<Money>,
    #[oai(validator(minimum(value = "1"), maximum(value = "1000000")))]
    max_uses: MaybeUndefined<i32>,
    #[oai(validator(minimum(value = "1"), maximum(value = "1000")))]
    per_client: MaybeUndefined<i32>,
    valid_from: MaybeUndefined<Instant>,
    valid_until: MaybeUndefined<Instant>,
    /// Out of use, or back into it.
    pub(super) archived: Option<bool>,
}

fn minor(money: Money, ctx: &Ctx, field: &'static str) -> Result<i64, Problem> {
    if money.currency == ctx.tenant().currency {
        Ok(money.amount)
    } else {
        Err(Problem::field(field, "offer_currency"))
    }
}

fn offers(ids: &[String]) -> Result<Vec<OfferId>, Problem> {
    let read = |id: &String| any_offer(id).ok_or_else(|| Problem::field("offers", "unknown_offer"));
    ids.iter().map(read).collect()
}

impl CouponIn {
    pub(super) fn read(self, ctx: &Ctx) -> Result<CouponInput, Problem> {
        Ok(CouponInput {
            code: self.code,
            name: self.name.unwrap_or_default(),
            bp: self.bp,
            amount: self.amount.map(|amount| minor(amount, ctx, "amount")).transpose()?,
            duration: self.duration.map_or(CouponDuration::Once, Into::into),
            periods: self.periods,
            offers: offers(&self.offers.unwrap_or_default())?,
            least_amount: self.least.map(|least| minor(least, ctx, "least")).transpose()?.unwrap_or(0),
            max_uses: self.max_uses,
            per_client: self.per_client,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
        })
    }
}

/// What a patch makes of a coupon.
pub(super) type Change = Box<dyn FnOnce(&mut CouponInput) + Send>;

impl CouponPatch {
    pub(super) fn read(self, ctx: &Ctx) -> Result<Change, Problem> {
        let money = |value: MaybeUndefined<Money>, field| match value {
            MaybeUndefined::Undefined => Ok(MaybeUndefined::Undefined),
            MaybeUndefined::Null => Ok(MaybeUndefined::Null),
            MaybeUndefined::Value(value) => minor(value, ctx, field).map(MaybeUndefined::Value),
        };
        let (amount, least) = (money(self.amount, "amount")?, money(self.least, "least")?);
        let wanted = self.offers.as_deref().map(offers).transpose()?;
        Ok(Box::new(move |input: &mut CouponInput| {
            if let Some(name) = self.name {
                input.name = name;
            }
            // One of the two replaces the other.
            if matches!(self.bp, MaybeUndefined::Value(_)) {
                input.amount = None;
            }
            if matches!(amount, MaybeUndefined::Value(_)) {
                input.bp = None;
            }
            put(&mut input.bp, self.bp);
            put(&mut input.amount, amount);
            if let Some(duration) = self.duration {
                input.duration = duration.into();
            }
            put(&mut input.periods, self.periods);
            if let Some(wanted) = wanted {
                input.offers = wanted;
            }
            let mut least_amount = Some(input.least_amount);
            put(&mut least_amount, least);
            input.least_amount = least_amount.unwrap_or(0);
            put(&mut input.max_uses, self.max_uses);
            put(&mut input.per_client, self.per_client);
            put(&mut input.valid_from, self.valid_from);
            put(&mut input.valid_until, self.valid_until);
        }))
    }
}

fn put<T>(target: &mut Option<T>, value: MaybeUndefined<T>) {
    match value {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => *target = None,
        MaybeUndefined::Value(value) => *target = Some(value),
    }
}

/// A coupon.
#[derive(Clone, Debug, Object)]
pub(super) struct CouponOut {
    id: CouponId,
    code: String,
    name: String,
    /// Hundredths of a percent; none: it takes an amount off.
    bp: Option<i32>,
    amount: Option<Money>,
    /// `once`, `repeating` or `forever`: how many payments of a plan it makes cheaper.
    duration: String,
    periods: Option<i32>,
    /// Identifiers of the offers it holds for (`off_…`); empty: all.
    offers: Vec<String>,
    least: Money,
    max_uses: Option<i32>,
    per_client: Option<i32>,
    valid_from: Option<Instant>,
    valid_until: Option<Instant>,
    /// Orders that are open or paid with it.
    taken: i32,
    /// `active`, `scheduled`, `ended`, `used_up` or `archived`.
    state: String,
    created_at: Instant,
    updated_at: Instant,
}

impl CouponOut {
    pub(super) fn of(row: CouponRow, ctx: &Ctx) -> Self {
        Self {
            state: row.state(ctx.now()).to_string(),
            amount: row.amount.zip(row.currency).map(|(amount, currency)| Money::new(amount, currency)),
            least: Money::new(row.least_amount, row.currency.unwrap_or(ctx.tenant().currency)),
            offers: row.offers.iter().map(ToString::to_string).collect(),
            id: row.id,
            code: row.code,
            name: row.name,
            bp: row.bp,
            duration: row.duration.to_string(),
            periods: row.periods,
            max_uses: row.max_uses,
            per_client: row.per_client,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            taken: row.taken,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A page of coupons.
#[derive(Clone, Debug, Object)]
pub(super) struct CouponList {
    pub(super) items: Vec<CouponOut>,
    /// Where the next page begins; none: this is the last one.
    pub(super) next_cursor: Option<String>,
}

/// A code to be held against an offer.
#[derive(Clone, Debug, Object)]
pub(super) struct CheckIn {
    #[oai(validator(min_length = 1, max_length = 60))]
    pub(super) code: String,
    /// Name of the product, package or plan in the URL.
    pub(super) offer: String,
}

/// What a coupon does.
#[derive(Clone, Debug, Object)]
pub(super) struct CheckOut {
    code: String,
    name: String,
    /// What it takes off the first payment.
    off: Money,
    /// How many payments of a plan it makes cheaper; none: all.
    payments: Option<i32>,
}

impl From<CouponCheck> for CheckOut {
    fn from(check: CouponCheck) -> Self {
        Self { code: check.coupon.code, name: check.coupon.name, off: check.off, payments: check.payments }
    }
}

/// A gift voucher to be made by hand.
#[derive(Clone, Debug, Object)]
pub(super) struct VoucherIn {
    amount: Money,
    /// Left out: it does not expire.
    expires_at: Option<Instant>,
    #[oai(validator(max_length = 120))]
    recipient_name: Option<String>,
    /// Left out: nobody is told.
    #[oai(validator(max_length = 254))]
    recipient_email: Option<String>,
    #[oai(validator(max_length = 500))]
    message: Option<String>,
    /// When the recipient is told; left out: at once.
    send_at: Option<Instant>,
}

impl VoucherIn {
    pub(super) fn read(self, ctx: &Ctx, key: String) -> Result<VoucherInput, Problem> {
        Ok(VoucherInput {
            amount: minor(self.amount, ctx, "amount")?,
            expires_at: self.expires_at,
            gift: Gift {
                name: self.recipient_name.unwrap_or_default(),
                email: self.recipient_email.unwrap_or_default(),
                message: self.message.unwrap_or_default(),
                send_at: self.send_at,
            },
            key,
        })
    }
}

/// Something that happened to a voucher's money.
#[derive(Clone, Debug, Object)]
struct MoveOut {
    at: Instant,
    /// Below zero: it was spent or taken back.
    amount: Money,
    order: Option<OrderId>,
}

/// A gift voucher.
#[derive(Clone, Debug, Object)]
pub(super) struct VoucherOut {
    id: VoucherId,
    code: String,
    /// What is left.
    left: Money,
    /// `active`, `spent`, `expired` or `blocked`.
    state: String,
    recipient_name: String,
    recipient_email: String,
    message: String,
    send_at: Option<Instant>,
    expires_at: Option<Instant>,
    /// The order that bought it; none: staff made it.
    order: Option<OrderId>,
    created_at: Instant,
    /// The newest first; only of a single voucher.
    moves: Vec<MoveOut>,
}

impl VoucherOut {
    pub(super) fn of(row: VoucherRow, moves: &[VoucherMove], ctx: &Ctx) -> Self {
        let one = |one: &VoucherMove| MoveOut {
            at: one.at,
            amount: Money::new(one.amount, row.currency),
            order: one.order_id,
        };
        Self {
            moves: moves.iter().map(one).collect(),
            left: row.left(),
            state: row.state(ctx.now()).to_string(),
            id: row.id,
            code: row.code,
            recipient_name: row.recipient_name,
            recipient_email: row.recipient_email,
            message: row.message,
            send_at: row.send_at,
            expires_at: row.expires_at,
            order: row.order_id,
            created_at: row.created_at,
        }
    }
}

/// A page of vouchers.
#[derive(Clone, Debug, Object)]
pub(super) struct VoucherList {
    pub(super) items: Vec<VoucherOut>,
    /// Where the next page begins; none: this is the last one.
    pub(super) next_cursor: Option<String>,
}

/// Whether a voucher is out of use.
#[derive(Clone, Copy, Debug, Object)]
pub(super) struct VoucherPatch {
    pub(super) blocked: bool,
}

/// A voucher's code.
#[derive(Clone, Debug, Object)]
pub(super) struct BalanceIn {
    #[oai(validator(min_length = 1, max_length = 60))]
    pub(super) code: String,
}

/// What is left of a voucher.
#[derive(Clone, Debug, Object)]
pub(super) struct BalanceOut {
    left: Money,
    /// `active`, `spent`, `expired` or `blocked`.
    state: String,
    expires_at: Option<Instant>,
}

impl BalanceOut {
    pub(super) fn of(row: &VoucherRow, ctx: &Ctx) -> Self {
        Self { left: row.left(), state: row.state(ctx.now()).to_string(), expires_at: row.expires_at }
    }
}
