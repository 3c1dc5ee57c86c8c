//! IBSI 2, phase 1: responses of filters against the consensus maps, at every probe.

use crate::common::{assert_section, rows, shared};
use radiomics::filter::{Filter, Volume};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

/// Each test with a consensus map, as a filter of a recipe.
const TESTS: [(&str, &str); 33] = [
    ("1.a.1", "kind = 'mean', support = 15, dimension = '3D', boundary = 'zero'"),
    ("1.a.2", "kind = 'mean', support = 15, dimension = '3D', boundary = 'nearest'"),
    ("1.a.3", "kind = 'mean', support = 15, dimension = '3D', boundary = 'periodic'"),
    ("1.a.4", "kind = 'mean', support = 15, dimension = '3D', boundary = 'mirror'"),
    ("1.b.1", "kind = 'mean', support = 15, dimension = '2D', boundary = 'zero'"),
    ("2.a", "kind = 'laplacian-of-gaussian', sigma_mm = 3.0, dimension = '3D', boundary = 'zero'"),
    ("2.b", "kind = 'laplacian-of-gaussian', sigma_mm = 5.0, dimension = '3D', boundary = 'mirror'"),
    ("2.c", "kind = 'laplacian-of-gaussian', sigma_mm = 5.0, dimension = '2D', boundary = 'mirror'"),
    ("3.a.1", "kind = 'laws', kernels = 'E5L5S5', dimension = '3D', boundary = 'zero'"),
    ("3.a.2", "kind = 'laws', kernels = 'E5L5S5', pooling = 'max', dimension = '3D', boundary = 'zero'"),
    (
        "3.a.3",
        "kind = 'laws', kernels = 'E5L5S5', pooling = 'max', energy_reach = 7, dimension = '3D', boundary = 'zero'",
    ),
    ("3.b.1", "kind = 'laws', kernels = 'E3W5R5', dimension = '3D', boundary = 'mirror'"),
    ("3.b.2", "kind = 'laws', kernels = 'E3W5R5', pooling = 'max', dimension = '3D', boundary = 'mirror'"),
    (
        "3.b.3",
        "kind = 'laws', kernels = 'E3W5R5', pooling = 'max', energy_reach = 7, dimension = '3D', boundary = 'mirror'",
    ),
    ("3.c.1", "kind = 'laws', kernels = 'L5S5', dimension = '2D', boundary = 'mirror'"),
    ("3.c.2", "kind = 'laws', kernels = 'L5S5', pooling = 'max', dimension = '2D', boundary = 'mirror'"),
    (
        "3.c.3",
        "kind = 'laws', kernels = 'L5S5', pooling = 'max', energy_reach = 7, dimension = '2D', boundary = 'mirror'",
    ),
    (
        "4.a.1",
        "kind = 'gabor', sigma_mm = 10.0, lambda_mm = 4.0, gamma = 0.5, theta_deg = 60.0, dimension = '2D', boundary = 'zero'",
    ),
    (
        "4.a.2",
        "kind = 'gabor', sigma_mm = 10.0, lambda_mm = 4.0, gamma = 0.5, theta_step_deg = 45.0, dimension = '3D', boundary = 'zero'",
    ),
    (
        "4.b.1",
        "kind = 'gabor', sigma_mm = 20.0, lambda_mm = 8.0, gamma = 2.5, theta_deg = 225.0, dimension = '2D', boundary = 'mirror'",
    ),
    (
        "4.b.2",
        "kind = 'gabor', sigma_mm = 20.0, lambda_mm = 8.0, gamma = 2.5, theta_step_deg = 22.5, dimension = '3D', boundary = 'mirror'",
    ),
    (
        "5.a.1",
        "kind = 'wavelet', wavelet = 'db2', letters = 'LHL', level = 1, dimension = '3D', boundary = 'zero'",
    ),
    (
        "5.a.2",
        "kind = 'wavelet', wavelet = 'db2', letters = 'LHL', level = 1, pooling = 'average', dimension = '3D', boundary = 'zero'",
    ),
    (
        "6.a.1",
        "kind = 'wavelet', wavelet = 'coif1', letters = 'HHL', level = 1, dimension = '3D', boundary = 'periodic'",
    ),
    (
        "6.a.2",
        "kind = 'wavelet', wavelet = 'coif1', letters = 'HHL', level = 1, pooling = 'average', dimension = '3D', boundary = 'periodic'",
    ),
    (
        "7.a.1",
        "kind = 'wavelet', wavelet = 'haar', letters = 'LLL', level = 2, pooling = 'average', dimension = '3D', boundary = 'mirror'",
    ),
    (
        "7.a.2",
        "kind = 'wavelet', wavelet = 'haar', letters = 'HHH', level = 2, pooling = 'average', dimension = '3D', boundary = 'mirror'",
    ),
    ("8.a.1", "kind = 'simoncelli', level = 1, dimension = '3D', boundary = 'periodic'"),
    ("8.a.2", "kind = 'simoncelli', level = 2, dimension = '3D', boundary = 'periodic'"),
    ("8.a.3", "kind = 'simoncelli', level = 3, dimension = '3D', boundary = 'periodic'"),
    (
        "9.a",
        "kind = 'laplacian-of-gaussian', sigma_mm = 3.0, riesz = [1, 0, 0], dimension = '3D', boundary = 'zero'",
    ),
    (
        "9.b.1",
        "kind = 'laplacian-of-gaussian', sigma_mm = 3.0, riesz = [0, 2, 0], dimension = '3D', boundary = 'zero'",
    ),
    ("10.b.1", "kind = 'simoncelli', level = 1, riesz = [0, 2, 0], dimension = '3D', boundary = 'nearest'"),
];

