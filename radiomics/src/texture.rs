//! Texture: matrices of grey levels, gathered from slices and directions in every way of the standard.

pub mod cooccurrence;
mod directed;
pub mod emphases;
pub mod levels;
pub mod neighbours;
mod pairs;
mod undirected;
pub mod zones;

use crate::catalogue::{Aggregation, Family};
use directed::directed;
use levels::Levels;
use undirected::undirected;

/// What to compute.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Which families; others than texture are passed over.
    pub families: &'a [Family],
    /// Which aggregations.
    pub aggregations: &'a [Aggregation],
    /// Largest difference of grey levels that counts as dependent (α of the standard).
    pub alpha: u16,
}

impl Request<'_> {
    fn wants(&self, family: Family) -> bool {
        self.families.contains(&family)
    }

    fn any(&self, family: Family, slicewise: bool) -> bool {
        self.wants(family)
            && family
                .aggregations()
                .iter()
                .any(|way| way.is_slicewise() == slicewise && self.aggregations.contains(way))
    }
}

/// The features of one family, gathered in one way.
pub type Gathered = (Family, Aggregation, Vec<f64>);

/// Texture features of a region; `mask` is its morphological mask in a box of `shape`, from which the distances of zones are taken.
pub fn features(levels: &Levels, shape: [usize; 3], mask: &[bool], request: &Request) -> Vec<Gathered> {
    let (mut found, more) = rayon::join(
        || {
            let mut found = Vec::new();
            if [Family::Cooccurrence, Family::RunLength].into_iter().any(|family| request.wants(family)) {
                directed(levels, request, &mut found);
            }
            found
        },
        || {
            let mut found = Vec::new();
            undirected(levels, shape, mask, request, &mut found);
            found
        },
    );
    found.extend(more);
    found.retain(|(_, way, _)| request.aggregations.contains(way));
    found
}

/// Mean of each feature over the matrices that define it.
struct Mean {
    sums: Vec<f64>,
    counts: Vec<f64>,
}

impl Mean {
    fn new(features: usize) -> Self {
        Self { sums: vec![0.0; features], counts: vec![0.0; features] }
    }

    fn add(&mut self, values: &[f64]) {
        for (k, value) in values.iter().enumerate() {
            if !value.is_nan() {
                self.sums[k] += value;
                self.counts[k] += 1.0;
            }
        }
    }

    fn values(&self) -> Vec<f64> {
        self.sums.iter().zip(&self.counts).map(|(sum, count)| sum / count).collect()
    }
}
