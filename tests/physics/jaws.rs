//! What scatters in jaws: the head's own sampling beside the engine's transport in blocks of the same shape.

use dose_core::case::{Case, Collimator, Component, Head, HeadBeam, MaterialId, Piece, Quantity, Source};
use dose_core::deck::Deck;
use dose_core::material::Material;
use dose_core::run::{Backend, Estimate, Region, Settings, VarianceReduction, transport};
use dose_core::spectrum::Spectrum;
use phantoms::tanks;
use std::ops::ControlFlow;
use straydose_tests::apertures::{PlaneJaws, SAD_MM, plane_jaws};

/// Faces of the upper and the lower jaws above the isocentre (mm), which lies 10 cm deep in the tank.
const UPPER_MM: [f64; 2] = [720.0, 640.0];
const LOWER_MM: [f64; 2] = [630.0, 550.0];
/// Half the width of the beam (tangent).
const HALF_WIDTH: f64 = 0.15;
/// Farther than anything.
const FAR_MM: f64 = 5000.0;

/// Jaws with one side of each pair closed up to the axis: planes through the focal spot that are upright, as blocks have them.
fn jaws() -> Vec<f32> {
    let pair = |along_y, faces_mm| PlaneJaws { along_y, faces_mm, edges_mm: [0.0, FAR_MM] };
    plane_jaws(&[pair(true, UPPER_MM), pair(false, LOWER_MM)])
}

fn tank(spectrum: &Spectrum) -> (Case, MaterialId) {
    let mut case = tanks::w1(20.0, Quantity::Kerma);
    if let Source::Rectangle(source) = &mut case.source {
        source.field_mm = [2.0 * HALF_WIDTH * SAD_MM; 2];
        source.spectrum = spectrum.clone();
    }
    let metal = MaterialId(case.materials.len() as u8);
    case.materials.push(Material::named("tungsten-alloy").expect("a material of the library"));
    (case, metal)
}

/// The tank behind blocks.
fn blocks(spectrum: &Spectrum) -> Case {
    let (mut case, material) = tank(spectrum);
    // Heights above the isocentre to depths: the isocentre lies 10 cm deep.
    let depth = |height_mm: f64| 100.0 - height_mm;
    let mut add = |min_mm: [f64; 3], max_mm: [f64; 3]| {
        case.collimators.push(Collimator { min_mm, max_mm, material, density_g_cm3: 18.0 });
    };
    add([-FAR_MM, depth(UPPER_MM[0]), -FAR_MM], [FAR_MM, depth(UPPER_MM[1]), 0.0]);
    add([-FAR_MM, depth(LOWER_MM[0]), -FAR_MM], [0.0, depth(LOWER_MM[1]), FAR_MM]);
    case
}

/// The tank under a head whose jaws have the shape of the blocks.
fn head(spectrum: &Spectrum, component: Component) -> Case {
    let (mut case, metal) = tank(spectrum);
    let beam = HeadBeam {
        spectrum: spectrum.clone(),
        focal_spot_mm: 0.0,
        profile: vec![[1.0, 1.0], [1.0, 1.0]],
        profile_step: 0.3,
        aperture: jaws(),
        banks: vec![(metal, 18.0); 2],
        extra_focal: None,
        leakage: None,
        wedges: vec![],
    };
    let piece = Piece {
        beam: 0,
        mu: 1.0,
        pose: 0,
        parts: [0.0, 0.0],
        source_mm: [0.0, -900.0, 0.0],
        axes: [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]],
        opening: [-0.01, HALF_WIDTH, -0.01, HALF_WIDTH],
        wedge: None,
    };
    case.source = Source::Head(Head {
        beams: vec![beam],
        pieces: vec![piece],
        component,
        aimed_share: 0.3,
        half_width: HALF_WIDTH,
    });
    case
}

/// Boxes behind the jaws, near and far from the field's edges, and the field.
const PLACES: [(&str, [f64; 3], [f64; 3]); 6] = [
    ("behind the upper, 5-15 cm", [40.0, 40.0, -150.0], [140.0, 200.0, -50.0]),
    ("behind the upper, 15-30 cm", [-200.0, 40.0, -300.0], [200.0, 200.0, -150.0]),
    ("behind the upper, 30-60 cm", [-200.0, 0.0, -600.0], [200.0, 300.0, -300.0]),
    ("behind the lower, 5-15 cm", [-150.0, 40.0, 40.0], [-50.0, 200.0, 140.0]),
    ("behind both", [-150.0, 40.0, -150.0], [-50.0, 200.0, -50.0]),
    ("open side, 30-60 cm", [-200.0, 0.0, 300.0], [200.0, 300.0, 600.0]),
];

fn doses(case: &Case, histories: u64, seed: u64) -> Vec<Estimate> {
    let regions = PLACES.map(|(_, min, max)| tanks::voxels_in(case, min, max)).to_vec();
    let deck = Deck::new(case, VarianceReduction::Auto).expect("a good case");
    let settings = Settings { histories, seed, batches: 100, regions: Region::alike(regions) };
    let mut backend = Backend::cpu(None).expect("threads");
    let mut regions = transport(&deck, &settings, &mut backend, &mut |_| ControlFlow::Continue(()))
        .expect("it runs")
        .regions;
    let tangent = HALF_WIDTH;
    // A head's unit is one photon a unit of solid angle; the field's photons fill its pyramid.
    let unit = match &case.source {
        Source::Head(head) => head.fluence(),
        Source::Rectangle(_) => 4.0 * (tangent * tangent / (1.0 + tangent * tangent)).asin(),
    };
    regions.iter_mut().for_each(|region| region.mean *= unit);
    regions
}

/// Without scatter in the metal, behind both jaws nearly everything is missing; one collision too few or a wrong density of
/// aimed directions shows in all places.
#[test]
fn photons_that_scatter_in_jaws_are_those_that_blocks_scatter() {
    for (name, spectrum) in [
        ("6 MV", Spectrum::named("mohan-6mv").expect("a spectrum of the library")),
        ("15 MV", Spectrum::named("mohan-15mv").expect("a spectrum of the library")),
    ] {
        let expected = doses(&blocks(&spectrum), 7_000_000, 1);
        let all = doses(&head(&spectrum, Component::All), 1_500_000, 2);
        let scattered = doses(&head(&spectrum, Component::Scattered), 200_000, 3);
        let mut misses = vec![];
        for (at, (place, _, _)) in PLACES.into_iter().enumerate() {
            let mean = all[at].mean + scattered[at].mean;
            let parts = [all[at], scattered[at]].map(|part| part.mean * part.sigma_relative);
            let sigma = (parts[0].hypot(parts[1]) / mean).hypot(expected[at].sigma_relative);
            let ratio = mean / expected[at].mean;
            if (ratio - 1.0).abs() > 0.02 + 3.0 * sigma || sigma > 0.02 {
                misses.push(format!("{name}, {place}: {ratio:.4} ± {sigma:.4}"));
            }
        }
        assert!(misses.is_empty(), "{misses:#?}");
    }
}
