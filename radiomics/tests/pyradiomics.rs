//! PyRadiomics' own values, with its bin start: every comparable feature to 10⁻⁶.

mod common;

use common::{rows, shared};
use formats::dicom::{CtSeries, SeriesChoice};
use radiomics::{FeatureTable, Mask, Recipe, extract};
use std::path::Path;

/// PyRadiomics' feature, ours, and what its definition does otherwise.
const FEATURES: &[(&str, &str, Otherwise)] = &[
    ("shape_VoxelVolume", "morph_vol_approx", Same),
    ("shape_MeshVolume", "morph_volume", Meshed),
    ("shape_SurfaceArea", "morph_area_mesh", Meshed),
    ("shape_SurfaceVolumeRatio", "morph_av", Meshed),
    ("shape_Sphericity", "morph_sphericity", Meshed),
    ("shape_Maximum3DDiameter", "morph_diam", Same),
    ("shape_MajorAxisLength", "morph_pca_maj_axis", Population),
    ("shape_MinorAxisLength", "morph_pca_min_axis", Population),
    ("shape_LeastAxisLength", "morph_pca_least_axis", Population),
    ("shape_Elongation", "morph_pca_elongation", Same),
    ("shape_Flatness", "morph_pca_flatness", Same),
    ("firstorder_10Percentile", "stat_p10", Same),
    ("firstorder_90Percentile", "stat_p90", Same),
    ("firstorder_Energy", "stat_energy", Shifted),
    ("firstorder_Entropy", "ih_entropy", Same),
    ("firstorder_InterquartileRange", "stat_iqr", Same),
    ("firstorder_Kurtosis", "stat_kurt", NotExcess),
    ("firstorder_Maximum", "stat_max", Same),
    ("firstorder_MeanAbsoluteDeviation", "stat_mad", Same),
    ("firstorder_Mean", "stat_mean", Same),
    ("firstorder_Median", "stat_median", Same),
    ("firstorder_Minimum", "stat_min", Same),
    ("firstorder_Range", "stat_range", Same),
    ("firstorder_RobustMeanAbsoluteDeviation", "stat_rmad", Same),
    ("firstorder_RootMeanSquared", "stat_rms", ShiftedRoot),
    ("firstorder_Skewness", "stat_skew", Same),
    ("firstorder_Uniformity", "ih_uniformity", Same),
    ("firstorder_Variance", "stat_var", Same),
    ("glcm_Autocorrelation", "cm_auto_corr_3D_avg", Same),
    ("glcm_ClusterProminence", "cm_clust_prom_3D_avg", Same),
    ("glcm_ClusterShade", "cm_clust_shade_3D_avg", Same),
    ("glcm_ClusterTendency", "cm_clust_tend_3D_avg", Same),
    ("glcm_Contrast", "cm_contrast_3D_avg", Same),
    ("glcm_Correlation", "cm_corr_3D_avg", Same),
    ("glcm_DifferenceAverage", "cm_diff_avg_3D_avg", Same),
    ("glcm_DifferenceEntropy", "cm_diff_entr_3D_avg", Same),
    ("glcm_DifferenceVariance", "cm_diff_var_3D_avg", Same),
    ("glcm_Id", "cm_inv_diff_3D_avg", Same),
    ("glcm_Idm", "cm_inv_diff_mom_3D_avg", Same),
    ("glcm_Idmn", "cm_inv_diff_mom_norm_3D_avg", Same),
    ("glcm_Idn", "cm_inv_diff_norm_3D_avg", Same),
    ("glcm_Imc1", "cm_info_corr1_3D_avg", Same),
    ("glcm_Imc2", "cm_info_corr2_3D_avg", Same),
    ("glcm_InverseVariance", "cm_inv_var_3D_avg", Same),
    ("glcm_JointAverage", "cm_joint_avg_3D_avg", Same),
    ("glcm_JointEnergy", "cm_energy_3D_avg", Same),
    ("glcm_JointEntropy", "cm_joint_entr_3D_avg", Same),
    ("glcm_MaximumProbability", "cm_joint_max_3D_avg", Same),
    ("glcm_SumAverage", "cm_sum_avg_3D_avg", Same),
    ("glcm_SumEntropy", "cm_sum_entr_3D_avg", Same),
    ("glcm_SumSquares", "cm_joint_var_3D_avg", Same),
    ("glrlm_GrayLevelNonUniformity", "rlm_glnu_3D_avg", Same),
    ("glrlm_GrayLevelNonUniformityNormalized", "rlm_glnu_norm_3D_avg", Same),
    ("glrlm_GrayLevelVariance", "rlm_gl_var_3D_avg", Same),
    ("glrlm_HighGrayLevelRunEmphasis", "rlm_hgre_3D_avg", Same),
    ("glrlm_LongRunEmphasis", "rlm_lre_3D_avg", Same),
    ("glrlm_LongRunHighGrayLevelEmphasis", "rlm_lrhge_3D_avg", Same),
    ("glrlm_LongRunLowGrayLevelEmphasis", "rlm_lrlge_3D_avg", Same),
    ("glrlm_LowGrayLevelRunEmphasis", "rlm_lgre_3D_avg", Same),
    ("glrlm_RunEntropy", "rlm_rl_entr_3D_avg", Same),
    ("glrlm_RunLengthNonUniformity", "rlm_rlnu_3D_avg", Same),
    ("glrlm_RunLengthNonUniformityNormalized", "rlm_rlnu_norm_3D_avg", Same),
    ("glrlm_RunPercentage", "rlm_r_perc_3D_avg", Same),
    ("glrlm_RunVariance", "rlm_rl_var_3D_avg", Same),
    ("glrlm_ShortRunEmphasis", "rlm_sre_3D_avg", Same),
    ("glrlm_ShortRunHighGrayLevelEmphasis", "rlm_srhge_3D_avg", Same),
    ("glrlm_ShortRunLowGrayLevelEmphasis", "rlm_srlge_3D_avg", Same),
    ("glszm_GrayLevelNonUniformity", "szm_glnu_3D", Same),
    ("glszm_GrayLevelNonUniformityNormalized", "szm_glnu_norm_3D", Same),
    ("glszm_GrayLevelVariance", "szm_gl_var_3D", Same),
    ("glszm_HighGrayLevelZoneEmphasis", "szm_hgze_3D", Same),
    ("glszm_LargeAreaEmphasis", "szm_lze_3D", Same),
    ("glszm_LargeAreaHighGrayLevelEmphasis", "szm_lzhge_3D", Same),
    ("glszm_LargeAreaLowGrayLevelEmphasis", "szm_lzlge_3D", Same),
    ("glszm_LowGrayLevelZoneEmphasis", "szm_lgze_3D", Same),
    ("glszm_SizeZoneNonUniformity", "szm_zsnu_3D", Same),
    ("glszm_SizeZoneNonUniformityNormalized", "szm_zsnu_norm_3D", Same),
    ("glszm_SmallAreaEmphasis", "szm_sze_3D", Same),
    ("glszm_SmallAreaHighGrayLevelEmphasis", "szm_szhge_3D", Same),
    ("glszm_SmallAreaLowGrayLevelEmphasis", "szm_szlge_3D", Same),
    ("glszm_ZoneEntropy", "szm_zs_entr_3D", Same),
    ("glszm_ZonePercentage", "szm_z_perc_3D", Same),
    ("glszm_ZoneVariance", "szm_zs_var_3D", Same),
    ("ngtdm_Busyness", "ngt_busyness_3D", Same),
    ("ngtdm_Coarseness", "ngt_coarseness_3D", Same),
    ("ngtdm_Complexity", "ngt_complexity_3D", Same),
    ("ngtdm_Contrast", "ngt_contrast_3D", Same),
    ("ngtdm_Strength", "ngt_strength_3D", Same),
    ("gldm_DependenceEntropy", "ngl_dc_entr_3D", Same),
    ("gldm_DependenceNonUniformity", "ngl_dcnu_3D", Same),
    ("gldm_DependenceNonUniformityNormalized", "ngl_dcnu_norm_3D", Same),
    ("gldm_DependenceVariance", "ngl_dc_var_3D", Same),
    ("gldm_GrayLevelNonUniformity", "ngl_glnu_3D", Same),
    ("gldm_GrayLevelVariance", "ngl_gl_var_3D", Same),
    ("gldm_HighGrayLevelEmphasis", "ngl_hgce_3D", Same),
    ("gldm_LargeDependenceEmphasis", "ngl_hde_3D", Same),
    ("gldm_LargeDependenceHighGrayLevelEmphasis", "ngl_hdhge_3D", Same),
    ("gldm_LargeDependenceLowGrayLevelEmphasis", "ngl_hdlge_3D", Same),
    ("gldm_LowGrayLevelEmphasis", "ngl_lgce_3D", Same),
    ("gldm_SmallDependenceEmphasis", "ngl_lde_3D", Same),
    ("gldm_SmallDependenceHighGrayLevelEmphasis", "ngl_ldhge_3D", Same),
    ("gldm_SmallDependenceLowGrayLevelEmphasis", "ngl_ldlge_3D", Same),
];

