//! The stages one by one: a deck is built, words are drawn, a photon scatters, an image is folded.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dose_core::case::Quantity;
use dose_core::deck::Deck;
use dose_core::physics::{compton, random};
use dose_core::run::VarianceReduction;
use phantoms::tanks;
use std::hint::black_box;

fn deck(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("deck");
    group.sample_size(10);
    for (name, quantity) in [("kerma", Quantity::Kerma), ("dose", Quantity::Dose)] {
        let case = tanks::w1_with_slabs(10.0, quantity, tanks::CHEST_SLABS);
        group.bench_function(format!("slabs, {name}"), |bencher| {
            bencher.iter(|| Deck::new(black_box(&case), VarianceReduction::Auto).expect("a good case"));
        });
    }
}

fn physics(criterion: &mut Criterion) {
    const COUNT: u32 = 10_000;
    let mut group = criterion.benchmark_group("physics");
    group.throughput(Throughput::Elements(COUNT.into()));
    group.bench_function("philox, four words", |bencher| {
        bencher.iter(|| (0..COUNT).fold(0, |sum, i| sum ^ random::philox([i, 0, 1, 2], [3, 4])[0]));
    });
    let table = compton::inverse_table();
    group.bench_function("Klein-Nishina angle", |bencher| {
        bencher.iter(|| {
            let quantile = |i: u32| (i as f32 + 0.5) / COUNT as f32;
            (0..COUNT).map(|i| compton::one_minus_cos(&table, black_box(1.3), quantile(i))).sum::<f32>()
        });
    });
}

criterion_group!(benches, deck, physics);
criterion_main!(benches);
