//! A head with jaws and moving, tilted, round-tipped leaves on an arc: everything that its twins have to agree on.

use dose_core::case::{
    Case, Component, ExtraFocal, Head, HeadBeam, Leakage, MaterialId, Piece, Quantity, Source, WedgeMetal,
};
use dose_core::material::Material;
use dose_core::spectrum::Spectrum;
use dose_core::transport::collimation::{bank, head as layout};
use phantoms::tanks;

const SAD_MM: f64 = 1000.0;
const PAIRS: usize = 12;
const POSES: usize = 3;

/// Jaws along y above leaves along x; the leaves change from pose to pose.
fn aperture() -> Vec<f32> {
    let mut table = vec![0.0; layout::LEN + 2 * bank::LEN];
    let banks = [(1.0, [720.0, 643.0], 0.0, 1), (0.0, [640.0, 550.0], 160.0, PAIRS)];
    let mut edges = 0;
    for (index, (travel, [top, bottom], tip_radius, pairs)) in banks.into_iter().enumerate() {
        let sides = table.len();
        if pairs == 1 {
            table.extend([-1e6, 1e6]);
        } else {
            table.extend((0..=pairs).map(|side| 10.0 * side as f32 - 5.0 * pairs as f32));
        }
        let words = &mut table[layout::LEN + bank::LEN * index..][..bank::LEN];
        words[bank::TRAVEL] = travel;
        (words[bank::TOP], words[bank::BOTTOM]) = (top, bottom);
        words[bank::TIP_RADIUS] = tip_radius;
        words[bank::HALF_GAP] = if pairs == 1 { 0.0 } else { 0.1 };
        words[bank::SIDE_FOCUS] = if pairs == 1 { 0.0 } else { 3.0 };
        words[bank::PAIRS] = pairs as f32;
        words[bank::SIDES] = sides as f32;
        words[bank::EDGES] = edges as f32;
        edges += 2 * pairs;
    }
    table[layout::BANKS] = 2.0;
    table[layout::POSES] = POSES as f32;
    table[layout::FIRST_POSE] = table.len() as f32;
    table[layout::POSE_STRIDE] = edges as f32;
    table[layout::SAD] = SAD_MM as f32;
    for pose in 0..POSES {
        table.extend([-40.0, 45.0]);
        for pair in 0..PAIRS {
            let middle = 6.0 * pose as f32 - 2.0 * pair as f32;
            table.extend([middle - 15.0 - pair as f32, middle + 20.0]);
        }
    }
    table
}

/// Three pieces of an arc around a tank of slabs.
pub fn arc_on_slabs(component: Component) -> Case {
    let mut case = tanks::w1_with_slabs(20.0, Quantity::Dose, tanks::CHEST_SLABS);
    let metal = MaterialId(case.materials.len() as u8);
    case.materials.push(Material::named("tungsten-alloy").expect("a material of the library"));
    let beam = HeadBeam {
        spectrum: Spectrum::named("mohan-6mv").expect("a spectrum of the library"),
        focal_spot_mm: 1.0,
        profile: vec![[1.0, 1.0], [1.03, 0.95], [1.05, 0.9]],
        profile_step: 0.1,
        aperture: aperture(),
        banks: vec![(metal, 18.0); 2],
        extra_focal: Some(ExtraFocal { ratio: 0.1, distance_mm: 110.0, sigma_mm: 13.0 }),
        leakage: Some(Leakage {
            spectrum: Spectrum::mono(0.5).expect("an energy within the data"),
            per_focal: 1e-3,
            by_cosine: vec![0.5, 1.0, 0.8],
        }),
        wedges: vec![WedgeMetal {
            material: metal,
            density_g_cm3: 7.9,
            axis_mm: 10.0,
            slope: [0.1, 0.05],
            bounds_mm: [0.0, 20.0],
        }],
    };
    let piece = |angle: f64, pose: u32| {
        let (sin, cos) = angle.sin_cos();
        // The isocentre lies 10 cm deep in the tank; the gantry turns about z.
        let up = [sin, -cos, 0.0];
        Piece {
            beam: 0,
            mu: 1.0 + angle,
            pose,
            parts: [0.25, 1.0],
            source_mm: [SAD_MM * up[0], 100.0 + SAD_MM * up[1], 0.0],
            axes: [[cos, sin, 0.0], [0.0, 0.0, 1.0], up],
            opening: [-0.06, 0.05, -0.05, 0.05],
            wedge: (pose == 1).then_some(0),
        }
    };
    let aimed_share = if component == Component::Open { 1.0 } else { 0.4 };
    case.source = Source::Head(Head {
        beams: vec![beam],
        pieces: vec![piece(0.0, 0), piece(0.3, 1), piece(0.6, 0)],
        component,
        aimed_share,
        half_width: 0.2,
    });
    case
}
