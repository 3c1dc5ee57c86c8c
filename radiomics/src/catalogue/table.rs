//! The features of the standard, one row each: name, code, tag and unit, by family.
//!
//! Names, codes and tags: A. Zwanenburg et al., Image biomarker standardisation initiative, reference manual,
//! arXiv:1612.07003, section 3, as published in its documentation (`docs/03_Image_features.rst`, b952e71). Five features have no
//! reference value: both of the oriented minimum bounding box, both of the minimum volume enclosing ellipsoid, and the
//! area under the intensity-volume histogram. The table prints 1PR8 for the least discretised intensity and for its 10th
//! percentile, and GPMT for its 90th; family and name tell them apart.

use super::Unit::{CubicMm, Intensity, IntensityVolume, Mm, One, PerMm, SquareIntensity, SquareMm};
use super::{Entry, Unit};

const fn entry(name: &'static str, ibsi_id: &'static str, tag: &'static str, unit: Unit) -> Entry {
    Entry { name, ibsi_id, tag, unit }
}

/// Morphology.
pub const MORPHOLOGY: [Entry; 29] = [
    entry("Volume (mesh)", "RNU0", "morph_volume", CubicMm),
    entry("Volume (voxel counting)", "YEKZ", "morph_vol_approx", CubicMm),
    entry("Surface area (mesh)", "C0JK", "morph_area_mesh", SquareMm),
    entry("Surface to volume ratio", "2PR5", "morph_av", PerMm),
    entry("Compactness 1", "SKGS", "morph_comp_1", One),
    entry("Compactness 2", "BQWJ", "morph_comp_2", One),
    entry("Spherical disproportion", "KRCK", "morph_sph_dispr", One),
    entry("Sphericity", "QCFX", "morph_sphericity", One),
    entry("Asphericity", "25C7", "morph_asphericity", One),
    entry("Centre of mass shift", "KLMA", "morph_com", Mm),
    entry("Maximum 3D diameter", "L0JK", "morph_diam", Mm),
    entry("Major axis length", "TDIC", "morph_pca_maj_axis", Mm),
    entry("Minor axis length", "P9VJ", "morph_pca_min_axis", Mm),
    entry("Least axis length", "7J51", "morph_pca_least_axis", Mm),
    entry("Elongation", "Q3CK", "morph_pca_elongation", One),
    entry("Flatness", "N17B", "morph_pca_flatness", One),
    entry("Volume density (axis-aligned bounding box)", "PBX1", "morph_vol_dens_aabb", One),
    entry("Area density (axis-aligned bounding box)", "R59B", "morph_area_dens_aabb", One),
    entry("Volume density (approximate enclosing ellipsoid)", "6BDE", "morph_vol_dens_aee", One),
    entry("Area density (approximate enclosing ellipsoid)", "RDD2", "morph_area_dens_aee", One),
    entry("Volume density (convex hull)", "R3ER", "morph_vol_dens_conv_hull", One),
    entry("Area density (convex hull)", "7T7F", "morph_area_dens_conv_hull", One),
    entry("Integrated intensity", "99N0", "morph_integ_int", IntensityVolume),
    entry("Moran’s I index", "N365", "morph_moran_i", One),
    entry("Geary’s C measure", "NPT7", "morph_geary_c", One),
    entry("Volume density (oriented minimum bounding box)", "ZH1A", "morph_vol_dens_ombb", One),
    entry("Area density (oriented minimum bounding box)", "IQYR", "morph_area_dens_ombb", One),
    entry("Volume density (minimum volume enclosing ellipsoid)", "SWZ1", "morph_vol_dens_mvee", One),
    entry("Area density (minimum volume enclosing ellipsoid)", "BRI8", "morph_area_dens_mvee", One),
];

/// Local intensity.
pub const LOCAL_INTENSITY: [Entry; 2] = [
    entry("Local intensity peak", "VJGA", "loc_peak_loc", Intensity),
    entry("Global intensity peak", "0F91", "loc_peak_glob", Intensity),
];

