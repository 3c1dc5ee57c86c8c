//! Accessors of a grid that is cut into as many bindings as the device asks for.

use std::fmt::Write;

/// Binding of the first segment of the voxels; the tally's follow.
pub const FIRST_BINDING: u32 = 6;

/// How a grid is cut: segments and what each holds but the last, which may hold less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segments {
    /// Bindings of the voxels' words.
    pub voxel_segments: u32,
    /// Voxels in one of them.
    pub voxels_per_voxel_segment: u32,
    /// Bindings of the tally.
    pub tally_segments: u32,
    /// Voxels in one of them.
    pub voxels_per_tally_segment: u32,
}

impl Segments {
    /// Cuts `voxels` into segments of at most `binding_bytes`: a voxel's word is 4 bytes, its tally 8.
    ///
    /// ```
    /// use shaders::segments::Segments;
    /// let cut = Segments::new(300 * 300 * 450, 128 << 20);
    /// assert_eq!((cut.voxel_segments, cut.tally_segments), (2, 3));
    /// ```
    pub fn new(voxels: u32, binding_bytes: u64) -> Segments {
        let per_segment = |bytes: u64| u32::try_from(binding_bytes / bytes).unwrap_or(u32::MAX).max(1);
        let (voxel, tally) = (per_segment(4), per_segment(8));
        Segments {
            voxel_segments: voxels.div_ceil(voxel).max(1),
            voxels_per_voxel_segment: voxel,
            tally_segments: voxels.div_ceil(tally).max(1),
            voxels_per_tally_segment: tally,
        }
    }

    /// Bindings of voxels and tally together.
    pub fn bindings(&self) -> u32 {
        self.voxel_segments + self.tally_segments
    }

    /// Binding of a tally segment.
    pub fn tally_binding(&self, segment: u32) -> u32 {
        FIRST_BINDING + self.voxel_segments + segment
    }

    /// The WGSL of `voxel_word` and `tally_add`.
    pub fn source(&self) -> String {
        let mut text = String::from("// Accessors of the grid, written by the host.\n");
        let mut put = |line: String| {
            writeln!(text, "{line}").expect("a string takes any text");
        };
        for s in 0..self.voxel_segments {
            let binding = FIRST_BINDING + s;
            put(format!("@group(0) @binding({binding}) var<storage, read> voxels_{s}: array<u32>;"));
        }
        for s in 0..self.tally_segments {
            let binding = self.tally_binding(s);
            put(format!(
                "@group(0) @binding({binding}) var<storage, read_write> tally_{s}: array<atomic<u32>>;"
            ));
        }
        put("\n// Word of a voxel.\nfn voxel_word(voxel: u32) -> u32 {".into());
        for s in 0..self.voxel_segments {
            let (first, guard) = bounds(s, self.voxel_segments, self.voxels_per_voxel_segment);
            put(format!("    {guard}{{ return voxels_{s}[voxel - {first}u]; }}"));
        }
        put("}\n\n// Adds quanta to a voxel: a low word, and a carry into the high word where it wraps."
            .into());
        put("fn tally_add(voxel: u32, quanta: u32) {\n    if quanta == 0u { return; }".into());
        for s in 0..self.tally_segments {
            let (first, guard) = bounds(s, self.tally_segments, self.voxels_per_tally_segment);
            put(format!("    {guard}{{"));
            put(format!("        let at = 2u * (voxel - {first}u);"));
            put(format!("        let before = atomicAdd(&tally_{s}[at], quanta);"));
            put(format!("        if before + quanta < before {{ atomicAdd(&tally_{s}[at + 1u], 1u); }}"));
            put("        return;\n    }".into());
        }
        put("}".into());
        text
    }
}

/// First voxel of a segment, and the test that a voxel lies before its end; the last needs none.
fn bounds(segment: u32, segments: u32, per_segment: u32) -> (u32, String) {
    let end = (segment + 1).saturating_mul(per_segment);
    let guard = if segment + 1 == segments { String::new() } else { format!("if voxel < {end}u ") };
    (segment * per_segment, guard)
}
