//! The table of measurements: what may stand in it, and what is refused, with its line (`docs/formats/measurements.md`).

use crate::Error;
use std::collections::BTreeMap;

/// What is around the detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// A water tank.
    Water,
    /// Free in air; the reading is kerma in water.
    Air,
}

/// Whether leaves leave the field open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collimation {
    /// Jaws and leaves stand around the field.
    Open,
    /// Jaws stand around the field and all leaves are closed.
    Blocked,
}

/// A field on a phantom: everything that a run of the engine hangs on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setup {
    /// Full widths of the field along x and y (mm, isocentre plane, IEC 61217 beam limiting device).
    pub field_mm: [f64; 2],
    /// Whether leaves leave it open.
    pub collimation: Collimation,
    /// What is around the detector.
    pub medium: Medium,
    /// Source to the surface, or to the plane that depths in air are counted from (mm).
    pub ssd_mm: f64,
}

/// What a row's dose is relative to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Gy for so many monitor units.
    MonitorUnits(f64),
    /// An unknown factor, common to the rows of this series (its place in [`Measurements::series`]).
    Series(usize),
}

/// One reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// Line of the table.
    pub line: u64,
    /// Field and phantom, its place in [`Measurements::setups`].
    pub setup: usize,
    /// Off the axis along x and y, and depth (mm).
    pub position_mm: [f64; 3],
    /// The reading: Gy, or in the series' unit.
    pub dose: f64,
    /// What it is relative to.
    pub scale: Scale,
    /// Standard error over the reading.
    pub sigma_relative: f64,
}

/// A table of measurements.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Measurements {
    /// Fields and phantoms, each once.
    pub setups: Vec<Setup>,
    /// Names of the series of relative readings.
    pub series: Vec<String>,
    /// The readings.
    pub points: Vec<Measurement>,
}

/// Columns that are lengths; each ends in `_mm` or `_cm`.
const LENGTHS: [&str; 6] = ["field_x", "field_y", "ssd", "x", "y", "depth"];
/// The other columns.
const OTHERS: [&str; 7] =
    ["series", "collimation", "medium", "mu", "dose_gy", "percent", "uncertainty_percent"];

impl Measurements {
    /// Reads a table; `file` is its name in messages.
    ///
    /// # Errors
    /// [`Error::Measurements`], with the line: unknown, double or missing columns, numbers out of range, points outside
    /// the phantom's reach, rows without a scale.
    pub fn from_csv(file: &str, text: &str) -> Result<Measurements, Error> {
        let mut reader =
            csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(text.as_bytes());
        let refuse = |line: Option<u64>, why: String, remedy: &str| Error::Measurements {
            file: file.into(),
            line,
            why,
            remedy: remedy.into(),
        };
        let broken = |error: csv::Error| {
            let line = error.position().map(csv::Position::line);
            refuse(
                line,
                format!("it is no table of comma-separated values: {error}"),
                "see docs/formats/measurements.md",
            )
        };
        let header = reader.headers().map_err(broken)?.clone();
        let header_line = header.position().map(csv::Position::line);
        let columns = columns(&header).map_err(|(why, remedy)| refuse(header_line, why, remedy))?;
        let mut table = Measurements::default();
        for record in reader.records() {
            let record = record.map_err(broken)?;
            let line = record.position().map_or(0, csv::Position::line);
            let row = Row { record: &record, columns: &columns };
            table.add(&row, line).map_err(|(why, remedy)| refuse(Some(line), why, remedy))?;
        }
        if table.points.is_empty() {
            return Err(refuse(None, "it has no measurement".into(), "give a row a reading"));
        }
        for (index, name) in table.series.iter().enumerate() {
            let rows: Vec<&Measurement> =
                table.points.iter().filter(|point| point.scale == Scale::Series(index)).collect();
            if let [only] = rows[..] {
                let why = format!("series {name:?} has one row, which its own factor takes up");
                return Err(refuse(
                    Some(only.line),
                    why,
                    "give a series two rows, or the row its monitor units",
                ));
            }
        }
        Ok(table)
    }

