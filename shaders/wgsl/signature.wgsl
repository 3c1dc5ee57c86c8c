// A signature of each history's path, for the tests that compare it with the CPU's: the wrapping sum of a hash over its
// collisions. Twin: `tests/twins/path.rs`.

fn sign_collision(leg: Leg, site: Site, copy: u32) {
    var voxel = 0u;
    if site.in_grid {
        voxel = voxel_of(leg.position_mm);
    }
    let words = philox(vec4<u32>(leg.branch, copy, voxel, site.material), vec2<u32>(select(0u, 1u, site.in_grid), 0u));
    atomicAdd(&counters[STATE_WORDS + BALANCE_WORDS + leg.history], words.x);
}
