//! Structs that the host writes have the layout that the shaders read.

use super::constants::module;
use dose_core::deck::{Block, Header};
use dose_core::gpu::BatchWords;
use std::mem::offset_of;

/// Offset of each member and size of a struct in WGSL.
fn layout(name: &str) -> (Vec<(String, usize)>, usize) {
    let module = module();
    let (_, found) = module
        .types
        .iter()
        .find(|(_, ty)| ty.name.as_deref() == Some(name))
        .unwrap_or_else(|| panic!("the shaders have no struct {name}"));
    let naga::TypeInner::Struct { ref members, span } = found.inner else { panic!("{name} is not a struct") };
    let members = members.iter().map(|m| (m.name.clone().unwrap_or_default(), m.offset as usize)).collect();
    (members, span as usize)
}

/// A Rust struct and its WGSL twin of the same name have the same fields at the same places.
macro_rules! assert_same_layout {
    ($wgsl:literal, $rust:ty { $($field:ident),+ $(,)? }) => {
        let rust = vec![$((stringify!($field).to_string(), offset_of!($rust, $field))),+];
        assert_eq!(layout($wgsl), (rust, size_of::<$rust>()), $wgsl);
    };
}

#[test]
fn structs_have_the_same_layout() {
    assert_same_layout!(
        "Header",
        Header {
            shape,
            block_shape,
            importance_shape,
            counts,
            places_a,
            places_b,
            places_c,
            choices,
            spacing_mm,
            per_spacing,
            block_mm,
            importance_mm,
            upper_mm,
            source_position,
            source_axis,
            source_first,
            source_second,
        }
    );
    assert_same_layout!("Batch", BatchWords { key, first_history, histories, wave, capacity, unused });
    assert_same_layout!("Block", Block { density_min, density_max, kind, only_material });
}
