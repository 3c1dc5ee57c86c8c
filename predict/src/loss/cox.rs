//! The partial likelihood of proportional hazards.
//!
//! D. R. Cox, J. R. Stat. Soc. B 34, 187 (1972); ties after N. Breslow, Biometrics 30, 89 (1974): every event of a tie
//! sees the whole risk set.

/// Times and events, sorted once.
#[derive(Clone, Debug)]
pub struct Cox<'a> {
    event: &'a [bool],
    /// Rows by falling time, those of one time together.
    ties: Vec<Vec<usize>>,
}

impl<'a> Cox<'a> {
    /// Sorts the rows of an outcome.
    pub fn new(time: &[f64], event: &'a [bool]) -> Cox<'a> {
        let mut rows: Vec<usize> = (0..time.len()).collect();
        rows.sort_by(|&a, &b| time[b].total_cmp(&time[a]));
        let ties = rows.chunk_by(|&a, &b| time[a] == time[b]).map(<[usize]>::to_vec).collect();
        Cox { event, ties }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.event.len()
    }

    /// `−mean of [Σ over events (ηᵢ − ln Σ over the risk set e^ηⱼ)]`; residual and diagonal curvature of each row.
    pub fn expand(&self, predictor: &[f64], residuals: &mut [f64], weights: &mut [f64]) -> f64 {
        // A common factor of all risks cancels: the greatest is taken out, so that none overflows.
        let most = predictor.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let risk = |row: usize| (predictor[row] - most).exp();
        // Falling time: the risk set grows.
        let mut at_risk = 0.0;
        let mut loss = 0.0;
        let mut sets = Vec::with_capacity(self.ties.len());
        for tie in &self.ties {
            at_risk += tie.iter().map(|&row| risk(row)).sum::<f64>();
            let events = tie.iter().filter(|&&row| self.event[row]).count() as f64;
            let own: f64 = tie.iter().filter(|&&row| self.event[row]).map(|&row| predictor[row] - most).sum();
            if events > 0.0 {
                loss -= own - events * at_risk.ln();
            }
            sets.push((events, at_risk));
        }
        // Rising time: each row meets the events up to its own time.
        let (mut hazard, mut squares) = (0.0, 0.0);
        for (tie, (events, at_risk)) in self.ties.iter().zip(sets).rev() {
            hazard += events / at_risk;
            squares += events / (at_risk * at_risk);
            for &row in tie {
                let own = risk(row);
                residuals[row] = f64::from(u8::from(self.event[row])) - own * hazard;
                weights[row] = own * hazard - own * own * squares;
            }
        }
        loss / predictor.len() as f64
    }
}
