//! Histories a second, end to end: W1 on one thread, on all threads and on the GPU where there is one.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dose_core::case::Quantity;
use dose_core::deck::Deck;
use dose_core::run::{Backend, Settings, VarianceReduction, transport};
use phantoms::tanks;
use std::ops::ControlFlow;

const HISTORIES: u64 = 100_000;

fn w1(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("w1");
    group.throughput(Throughput::Elements(HISTORIES)).sample_size(10);
    let deck = Deck::new(&tanks::w1(10.0, Quantity::Kerma), VarianceReduction::Auto).expect("a good case");
    let settings = Settings { histories: HISTORIES, batches: 8, ..Settings::default() };
    let mut run = |name: &str, mut backend: Backend| {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                transport(&deck, &settings, &mut backend, &mut |_| ControlFlow::Continue(())).expect("a run")
            });
        });
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    run("cpu, 1 thread", Backend::cpu(Some(1)).expect("one thread"));
    if threads > 1 {
        run(&format!("cpu, {threads} threads"), Backend::cpu(Some(threads)).expect("all threads"));
    }
    if let Ok(gpu) = Backend::gpu(None) {
        let device = gpu.describe();
        run(&format!("{} ({})", device.name, device.kind.as_str()), gpu);
    }
}

criterion_group!(benches, w1);
criterion_main!(benches);