/// How a definition differs.
#[derive(Clone, Copy)]
enum Otherwise {
    Same,
    /// Kurtosis, not excess kurtosis: 3 more.
    NotExcess,
    /// Covariance of a population (n), not of a sample (n − 1).
    Population,
    /// Version 1.3 has a third mesh, of which only its values are known: within 3 in 1000 of the others. The mesh of version 2
    /// is met with `mesh = "pyradiomics"`.
    Meshed,
    /// Intensities are raised by `voxelArrayShift` first.
    Shifted,
    /// As above, under a root.
    ShiftedRoot,
}
use Otherwise::{Meshed, NotExcess, Population, Same, Shifted, ShiftedRoot};

const RECIPE: &str = "dimension = '3D'\n[discretise]\nmethod = 'fixed-bin-size'\nwidth = 25.0\nstart = 'pyradiomics'\n\
    [features]\nfamilies = ['morphology', 'intensity', 'histogram', 'cooccurrence', 'run-length', 'size-zone', \
    'tone-difference', 'dependence']\naggregations = ['3D_avg', '3D']\nmesh = 'pyradiomics'\nomit = ['morph_moran_i', 'morph_geary_c', \
    'morph_vol_dens_ombb', 'morph_area_dens_ombb', 'morph_vol_dens_mvee', 'morph_area_dens_mvee']";

