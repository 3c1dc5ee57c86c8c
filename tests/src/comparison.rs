//! Ours against a reference: ratios, gates, and a list of every miss.

use std::fmt::Write;

/// How far a value may be from the reference.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    /// Allowed relative difference.
    pub relative: f64,
    /// Combined standard errors allowed on top.
    pub sigmas: f64,
}

/// One value of ours beside the reference's.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What is compared.
    pub name: String,
    /// Our value.
    pub ours: f64,
    /// Its relative standard error.
    pub our_sigma: f64,
    /// The reference's value.
    pub reference: f64,
    /// Its relative standard error.
    pub reference_sigma: f64,
    /// What is allowed.
    pub gate: Gate,
}

impl Comparison {
    /// Ours over the reference's.
    pub fn ratio(&self) -> f64 {
        self.ours / self.reference
    }

    /// Relative standard error of the ratio.
    pub fn sigma(&self) -> f64 {
        self.our_sigma.hypot(self.reference_sigma)
    }

    /// Largest allowed |ratio − 1|.
    pub fn allowed(&self) -> f64 {
        self.gate.relative + self.gate.sigmas * self.sigma()
    }

    /// Whether the ratio is inside its gate.
    pub fn holds(&self) -> bool {
        (self.ratio() - 1.0).abs() <= self.allowed()
    }

    /// The difference in units of its standard error, with `floor` of the value added in quadrature.
    pub fn pull(&self, floor: f64) -> f64 {
        (self.ratio() - 1.0) / self.sigma().hypot(floor)
    }
}

/// Comparisons under one heading.
#[derive(Clone, Debug)]
pub struct Table {
    /// What they show; also the name of the file that a miss is written to.
    pub name: String,
    /// The comparisons.
    pub rows: Vec<Comparison>,
}

impl Table {
    /// The rows outside their gates.
    pub fn misses(&self) -> Vec<&Comparison> {
        self.rows.iter().filter(|row| !row.holds()).collect()
    }

    /// Share of the rows farther than three standard errors, with `floor` of the value added in quadrature.
    pub fn share_beyond_three_sigma(&self, floor: f64) -> f64 {
        self.rows.iter().filter(|row| row.pull(floor).abs() > 3.0).count() as f64 / self.rows.len() as f64
    }

    /// Lists every miss; both sides of the whole table go to a file, whose path is part of the list.
    ///
    /// # Panics
    /// The file cannot be written.
    pub fn verdict(&self) -> String {
        let misses = self.misses();
        if misses.is_empty() {
            return String::new();
        }
        let path = self.write();
        let mut text = format!(
            "{}: {} of {} outside the gate; both sides are in {path}\n",
            self.name,
            misses.len(),
            self.rows.len()
        );
        for miss in misses {
            let (off, sigma, allowed) = (miss.ratio() - 1.0, miss.sigma(), miss.allowed());
            writeln!(
                text,
                "  {}: {:+.2} % (sigma {:.2} %, allowed {:.2} %)",
                miss.name,
                100.0 * off,
                100.0 * sigma,
                100.0 * allowed
            )
            .expect("text grows");
        }
        text
    }

    /// Writes the table to a file of the target folder and returns its path.
    ///
    /// # Panics
    /// The file cannot be written.
    pub fn write(&self) -> String {
        let folder = option_env!("CARGO_TARGET_TMPDIR").map_or_else(std::env::temp_dir, Into::into);
        let path =
            folder.join(format!("{}.csv", self.name.replace(|c: char| !c.is_ascii_alphanumeric(), "_")));
        let mut writer = csv::Writer::from_path(&path).expect("the target folder takes files");
        writer
            .write_record([
                "name",
                "ours",
                "our_rel_sigma",
                "reference",
                "reference_rel_sigma",
                "ratio",
                "allowed",
                "holds",
            ])
            .expect("a line");
        for row in &self.rows {
            let numbers =
                [row.ours, row.our_sigma, row.reference, row.reference_sigma, row.ratio(), row.allowed()];
            let mut record = vec![row.name.clone()];
            record.extend(numbers.iter().map(|n| format!("{n:.6e}")));
            record.push(row.holds().to_string());
            writer.write_record(record).expect("a line");
        }
        writer.flush().expect("the file is written");
        path.display().to_string()
    }
}

/// Fails with the misses of every table, not only of the first.
///
/// # Panics
/// A row of a table is outside its gate.
pub fn assert_all_hold(tables: &[Table]) {
    let verdict: String = tables.iter().map(Table::verdict).collect();
    assert!(verdict.is_empty(), "\n{verdict}");
}
