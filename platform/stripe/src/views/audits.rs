use events::{Instant, Money};
use kernel::{Layout, Text, View};
use serde::Serialize;

use super::{moment, money};
use crate::audit::{AuditRow, Finding, What};

/// An audit on the page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AuditLine {
    at: Instant,
    since: Instant,
    until: Instant,
    compared: i32,
    agrees: bool,
    findings: Vec<FindingLine>,
}

/// A difference on the page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FindingLine {
    reference: String,
    number: i64,
    label: &'static str,
    ours: Money,
    theirs: Money,
}

impl AuditLine {
    pub(crate) fn of(row: AuditRow) -> Self {
        let findings: Vec<Finding> = serde_json::from_value(row.findings).unwrap_or_default();
        let finding = |one: Finding| FindingLine {
            label: match one.what {
                What::PaymentMissing => "stripe-finding-payment-missing",
                What::PaymentUnknown => "stripe-finding-payment-unknown",
                What::PaymentDiffers => "stripe-finding-payment-differs",
                What::RefundMissing => "stripe-finding-refund-missing",
                What::RefundUnknown => "stripe-finding-refund-unknown",
                What::RefundDiffers => "stripe-finding-refund-differs",
                What::DisputeMissing => "stripe-finding-dispute-missing",
                What::DisputeUnknown => "stripe-finding-dispute-unknown",
                What::DisputeDiffers => "stripe-finding-dispute-differs",
            },
            number: one.number,
            ours: Money::new(one.ours, one.currency),
            theirs: Money::new(one.theirs, one.currency),
            reference: one.reference,
        };
        Self {
            at: row.at,
            since: row.since,
            until: row.until,
            compared: row.compared,
            agrees: findings.is_empty(),
            findings: findings.into_iter().map(finding).collect(),
        }
    }
}

/// `/studio/payments/stripe/audits`: both books held together.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AuditsPage {
    tab: &'static str,
    audits: Vec<AuditLine>,
}

impl AuditsPage {
    pub(crate) fn of(rows: Vec<AuditRow>) -> Self {
        Self { tab: "audits", audits: rows.into_iter().map(AuditLine::of).collect() }
    }
}

impl View for AuditsPage {
    const TEMPLATE: &'static str = "stripe/audits";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("stripe-audits-title")
    }
    fn samples() -> Vec<Self> {
        use What::{
            DisputeDiffers, DisputeMissing, DisputeUnknown, PaymentDiffers, PaymentMissing, PaymentUnknown,
            RefundDiffers, RefundMissing, RefundUnknown,
        };
        let payments = [PaymentMissing, PaymentUnknown, PaymentDiffers];
        let refunds = [RefundMissing, RefundUnknown, RefundDiffers];
        let all = [payments, refunds, [DisputeMissing, DisputeUnknown, DisputeDiffers]].concat();
        let findings = all.into_iter().map(|what| Finding {
            reference: "pi_1".into(),
            number: if what == PaymentMissing { 0 } else { 1001 },
            ours: 0,
            theirs: 9_000,
            currency: money(0).currency,
            what,
        });
        let findings: Vec<Finding> = findings.collect();
        let row = |findings: &[Finding]| AuditRow {
            id: uuid::Uuid::nil(),
            since: moment().plus_minutes(-5760),
            until: moment(),
            compared: 12,
            difference: 0,
            findings: serde_json::to_value(findings).unwrap_or_default(),
            at: moment(),
        };
        vec![Self::of(vec![row(&findings), row(&[])]), Self::of(Vec::new())]
    }
}