    fn add(&mut self, row: &Row, line: u64) -> Result<(), Refusal> {
        let field_mm = [row.length("field_x", [1.0, 400.0])?, row.length("field_y", [1.0, 400.0])?];
        let collimation = match row.word("collimation").unwrap_or("open") {
            "open" => Collimation::Open,
            "blocked" => Collimation::Blocked,
            other => return Err((format!("collimation is {other:?}"), "open or blocked are understood")),
        };
        let medium = match row.word("medium").unwrap_or("water") {
            "water" => Medium::Water,
            "air" => Medium::Air,
            other => return Err((format!("medium is {other:?}"), "water or air are understood")),
        };
        // Below the head: collimators end some 60 cm from the source.
        let ssd_mm = row.length("ssd", [600.0, 5000.0])?;
        let setup = Setup { field_mm, collimation, medium, ssd_mm };
        let depths = if medium == Medium::Water { [1.0, 500.0] } else { [-400.0, 4000.0] };
        let position_mm = [
            row.length("x", [-1500.0, 1500.0])?,
            row.length("y", [-1500.0, 1500.0])?,
            row.length("depth", depths)?,
        ];
        if ssd_mm + position_mm[2] < 600.0 {
            let why = format!("the point is {} mm from the source, inside the head", ssd_mm + position_mm[2]);
            return Err((why, "give points at least 600 mm from the source"));
        }
        let sigma_relative = 0.01 * row.number("uncertainty_percent", [0.01, 1000.0])?;
        let (dose, scale) = match (row.word("dose_gy"), row.word("percent")) {
            (Some(_), None) => {
                let mu = row.number("mu", [1e-3, 1e7])?;
                let gy = row.number("dose_gy", [1e-12, 1e6])?;
                if gy / mu > 0.1 {
                    let why = format!("{gy} Gy for {mu} MU is more than ten times what linacs give");
                    return Err((why, "check the unit of dose_gy"));
                }
                (gy, Scale::MonitorUnits(mu))
            }
            (None, Some(_)) => {
                let percent = row.number("percent", [1e-6, 1e4])?;
                let Some(name) = row.word("series") else {
                    return Err((
                        "a relative reading has no series".into(),
                        "name the series that it is relative in",
                    ));
                };
                let known = self.series.iter().position(|series| series == name);
                let series = known.unwrap_or_else(|| {
                    self.series.push(name.to_owned());
                    self.series.len() - 1
                });
                (percent, Scale::Series(series))
            }
            _ => return Err(("it has both dose_gy and percent, or none".into(), "fill one of the two")),
        };
        let known = self.setups.iter().position(|other| *other == setup);
        let setup = known.unwrap_or_else(|| {
            self.setups.push(setup);
            self.setups.len() - 1
        });
        self.points.push(Measurement { line, setup, position_mm, dose, scale, sigma_relative });
        Ok(())
    }
}

/// Why, and the way out.
type Refusal = (String, &'static str);

/// Place and factor to millimetres of each column.
type Columns = BTreeMap<String, (usize, f64)>;

fn columns(header: &csv::StringRecord) -> Result<Columns, Refusal> {
    let mut columns = Columns::new();
    for (at, name) in header.iter().enumerate() {
        let length = LENGTHS.into_iter().find_map(|length| match name.strip_prefix(length) {
            Some("_mm") => Some((length, 1.0)),
            Some("_cm") => Some((length, 10.0)),
            _ => None,
        });
        let other = OTHERS.into_iter().find(|other| *other == name).map(|other| (other, 1.0));
        let Some((known, factor)) = length.or(other) else {
            if LENGTHS.contains(&name) {
                return Err((format!("column {name:?} has no unit"), "end its name in _mm or _cm"));
            }
            let why = format!("column {name:?} is not known");
            return Err((why, "docs/formats/measurements.md lists the columns"));
        };
        if columns.insert(known.to_owned(), (at, factor)).is_some() {
            return Err((format!("column {known:?} is there twice"), "leave one of them out"));
        }
    }
    match LENGTHS.into_iter().chain(["uncertainty_percent"]).find(|name| !columns.contains_key(*name)) {
        Some(missing) => {
            Err((format!("it has no column {missing:?}"), "docs/formats/measurements.md lists the columns"))
        }
        None => Ok(columns),
    }
}

struct Row<'a> {
    record: &'a csv::StringRecord,
    columns: &'a Columns,
}

