//! Recipes that make no sense.

use super::{Dimension, Discretise, Recipe, VolumeHistogram};
use crate::catalogue::{Aggregation, Family};
use crate::error::Error;
use crate::filter::Filter;

impl Recipe {
    /// Refuses settings that make no sense.
    pub(super) fn check(&self) -> Result<(), Error> {
        let bad = |key, problem: String, remedy| Err(Error::Setting { key, problem, remedy });
        if let Some(resample) = &self.resample {
            let spacing = &resample.spacing_mm;
            let sound = spacing.iter().all(|s| (0.01..=1000.0).contains(s));
            let number = if self.dimension == Dimension::Slices { [2, 2] } else { [2, 3] };
            if !sound || !number.contains(&spacing.len()) {
                return bad(
                    "resample.spacing_mm",
                    format!("is {spacing:?}"),
                    "two or three distances from 0.01 to 1000 mm (two for 2D)",
                );
            }
            if !(resample.mask_threshold > 0.0 && resample.mask_threshold <= 1.0) {
                let problem = format!("is {}", resample.mask_threshold);
                return bad("resample.mask_threshold", problem, "a part above 0, at most 1");
            }
        }
        if let Some([low, high]) = self.resegment.range
            && (low >= high || low.is_nan() || high.is_nan())
        {
            return bad("resegment.range", format!("is [{low}, {high}]"), "the lesser intensity first");
        }
        if let Some(sigma) = self.resegment.outlier_sigma
            && !(sigma > 0.0 && sigma.is_finite())
        {
            return bad("resegment.outlier_sigma", format!("is {sigma}"), "a positive number, such as 3");
        }
        let is_width = |width: f64| width > 0.0 && width.is_finite();
        let is_number = |bins: u32| (1..=65535).contains(&bins);
        let sound = match self.discretise {
            Discretise::None => true,
            Discretise::FixedBinSize { width, .. } => is_width(width),
            Discretise::FixedBinNumber { bins } => is_number(bins),
        };
        if !sound {
            let problem = format!("is {}", self.discretise.word());
            return bad("discretise", problem, "a positive width, or 1 to 65535 bins");
        }
        let sound = match self.volume_histogram {
            VolumeHistogram::None => true,
            VolumeHistogram::FixedBinSize { width } => is_width(width),
            VolumeHistogram::FixedBinNumber { bins } => is_number(bins),
        };
        if !sound {
            let problem = format!("is {:?}", self.volume_histogram);
            return bad("volume_histogram", problem, "a positive width, or 1 to 65535 bins");
        }
        self.filter.iter().try_for_each(Filter::check)?;
        let is_margin = |mm: f64| (0.0..=200.0).contains(&mm);
        for ring in &self.ring {
            let sound = is_margin(ring.inside_mm) && is_margin(ring.outside_mm);
            if !sound || ring.inside_mm + ring.outside_mm == 0.0 || ring.name.is_empty() {
                let problem = format!(
                    "{:?} reaches {} mm in and {} mm out",
                    ring.name, ring.inside_mm, ring.outside_mm
                );
                return bad("ring", problem, "a name, and margins from 0 to 200 mm of which one is positive");
            }
            if self.ring.iter().filter(|other| other.name == ring.name).count() > 1 {
                return bad("ring", format!("{:?} stands there twice", ring.name), "a name for each");
            }
        }
        if !(2..=1000).contains(&self.lesions.entropy_bins) {
            let problem = format!("is {}", self.lesions.entropy_bins);
            return bad("lesions.entropy_bins", problem, "2 to 1000 bins");
        }
        let sound = match self.response.discretise {
            Discretise::None => false,
            Discretise::FixedBinSize { width, .. } => is_width(width),
            Discretise::FixedBinNumber { bins } => is_number(bins),
        };
        if !sound || !is_number(self.response.volume_histogram_bins) {
            let problem = format!("is {:?}", self.response);
            return bad("response", problem, "a positive width, or 1 to 65535 bins");
        }
        let all = || Aggregation::DIRECTED.into_iter().chain(Aggregation::UNDIRECTED);
        let unknown = |word: &&String| !all().any(|way| way.word() == word.as_str());
        if let Some(word) = self.features.aggregations.iter().flatten().find(unknown) {
            let problem = format!("holds {word:?}");
            return bad("features.aggregations", problem, "words such as 2D_avg, 2_5D, 3D, 3D_comb");
        }
        let known = |tag: &str| Family::ALL.iter().any(|f| f.entries().iter().any(|entry| entry.tag == tag));
        if let Some(tag) = self.features.omit.iter().find(|tag| !known(tag)) {
            return bad("features.omit", format!("holds {tag:?}"), "tags such as morph_moran_i");
        }
        Ok(())
    }
}

/// A key that no filter knows would be passed over by the reader.
pub(super) fn unknown_filter_keys(text: &str, recipe: &Recipe) -> Result<(), Error> {
    let Ok(table) = text.parse::<toml::Table>() else { return Ok(()) };
    let given = table.get("filter").and_then(|filters| filters.as_array()).into_iter().flatten();
    for (given, filter) in given.filter_map(|filter| filter.as_table()).zip(&recipe.filter) {
        if let Some(key) = given.keys().find(|key| !filter.knows(key)) {
            return Err(Error::Setting {
                key: "filter",
                problem: format!("has the key {key:?}, which {} does not know", filter.word()),
                remedy: "the keys of this kind of filter",
            });
        }
    }
    Ok(())
}
