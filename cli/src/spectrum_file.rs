//! The spectrum of a source: by name, a single energy, or a CSV file beside the case file.

use crate::case_file::SpectrumTable;
use crate::checks::{Checks, suggestion};
use crate::exit::Failure;
use crate::input_file::InputFile;
use dose_core::spectrum::{Bin, Spectrum};
use std::path::Path;

/// Columns that a spectrum file must have; others may stand beside them.
const COLUMNS: [&str; 3] = ["e_lo_mev", "e_hi_mev", "weight"];
const KEY: &str = "[source] spectrum";

/// A spectrum and where it came from.
#[derive(Debug)]
pub struct ChosenSpectrum {
    /// The spectrum.
    pub spectrum: Spectrum,
    /// For the record: a name, `mono`, or the file's name.
    pub described: String,
    /// The file, if there was one.
    pub file: Option<InputFile>,
}

/// Finds the one spectrum that the table asks for. `folder` holds the case file.
pub fn choose(table: &SpectrumTable, folder: &Path, checks: &Checks) -> Result<ChosenSpectrum, Failure> {
    match table {
        SpectrumTable { name: Some(name), mono_mev: None, csv: None } => {
            let Some(spectrum) = Spectrum::named(name) else {
                let known: Vec<String> = Spectrum::names().into_iter().map(String::from).collect();
                return Err(checks.refuse(
                    &format!("{KEY}.name"),
                    format!("there is no spectrum {name:?}"),
                    format!("{}; or csv = \"FILE\", or mono_mev = ENERGY", suggestion(name, &known)),
                ));
            };
            Ok(ChosenSpectrum { spectrum, described: name.clone(), file: None })
        }
        SpectrumTable { name: None, mono_mev: Some(energy_mev), csv: None } => {
            let place = format!("{}, {KEY}.mono_mev", checks.file);
            let spectrum =
                Spectrum::mono(*energy_mev).map_err(|error| Failure::from_engine(error, &place))?;
            Ok(ChosenSpectrum { spectrum, described: format!("mono {energy_mev} MeV"), file: None })
        }
        SpectrumTable { name: None, mono_mev: None, csv: Some(csv) } => {
            let file = InputFile::read(&folder.join(csv), "the spectrum file")
                .map_err(|failure| named_by(failure, &format!("{}, {KEY}.csv", checks.file)))?;
            let text = file.text()?;
            let spectrum = Spectrum::from_bins(bins(text, &file.name)?)
                .map_err(|error| Failure::from_engine(error, &file.name))?;
            Ok(ChosenSpectrum { spectrum, described: file.name.clone(), file: Some(file) })
        }
        _ => Err(checks.refuse(
            KEY,
            "a spectrum is given by exactly one of name, mono_mev and csv",
            "spectrum = { name = \"mohan-6mv\" }, or { mono_mev = 1.0 }, or { csv = \"FILE\" }",
        )),
    }
}

/// Adds the key that named a file to what was wrong with the file.
fn named_by(failure: Failure, key: &str) -> Failure {
    Failure { place: format!("{} (named by {key})", failure.place), ..failure }
}

/// The bins of a spectrum file; lines that start with `#` are comments.
fn bins(text: &str, file: &str) -> Result<Vec<Bin>, Failure> {
    let remedy = "a first line e_lo_mev,e_hi_mev,weight and one bin a line";
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let unreadable = |error: csv::Error| Failure::refused(format!("it is not CSV: {error}"), file, remedy);
    let header = reader.headers().map_err(unreadable)?.clone();
    let mut columns = [0; 3];
    for (column, name) in columns.iter_mut().zip(COLUMNS) {
        *column = header.iter().position(|written| written == name).ok_or_else(|| {
            Failure::refused(format!("there is no column {name}"), format!("{file}, header line"), remedy)
        })?;
    }
    let mut bins = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        let line = record.position().map_or(0, csv::Position::line);
        let number = |i: usize| {
            let written = record.get(columns[i]).unwrap_or_default();
            written.parse::<f64>().ok().filter(|x| x.is_finite()).ok_or_else(|| {
                Failure::refused(
                    format!("{written:?} is not a number"),
                    format!("{file}, line {line}, column {}", COLUMNS[i]),
                    "numbers with a decimal point, energies in MeV",
                )
            })
        };
        bins.push(Bin { lo_mev: number(0)?, hi_mev: number(1)?, weight: number(2)? });
    }
    if bins.is_empty() {
        return Err(Failure::refused("it holds no bin", file, remedy));
    }
    Ok(bins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_other_columns_are_passed_over() {
        let text =
            "# measured\nprobability, e_lo_mev,e_hi_mev,weight\n0.5,0,0.25,1\n# middle\n0.5,0.25,0.5,3e-1\n";
        let bins = bins(text, "s.csv").expect("good");
        assert_eq!(bins[1], Bin { lo_mev: 0.25, hi_mev: 0.5, weight: 0.3 });
        assert_eq!(bins.len(), 2);
    }

    #[test]
    fn a_bad_number_is_named_with_its_line() {
        let text = "# one\ne_lo_mev,e_hi_mev,weight\n0,0.25,1\n0.25,half,1\n";
        let failure = bins(text, "s.csv").expect_err("half");
        assert!(failure.place.contains("s.csv, line 4, column e_hi_mev"), "{failure}");
    }

    #[test]
    fn a_missing_column_a_short_line_and_an_empty_file_are_refused() {
        assert!(bins("energy,weight\n1,1\n", "s.csv").is_err());
        assert!(bins("e_lo_mev,e_hi_mev,weight\n0.1,0.2\n", "s.csv").is_err());
        assert!(bins("e_lo_mev,e_hi_mev,weight\n", "s.csv").is_err());
        assert!(bins("", "s.csv").is_err());
    }
}
