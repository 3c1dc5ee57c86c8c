//! PET to standardised uptake values.

use super::PetValues;
use super::headers::Slice;
use crate::Error;
use crate::dicom::patient::days;
use crate::dicom::{Scope, tags};
use dicom_core::Tag;
use std::f64::consts::LN_2;

/// What the rescaled values are multiplied by, and the unit that they then have.
#[derive(Debug, PartialEq)]
pub(super) struct Scale {
    pub factor: f64,
    pub unit: String,
}

/// Activities below this (Bq) are no injection for PET: they were written in MBq.
const LEAST_DOSE_BQ: f64 = 1e4;
/// Longest wait between injection and scan that is believed (s).
const LONGEST_WAIT_S: f64 = 86_400.0;
const DAY_S: f64 = 86_400.0;

/// The factor from the rescaled values of a series to what is wanted.
///
/// ```text
/// SUV_bw = activity concentration (Bq/mL) · body weight (g) / activity (Bq) at the time that the image is corrected to
/// ```
/// After the vendor-neutral rules of the Quantitative Imaging Biomarkers Alliance (SUV, "happy path" and its exceptions):
/// GML is SUV already; CNTS needs the factors that Philips adds; BQML is decayed to the scan where DecayCorrection is START,
/// not at all where it is ADMIN. The density of the body is taken as 1 g/mL.
pub(super) fn scale(slices: &[Slice], wanted: PetValues, notes: &mut Vec<String>) -> Result<Scale, Error> {
    let root = slices[0].file.root();
    let units = root.required_text(tags::UNITS)?;
    if wanted == PetValues::AsStored {
        return Ok(Scale { factor: 1.0, unit: units });
    }
    let factor = match units.as_str() {
        "GML" => {
            // Absent means body weight (PS3.3, C.8.9.1).
            let kind = root.text(tags::SUV_TYPE)?.unwrap_or_else(|| "BW".into());
            if kind != "BW" {
                return Err(root.error(
                    tags::SUV_TYPE,
                    format!("is {kind:?}, not body weight (BW); take the values as they are stored"),
                ));
            }
            notes.push("the PET's values are SUV by body weight already".into());
            return Ok(Scale { factor: 1.0, unit: "SUV".into() });
        }
        "BQML" => per_activity(slices, notes)?,
        "CNTS" => match [philips(&root, 0x00)?, philips(&root, 0x09)?] {
            [Some(factor), _] => {
                notes.push(format!("the PET's counts were made SUV by the maker's own factor {factor}"));
                factor
            }
            [None, Some(activity)] => activity * per_activity(slices, notes)?,
            [None, None] => {
                return Err(root.error(
                    tags::UNITS,
                    "is CNTS, and the maker's factors to SUV (7053,1000) and Bq/mL (7053,1009) are absent; export the PET in Bq/mL",
                ));
            }
        },
        _ => {
            return Err(root.error(
                tags::UNITS,
                format!("is {units:?}, which cannot be made SUV (BQML, GML and CNTS can); take the values as they are stored"),
            ));
        }
    };
    Ok(Scale { factor, unit: "SUV".into() })
}

/// A factor of Philips' private group; `None` where it is absent or 0.
fn philips(root: &Scope, element: u16) -> Result<Option<f64>, Error> {
    for block in 0x10..=0x1F_u16 {
        let creator = root.text(Tag(0x7053, block))?.unwrap_or_default();
        if creator == "Philips PET Private Group" {
            return Ok(root.number(Tag(0x7053, block << 8 | element))?.filter(|factor| *factor > 0.0));
        }
    }
    Ok(None)
}

