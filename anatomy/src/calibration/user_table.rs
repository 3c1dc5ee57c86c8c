//! A user's table of CT number and density, from text.

use crate::Error;
use serde::Deserialize;

/// Densities beyond this are a wrong unit (g/cm³): osmium has 22.6.
const DENSEST_G_CM3: f64 = 23.0;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Point {
    hu: f64,
    density_g_cm3: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    point: Vec<Point>,
}

pub(super) fn from_csv(text: &str) -> Result<Vec<[f64; 2]>, Error> {
    let mut reader =
        csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(text.as_bytes());
    let rows = reader.deserialize::<Point>().enumerate();
    rows.map(|(n, row)| match row {
        Ok(point) => Ok([point.hu, point.density_g_cm3]),
        Err(error) => Err(Error::Calibration { place: format!("row {}", n + 1), why: error.to_string() }),
    })
    .collect()
}

pub(super) fn from_toml(text: &str) -> Result<Vec<[f64; 2]>, Error> {
    let table: Table = toml::from_str(text)
        .map_err(|error| Error::Calibration { place: "TOML".into(), why: error.message().to_string() })?;
    Ok(table.point.into_iter().map(|point| [point.hu, point.density_g_cm3]).collect())
}

pub(super) fn check(points: &[[f64; 2]]) -> Result<(), Error> {
    let refuse = |n: usize, why: String| Err(Error::Calibration { place: format!("point {}", n + 1), why });
    if points.len() < 2 {
        return refuse(points.len(), "there are fewer than two points".into());
    }
    for (n, &[hu, density_g_cm3]) in points.iter().enumerate() {
        if !(-65535.0..=65535.0).contains(&hu) {
            return refuse(n, format!("{hu} is no CT number"));
        }
        if !(density_g_cm3 > 0.0 && density_g_cm3 <= DENSEST_G_CM3) {
            return refuse(n, format!("{density_g_cm3} is no density in g/cm3"));
        }
        if n > 0 && !(hu > points[n - 1][0] && density_g_cm3 >= points[n - 1][1]) {
            return refuse(n, "it does not rise from the point before".into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_table_is_refused_by_row() {
        let message =
            |text: &str| from_csv(text).and_then(|points| check(&points)).expect_err("refused").to_string();
        assert!(message("hu,density_g_cm3\n0,1\n").contains("fewer than two"));
        assert!(message("hu,density_g_cm3\n0,1\n-5,1.1\n").contains("point 2"));
        assert!(message("hu,density_g_cm3\n0,1\n5,1100\n").contains("1100 is no density"));
        assert!(message("hu,density_g_cm3\n0,1\n5,heavy\n").contains("row 2"));
        assert!(message("hu,rho\n0,1\n").contains("density_g_cm3"));
        assert!(from_toml("[[point]]\nhu = 1\n").expect_err("refused").to_string().contains("density_g_cm3"));
    }
}