impl Row<'_> {
    fn word(&self, name: &str) -> Option<&str> {
        let (at, _) = self.columns.get(name)?;
        self.record.get(*at).filter(|text| !text.is_empty())
    }

    fn number(&self, name: &str, [low, high]: [f64; 2]) -> Result<f64, Refusal> {
        let text = self.word(name).ok_or_else(|| (format!("{name} is empty"), "fill it in"))?;
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
        let value = value
            .ok_or_else(|| (format!("{name} is {text:?}, which is no number"), "write it with a point"))?;
        if value < low || value > high {
            return Err((
                format!("{name} is {value} and must lie in {low}..{high}"),
                "check its unit and its sign",
            ));
        }
        Ok(value)
    }

    /// A length (mm).
    fn length(&self, name: &str, [low, high]: [f64; 2]) -> Result<f64, Refusal> {
        let factor = self.columns[name].1;
        Ok(factor * self.number(name, [low / factor, high / factor])?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "series,field_x_cm,field_y_cm,medium,ssd_mm,x_mm,y_mm,depth_mm,mu,dose_gy,percent,uncertainty_percent\n";

    fn read(rows: &str) -> Result<Measurements, Error> {
        Measurements::from_csv("m.csv", &format!("# a remark\n{HEADER}{rows}"))
    }

    #[test]
    fn a_table_is_read_with_its_units_and_its_setups_once_each() {
        let rows = "a,10,10,water,900,0,0,15,,,100,0.5\na,10,10,water,900,0,120.5,100,,,1.2,3\n,10,10,air,1000,600,0,0,1000,0.003,,5\n";
        let table = read(rows).expect("a good table");
        assert_eq!(table.setups.len(), 2);
        assert_eq!(table.setups[0].field_mm, [100.0; 2]);
        assert_eq!(table.points[1].position_mm, [0.0, 120.5, 100.0]);
        assert_eq!(table.points[1].scale, Scale::Series(0));
        assert_eq!(table.points[2].scale, Scale::MonitorUnits(1000.0));
        assert_eq!((table.points[2].line, table.points[2].sigma_relative), (5, 0.05));
    }

    #[test]
    fn bad_rows_are_refused_with_line_and_reason() {
        let cases = [
            ("a,10,10,water,900,0,0,-15,,,100,1\n", "line 3", "depth is -15"),
            ("a,10,10,oil,900,0,0,15,,,100,1\n", "line 3", "medium is \"oil\""),
            ("a,10,10,water,90,0,0,15,,,100,1\n", "line 3", "ssd is 90"),
            (",10,10,air,900,0,0,-350,100,0.1,,1\n", "line 3", "inside the head"),
            ("a,10,10,water,900,0,0,15,,,100,0\n", "line 3", "uncertainty_percent is 0"),
            (",10,10,water,900,0,0,15,100,100,,1\n", "line 3", "ten times"),
            (",10,10,water,900,0,0,15,,1,,1\n", "line 3", "mu is empty"),
            (",10,10,water,900,0,0,15,,,5,1\n", "line 3", "no series"),
            ("a,10,10,water,900,0,0,15,,,x,1\n", "line 3", "no number"),
            ("a,10,10,water,900,0,0,15,,,100,1\n", "line 3", "one row"),
            ("a,10\n", "line 3", "no table"),
            ("", "m.csv", "no measurement"),
        ];
        for (rows, line, why) in cases {
            let message = read(rows).expect_err(rows).to_string();
            assert!(message.contains(line) && message.contains(why), "{rows}: {message}");
        }
    }

    #[test]
    fn columns_without_a_unit_unknown_or_missing_are_refused() {
        let header = |from: &str, to: &str| {
            let text = format!("{}a,10,10,water,900,0,0,15,,,100,1\n", HEADER.replace(from, to));
            Measurements::from_csv("m.csv", &text).expect_err("a bad header").to_string()
        };
        assert!(header("ssd_mm", "ssd").contains("no unit"));
        assert!(header("ssd_mm", "temperature").contains("not known"));
        assert!(header("ssd_mm", "x_cm").contains("twice"));
        let text = "field_x_mm,field_y_mm,ssd_mm,x_mm,y_mm,uncertainty_percent\n1,1,1,1,1,1\n";
        let message = Measurements::from_csv("m.csv", text).expect_err("no depth").to_string();
        assert!(message.contains("depth"), "{message}");
    }
}