fn table(image: &Path, mask: &Path) -> FeatureTable {
    let image = formats::nifti::read_image(image).expect("an image");
    let mask = formats::nifti::read_image(mask).expect("a mask");
    let inside = mask.values.iter().map(|value| *value > 0.5).collect();
    let mask = Mask { grid: mask.grid, lower: [0; 3], shape: mask.grid.shape, inside, notes: Vec::new() };
    extract(&image, &[("r".into(), mask)], &Recipe::from_toml(RECIPE).expect("a recipe")).expect("a table")
}

/// How many features agree, and a line for each that does not.
fn compare(
    name: &str,
    table: &FeatureTable,
    shift: f64,
    voxel_mm3: f64,
    mesh_bound: f64,
    expected: impl Fn(&str) -> Option<f64>,
) -> (usize, Vec<String>) {
    let (mut good, mut misses) = (0, Vec::new());
    let value = |tag: &str| table.value("r", tag).unwrap_or(f64::NAN);
    let n = (value("morph_vol_approx") / voxel_mm3).round();
    for (theirs, ours, otherwise) in FEATURES {
        let Some(expected) = expected(theirs) else { continue };
        let raised = value("stat_energy") + 2.0 * shift * n * value("stat_mean") + n * shift * shift;
        let found = match otherwise {
            Same | Meshed => value(ours),
            NotExcess => value(ours) + 3.0,
            Population => value(ours) * ((n - 1.0) / n).sqrt(),
            Shifted => raised,
            ShiftedRoot => (raised / n).sqrt(),
        };
        let bound = if matches!(otherwise, Meshed) { mesh_bound } else { 1e-6 };
        if (found - expected).abs() <= bound * expected.abs() {
            good += 1;
        } else {
            misses.push(format!("{name} {theirs}: {found} for {expected}"));
        }
    }
    (good, misses)
}

#[test]
fn both_mr_baselines_agree() {
    let Some(shared) = shared() else { return };
    let (mut good, mut misses) = (0, Vec::new());
    for case in ["brain1", "breast1"] {
        let folder = shared.join(format!("data/radiomics/pyradiomics-{case}"));
        let image = formats::nifti::read_image(&folder.join("image.nii.gz")).expect("an image");
        let baseline = rows(&folder.join("baseline.csv"));
        let table = table(&folder.join("image.nii.gz"), &folder.join("label.nii.gz"));
        let voxel = image.grid.voxel_volume_mm3();
        let (agree, differ) = compare(case, &table, 2000.0, voxel, 3e-3, |theirs| {
            let row = baseline.iter().find(|row| row["feature"].ends_with(&format!("original_{theirs}")));
            row.and_then(|row| row["value"].parse().ok())
        });
        good += agree;
        misses.extend(differ);
    }
    assert!(misses.is_empty(), "{good} agree, {} do not:\n{}", misses.len(), misses.join("\n"));
    assert!(good > 150, "only {good} features were compared");
}

#[test]
fn the_masks_of_the_oesophagus_case_agree() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("data/oesophagus-imrt-hd120");
    let ct = CtSeries::read_folder(&folder.join("CT"), &SeriesChoice::default())
        .expect("the CT can be read")
        .image;
    let recipe = Recipe::from_toml(RECIPE).expect("a recipe");
    let (mut good, mut misses, mut masks) = (0, Vec::new(), 0);
    for row in rows(&folder.join("pyradiomics_2.2.0.csv")) {
        // The publisher's names of the masks.
        let name = row["ROI"].to_lowercase().replace(' ', "_").replace("ptv_41", "ptv_41.4");
        let path = folder.join(format!("masks/{name}.nii.gz"));
        let mask = formats::nifti::read_image(&path).expect("a mask");
        let inside = mask.values.iter().map(|value| *value > 0.5).collect();
        let mask = Mask { grid: mask.grid, lower: [0; 3], shape: mask.grid.shape, inside, notes: Vec::new() };
        let table = match extract(&ct, &[("r".into(), mask)], &recipe) {
            Ok(table) => table,
            Err(error) => {
                misses.push(format!("{}: {error}", row["ROI"]));
                continue;
            }
        };
        masks += 1;
        let (agree, differ) = compare(&row["ROI"], &table, 0.0, ct.grid.voxel_volume_mm3(), 1e-6, |theirs| {
            row.get(&format!("original_{theirs}")).and_then(|text| text.parse().ok())
        });
        good += agree;
        misses.extend(differ);
    }
    assert_eq!(masks, 18);
    assert!(
        misses.is_empty(),
        "{masks} masks: {good} agree, {} do not:\n{}",
        misses.len(),
        misses.join("\n")
    );
}
