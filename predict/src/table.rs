//! Variables of rows that belong to groups.

use crate::Error;
use ndarray::{Array2, ArrayView2, Axis};

/// A table as a predictor sees it. A row is a lesion, a group a patient, a site a scanner or a hospital.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Names of the variables.
    pub names: Vec<String>,
    /// One row a variable, one column a row of the table, so that the values of a variable lie together.
    pub values: Array2<f64>,
    /// Group of each row.
    pub groups: Vec<usize>,
    /// Site of each row, where values are harmonised over sites.
    pub sites: Option<Vec<usize>>,
    /// The same variables of the same rows measured again (another reader, another scan); NaN where a row was not.
    pub repeat: Option<Array2<f64>>,
}

impl Table {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.values.ncols()
    }

    /// These rows, in this order.
    pub fn take(&self, rows: &[usize]) -> Table {
        let pick = |of: &[usize]| rows.iter().map(|&row| of[row]).collect();
        Table {
            names: self.names.clone(),
            values: gathered(self.values.view(), rows),
            groups: pick(&self.groups),
            sites: self.sites.as_deref().map(pick),
            repeat: self.repeat.as_ref().map(|again| gathered(again.view(), rows)),
        }
    }

    /// The variables at these places, in this order.
    pub fn select(&self, places: &[usize]) -> Table {
        Table {
            names: places.iter().map(|&at| self.names[at].clone()).collect(),
            values: self.values.select(Axis(0), places),
            repeat: self.repeat.as_ref().map(|again| again.select(Axis(0), places)),
            ..self.clone()
        }
    }

    /// Refuses values that are missing or infinite, by the names of their variables.
    ///
    /// # Errors
    /// [`Error::NotFinite`].
    pub fn check(&self) -> Result<(), Error> {
        for (name, values) in self.names.iter().zip(self.values.rows()) {
            if let Some((row, &value)) = values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
                return Err(Error::NotFinite { what: name.clone(), row: row + 1, value });
            }
        }
        Ok(())
    }
}

/// These rows of all variables, variable by variable: their values lie together, and are read in the order of memory.
pub(crate) fn gathered(variables: ArrayView2<f64>, rows: &[usize]) -> Array2<f64> {
    let mut values = Vec::with_capacity(variables.nrows() * rows.len());
    for own in variables.rows() {
        values.extend(rows.iter().map(|&row| own[row]));
    }
    Array2::from_shape_vec((variables.nrows(), rows.len()), values).expect("as many as were gathered")
}