/// Intensity-based statistics.
pub const INTENSITY: [Entry; 18] = [
    entry("Mean intensity", "Q4LE", "stat_mean", Intensity),
    entry("Intensity variance", "ECT3", "stat_var", SquareIntensity),
    entry("Intensity skewness", "KE2A", "stat_skew", One),
    entry("(Excess) intensity kurtosis", "IPH6", "stat_kurt", One),
    entry("Median intensity", "Y12H", "stat_median", Intensity),
    entry("Minimum intensity", "1GSF", "stat_min", Intensity),
    entry("10th intensity percentile", "QG58", "stat_p10", Intensity),
    entry("90th intensity percentile", "8DWT", "stat_p90", Intensity),
    entry("Maximum intensity", "84IY", "stat_max", Intensity),
    entry("Intensity interquartile range", "SALO", "stat_iqr", Intensity),
    entry("Intensity range", "2OJQ", "stat_range", Intensity),
    entry("Intensity-based mean absolute deviation", "4FUA", "stat_mad", Intensity),
    entry("Intensity-based robust mean absolute deviation", "1128", "stat_rmad", Intensity),
    entry("Intensity-based median absolute deviation", "N72L", "stat_medad", Intensity),
    entry("Intensity-based coefficient of variation", "7TET", "stat_cov", One),
    entry("Intensity-based quartile coefficient of dispersion", "9S40", "stat_qcod", One),
    entry("Intensity-based energy", "N8CA", "stat_energy", SquareIntensity),
    entry("Root mean square intensity", "5ZWQ", "stat_rms", Intensity),
];

/// Intensity histogram.
pub const HISTOGRAM: [Entry; 23] = [
    entry("Mean discretised intensity", "X6K6", "ih_mean", One),
    entry("Discretised intensity variance", "CH89", "ih_var", One),
    entry("Discretised intensity skewness", "88K1", "ih_skew", One),
    entry("(Excess) discretised intensity kurtosis", "C3I7", "ih_kurt", One),
    entry("Median discretised intensity", "WIFQ", "ih_median", One),
    entry("Minimum discretised intensity", "1PR8", "ih_min", One),
    entry("10th discretised intensity percentile", "1PR8", "ih_p10", One),
    entry("90th discretised intensity percentile", "GPMT", "ih_p90", One),
    entry("Maximum discretised intensity", "3NCY", "ih_max", One),
    entry("Intensity histogram mode", "AMMC", "ih_mode", One),
    entry("Discretised intensity interquartile range", "WR0O", "ih_iqr", One),
    entry("Discretised intensity range", "5Z3W", "ih_range", One),
    entry("Intensity histogram mean absolute deviation", "D2ZX", "ih_mad", One),
    entry("Intensity histogram robust mean absolute deviation", "WRZB", "ih_rmad", One),
    entry("Intensity histogram median absolute deviation", "4RNL", "ih_medad", One),
    entry("Intensity histogram coefficient of variation", "CWYJ", "ih_cov", One),
    entry("Intensity histogram quartile coefficient of dispersion", "SLWD", "ih_qcod", One),
    entry("Discretised intensity entropy", "TLU2", "ih_entropy", One),
    entry("Discretised intensity uniformity", "BJ5W", "ih_uniformity", One),
    entry("Maximum histogram gradient", "12CE", "ih_max_grad", One),
    entry("Maximum histogram gradient intensity", "8E6O", "ih_max_grad_g", One),
    entry("Minimum histogram gradient", "VQB3", "ih_min_grad", One),
    entry("Minimum histogram gradient intensity", "RHQZ", "ih_min_grad_g", One),
];

/// Intensity-volume histogram.
pub const INTENSITY_VOLUME: [Entry; 7] = [
    entry("Volume fraction at 10% intensity", "BC2M", "ivh_v10", One),
    entry("Volume fraction at 90% intensity", "BC2M", "ivh_v90", One),
    entry("Intensity at 10% volume", "GBPN", "ivh_i10", Intensity),
    entry("Intensity at 90% volume", "GBPN", "ivh_i90", Intensity),
    entry("Volume fraction difference between 10% and 90% intensity", "DDTU", "ivh_diff_v10_v90", One),
    entry("Intensity difference between 10% and 90% volume", "CNV2", "ivh_diff_i10_i90", Intensity),
    entry("Area under the IVH curve", "9CMM", "ivh_auc", One),
];

