use billing::{PAYMENTS_WRITE, TaxRate};
use events::TaxRateId;
use kernel::{Ctx, Problem};

/// The business's rates of tax.
pub(crate) async fn tax_rates(ctx: &Ctx) -> Result<Vec<TaxRate>, Problem> {
    ctx.tx(PAYMENTS_WRITE, async |tx| Ok::<_, Problem>(billing::tax_rates(tx).await?)).await
}

/// Adds a rate, in hundredths of a percent.
pub(crate) async fn add_tax_rate(ctx: &Ctx, name: &str, bp: i64) -> Result<TaxRate, Problem> {
    ctx.tx(PAYMENTS_WRITE, async |tx| billing::add_tax_rate(tx, name, bp).await).await
}

/// Takes a rate out of use.
pub(crate) async fn archive_tax_rate(ctx: &Ctx, id: TaxRateId) -> Result<TaxRate, Problem> {
    ctx.tx(PAYMENTS_WRITE, async |tx| billing::archive_tax_rate(tx, id).await).await
}

/// Reads percent as people type it (`20`, `7.5`, `7,5`) into hundredths of a percent. `None`: not a rate from 0 to 100.
pub(crate) fn read_percent(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text.strip_suffix('%').unwrap_or(text).trim_end();
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(whole, 3) || !digits(part, 2) {
        return None;
    }
    let hundredths: i64 = format!("{part:0<2}").parse().ok()?;
    let bp = whole.parse::<i64>().ok()? * 100 + hundredths;
    (bp <= 10_000).then_some(bp)
}

#[cfg(test)]
mod tests {
    use super::read_percent;

    #[test]
    fn percent_as_people_type_it() {
        let good = [("20", 2000), (" 7.5 %", 750), ("7,5", 750), ("8.25", 825), ("0", 0), ("100", 10_000)];
        for (text, bp) in good {
            assert_eq!(read_percent(text), Some(bp), "{text}");
        }
        for text in ["", "-1", "100.01", "1.234", "20%%", ".5", "5.", "1e2", "٣", "twenty"] {
            assert_eq!(read_percent(text), None, "{text}");
        }
    }
}