/// One filter from its inline table.
fn filter(text: &str) -> Filter {
    let recipe = format!("dimension = '3D'\nfilter = [{{ {text} }}]\n[discretise]\nmethod = 'none'");
    radiomics::Recipe::from_toml(&recipe).unwrap_or_else(|error| panic!("{text}: {error}")).filter.remove(0)
}

static RESULT: OnceLock<(usize, Vec<String>)> = OnceLock::new();

/// How many response maps agree at every probe, and those that do not.
pub fn section(shared: &Path) -> &'static (usize, Vec<String>) {
    RESULT.get_or_init(|| result(shared))
}

fn result(shared: &Path) -> (usize, Vec<String>) {
    let settings = rows(&shared.join("ibsi/ibsi2_phase1_filters.csv"));
    let mut probes: BTreeMap<String, Vec<([usize; 3], f64)>> = BTreeMap::new();
    for row in rows(&shared.join("ibsi/ibsi2_phase1_probes.csv")) {
        let index = ["x", "y", "z"].map(|axis| row[axis].parse().expect("an index"));
        let value = row["reference_response"].parse().expect("a number");
        probes.entry(row["test_id"].clone()).or_default().push((index, value));
    }
    assert_eq!(probes.len(), TESTS.len(), "a test without a filter, or a filter without a test");
    let (mut checked, mut misses) = (0, Vec::new());
    for (id, text) in TESTS {
        let setting = settings.iter().find(|row| row["test_id"] == id).expect("a test of the standard");
        let name = format!("data/ibsi/ibsi2_images/{}.nii.gz", setting["phantom"]);
        let mut image = formats::nifti::read_image(&shared.join(name)).expect("the phantom can be read");
        reverse_z(&mut image);
        let tolerance: f64 = setting["tolerance_abs"].parse().expect("a number");
        let volume =
            Volume { shape: image.grid.shape, values: image.values.iter().map(|x| f64::from(*x)).collect() };
        let response = filter(text).response(&volume, image.grid.spacing_mm);
        let off = |index: [usize; 3], expected: f64| {
            let place = index[0] + volume.shape[0] * (index[1] + volume.shape[1] * index[2]);
            (response.values[place] - expected).abs()
        };
        let errors: Vec<f64> = probes[id].iter().map(|&(index, expected)| off(index, expected)).collect();
        checked += errors.len();
        let wrong = errors.len() - errors.iter().filter(|error| **error <= tolerance).count();
        if wrong > 0 {
            let most = errors.iter().fold(0.0_f64, |most, error| most.max(*error));
            misses.push(format!(
                "{id}: {wrong} of {} probes, by up to {most:.3e} (tolerance {tolerance:.3e})",
                errors.len()
            ));
        }
    }
    assert_eq!(checked, 12_738);
    (TESTS.len() - misses.len(), misses)
}

#[test]
fn all_33_response_maps_agree_at_every_probe() {
    let Some(shared) = shared() else { return };
    assert_section(section(&shared), 33);
}

/// The copies of the phantoms lie the other way round along z than the consensus maps (see the folder's README).
fn reverse_z(image: &mut volume::Image<f32>) {
    let layer = image.grid.shape[0] * image.grid.shape[1];
    let layers: Vec<Vec<f32>> = image.values.chunks_exact(layer).rev().map(<[f32]>::to_vec).collect();
    image.values = layers.concat();
}
