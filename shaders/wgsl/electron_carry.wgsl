// How far electrons carry a photon's energy from where it hands it over.
// Twin: `dose_core::physics::electron_carry`.

// One displacement; fields are explained at the twin.
struct Carry {
    along: f32,
    aside: f32,
    lift: f32,
}

// The displacement that the low bits of a word pick.
fn carry(table: u32, energy_mev: f32, word: u32) -> Carry {
    let cell = locate(ELECTRON, energy_mev);
    let at = table + CARRY_FLOATS * (cell.index * CARRY_DISPLACEMENTS + (word & (CARRY_DISPLACEMENTS - 1u)));
    let next = at + CARRY_FLOATS * CARRY_DISPLACEMENTS;
    return Carry(
        mix_linear(tables[at], tables[next], cell.fraction),
        mix_linear(tables[at + 1u], tables[next + 1u], cell.fraction),
        mix_linear(tables[at + 2u], tables[next + 2u], cell.fraction),
    );
}
