//! What organs are made of, as a scanner would show it.

/// A tissue of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tissue {
    /// Air in trachea, mouth and nose.
    Air,
    /// Lung with its blood and air.
    Lung,
    /// Fat below the skin.
    Fat,
    /// Glands and fluids.
    Gland,
    /// Brain and spinal cord, bowel and stomach.
    Brain,
    /// Muscle and kidney.
    Muscle,
    /// Liver, heart and spleen, full of blood.
    Bloody,
    /// Skin.
    Skin,
    /// Bone with its marrow, as one.
    Bone,
}

impl Tissue {
    /// Mass density (g/cm³). Lung and bone: Cristy and Eckerman, ORNL/TM-8381 (bone with marrow, 1.4; the newborn's is
    /// less). Others: ICRU 44 and 46, from memory, unverified.
    pub fn density_g_cm3(self) -> f64 {
        match self {
            Self::Air => 0.0012,
            Self::Lung => 0.296,
            Self::Fat => 0.95,
            Self::Gland => 1.03,
            Self::Brain => 1.04,
            Self::Muscle => 1.05,
            Self::Bloody => 1.06,
            Self::Skin => 1.09,
            Self::Bone => 1.4,
        }
    }

    /// CT number (HU) at which the calibration of Schneider, Bortfeld and Schlegel (2000), as the crate `anatomy` has it,
    /// finds that density again.
    pub fn hu(self) -> f32 {
        match self {
            Self::Air => -1000.0,
            Self::Lung => -714.0,
            Self::Fat => -76.0,
            Self::Gland => 23.0,
            Self::Brain => 32.0,
            Self::Muscle => 40.0,
            Self::Bloody => 49.0,
            Self::Skin => 74.0,
            Self::Bone => 647.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anatomy::Calibration;

    #[test]
    fn every_ct_number_reads_back_as_its_tissue() {
        let calibration = Calibration::schneider();
        for (tissue, material) in [
            (Tissue::Air, "air"),
            (Tissue::Lung, "lung"),
            (Tissue::Fat, "adipose-gland-2"),
            (Tissue::Gland, "soft-tissue"),
            (Tissue::Brain, "soft-tissue"),
            (Tissue::Muscle, "soft-tissue"),
            (Tissue::Bloody, "soft-tissue"),
            (Tissue::Skin, "soft-tissue"),
            (Tissue::Bone, "marrow-bone-06"),
        ] {
            let read = calibration.tissue(tissue.hu());
            assert_eq!(calibration.material(read).name, material, "{tissue:?}");
            let density = f64::from(read.density_g_cm3);
            let tolerance = if tissue == Tissue::Air { 0.01 } else { 0.001 };
            assert!((density / tissue.density_g_cm3() - 1.0).abs() < tolerance, "{tissue:?}: {density}");
        }
    }
}
