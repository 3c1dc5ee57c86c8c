//! The treatment head as a source, against the rectangular field and against formulas.

use dose_core::case::{Case, Component, Head, HeadBeam, MaterialId, Piece, Quantity, Source};
use dose_core::coefficients::attenuation;
use dose_core::deck::Deck;
use dose_core::material::Material;
use dose_core::run::{Backend, Estimate, Region, Settings, VarianceReduction, transport};
use dose_core::spectrum::Spectrum;
use phantoms::tanks;
use std::ops::ControlFlow;
use straydose_tests::apertures::{PlaneJaws, plane_jaws};

/// Heights of a jaw's faces above the isocentre (mm): 78 mm thick.
const JAW_MM: [f64; 2] = [640.0, 562.0];

/// Two pairs of plane jaws at the same height, open to ± these widths in the isocentre plane (mm).
fn jaws(half_mm: [f32; 2]) -> Vec<f32> {
    let pair = |along_y: bool, half_mm: f32| {
        let half_mm = f64::from(half_mm);
        PlaneJaws { along_y, faces_mm: JAW_MM, edges_mm: [-half_mm, half_mm] }
    };
    plane_jaws(&[pair(false, half_mm[0]), pair(true, half_mm[1])])
}

/// W1's tank under a head with these jaws.
fn case(spectrum: Spectrum, half_mm: [f32; 2], component: Component, density_g_cm3: f64) -> Case {
    let mut case = tanks::w1(20.0, Quantity::Kerma);
    case.materials.push(Material::named("tungsten").expect("a material of the library"));
    let metal = (MaterialId(1), density_g_cm3);
    let beam = HeadBeam {
        spectrum,
        focal_spot_mm: 0.0,
        profile: vec![[1.0, 1.0], [1.0, 1.0]],
        profile_step: 0.3,
        aperture: jaws(half_mm),
        banks: vec![metal, metal],
        extra_focal: None,
        leakage: None,
        wedges: vec![],
    };
    let piece = Piece {
        beam: 0,
        mu: 3.0,
        pose: 0,
        parts: [0.0, 0.0],
        source_mm: [0.0, -900.0, 0.0],
        axes: [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]],
        opening: [-0.06, 0.06, -0.06, 0.06],
        wedge: None,
    };
    let aimed_share = if component == Component::Open { 1.0 } else { 0.6 };
    case.source = Source::Head(Head {
        beams: vec![beam],
        pieces: vec![piece],
        component,
        aimed_share,
        half_width: 0.15,
    });
    case
}

/// Mean over boxes (Gy for one photon a steradian on the axis, or a source photon): field, beside it, far.
fn doses(case: &Case, histories: u64, seed: u64) -> Vec<Estimate> {
    let boxes = [[[-30.0, 80.0, -30.0], [30.0, 120.0, 30.0]], [[-80.0, 40.0, 70.0], [80.0, 220.0, 170.0]]];
    let regions = boxes.map(|[min, max]| tanks::voxels_in(case, min, max)).to_vec();
    let deck = Deck::new(case, VarianceReduction::Auto).expect("a good case");
    let settings = Settings { histories, seed, batches: 64, regions: Region::alike(regions) };
    let mut backend = Backend::cpu(None).expect("threads");
    let mut regions = transport(&deck, &settings, &mut backend, &mut |_| ControlFlow::Continue(()))
        .expect("it runs")
        .regions;
    let unit = if let Source::Head(head) = &case.source { head.fluence() } else { 1.0 };
    regions.iter_mut().for_each(|region| region.mean *= unit);
    regions
}

fn assert_close(what: &str, a: Estimate, b: Estimate, ratio: f64, resolves: f64) {
    let sigma = a.sigma_relative.hypot(b.sigma_relative);
    assert!(4.0 * sigma < resolves, "{what}: sigma {sigma} cannot show {resolves}");
    let found = a.mean / b.mean / ratio;
    assert!((found - 1.0).abs() < 4.0 * sigma, "{what}: {found} (sigma {sigma})");
}

fn mohan() -> Spectrum {
    Spectrum::named("mohan-6mv").expect("a spectrum of the library")
}

/// Solid angle of a square pyramid whose half width at unit distance is `t`.
fn solid_angle(t: f64) -> f64 {
    4.0 * (t * t / (1.0 + t * t)).asin()
}

#[test]
fn jaws_that_let_nothing_through_make_the_rectangular_field() {
    // Jaws as dense as no metal is: what is left is the open field.
    let head = doses(&case(mohan(), [50.0, 50.0], Component::All, 2000.0), 800_000, 1);
    let rectangle = doses(&tanks::w1(20.0, Quantity::Kerma), 800_000, 2);
    // 3 MU; one photon a steradian each.
    let ratio = 3.0 * solid_angle(0.05);
    assert_close("in the field", head[0], rectangle[0], ratio, 0.02);
    assert_close("beside it", head[1], rectangle[1], ratio, 0.05);
}

#[test]
fn open_and_transmitted_photons_add_up_to_all() {
    let run = |component, seed| doses(&case(mohan(), [50.0, 30.0], component, 4.0), 800_000, seed);
    let (all, open, through) =
        (run(Component::All, 1), run(Component::Open, 2), run(Component::Transmitted, 3));
    for (at, place) in ["in the field", "beside it"].into_iter().enumerate() {
        let mean = open[at].mean + through[at].mean;
        let variance = (open[at].mean * open[at].sigma_relative).powi(2)
            + (through[at].mean * through[at].sigma_relative).powi(2);
        let sum = Estimate { mean, sigma_relative: variance.sqrt() / mean };
        assert_close(place, sum, all[at], 1.0, 0.05);
    }
}

#[test]
fn closed_jaws_thin_the_beam_by_their_thickness() {
    // One energy, closed along x; along y open far beyond the box that is looked at.
    let energy_mev = 1.0;
    let mono = || Spectrum::mono(energy_mev).expect("an energy within the data");
    let density = 2.0;
    let closed = doses(&case(mono(), [0.0, 500.0], Component::All, density), 800_000, 1);
    let open = doses(&case(mono(), [500.0, 500.0], Component::All, density), 800_000, 2);
    let tungsten = Material::named("tungsten").expect("a material of the library");
    let thickness_cm = 0.1 * (JAW_MM[0] - JAW_MM[1]);
    let depth = attenuation(&tungsten, energy_mev).total() * density * thickness_cm;
    // Both parts of a closed jaw meet on the axis; oblique rays cross up to 1 % more over the whole beam.
    let found = closed[0].mean / open[0].mean / (-depth).exp();
    let sigma = closed[0].sigma_relative.hypot(open[0].sigma_relative);
    assert!(sigma < 0.01, "sigma {sigma}");
    assert!((found - 1.0).abs() < 0.02 + 4.0 * sigma, "{found} of exp(-{depth:.3}) (sigma {sigma})");
}
