//! Which organs of a model a drawn structure stands for.

/// Structures that hold several organs.
const TOGETHER: [(&str, &[&str]); 15] = [
    ("Lungs", &["Lung_L", "Lung_R"]),
    ("Kidneys", &["Kidney_L", "Kidney_R"]),
    ("Eyes", &["Eye_L", "Eye_R"]),
    ("Parotids", &["Parotid_L", "Parotid_R"]),
    ("Glnd_Submands", &["Glnd_Submand_L", "Glnd_Submand_R"]),
    ("Glnd_Adrenals", &["Glnd_Adrenal_L", "Glnd_Adrenal_R"]),
    ("Breasts", &["Breast_L", "Breast_R"]),
    ("Ovaries", &["Ovary_L", "Ovary_R"]),
    ("Testes", &["Testis_L", "Testis_R"]),
    ("Femurs", &["Femur_L", "Femur_R"]),
    ("Colon", &["Colon_Ascending", "Colon_Transverse", "Colon_Descending", "Colon_Sigmoid"]),
    ("Bowel_Large", &["Colon_Ascending", "Colon_Transverse", "Colon_Descending", "Colon_Sigmoid", "Rectum"]),
    (
        "Bowel",
        &[
            "Bowel_Small",
            "Duodenum",
            "Colon_Ascending",
            "Colon_Transverse",
            "Colon_Descending",
            "Colon_Sigmoid",
        ],
    ),
    ("Heart", &["Heart", "Atrium_L", "Atrium_R", "Ventricle_L", "Ventricle_R"]),
    ("External", &[]),
];

/// Organs of a model that a structure stands for; none for targets and what a model does not have.
///
/// ```
/// # use completion::names::stands_for;
/// let model = ["Lung_L", "Lung_R", "Liver"];
/// assert_eq!(stands_for("Lungs", &model), ["Lung_L", "Lung_R"]);
/// assert_eq!(stands_for("Liver", &model), ["Liver"]);
/// assert!(stands_for("PTV", &model).is_empty());
/// ```
pub fn stands_for<'a>(name: &str, model: &[&'a str]) -> Vec<&'a str> {
    let together = TOGETHER.iter().find(|(known, _)| *known == name).map(|(_, organs)| *organs);
    let wanted = |organ: &&&str| together.map_or(**organ == name, |organs| organs.contains(*organ));
    model.iter().filter(wanted).copied().collect()
}

/// Structures that are the upper end of a bone, the bone, and how far down they go (mm; 48 mm are an adult man's, from memory, unverified): drawn in most pelves, and no organ of a model.
pub const FEMORAL_HEADS: [(&str, &str, f64); 2] =
    [("Femur_Head_L", "Femur_L", 48.0), ("Femur_Head_R", "Femur_R", 48.0)];

/// Organs that only one sex has: what a drawn one says of the patient's sex.
pub const OF_ONE_SEX: [(&str, phantoms::Sex); 6] = [
    ("Prostate", phantoms::Sex::Male),
    ("Testis", phantoms::Sex::Male),
    ("Testes", phantoms::Sex::Male),
    ("Uterus", phantoms::Sex::Female),
    ("Ovary", phantoms::Sex::Female),
    ("Ovaries", phantoms::Sex::Female),
];

/// Soft organs in one piece, which are moved to make a whole with what is drawn. Bones stay at their joints, and what runs
/// through the body where it runs.
pub fn can_move(name: &str) -> bool {
    const COMPACT: [&str; 22] = [
        "Brain",
        "Eye",
        "Eyes",
        "Parotid",
        "Parotids",
        "Glnd_Thyroid",
        "Glnd_Thymus",
        "Lung",
        "Lungs",
        "Heart",
        "Breast",
        "Breasts",
        "Liver",
        "Gallbladder",
        "Stomach",
        "Spleen",
        "Pancreas",
        "Kidney",
        "Kidneys",
        "Bladder",
        "Uterus",
        "Prostate",
    ];
    COMPACT.contains(&name.trim_end_matches("_L").trim_end_matches("_R"))
}
