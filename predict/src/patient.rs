//! From the scores of lesions to those of their patient.

/// Bins of a score's range for the entropy over lesions, unless a model says otherwise.
pub const ENTROPY_BINS: usize = 5;

/// A lesion as its patient's numbers need it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lesion {
    /// Its score.
    pub score: f64,
    /// Its volume (mm³).
    pub volume_mm3: f64,
    /// Whether it was the one that was biopsied.
    pub is_biopsied: bool,
}

/// The scores of all lesions of a patient, in one row. The minimum is the least infiltrated lesion, the one that predicted
/// survival in melanoma (R. Sun et al., J. Immunother. Cancer 10(10), e004867 (2022), abstract).
#[derive(Clone, Debug, PartialEq)]
pub struct Patient {
    /// Lesions with a score.
    pub lesions: usize,
    /// Mean over lesions.
    pub mean: f64,
    /// Mean weighted by volume.
    pub weighted_mean: f64,
    /// Least score.
    pub minimum: f64,
    /// Greatest score.
    pub maximum: f64,
    /// Greatest less least.
    pub range: f64,
    /// Standard deviation (n − 1); 0 for a single lesion.
    pub deviation: f64,
    /// Shannon entropy (bits) of the lesions over bins of the training scores' range.
    pub entropy_bits: f64,
    /// Share of lesions below the cut-off, where the model has one.
    pub below_cut_off: Option<f64>,
    /// Score of the largest lesion.
    pub largest: f64,
    /// Score of the biopsied lesion, if it is known which it was.
    pub biopsied: Option<f64>,
}

/// The row of a patient; `None` without a lesion. `range` is that of the scores in training, `bins` cut it evenly; scores beyond
/// fall into the first and the last bin.
pub fn patient(lesions: &[Lesion], cut_off: Option<f64>, range: [f64; 2], bins: usize) -> Option<Patient> {
    let n = lesions.len() as f64;
    let scores = || lesions.iter().map(|lesion| lesion.score);
    let largest = lesions.iter().max_by(|a, b| a.volume_mm3.total_cmp(&b.volume_mm3))?;
    let mean = scores().sum::<f64>() / n;
    let volume: f64 = lesions.iter().map(|lesion| lesion.volume_mm3).sum();
    let minimum = scores().fold(f64::INFINITY, f64::min);
    let maximum = scores().fold(f64::NEG_INFINITY, f64::max);
    let squares: f64 = scores().map(|score| (score - mean).powi(2)).sum();
    let mut counts = vec![0.0; bins.max(1)];
    for score in scores() {
        let place = (score - range[0]) / (range[1] - range[0]) * counts.len() as f64;
        let last = counts.len() - 1;
        counts[(place.max(0.0) as usize).min(last)] += 1.0;
    }
    let information = |count: &f64| if *count > 0.0 { -(count / n) * (count / n).log2() } else { 0.0 };
    Some(Patient {
        lesions: lesions.len(),
        mean,
        weighted_mean: lesions.iter().map(|lesion| lesion.score * lesion.volume_mm3).sum::<f64>() / volume,
        minimum,
        maximum,
        range: maximum - minimum,
        deviation: if n > 1.0 { (squares / (n - 1.0)).sqrt() } else { 0.0 },
        entropy_bits: counts.iter().map(information).sum(),
        below_cut_off: cut_off.map(|cut_off| scores().filter(|score| *score < cut_off).count() as f64 / n),
        largest: largest.score,
        biopsied: lesions.iter().find(|lesion| lesion.is_biopsied).map(|lesion| lesion.score),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patients_numbers_are_those_of_its_lesions() {
        let lesion = |score, volume_mm3, is_biopsied| Lesion { score, volume_mm3, is_biopsied };
        let lesions = [
            lesion(0.1, 1000.0, false),
            lesion(0.5, 3000.0, true),
            lesion(0.9, 1000.0, false),
            lesion(0.5, 0.0, false),
        ];
        let found = patient(&lesions, Some(0.3), [0.0, 1.0], 5).expect("lesions");
        assert_eq!((found.lesions, found.minimum, found.maximum), (4, 0.1, 0.9));
        assert!((found.mean - 0.5).abs() < 1e-12 && (found.weighted_mean - 0.5).abs() < 1e-12);
        assert!((found.range - 0.8).abs() < 1e-12);
        assert!((found.deviation - (0.32f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!((found.entropy_bits - 1.5).abs() < 1e-12, "a quarter, a half, a quarter");
        assert_eq!((found.below_cut_off, found.largest, found.biopsied), (Some(0.25), 0.5, Some(0.5)));
        assert_eq!(patient(&[], None, [0.0, 1.0], 5), None);
        let single = patient(&lesions[..1], None, [0.0, 1.0], 5).expect("a lesion");
        assert_eq!(
            (single.deviation, single.entropy_bits, single.below_cut_off, single.biopsied),
            (0.0, 0.0, None, None)
        );
    }
}
