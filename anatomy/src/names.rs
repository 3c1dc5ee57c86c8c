//! Standard names of organs.
//!
//! AAPM Task Group 263: C. S. Mayo et al., Int. J. Radiat. Oncol. Biol. Phys. 100, 1057 (2018). The names were written
//! from memory and not compared with the report's table: unverified.

/// How an organ comes.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    /// One of it.
    None,
    /// Two; without a side the name is that of both.
    Pair(&'static str),
    /// Two; a name without a side says too little.
    Must,
}

/// Standard name, whether it has sides, and other names in lower case without anything but letters and digits.
type Entry = (&'static str, Side, &'static [&'static str]);

#[rustfmt::skip]
const ENTRIES: &[Entry] = &[
    ("External", Side::None, &["body", "external", "externe", "patient", "outline", "skincontour"]),
    ("Brain", Side::None, &["brain", "cerveau", "encephale", "wholebrain"]),
    ("Brainstem", Side::None, &["brainstem", "troncerebral", "tronc"]),
    ("SpinalCord", Side::None, &["spinalcord", "cord", "moelle", "myelon", "medulla"]),
    ("OpticChiasm", Side::None, &["opticchiasm", "chiasm", "chiasma"]),
    ("OpticNrv", Side::Must, &["opticnrv", "opticnerve", "nervusopticus"]),
    ("Pituitary", Side::None, &["pituitary", "hypophysis", "hypophyse"]),
    ("Eye", Side::Pair("Eyes"), &["eye", "eyes", "globe", "oeil"]),
    ("Lens", Side::Must, &["lens", "eyelens", "cristallin"]),
    ("Cochlea", Side::Must, &["cochlea", "innerear"]),
    ("Parotid", Side::Pair("Parotids"), &["parotid", "parotids", "parotidgland", "parotide"]),
    ("Glnd_Submand", Side::Pair("Glnd_Submands"), &["glndsubmand", "submandibular", "submandibulargland"]),
    ("Glnd_Thyroid", Side::None, &["glndthyroid", "thyroid", "thyroidgland", "thyroide"]),
    ("Glnd_Adrenal", Side::Pair("Glnd_Adrenals"), &["glndadrenal", "adrenal", "adrenals", "adrenalgland"]),
    ("Glnd_Thymus", Side::None, &["glndthymus", "thymus"]),
    ("Cavity_Oral", Side::None, &["cavityoral", "oralcavity"]),
    ("Bone_Mandible", Side::None, &["bonemandible", "mandible", "mandibule"]),
    ("Larynx", Side::None, &["larynx"]),
    ("Trachea", Side::None, &["trachea"]),
    ("Esophagus", Side::None, &["esophagus", "oesophagus", "oesophage"]),
    ("Lung", Side::Pair("Lungs"), &["lung", "lungs", "poumon", "poumons", "lunge"]),
    ("Heart", Side::None, &["heart", "coeur", "herz"]),
    ("Breast", Side::Pair("Breasts"), &["breast", "breasts", "sein"]),
    ("Liver", Side::None, &["liver", "foie", "leber"]),
    ("Gallbladder", Side::None, &["gallbladder"]),
    ("Stomach", Side::None, &["stomach", "estomac"]),
    ("Duodenum", Side::None, &["duodenum"]),
    ("Bowel_Small", Side::None, &["bowelsmall", "smallbowel", "smallintestine"]),
    ("Bowel_Large", Side::None, &["bowellarge", "largebowel", "largeintestine"]),
    ("Colon", Side::None, &["colon"]),
    ("Colon_Sigmoid", Side::None, &["colonsigmoid", "sigmoid", "sigmoidcolon"]),
    ("Bowel", Side::None, &["bowel", "intestine"]),
    ("Rectum", Side::None, &["rectum", "rektum"]),
    ("Pancreas", Side::None, &["pancreas"]),
    ("Spleen", Side::None, &["spleen", "rate"]),
    ("Kidney", Side::Pair("Kidneys"), &["kidney", "kidneys", "rein", "reins", "niere"]),
    ("Bladder", Side::None, &["bladder", "urinarybladder", "vessie", "blase"]),
    ("Prostate", Side::None, &["prostate"]),
    ("Uterus", Side::None, &["uterus"]),
    ("Ovary", Side::Pair("Ovaries"), &["ovary", "ovaries"]),
    ("Testis", Side::Pair("Testes"), &["testis", "testes", "testicle", "testicles"]),
    ("Femur_Head", Side::Pair("Femur_Heads"), &["femurhead", "femoralhead", "femoralheads", "femheadneck", "femhead"]),
    ("Femur", Side::Pair("Femurs"), &["femur", "femurs"]),
    ("Skin", Side::None, &["skin"]),
    ("Bone", Side::None, &["bone", "skeleton"]),
];

/// The standard name of an organ as people write it; `None` for a name that is not known: it is never guessed.
///
/// ```
/// # use anatomy::names::tg263;
/// assert_eq!(tg263("FemoralHead_L").as_deref(), Some("Femur_Head_L"));
/// assert_eq!(tg263("Femoral Head RT").as_deref(), Some("Femur_Head_R"));
/// assert_eq!(tg263("LUNG_L").as_deref(), Some("Lung_L"));
/// assert_eq!(tg263("rt_lung").as_deref(), Some("Lung_R"));
/// assert_eq!(tg263("GTV-1"), None);
/// ```
pub fn tg263(name: &str) -> Option<String> {
    let words = words(name);
    let side = |word: &String| match word.as_str() {
        "l" | "lt" | "left" | "gauche" => Some("L"),
        "r" | "rt" | "right" | "droit" | "droite" => Some("R"),
        _ => None,
    };
    let sides: Vec<&str> = words.iter().filter_map(side).collect();
    let stem: String = words.iter().filter(|word| side(word).is_none()).map(String::as_str).collect();
    let (standard, comes, _) = ENTRIES.iter().find(|(_, _, others)| others.contains(&stem.as_str()))?;
    match (comes, sides.as_slice()) {
        (Side::None, []) => Some((*standard).to_string()),
        (Side::Pair(both), []) => Some((*both).to_string()),
        (Side::Pair(_) | Side::Must, [side]) => Some(format!("{standard}_{side}")),
        _ => None,
    }
}

/// Words of a name in lower case: parted by anything but letters and digits, and before capitals that follow small
/// letters.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && after_small) {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words.last_mut().expect("never empty").extend(letter.to_lowercase());
        }
        after_small = letter.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_test_cases_are_known() {
        for (written, standard) in [
            ("Body", "External"),
            ("Bladder", "Bladder"),
            ("SPINALCORD", "SpinalCord"),
            ("cord", "SpinalCord"),
            ("LUNGS", "Lungs"),
            ("lt_lung", "Lung_L"),
            ("Femoral Head Lt", "Femur_Head_L"),
            ("Eye_L", "Eye_L"),
            ("Lens R", "Lens_R"),
        ] {
            assert_eq!(tg263(written).as_deref(), Some(standard), "{written}");
        }
    }

    #[test]
    fn targets_unclear_sides_and_nothing_are_not_guessed() {
        for written in ["PTV", "Lens", "Heart_L", "Lung L R", "", "___", "Bladder-PTV"] {
            assert_eq!(tg263(written), None, "{written}");
        }
    }

    #[test]
    fn a_standard_name_stands_for_itself() {
        for (standard, comes, _) in ENTRIES {
            let written =
                if *comes == Side::None { (*standard).to_string() } else { format!("{standard}_L") };
            assert_eq!(tg263(&written).as_deref(), Some(written.as_str()));
        }
    }

    #[test]
    fn no_other_name_is_listed_twice() {
        let mut all: Vec<&str> = ENTRIES.iter().flat_map(|(_, _, others)| others.iter().copied()).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