/// SUV per Bq/mL.
fn per_activity(slices: &[Slice], notes: &mut Vec<String>) -> Result<f64, Error> {
    let root = slices[0].file.root();
    let corrected = root.required_text(tags::CORRECTED_IMAGE)?;
    let has = |word: &str| corrected.split('\\').any(|one| one.trim() == word);
    for (word, what) in [("ATTN", "attenuation"), ("DECY", "decay")] {
        if !has(word) {
            return Err(root.error(
                tags::CORRECTED_IMAGE,
                format!(
                    "does not hold {word}: without the correction for {what} there is no SUV; export the corrected image"
                ),
            ));
        }
    }
    let weight_kg = root.required_number(tags::PATIENT_WEIGHT)?;
    if !(0.5..=500.0).contains(&weight_kg) {
        return Err(root.error(
            tags::PATIENT_WEIGHT,
            format!("is {weight_kg} kg, which is not believable; put the weight right in the files"),
        ));
    }
    let injections = root.required_sequence(tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE)?;
    let [injection] = &injections[..] else {
        return Err(root.error(
            tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE,
            format!("holds {} injections; SUV is defined for one", injections.len()),
        ));
    };
    let dose_bq = injection.required_number(tags::RADIONUCLIDE_TOTAL_DOSE)?;
    if dose_bq < LEAST_DOSE_BQ {
        return Err(injection.error(
            tags::RADIONUCLIDE_TOTAL_DOSE,
            format!("is {dose_bq} Bq, far too little for a scan (is it in MBq?); put it right in the files"),
        ));
    }
    let correction = root.required_text(tags::DECAY_CORRECTION)?;
    let left = match correction.as_str() {
        "ADMIN" => 1.0,
        "START" => {
            let half_life_s = injection.required_number(tags::RADIONUCLIDE_HALF_LIFE)?;
            if half_life_s <= 0.0 {
                return Err(injection.error(tags::RADIONUCLIDE_HALF_LIFE, "is not positive"));
            }
            let wait_s = wait_s(slices, injection, half_life_s, notes)?;
            notes.push(format!("injection to the time of the image: {:.1} min", wait_s / 60.0));
            (-LN_2 * wait_s / half_life_s).exp()
        }
        other => {
            return Err(root
                .error(tags::DECAY_CORRECTION, format!("is {other:?}; START or ADMIN are needed for SUV")));
        }
    };
    let factor = weight_kg * 1000.0 / (dose_bq * left);
    notes.push(format!(
        "the PET was made SUV by body weight: {factor:.6e} per Bq/mL (decay correction {correction})"
    ));
    Ok(factor)
}

/// Seconds from the injection to the time that the image is decay-corrected to.
fn wait_s(
    slices: &[Slice],
    injection: &Scope,
    half_life_s: f64,
    notes: &mut Vec<String>,
) -> Result<f64, Error> {
    let root = slices[0].file.root();
    let scan_s = scan_start_s(slices, half_life_s, notes)?;
    if let Some(text) = injection.text(tags::RADIOPHARMACEUTICAL_START_DATE_TIME)? {
        let digits: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let start_s = (digits.len() >= 14).then(|| seconds(&digits[..8], &digits[8..])).flatten();
        let start_s = start_s.ok_or_else(|| {
            injection.error(tags::RADIOPHARMACEUTICAL_START_DATE_TIME, "is no date with a time")
        })?;
        let wait = scan_s - start_s;
        if (0.0..=LONGEST_WAIT_S).contains(&wait) {
            return Ok(wait);
        }
        return Err(injection.error(
            tags::RADIOPHARMACEUTICAL_START_DATE_TIME,
            format!(
                "lies {:.1} h before the scan, which is not believable; put the times right in the files",
                wait / 3600.0
            ),
        ));
    }
    // The time alone: on the day of the scan, or the day before where the scan is past midnight.
    let text = injection.required_text(tags::RADIOPHARMACEUTICAL_START_TIME)?;
    let day = root.required_text(tags::SERIES_DATE)?;
    let start_s = seconds(&day, &text)
        .ok_or_else(|| injection.error(tags::RADIOPHARMACEUTICAL_START_TIME, "is no time"))?;
    let wait = (scan_s - start_s).rem_euclid(DAY_S);
    if scan_s < start_s {
        notes.push("the injection was taken to be on the day before the scan".into());
    }
    // A scan half a day late is a clock that was not set.
    if wait > 0.5 * DAY_S {
        return Err(injection.error(
            tags::RADIOPHARMACEUTICAL_START_TIME,
            format!(
                "lies {:.1} h before the scan, which is not believable; put the times right in the files",
                wait / 3600.0
            ),
        ));
    }
    Ok(wait)
}

