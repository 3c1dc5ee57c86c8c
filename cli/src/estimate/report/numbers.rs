//! Numbers as a reader of the page wants them: few digits, and a unit that fits.

/// A dose (Gy) in Gy, mGy or µGy, with three digits.
pub fn dose(gy: f64) -> String {
    in_unit(gy, |value| significant(value, 3))
}

/// A round dose (Gy), for an axis or a prescription: no zeros behind the point.
pub fn round_dose(gy: f64) -> String {
    in_unit(gy, |value| {
        let text = significant(value, 3);
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    })
}

fn in_unit(gy: f64, write: impl Fn(f64) -> String) -> String {
    match gy.abs() {
        x if !x.is_finite() => "–".into(),
        x if x >= 0.9995 => format!("{} Gy", write(gy)),
        x if x >= 0.9995e-3 => format!("{} mGy", write(gy * 1e3)),
        x if x >= 0.5e-8 => format!("{} µGy", write(gy * 1e6)),
        _ => "0".into(),
    }
}

/// A number with this many significant digits; whole digits are all kept.
pub fn significant(value: f64, digits: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".into() } else { "–".into() };
    }
    // what is rounded up to a power of ten has a digit less behind the point
    let decimals = |value: f64| (digits - 1 - value.abs().log10().floor() as i32).max(0) as usize;
    let rounded: f64 = format!("{value:.*}", decimals(value)).parse().expect("a number");
    format!("{value:.*}", if rounded == 0.0 { decimals(value) } else { decimals(rounded) })
}

/// A number with a true minus sign.
pub fn signed(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}").replace('-', "\u{2212}")
}

/// A share (0..=1) in per cent.
pub fn percent(share: f64) -> String {
    match 100.0 * share {
        x if !x.is_finite() => "–".into(),
        0.0 => "0 %".into(),
        x if x.abs() < 0.05 => "< 0.1 %".into(),
        x => format!("{} %", significant(x, if x.abs() < 10.0 { 2 } else { 3 })),
    }
}

/// A relative standard error (%), for reading behind ±.
pub fn error(percent: f64) -> String {
    match percent {
        x if !x.is_finite() => "–".into(),
        x if x < 0.05 => "< 0.1 %".into(),
        x if x < 10.0 => format!("{x:.1} %"),
        x => format!("{x:.0} %"),
    }
}

/// A whole number with its thousands apart.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|g| std::str::from_utf8(g).expect("digits")).collect();
    groups.join("\u{202f}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doses_take_the_unit_that_fits() {
        let written = [61.359, 1.0, 0.41234, 0.0021, 3.4e-7, 0.0, 0.9999, f64::NAN].map(dose);
        assert_eq!(written, ["61.4 Gy", "1.00 Gy", "412 mGy", "2.10 mGy", "0.340 µGy", "0", "1.00 Gy", "–"]);
        assert_eq!([60.0, 1e-3, 0.025, 2.5e-6].map(round_dose), ["60 Gy", "1 mGy", "25 mGy", "2.5 µGy"]);
        assert_eq!([9.996, 1234.5, -0.25].map(|value| significant(value, 3)), ["10.0", "1234", "-0.250"]);
    }

    #[test]
    fn shares_and_errors_are_short() {
        assert_eq!([0.98765, 0.012345, 1e-5, 0.0].map(percent), ["98.8 %", "1.2 %", "< 0.1 %", "0 %"]);
        assert_eq!([0.01, 3.1234, 27.2].map(error), ["< 0.1 %", "3.1 %", "27 %"]);
        assert_eq!(thousands(12_345_678), "12\u{202f}345\u{202f}678");
    }
}
