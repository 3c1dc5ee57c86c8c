//! The whole page of a small made-up patient.

use super::*;
use crate::estimate::inputs::Inputs;
use crate::estimate::tables::organ_rows;
use ::estimate::{BodyDose, compare};
use anatomy::{Anatomy, Options, ReferenceDose, Region};
use formats::dicom::PatientFacts;
use std::collections::BTreeMap;
use treatment::iec61217::PatientPosition;
use treatment::machine::{built_in, choose};
use treatment::synthetic::{Identity, Target, four_fields};
use volume::{Image, Mask, OrientedGrid};

const GRID: OrientedGrid = OrientedGrid {
    origin_mm: [-98.0, -78.0, -148.0],
    axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    spacing_mm: [4.0; 3],
    shape: [50, 40, 75],
};
/// A name that must not become a tag.
const NAME: &str = "Liver <script>&";

fn inside(point: [f64; 3], radii: [f64; 3]) -> bool {
    (0..3).map(|a| (point[a] / radii[a]).powi(2)).sum::<f64>() < 1.0
}

fn image(value: impl Fn([f64; 3]) -> f32) -> Image<f32> {
    let values = (0..GRID.len()).map(|at| value(GRID.centre_mm(GRID.voxel(at)))).collect();
    Image { grid: GRID, values }
}

fn region(name: &str, holds: impl Fn([f64; 3]) -> bool) -> Region {
    let inside = (0..GRID.len()).map(|at| holds(GRID.centre_mm(GRID.voxel(at)))).collect();
    let mask = Mask { grid: GRID, lower: [0; 3], shape: GRID.shape, inside, notes: vec![] };
    Region::Voxels { name: name.into(), mask }
}

fn inputs() -> Inputs {
    let target = Target {
        centre_mm: [0.0; 3],
        radius_mm: 25.0,
        position: PatientPosition::Hfs,
        dose_gy: 60.0,
        fractions: 30,
        mu: 200.0,
    };
    let identity =
        Identity { uid: "1.2.3".into(), frame_of_reference_uid: "1.2".into(), structure_set_uid: None };
    Inputs {
        plan: four_fields(&target, &identity),
        plan_name: "plan.dcm".into(),
        identity: None,
        ct: image(|p| if inside(p, [80.0, 60.0, 140.0]) { 20.0 } else { -1000.0 }),
        ct_name: "CT".into(),
        axes_of_files: None,
        patient: PatientFacts::default(),
        patient_position: Some("HFS".into()),
        regions: vec![
            region("Body", |p| inside(p, [80.0, 60.0, 140.0])),
            region("PTV", |p| inside(p, [20.0; 3])),
            region(NAME, |p| inside([p[0] - 30.0, p[1], p[2] - 60.0], [25.0; 3])),
        ],
        planned: Some(image(|p| 60.0 * gaussian(p))),
        took: vec!["plan".into()],
        left: vec![("notes.txt".into(), "no DICOM".into())],
        notes: vec![],
        sha256: BTreeMap::new(),
    }
}

fn gaussian(p: [f64; 3]) -> f32 {
    (-(p[0].powi(2) + p[1].powi(2) + p[2].powi(2)) / 2.0 / 30f64.powi(2)).exp() as f32 + 1e-4
}

fn test_page() -> String {
    let inputs = inputs();
    let machines = built_in();
    let choices: Vec<_> =
        inputs.plan.deliveries().map(|d| choose(&machines, d.beam, None).expect("a machine")).collect();
    let anatomy = Anatomy::build(&inputs.ct, &inputs.regions, &Options::with_voxels(8.0)).expect("a patient");
    let voxels = anatomy.grid.len();
    let values: Vec<f32> = (0..voxels)
        .map(|at| anatomy.body[at] * 58.0 * gaussian(anatomy.grid.centre_mm(anatomy.grid.voxel(at))))
        .collect();
    let share = |share: f32| values.iter().map(|gy| gy * share).collect();
    let ours = BodyDose {
        components_gy: [share(0.9), share(0.0), share(0.1), share(0.0)],
        electrons: None,
        model_sigma: [0.03, 0.35, 0.25, 0.7],
        dose_gy: Image { grid: anatomy.grid, values },
        sigma_relative: vec![0.1; voxels],
        organ_sigma: vec![Some(0.02); anatomy.organs.len()],
        organ_component_sigma: vec![[Some(0.04); 4]; anatomy.organs.len()],
        monitor_units: vec![],
        histories: 1000,
        balances: vec![],
        warnings: vec![],
    };
    let comparison =
        compare(&ours.dose_gy, inputs.planned.as_ref().expect("given"), &anatomy.body).expect("compared");
    let finished = Finished {
        inputs: &inputs,
        choices: &choices,
        anatomy: &anatomy,
        made: None,
        ours: &ours,
        comparison: Some(&comparison),
        dose_gy: &ours.dose_gy,
        reference: ReferenceDose::of(&ours.dose_gy, &anatomy.body, &anatomy.voxel_density_g_cm3),
        warnings: vec!["short".into(), "long ".repeat(90)],
        remarks: vec!["decided".into()],
    };
    let rows = organ_rows(&finished);
    let record = serde_json::json!({ "program": "straydose", "command": ["straydose", "estimate"], "seed": 1,
        "histories": 12000, "inputs_sha256": { "plan.dcm": "00ff" } });
    page(&finished, &rows, &record).expect("a page")
}

/// The page without the pictures' bytes, in which any word may stand by chance.
fn without_pictures(page: &str) -> String {
    let mut parts = page.split("base64,");
    let first = parts.next().expect("there is one").to_owned();
    parts.fold(first, |text, part| text + part.split_once('"').expect("an attribute ends").1)
}

#[test]
fn the_page_needs_no_network_and_no_script_and_escapes_names() {
    let page = test_page();
    assert!(page.len() < 3_000_000);
    let text = without_pictures(&page);
    for word in ["http", "<script", "@import", "url(\"", "src=", "<link"] {
        assert!(!text.contains(word), "{word}");
    }
    assert!(text.contains("Liver &lt;script&gt;&amp;"));
}

#[test]
fn the_page_says_what_it_is_not_for_and_shows_what_was_asked() {
    let text = without_pictures(&test_page());
    for words in [
        "not a medical device",
        "not for diagnosis",
        "Three slices through the isocentre",
        "The whole body from the front",
        "gamma 3 % / 3 mm",
        "0.1 %",
        "00ff",
        "12\u{202f}000",
        "notes.txt",
        "prescribed 60 Gy",
        "What this is not for",
        "dose-volume histograms, ours and planned",
        "per cent of ",
        "What was decided on the way (1)",
    ] {
        assert!(text.contains(words), "{words}");
    }
    assert!(text.matches("<image").count() == 3 * 2 + 2 + 4, "slices, whole body, fluences");
    assert!(text.contains("mean of PTV") && !text.contains("NaN"));
}