/// Grey level co-occurrence matrix.
pub const COOCCURRENCE: [Entry; 25] = [
    entry("Joint maximum", "GYBY", "cm_joint_max", One),
    entry("Joint average", "60VM", "cm_joint_avg", One),
    entry("Joint variance", "UR99", "cm_joint_var", One),
    entry("Joint entropy", "TU9B", "cm_joint_entr", One),
    entry("Difference average", "TF7R", "cm_diff_avg", One),
    entry("Difference variance", "D3YU", "cm_diff_var", One),
    entry("Difference entropy", "NTRS", "cm_diff_entr", One),
    entry("Sum average", "ZGXS", "cm_sum_avg", One),
    entry("Sum variance", "OEEB", "cm_sum_var", One),
    entry("Sum entropy", "P6QZ", "cm_sum_entr", One),
    entry("Angular second moment", "8ZQL", "cm_energy", One),
    entry("Contrast", "ACUI", "cm_contrast", One),
    entry("Dissimilarity", "8S9J", "cm_dissimilarity", One),
    entry("Inverse difference", "IB1Z", "cm_inv_diff", One),
    entry("Normalised inverse difference", "NDRX", "cm_inv_diff_norm", One),
    entry("Inverse difference moment", "WF0Z", "cm_inv_diff_mom", One),
    entry("Normalised inverse difference moment", "1QCO", "cm_inv_diff_mom_norm", One),
    entry("Inverse variance", "E8JP", "cm_inv_var", One),
    entry("Correlation", "NI2N", "cm_corr", One),
    entry("Autocorrelation", "QWB0", "cm_auto_corr", One),
    entry("Cluster tendency", "DG8W", "cm_clust_tend", One),
    entry("Cluster shade", "7NFM", "cm_clust_shade", One),
    entry("Cluster prominence", "AE86", "cm_clust_prom", One),
    entry("Information correlation 1", "R8DG", "cm_info_corr1", One),
    entry("Information correlation 2", "JN9H", "cm_info_corr2", One),
];

/// Grey level run length matrix.
pub const RUN_LENGTH: [Entry; 16] = [
    entry("Short runs emphasis", "22OV", "rlm_sre", One),
    entry("Long runs emphasis", "W4KF", "rlm_lre", One),
    entry("Low grey level run emphasis", "V3SW", "rlm_lgre", One),
    entry("High grey level run emphasis", "G3QZ", "rlm_hgre", One),
    entry("Short run low grey level emphasis", "HTZT", "rlm_srlge", One),
    entry("Short run high grey level emphasis", "GD3A", "rlm_srhge", One),
    entry("Long run low grey level emphasis", "IVPO", "rlm_lrlge", One),
    entry("Long run high grey level emphasis", "3KUM", "rlm_lrhge", One),
    entry("Grey level non-uniformity", "R5YN", "rlm_glnu", One),
    entry("Normalised grey level non-uniformity", "OVBL", "rlm_glnu_norm", One),
    entry("Run length non-uniformity", "W92Y", "rlm_rlnu", One),
    entry("Normalised run length non-uniformity", "IC23", "rlm_rlnu_norm", One),
    entry("Run percentage", "9ZK5", "rlm_r_perc", One),
    entry("Grey level variance", "8CE5", "rlm_gl_var", One),
    entry("Run length variance", "SXLW", "rlm_rl_var", One),
    entry("Run entropy", "HJ9O", "rlm_rl_entr", One),
];

/// Grey level size zone matrix.
pub const SIZE_ZONE: [Entry; 16] = [
    entry("Small zone emphasis", "5QRC", "szm_sze", One),
    entry("Large zone emphasis", "48P8", "szm_lze", One),
    entry("Low grey level zone emphasis", "XMSY", "szm_lgze", One),
    entry("High grey level zone emphasis", "5GN9", "szm_hgze", One),
    entry("Small zone low grey level emphasis", "5RAI", "szm_szlge", One),
    entry("Small zone high grey level emphasis", "HW1V", "szm_szhge", One),
    entry("Large zone low grey level emphasis", "YH51", "szm_lzlge", One),
    entry("Large zone high grey level emphasis", "J17V", "szm_lzhge", One),
    entry("Grey level non-uniformity", "JNSA", "szm_glnu", One),
    entry("Normalised grey level non-uniformity", "Y1RO", "szm_glnu_norm", One),
    entry("Zone size non-uniformity", "4JP3", "szm_zsnu", One),
    entry("Normalised zone size non-uniformity", "VB3A", "szm_zsnu_norm", One),
    entry("Zone percentage", "P30P", "szm_z_perc", One),
    entry("Grey level variance", "BYLV", "szm_gl_var", One),
    entry("Zone size variance", "3NSA", "szm_zs_var", One),
    entry("Zone size entropy", "GU8N", "szm_zs_entr", One),
];