/// The time that START means (s): that of the series, unless it was made later than the first slice was scanned.
fn scan_start_s(slices: &[Slice], half_life_s: f64, notes: &mut Vec<String>) -> Result<f64, Error> {
    let moment = |root: &Scope, date: Tag, time: Tag| -> Result<Option<f64>, Error> {
        let Some((day, time_of_day)) = root.text(date)?.zip(root.text(time)?) else { return Ok(None) };
        seconds(&day, &time_of_day).map(Some).ok_or_else(|| root.error(time, "is no time of a day"))
    };
    let mut first: Option<(f64, &Slice)> = None;
    for slice in slices {
        let at = moment(&slice.file.root(), tags::ACQUISITION_DATE, tags::ACQUISITION_TIME)?;
        if let Some(at) = at.filter(|at| first.is_none_or(|(before, _)| *at < before)) {
            first = Some((at, slice));
        }
    }
    let root = slices[0].file.root();
    let series = moment(&root, tags::SERIES_DATE, tags::SERIES_TIME)?;
    match (series, first) {
        (Some(series), None) => Ok(series),
        (Some(series), Some((first, _))) if series <= first => Ok(series),
        (None, None) => Err(root.missing(tags::SERIES_TIME)),
        (_, Some((acquired, slice))) => {
            // A series made afterwards: its own time says nothing. FrameReferenceTime counts from the reference time to
            // the mean of the decaying activity in the frame (PS3.3, C.8.9.4.1.5, example 2):
            //   T_ave = ln(λT / (1 − e^(−λT))) / λ
            let root = slice.file.root();
            let reference_s = root.required_number(tags::FRAME_REFERENCE_TIME)? / 1000.0;
            let duration_s = root.required_number(tags::ACTUAL_FRAME_DURATION)? / 1000.0;
            let lambda = LN_2 / half_life_s;
            let decay = lambda * duration_s;
            let average_s = if decay > 1e-9 { (decay / -(-decay).exp_m1()).ln() / lambda } else { 0.0 };
            notes.push(
                "the series was made after the scan; the time of the scan was found from its first slice"
                    .into(),
            );
            Ok(acquired - reference_s + average_s)
        }
    }
}

/// Seconds since the year 0 of a date (YYYYMMDD) and a time (HHMMSS.FFFFFF, also with colons).
fn seconds(date: &str, time: &str) -> Option<f64> {
    let time: String = time.trim().chars().filter(|c| *c != ':').collect();
    if time.len() < 4 || !time.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let two = |at: usize| time.get(at..at + 2)?.parse::<f64>().ok();
    let (hours, minutes) = (two(0)?, two(2)?);
    let rest = time.get(4..).filter(|rest| !rest.is_empty()).map_or(Some(0.0), |rest| rest.parse().ok())?;
    (hours < 24.0 && minutes < 60.0 && rest < 61.0)
        .then_some(days(date.trim())? * DAY_S + hours * 3600.0 + minutes * 60.0 + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_both_spellings_and_junk_is_not() {
        let noon = seconds("20240229", "120000").expect("a moment");
        assert_eq!(seconds("20240301", "00:00:30.5").expect("a moment") - noon, 12.0 * 3600.0 + 30.5);
        assert_eq!(seconds("20240301", "0001").expect("a moment") - noon, 12.0 * 3600.0 + 60.0);
        for (date, time) in [("20240229", "2500"), ("20240229", ""), ("2024", "1200"), ("20240229", "12é0")]
        {
            assert_eq!(seconds(date, time), None, "{date} {time}");
        }
    }
}
