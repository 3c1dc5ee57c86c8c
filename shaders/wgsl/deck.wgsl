// The deck: header, tables and the voxels' words. Twin: `dose_core::deck`.

// Sizes, places of tables, source and constants; fields are explained at the twin `deck::Header`.
struct Header {
    shape: vec4<u32>,
    block_shape: vec4<u32>,
    importance_shape: vec4<u32>,
    counts: vec4<u32>,
    places_a: vec4<u32>,
    places_b: vec4<u32>,
    places_c: vec4<u32>,
    choices: vec4<u32>,
    spacing_mm: vec4<f32>,
    per_spacing: vec4<f32>,
    block_mm: vec4<f32>,
    importance_mm: vec4<f32>,
    upper_mm: vec4<f32>,
    source_position: vec4<f32>,
    source_axis: vec4<f32>,
    source_first: vec4<f32>,
    source_second: vec4<f32>,
}

// Bounds of one block of voxels. Twin: `deck::Block`.
struct Block {
    density_min: f32,
    density_max: f32,
    kind: f32,
    only_material: f32,
}

// What one cell of importance asks of photons. Twin: `deck::ImportanceCell`.
struct ImportanceCell {
    wished: f32,
    split: f32,
    ahead_mm: f32,
}

@group(0) @binding(0) var<uniform> header: Header;
@group(0) @binding(2) var<storage, read> tables: array<f32>;

fn cutoff_mev() -> f32 {
    return header.spacing_mm.w;
}

// Density of a voxel's word [g/cm3].
fn voxel_density_g_cm3(word: u32) -> f32 {
    return bitcast<f32>(word & ~MATERIAL_MASK);
}

// Material of a voxel's word.
fn voxel_material(word: u32) -> u32 {
    return word & MATERIAL_MASK;
}
