//! What is predicted.

use crate::Error;

/// The outcome of each row.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A number, such as a CD8 score.
    Continuous(Vec<f64>),
    /// Yes or no, such as response.
    Binary(Vec<bool>),
    /// Time to an event, or to the end of observation.
    Survival {
        /// Time (any unit, positive).
        time: Vec<f64>,
        /// Whether the event was seen; else the row is censored at its time.
        event: Vec<bool>,
    },
}

impl Outcome {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Outcome::Continuous(values) => values.len(),
            Outcome::Binary(values) => values.len(),
            Outcome::Survival { time, .. } => time.len(),
        }
    }

    /// The outcome of these rows, in this order.
    pub fn take(&self, rows: &[usize]) -> Outcome {
        match self {
            Outcome::Continuous(values) => Outcome::Continuous(rows.iter().map(|&row| values[row]).collect()),
            Outcome::Binary(values) => Outcome::Binary(rows.iter().map(|&row| values[row]).collect()),
            Outcome::Survival { time, event } => Outcome::Survival {
                time: rows.iter().map(|&row| time[row]).collect(),
                event: rows.iter().map(|&row| event[row]).collect(),
            },
        }
    }

    /// Events that can teach something: rows of the rarer class, observed events, or all rows of a number.
    pub fn events(&self) -> usize {
        match self {
            Outcome::Continuous(values) => values.len(),
            Outcome::Binary(values) => {
                let yes = values.iter().filter(|&&yes| yes).count();
                yes.min(values.len() - yes)
            }
            Outcome::Survival { event, .. } => event.iter().filter(|&&seen| seen).count(),
        }
    }

    /// Refuses values that are not finite, times that are not positive, and outcomes that do not vary.
    ///
    /// # Errors
    /// [`Error::NotFinite`], [`Error::Rows`], [`Error::ConstantOutcome`].
    pub fn check(&self) -> Result<(), Error> {
        let finite = |values: &[f64], what: &str, least: f64| match values
            .iter()
            .position(|value| !value.is_finite() || *value <= least)
        {
            Some(at) => Err(Error::NotFinite { what: what.into(), row: at + 1, value: values[at] }),
            None => Ok(()),
        };
        let varies = match self {
            Outcome::Continuous(values) => {
                finite(values, "the outcome", f64::NEG_INFINITY)?;
                values.windows(2).any(|pair| pair[0] != pair[1])
            }
            Outcome::Binary(_) => self.events() > 0,
            Outcome::Survival { time, event } => {
                if time.len() != event.len() {
                    return Err(Error::Rows { table: time.len(), outcome: event.len() });
                }
                finite(time, "the time", 0.0)?;
                self.events() > 0
            }
        };
        if varies { Ok(()) } else { Err(Error::ConstantOutcome) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_that_teach_nothing_are_refused() {
        assert_eq!(Outcome::Binary(vec![true; 4]).check(), Err(Error::ConstantOutcome));
        assert_eq!(Outcome::Continuous(vec![2.0; 3]).check(), Err(Error::ConstantOutcome));
        let censored = Outcome::Survival { time: vec![1.0, 2.0], event: vec![false; 2] };
        assert_eq!(censored.check(), Err(Error::ConstantOutcome));
        assert_eq!(Outcome::Binary(vec![true, false]).check(), Ok(()));
    }

    #[test]
    fn a_bad_value_is_named_by_its_row() {
        let outcome = Outcome::Continuous(vec![1.0, f64::NAN, 2.0]);
        assert!(matches!(outcome.check(), Err(Error::NotFinite { row: 2, .. })));
        let outcome = Outcome::Survival { time: vec![1.0, 3.0, 0.0], event: vec![true; 3] };
        assert!(matches!(outcome.check(), Err(Error::NotFinite { row: 3, .. })));
    }
}