/// Grey level distance zone matrix.
pub const DISTANCE_ZONE: [Entry; 16] = [
    entry("Small distance emphasis", "0GBI", "dzm_sde", One),
    entry("Large distance emphasis", "MB4I", "dzm_lde", One),
    entry("Low grey level zone emphasis", "S1RA", "dzm_lgze", One),
    entry("High grey level zone emphasis", "K26C", "dzm_hgze", One),
    entry("Small distance low grey level emphasis", "RUVG", "dzm_sdlge", One),
    entry("Small distance high grey level emphasis", "DKNJ", "dzm_sdhge", One),
    entry("Large distance low grey level emphasis", "A7WM", "dzm_ldlge", One),
    entry("Large distance high grey level emphasis", "KLTH", "dzm_ldhge", One),
    entry("Grey level non-uniformity", "VFT7", "dzm_glnu", One),
    entry("Normalised grey level non-uniformity", "7HP3", "dzm_glnu_norm", One),
    entry("Zone distance non-uniformity", "V294", "dzm_zdnu", One),
    entry("Normalised zone distance non-uniformity", "IATH", "dzm_zdnu_norm", One),
    entry("Zone percentage", "VIWW", "dzm_z_perc", One),
    entry("Grey level variance", "QK93", "dzm_gl_var", One),
    entry("Zone distance variance", "7WT1", "dzm_zd_var", One),
    entry("Zone distance entropy", "GBDU", "dzm_zd_entr", One),
];

/// Neighbourhood grey tone difference matrix.
pub const TONE_DIFFERENCE: [Entry; 5] = [
    entry("Coarseness", "QCDE", "ngt_coarseness", One),
    entry("Contrast", "65HE", "ngt_contrast", One),
    entry("Busyness", "NQ30", "ngt_busyness", One),
    entry("Complexity", "HDEZ", "ngt_complexity", One),
    entry("Strength", "1X9X", "ngt_strength", One),
];

/// Neighbouring grey level dependence matrix.
pub const DEPENDENCE: [Entry; 17] = [
    entry("Low dependence emphasis", "SODN", "ngl_lde", One),
    entry("High dependence emphasis", "IMOQ", "ngl_hde", One),
    entry("Low grey level count emphasis", "TL9H", "ngl_lgce", One),
    entry("High grey level count emphasis", "OAE7", "ngl_hgce", One),
    entry("Low dependence low grey level emphasis", "EQ3F", "ngl_ldlge", One),
    entry("Low dependence high grey level emphasis", "JA6D", "ngl_ldhge", One),
    entry("High dependence low grey level emphasis", "NBZI", "ngl_hdlge", One),
    entry("High dependence high grey level emphasis", "9QMG", "ngl_hdhge", One),
    entry("Grey level non-uniformity", "FP8K", "ngl_glnu", One),
    entry("Normalised grey level non-uniformity", "5SPA", "ngl_glnu_norm", One),
    entry("Dependence count non-uniformity", "Z87G", "ngl_dcnu", One),
    entry("Normalised dependence count non-uniformity", "OKJI", "ngl_dcnu_norm", One),
    entry("Dependence count percentage", "6XV8", "ngl_dc_perc", One),
    entry("Grey level variance", "1PFV", "ngl_gl_var", One),
    entry("Dependence count variance", "DNX2", "ngl_dc_var", One),
    entry("Dependence count entropy", "FCBV", "ngl_dc_entr", One),
    entry("Dependence count energy", "CAS9", "ngl_dc_energy", One),
];
