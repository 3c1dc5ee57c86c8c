//! Figure of merit 1/(σ² T) of bins on and off the axis, for W1 and heterogeneous bodies, one thread.
#![allow(clippy::print_stdout)]
use dose_core::case::{Case, Quantity};
use dose_core::deck::Deck;
use dose_core::run::{Backend, Settings, VarianceReduction, transport};
use dose_core::transport::cpu::Cpu;
use phantoms::tanks;
use std::ops::ControlFlow;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let histories = args.get(2).map_or(2_000_000, |a| a.parse().expect("histories"));
    let seed = args.get(3).map_or(1, |a| a.parse().expect("seed"));
    let q = Quantity::Kerma;
    let case = match args.get(1).map_or("w1", |s| s) {
        "w1" => tanks::w1(10.0, q),
        "w1-4mm" => tanks::w1(4.0, q),
        "w1-dose" => tanks::w1(10.0, Quantity::Dose),
        "slabs" => tanks::w1_with_slabs(10.0, q, tanks::CHEST_SLABS),
        "slabs-5mm" => tanks::w1_with_slabs(5.0, q, tanks::CHEST_SLABS),
        other => panic!("no case {other}"),
    };
    report(&case, histories, seed);
}

fn report(case: &Case, histories: u64, seed: u64) {
    let bin = |z: f64, half: f64| {
        let mut v = tanks::voxels_in(case, [-20.0, 90.0, z - half], [20.0, 110.0, z + half]);
        v.extend(tanks::voxels_in(case, [-20.0, 90.0, -z - half], [20.0, 110.0, -z + half]));
        v.sort_unstable();
        v.dedup();
        v
    };
    let regions = vec![bin(0.0, 10.0), bin(100.0, 20.0), bin(200.0, 20.0), bin(310.0, 20.0), bin(510.0, 20.0)];
    let mut deck = Deck::new(case, VarianceReduction::Auto).expect("a good case");
    if let Some(comb) = std::env::args().nth(4) { deck.header.block_mm[3] = comb.parse().expect("comb"); }
    if let Some(plain) = std::env::args().nth(5) { deck.header.choices[3] = plain.parse().expect("plain"); }
    let arg = |i: usize| std::env::args().nth(i).map(|a| a.parse::<f64>().expect("number"));
    if let Some(halving) = arg(6) {
        let margin = arg(7).unwrap_or(0.0);
        if let Some(ahead) = arg(8) { deck.header.importance_mm[3] = ahead as f32; }
        deck.header.per_spacing[3] = (-deck.header.importance_mm[3] / halving as f32).exp2();
        let h = deck.header;
        let [nx, ny, nz, _] = h.importance_shape;
        for k in 0..nz { for j in 0..ny { for i in 0..nx {
            let p: Vec<f64> = [i, j, k].iter().zip(h.importance_mm).zip(case.grid.corner_mm).map(|((&c, e), o)| (f64::from(c) + 0.5) * f64::from(e) + o).collect();
            let half = 50.0 * (p[1] + 900.0) / 1000.0;
            let d = (p[0].abs() - half).max(0.0).hypot((p[2].abs() - half).max(0.0));
            let w = (-(d - margin).max(0.0) / halving).exp2().max(1.0 / 512.0);
            deck.tables[(h.choices[0] + i + nx * (j + ny * k)) as usize] = w as f32;
        }}}
    }
    let settings = Settings { histories, seed, batches: 400, regions };
    let mut backend = Backend::Cpu(Cpu::new(Some(1)).expect("one thread"));
    let start = cpu_seconds();
    let out = transport(&deck, &settings, &mut backend, &mut |_| ControlFlow::Continue(())).expect("a run");
    let seconds = cpu_seconds() - start;
    println!("{:.3} Mh/s  {:.2} collisions/h", histories as f64 / seconds / 1e6, out.energy.collisions as f64 / histories as f64);
    for (name, r) in ["axis", "10 cm", "20 cm", "31 cm", "51 cm"].iter().zip(&out.regions) {
        println!("{name:6} mean {:.4e}  sigma {:.3} %  FOM {:.0}  info/Mh {:.0}", r.mean, 100.0 * r.sigma_relative,
            1.0 / (r.sigma_relative.powi(2) * seconds), 1e6 / (r.sigma_relative.powi(2) * histories as f64));
    }
    println!("{:?}", out.energy);
}

/// Processor time of this process so far [s]: fair on a machine that has other work.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = stat.rsplit(')').next().expect("a name").split_whitespace().collect();
    (fields[11].parse::<f64>().expect("utime") + fields[12].parse::<f64>().expect("stime")) / 100.0
}
