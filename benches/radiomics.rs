//! Radiomics: files in memory to a table of features, on one thread, on the job that other extractors were timed on.

#[path = "../radiomics/examples/peer_job/job.rs"]
mod job;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use radiomics::placement::place;
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

/// What the program does between the files and the table.
fn table(image: &[u8], mask: &[u8], recipe: &Recipe) -> usize {
    let path = Path::new("job.nii.gz");
    let (_, labels) = formats::nifti::labels(path, mask).expect("a sound mask");
    let rows = formats::nifti::Rows::open(path, image).expect("a sound image");
    let part = recipe.reach(rows.grid(), labels.values());
    let image = rows.part(part).expect("a sound image");
    let regions: Vec<(String, Mask)> =
        labels.iter().map(|(label, mask)| (label.to_string(), place(mask, &image.grid).0)).collect();
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
        for (name, mask) in &made.masks {
            let mask_file = job::nifti(mask);
            group.throughput(Throughput::Elements(mask.iter().filter(|label| **label > 0).count() as u64));
            group.bench_function(format!("{what}, {name}"), |bencher| {
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
