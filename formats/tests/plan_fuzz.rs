//! Damaged plans: whatever a file holds, it is read or refused; nothing panics, and what is read can be cut up.
//!
//! A short run by default; `STRAYDOSE_FUZZ_CASES=300000` makes it long.
#![allow(clippy::print_stderr)] // tests speak to whoever runs them

use formats::dicom::write::{Identity, PlanWriter};
use formats::dicom::{DicomFile, plan::read_plan};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::cell::Cell;
use std::path::Path;
use std::sync::OnceLock;
use treatment::iec61217::PatientPosition;
use treatment::machine::{Machine, built_in, choose};
use treatment::segment::{Sampling, segments};
use treatment::synthetic::{Identity as PlanIdentity, Target, arc, four_fields};
use treatment::{ApertureTable, Plan};

/// One piece of damage: what is done, where (a part of the length), and with what.
#[derive(Clone, Debug)]
enum Damage {
    Byte(f64, u8),
    /// The next digit from there on becomes another character of a number.
    Digit(f64, u8),
    Cut(f64),
    Move(f64, f64, usize),
    Remove(f64, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = || 0.0f64..1.0;
    prop_oneof![
        2 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        6 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Digit(at, byte)),
        1 => at().prop_map(Damage::Cut),
        1 => (at(), at(), 1usize..64).prop_map(|(from, to, length)| Damage::Move(from, to, length)),
        1 => (at(), 1usize..64).prop_map(|(at, length)| Damage::Remove(at, length)),
    ]
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        let place = |at: f64| (at * length as f64) as usize;
        match *self {
            Damage::Byte(at, byte) => bytes[place(at)] = byte,
            Damage::Digit(at, byte) => {
                if let Some(digit) = bytes[place(at)..].iter_mut().find(|byte| byte.is_ascii_digit()) {
                    let characters = b"0123456789.-e\\ +nN";
                    *digit = characters[usize::from(byte) % characters.len()];
                }
            }
            Damage::Cut(at) => bytes.truncate(place(at)),
            Damage::Move(from, to, count) => {
                let count = count.min(length - place(from).max(place(to)));
                let (from, to) = (place(from), place(to));
                bytes.copy_within(from..from + count, to);
            }
            Damage::Remove(at, count) => {
                bytes.drain(place(at)..(place(at) + count).min(length));
            }
        }
    }
}

/// Sound plans to damage: made-up ones, and small ones of the shared data where they are.
fn sound() -> &'static [Vec<u8>] {
    static FILES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    FILES.get_or_init(|| {
        let target = Target {
            centre_mm: [1.0, 2.0, 3.0],
            radius_mm: 30.0,
            position: PatientPosition::Hfdl,
            dose_gy: 50.0,
            fractions: 25,
            mu: 200.0,
        };
        let identity = PlanIdentity {
            uid: String::new(),
            frame_of_reference_uid: String::new(),
            structure_set_uid: None,
        };
        let written =
            |plan: Plan| PlanWriter { identity: &Identity::of_phantom("FUZZ", "F"), plan: &plan }.bytes().1;
        let mut short_arc = arc(&target, &identity);
        short_arc.beams[0].control_points.truncate(6);
        short_arc.beams[0].control_points.iter_mut().zip(0..).for_each(|(point, i)| {
            point.meterset = f64::from(i) / 5.0;
        });
        let mut files = vec![written(four_fields(&target, &identity)), written(short_arc)];
        if let Some(shared) = std::env::var_os("STRAYDOSE_SHARED") {
            for name in ["plan_pinnacle_wedge45", "plan_xio_static_mlc_no_preamble", "pydicom_rtplan"] {
                let path = Path::new(&shared).join(format!("data/rt-files/{name}.dcm"));
                files
                    .push(std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
            }
        }
        files
    })
}

fn machines() -> &'static [Machine] {
    static MACHINES: OnceLock<Vec<Machine>> = OnceLock::new();
    MACHINES.get_or_init(built_in)
}

/// Reads a plan and does with it what the program does. Whether it was read.
fn use_plan(bytes: &[u8]) -> Result<bool, TestCaseError> {
    let read = DicomFile::from_bytes("plan.dcm".as_ref(), bytes).and_then(|file| read_plan(&file));
    let plan = match read {
        Ok(plan) => plan,
        Err(error) => {
            prop_assert!(!error.to_string().is_empty());
            return Ok(false);
        }
    };
    for delivery in plan.deliveries() {
        if let Ok(choice) = choose(machines(), delivery.beam, None) {
            let table = ApertureTable::new(choice.machine, delivery.beam);
            prop_assert!(table.is_ok_and(|table| table.floats.iter().all(|word| word.is_finite())));
        }
        let coarse = Sampling { turn_rad: 0.5, travel_mm: 50.0 };
        let cut = segments(delivery.beam, delivery.mu, plan.position, coarse);
        let mu: f64 = cut.iter().map(|segment| segment.mu).sum();
        prop_assert!((mu - delivery.mu).abs() <= 1e-9 * delivery.mu, "{mu} of {}", delivery.mu);
        prop_assert!(cut.iter().all(|segment| segment.source_mm.iter().all(|x| x.is_finite())));
    }
    Ok(true)
}

fn cases() -> u32 {
    let asked = std::env::var("STRAYDOSE_FUZZ_CASES").ok();
    asked.map_or(400, |cases| cases.parse().expect("STRAYDOSE_FUZZ_CASES is a number"))
}

#[test]
fn sound_plans_are_read_before_they_are_damaged() {
    for bytes in sound() {
        assert!(use_plan(bytes).unwrap());
    }
}

#[test]
fn damaged_plans_are_read_or_refused() {
    let config = ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() };
    let strategy = (any::<prop::sample::Index>(), prop::collection::vec(damage(), 1..6));
    let read = Cell::new(0);
    let outcome = TestRunner::new(config).run(&strategy, |(which, damage)| {
        let mut bytes = which.get(sound()).clone();
        for piece in &damage {
            piece.apply(&mut bytes);
        }
        read.set(read.get() + u32::from(use_plan(&bytes)?));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    let part = f64::from(read.get()) / f64::from(cases());
    eprintln!("{} of {} damaged plans were read", read.get(), cases());
    assert!((0.05..0.8).contains(&part), "too few are read, or refused, for the run to mean much: {part}");
}
