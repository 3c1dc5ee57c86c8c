//! Every kernel is valid core WGSL: naga parses and validates it with no extra capability.

use shaders::Kernel;
use shaders::kernels::{Emission, PLAN, probes, transport};
use shaders::segments::Segments;

fn assert_valid(name: &str, kernel: &Kernel, extra: &[&str]) {
    let source = kernel.source(extra);
    let module = naga::front::wgsl::parse_str(&source)
        .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(&source)));
    let flags = naga::valid::ValidationFlags::all();
    let mut validator = naga::valid::Validator::new(flags, naga::valid::Capabilities::empty());
    validator.validate(&module).unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(&source)));
    assert!(
        module.entry_points.iter().any(|entry| entry.name == kernel.entry),
        "{name} has no {}",
        kernel.entry
    );
}

#[test]
fn the_transport_is_valid_however_the_grid_is_cut() {
    for (voxels, bytes) in [(1000, 1 << 20), (1000, 2048), (1000, 3000), (40_500_000, 128 << 20)] {
        let cut = Segments::new(voxels, bytes);
        for emission in [Emission::Plain, Emission::Head] {
            for is_signed in [false, true] {
                let name = format!("{emission:?}, signed: {is_signed}");
                assert_valid(&name, transport(emission, is_signed), &[&cut.source()]);
            }
        }
    }
}

#[test]
fn the_other_kernels_are_valid() {
    assert_valid("plan", &PLAN, &[]);
    for (name, probe) in probes::ALL {
        assert_valid(name, &probe, &[]);
    }
}

#[test]
fn every_voxel_has_exactly_one_segment() {
    for (voxels, bytes) in [(1, 8), (1000, 2048), (1000, 8000), (1000, 7992), (40_500_000, 128 << 20)] {
        let cut = Segments::new(voxels, bytes);
        let covers = |segments: u32, each: u32| {
            u64::from(segments) * u64::from(each) >= u64::from(voxels)
                && u64::from(segments - 1) * u64::from(each) < u64::from(voxels)
        };
        assert!(covers(cut.voxel_segments, cut.voxels_per_voxel_segment), "{voxels} {bytes}");
        assert!(covers(cut.tally_segments, cut.voxels_per_tally_segment), "{voxels} {bytes}");
    }
}
