//! Radiomics: files in memory to a table of features, on one thread, on the job that other extractors were timed on.

#[path = "../radiomics/examples/peer_job/job.rs"]
mod job;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use radiomics::{Mask, Recipe, extract};
use std::hint::black_box;
use std::path::Path;

/// What the peers compute: first-order, shape and the textures of volumes, bins of 25 HU.
const PEERS: &str = "dimension = '3D'\n[discretise]\nmethod = 'fixed-bin-size'\nwidth = 25.0\nstart = 'pyradiomics'\n\
    [features]\nfamilies = ['morphology', 'intensity', 'cooccurrence', 'run-length', 'size-zone', 'distance-zone', \
    'tone-difference', 'dependence']\nomit = ['morph_moran_i', 'morph_geary_c', 'morph_vol_dens_ombb', \
    'morph_area_dens_ombb', 'morph_vol_dens_mvee', 'morph_area_dens_mvee']";

/// All 174 features in every aggregation.
const ALL: &str = "dimension = '3D'\n[discretise]\nmethod = 'fixed-bin-size'\nwidth = 25.0\nstart = 'pyradiomics'\n[features]\n\
    aggregations = ['2D', '2D_avg', '2D_comb', '2_5D', '2_5D_avg', '2_5D_comb', '3D', '3D_avg', '3D_comb']";

fn table(image: &[u8], mask: &[u8], recipe: &Recipe) -> usize {
    let read = |bytes| formats::nifti::read_bytes(Path::new("job.nii.gz"), bytes).expect("a sound file");
    let (image, labels) = (read(image), read(mask));
    let most = labels.values.iter().fold(0.0_f32, |most, label| most.max(*label)) as u32;
    let regions: Vec<(String, Mask)> = (1..=most)
        .map(|label| {
            let inside = labels.values.iter().map(|value| *value == label as f32).collect();
            let mask = Mask {
                grid: labels.grid,
                lower: [0; 3],
                shape: labels.grid.shape,
                inside,
                notes: Vec::new(),
            };
            (label.to_string(), mask)
        })
        .collect();
    extract(&image, &regions, recipe).expect("a table").rows.len()
}

fn radiomics_job(criterion: &mut Criterion) {
    let made = job::job();
    let image = job::nifti(&made.image);
    let mut group = criterion.benchmark_group("radiomics, file to table");
    group.sample_size(10);
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    for (what, recipe) in [("peers' features", PEERS), ("all features", ALL)] {
        let recipe = Recipe::from_toml(recipe).expect("a recipe");
        // Twenty masks of the whole grid are slow to make here; the program cuts them to their boxes (see `straydose radiomics`).
        for (name, mask) in &made.masks[..2] {
            let mask_file = job::nifti(mask);
            group.throughput(Throughput::Elements(mask.iter().filter(|label| **label > 0).count() as u64));
            group.bench_function(format!("{what}, {name} lesion"), |bencher| {
                bencher.iter_batched(
                    || (),
                    |()| one.install(|| table(black_box(&image), black_box(&mask_file), &recipe)),
                    BatchSize::PerIteration,
                );
            });
        }
    }
}

criterion_group!(benches, radiomics_job);
criterion_main!(benches);
