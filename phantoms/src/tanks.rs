//! Water tanks and slabs: the cases of the independent reference, and heterogeneous ones beside them.
//!
//! x lateral, y depth, z cranio-caudal; the origin on the beam axis at the entrance surface.

use dose_core::case::{Case, Collimator, Emission, MaterialId, Quantity, Rectangle, Source};
use dose_core::material::Material;
use dose_core::spectrum::Spectrum;
use volume::Grid;

/// A slab between two depths (mm) with a material and a density (g/cm³).
pub type Slab = ([f64; 2], &'static str, f32);

/// Lung, bone and titanium under 3 cm of water: contrast in density and in atomic number.
pub const CHEST_SLABS: &[Slab] = &[
    ([30.0, 40.0], "cortical-bone", 1.85),
    ([40.0, 120.0], "lung", 0.26),
    ([160.0, 170.0], "titanium", 4.54),
    ([200.0, 240.0], "lung", 0.26),
];

fn material(name: &str) -> Material {
    Material::named(name).expect("a material of the library")
}

fn tank(
    corner_mm: [f64; 3],
    spacing_mm: [f64; 3],
    shape: [usize; 3],
    source: Rectangle,
    quantity: Quantity,
) -> Case {
    let grid = Grid { corner_mm, spacing_mm, shape };
    Case {
        grid,
        materials: vec![material("water")],
        voxel_material: vec![MaterialId(0); grid.len()],
        voxel_density_g_cm3: vec![1.0; grid.len()],
        collimators: Vec::new(),
        source: Source::Rectangle(source),
        quantity,
    }
}

/// W1: a water tank of 40 × 30 × 120 cm, 6 MV, 10 × 10 cm at 100 cm, source-to-surface distance 90 cm.
pub fn w1(voxel_mm: f64, quantity: Quantity) -> Case {
    let shape = [400.0, 300.0, 1200.0].map(|edge: f64| (edge / voxel_mm).round() as usize);
    let source = Rectangle {
        position_mm: [0.0, -900.0, 0.0],
        direction: [0.0, 1.0, 0.0],
        field_mm: [100.0, 100.0],
        emission: Emission::Point { field_distance_mm: 1000.0 },
        spectrum: Spectrum::named("mohan-6mv").expect("a spectrum of the library"),
    };
    tank([-200.0, 0.0, -600.0], [voxel_mm; 3], shape, source, quantity)
}

/// W6: the tank of W1 behind two pairs of straight-faced jaws of 8 cm of tungsten alloy, the upper pair along z, in a
/// 6 MV field of 40 × 40 cm; rays inside its 10 × 10 cm touch no metal.
pub fn w6(voxel_mm: f64, quantity: Quantity) -> Case {
    let mut case = w1(voxel_mm, quantity);
    if let Source::Rectangle(source) = &mut case.source {
        source.field_mm = [400.0, 400.0];
    }
    let metal = MaterialId(case.materials.len() as u8);
    case.materials.push(material("tungsten-alloy"));
    for side in [-1.0, 1.0] {
        for (travel, along_mm, depth_mm) in
            [(2, [18.0, 218.0], [-620.0, -540.0]), (0, [22.5, 222.5], [-530.0, -450.0])]
        {
            let (mut min_mm, mut max_mm) = ([-200.0, depth_mm[0], -200.0], [200.0, depth_mm[1], 200.0]);
            let [a, b] = along_mm.map(|mm| side * mm);
            (min_mm[travel], max_mm[travel]) = (f64::min(a, b), f64::max(a, b));
            case.collimators.push(Collimator { min_mm, max_mm, material: metal, density_g_cm3: 18.0 });
        }
    }
    case
}

/// W1 with slabs across the beam; later slabs win.
pub fn w1_with_slabs(voxel_mm: f64, quantity: Quantity, slabs: &[Slab]) -> Case {
    let mut case = w1(voxel_mm, quantity);
    for &([from_mm, to_mm], name, density_g_cm3) in slabs {
        let id = MaterialId(case.materials.len() as u8);
        case.materials.push(material(name));
        for offset in 0..case.grid.len() {
            let depth_mm = case.grid.centre_mm(case.grid.voxel(offset))[1];
            if (from_mm..to_mm).contains(&depth_mm) {
                case.voxel_material[offset] = id;
                case.voxel_density_g_cm3[offset] = density_g_cm3;
            }
        }
    }
    case
}

/// W4: a monoenergetic pencil on a water box of 30 cm a side, in voxels of 0.5 cm: the reference's bins have their
/// edges on half centimetres.
pub fn w4(energy_mev: f64, quantity: Quantity) -> Case {
    let source = Rectangle {
        position_mm: [0.0, -10.0, 0.0],
        direction: [0.0, 1.0, 0.0],
        field_mm: [0.0, 0.0],
        emission: Emission::Parallel,
        spectrum: Spectrum::mono(energy_mev).expect("an energy within the data"),
    };
    tank([-150.0, 0.0, -150.0], [5.0; 3], [60; 3], source, quantity)
}

/// The voxels of a case whose centres lie in a box (mm).
pub fn voxels_in(case: &Case, min_mm: [f64; 3], max_mm: [f64; 3]) -> Vec<u32> {
    let inside = |offset: &usize| {
        let centre = case.grid.centre_mm(case.grid.voxel(*offset));
        (0..3).all(|a| (min_mm[a]..max_mm[a]).contains(&centre[a]))
    };
    (0..case.grid.len()).filter(inside).map(|offset| offset as u32).collect()
}
