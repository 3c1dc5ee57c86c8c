//! The catalogue: every feature, from which code, documents and tests are checked for completeness.

mod table;

pub use table::*;

/// What a value is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A pure number.
    One,
    /// Millimetres.
    Mm,
    /// Square millimetres.
    SquareMm,
    /// Cubic millimetres.
    CubicMm,
    /// Per millimetre.
    PerMm,
    /// The image's own unit (HU, SUV, Gy, …).
    Intensity,
    /// The square of it.
    SquareIntensity,
    /// It times cubic millimetres.
    IntensityVolume,
}

impl Unit {
    /// As it stands in a table; `intensity` names the image's unit and may be empty.
    pub fn text(self, intensity: &str) -> String {
        match self {
            Unit::One => "1".into(),
            Unit::Mm => "mm".into(),
            Unit::SquareMm => "mm2".into(),
            Unit::CubicMm => "mm3".into(),
            Unit::PerMm => "1/mm".into(),
            Unit::Intensity => intensity.into(),
            Unit::SquareIntensity => format!("{intensity}2"),
            Unit::IntensityVolume => format!("mm3 {intensity}"),
        }
    }
}

/// One feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name in the standard.
    pub name: &'static str,
    /// Its code in the standard.
    pub ibsi_id: &'static str,
    /// A short name, one word, unlike any other.
    pub tag: &'static str,
    /// Its unit.
    pub unit: Unit,
}

/// How a texture feature is gathered from slices and directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Aggregation {
    /// Mean over slices (matrices without directions).
    Slices,
    /// Mean over slices and directions.
    SlicesAveraged,
    /// Directions merged, mean over slices.
    SlicesMerged,
    /// Slices merged (matrices without directions).
    Stack,
    /// Slices merged, mean over directions.
    StackAveraged,
    /// Slices and directions merged.
    StackMerged,
    /// One volume (matrices without directions).
    Volume,
    /// Mean over the directions of a volume.
    VolumeAveraged,
    /// The directions of a volume merged.
    VolumeMerged,
}

impl Aggregation {
    /// Those of matrices with directions.
    pub const DIRECTED: [Self; 6] = [
        Self::SlicesAveraged,
        Self::SlicesMerged,
        Self::StackAveraged,
        Self::StackMerged,
        Self::VolumeAveraged,
        Self::VolumeMerged,
    ];
    /// Those of matrices without directions.
    pub const UNDIRECTED: [Self; 3] = [Self::Slices, Self::Stack, Self::Volume];

    /// The word in a table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Slices => "2D",
            Self::SlicesAveraged => "2D_avg",
            Self::SlicesMerged => "2D_comb",
            Self::Stack => "2_5D",
            Self::StackAveraged => "2_5D_avg",
            Self::StackMerged => "2_5D_comb",
            Self::Volume => "3D",
            Self::VolumeAveraged => "3D_avg",
            Self::VolumeMerged => "3D_comb",
        }
    }

    /// Its code in the standard.
    pub fn ibsi_id(self) -> &'static str {
        match self {
            Self::Slices => "8QNN",
            Self::SlicesAveraged => "BTW3",
            Self::SlicesMerged => "SUJT",
            Self::Stack => "62GR",
            Self::StackAveraged => "JJUI",
            Self::StackMerged => "ZW7Z",
            Self::Volume => "KOBO",
            Self::VolumeAveraged => "ITBB",
            Self::VolumeMerged => "IAZD",
        }
    }

    /// Whether it looks at single slices.
    pub fn is_slicewise(self) -> bool {
        !matches!(self, Self::Volume | Self::VolumeAveraged | Self::VolumeMerged)
    }
}

/// The families of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Shape and size, and how intensity lies in space.
    Morphology,
    /// Peaks.
    LocalIntensity,
    /// Statistics of the intensities.
    Intensity,
    /// Statistics of the grey levels.
    Histogram,
    /// Cumulative histogram.
    IntensityVolume,
    /// Grey level co-occurrence matrix.
    Cooccurrence,
    /// Grey level run length matrix.
    RunLength,
    /// Grey level size zone matrix.
    SizeZone,
    /// Grey level distance zone matrix.
    DistanceZone,
    /// Neighbourhood grey tone difference matrix.
    ToneDifference,
    /// Neighbouring grey level dependence matrix.
    Dependence,
}

impl Family {
    /// All, in the order of the standard.
    pub const ALL: [Self; 11] = [
        Self::Morphology,
        Self::LocalIntensity,
        Self::Intensity,
        Self::Histogram,
        Self::IntensityVolume,
        Self::Cooccurrence,
        Self::RunLength,
        Self::SizeZone,
        Self::DistanceZone,
        Self::ToneDifference,
        Self::Dependence,
    ];

    /// Its name in the standard.
    pub fn name(self) -> &'static str {
        match self {
            Self::Morphology => "morphology",
            Self::LocalIntensity => "local intensity",
            Self::Intensity => "intensity-based statistics",
            Self::Histogram => "intensity histogram",
            Self::IntensityVolume => "intensity-volume histogram",
            Self::Cooccurrence => "grey level co-occurrence matrix",
            Self::RunLength => "grey level run length matrix",
            Self::SizeZone => "grey level size zone matrix",
            Self::DistanceZone => "grey level distance zone matrix",
            Self::ToneDifference => "neighbourhood grey tone difference matrix",
            Self::Dependence => "neighbouring grey level dependence matrix",
        }
    }

    /// Its features.
    pub fn entries(self) -> &'static [Entry] {
        match self {
            Self::Morphology => &MORPHOLOGY,
            Self::LocalIntensity => &LOCAL_INTENSITY,
            Self::Intensity => &INTENSITY,
            Self::Histogram => &HISTOGRAM,
            Self::IntensityVolume => &INTENSITY_VOLUME,
            Self::Cooccurrence => &COOCCURRENCE,
            Self::RunLength => &RUN_LENGTH,
            Self::SizeZone => &SIZE_ZONE,
            Self::DistanceZone => &DISTANCE_ZONE,
            Self::ToneDifference => &TONE_DIFFERENCE,
            Self::Dependence => &DEPENDENCE,
        }
    }

    /// The aggregations that it has; empty where there is nothing to gather.
    pub fn aggregations(self) -> &'static [Aggregation] {
        match self {
            Self::Cooccurrence | Self::RunLength => &Aggregation::DIRECTED,
            Self::SizeZone | Self::DistanceZone | Self::ToneDifference | Self::Dependence => {
                &Aggregation::UNDIRECTED
            }
            _ => &[],
        }
    }

    /// Whether its values depend on the grey levels.
    pub fn is_discretised(self) -> bool {
        self == Self::Histogram || !self.aggregations().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_has_174_features_and_every_tag_is_its_own() {
        let entries: Vec<&Entry> = Family::ALL.iter().flat_map(|family| family.entries()).collect();
        assert_eq!(entries.len(), 174);
        let mut tags: Vec<_> = entries.iter().map(|entry| entry.tag).collect();
        tags.sort_unstable();
        tags.dedup();
        assert_eq!(tags.len(), 174);
        assert!(entries.iter().all(|entry| entry.ibsi_id.len() == 4));
    }
}
