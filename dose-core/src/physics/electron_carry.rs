//! How far electrons carry a photon's energy from where it hands it over.
//!
//! Energy that a photon hands to electrons at a point is left downstream of it, and beside its ray. With electrons of one
//! kind of material that distance, taken in mass per area, does not depend on the density (U. Fano, Radiat. Res. 1, 237
//! (1954)), nor on where the photon is. So each ray draws one displacement and is scored that far off: the dose at a place
//! comes from the fluence a displacement upstream. Displacements are those of water for every material. Twin:
//! `electron_carry.wgsl`.

mod slowing_down;

use super::lattice::{ELECTRON as PHOTON, mix};
use slowing_down::{Deposit, deposits};
use std::sync::OnceLock;

/// Displacements of one energy, equally probable.
pub const DISPLACEMENTS: usize = LAYERS * RINGS;
/// Floats of one displacement: along, aside, lift, and one to fill up.
pub const FLOATS: usize = 4;
/// Least density by which a displacement aside is stretched (g/cm³), that of inflated lung: what electrons of air do beside
/// a ray matters to nobody.
pub const LEAST_DENSITY: f32 = 0.2;

/// Parts of the energy by how far downstream they are left.
const LAYERS: usize = 16;
/// Parts of a layer by how far from the ray.
const RINGS: usize = 4;
/// Photons that are followed for each energy of the table.
const PHOTONS: u32 = 1000;

/// One displacement of the energy that a ray hands over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Carry {
    /// Downstream along the ray (mm g/cm³); below 0 for electrons that turn back.
    pub along: f32,
    /// Away from the ray (mm g/cm³).
    pub aside: f32,
    /// What the fluence is greater by that far upstream, e^(along µ/ρ).
    pub lift: f32,
}

impl Carry {
    /// Energy that stays where it is handed over.
    pub const NONE: Carry = Carry { along: 0.0, aside: 0.0, lift: 1.0 };
}

/// The displacement that the low bits of a word pick. (The number in (0, 1) of the same word is made of its high bits.)
#[inline(always)]
pub fn carry(table: &[f32], energy_mev: f32, word: u32) -> Carry {
    let (cell, between) = PHOTON.locate(energy_mev);
    let at = FLOATS * (cell * DISPLACEMENTS + (word as usize & (DISPLACEMENTS - 1)));
    let next = at + FLOATS * DISPLACEMENTS;
    assert!(table.len() >= FLOATS * DISPLACEMENTS * PHOTON.nodes());
    // SAFETY: a cell is at most two less than the nodes.
    let value = |column: usize| unsafe {
        mix(*table.get_unchecked(at + column), *table.get_unchecked(next + column), between)
    };
    Carry { along: value(0), aside: value(1), lift: value(2) }
}

/// The table that [`carry`] reads: [`DISPLACEMENTS`] for each node of photon energy.
///
/// Electrons of photons in water are slowed down one by one (`slowing_down`); the energy they leave is sorted by how far
/// downstream it lies and cut into equal parts, each of these by the distance from the ray. A part stands for its mean,
/// so that the mean displacement is kept.
pub fn table() -> &'static [f32] {
    static TABLE: OnceLock<Vec<f32>> = OnceLock::new();
    TABLE.get_or_init(|| {
        use rayon::prelude::*;
        let water = crate::material::Material::named("water").expect("a material of the library");
        let source = slowing_down::Water::new(&water);
        let nodes = (0..PHOTON.nodes()).into_par_iter().map(|node| {
            let energy_mev = PHOTON.node_value(node).min(crate::spectrum::MAX_MEV);
            let attenuation = crate::coefficients::attenuation(&water, energy_mev).total();
            let left = deposits(&source, energy_mev, PHOTONS, node as u32);
            displacements(left).flat_map(move |[along_g_cm2, aside_g_cm2]| {
                let lift = (along_g_cm2 * attenuation).exp();
                [10.0 * along_g_cm2, 10.0 * aside_g_cm2, lift, 0.0].map(|v| v as f32)
            })
        });
        nodes.flat_map_iter(|node| node).collect()
    })
}

/// Mean place (g/cm²: along, aside) of equal parts of the energy.
fn displacements(mut left: Vec<Deposit>) -> impl Iterator<Item = [f64; 2]> {
    left.sort_by(|a, b| a.along_g_cm2.total_cmp(&b.along_g_cm2));
    let mut layers = equal_parts(&left, LAYERS);
    layers.iter_mut().for_each(|layer| layer.sort_by(|a, b| a.aside_g_cm2.total_cmp(&b.aside_g_cm2)));
    let means = |ring: Vec<Deposit>| {
        let energy: f64 = ring.iter().map(|d| d.energy_mev).sum();
        let mean =
            |place: fn(&Deposit) -> f64| ring.iter().map(|d| d.energy_mev * place(d)).sum::<f64>() / energy;
        [mean(|d| d.along_g_cm2), mean(|d| d.aside_g_cm2)]
    };
    layers.into_iter().flat_map(|layer| equal_parts(&layer, RINGS)).map(means)
}

/// Cuts deposits, in their order, into parts of equal energy; one that lies across a cut is divided.
fn equal_parts(left: &[Deposit], parts: usize) -> Vec<Vec<Deposit>> {
    let share = left.iter().map(|d| d.energy_mev).sum::<f64>() / parts as f64;
    let mut cut = vec![Vec::new(); parts];
    let (mut part, mut room) = (0, share);
    for deposit in left {
        let mut energy_mev = deposit.energy_mev;
        while energy_mev > room && part + 1 < parts {
            cut[part].push(Deposit { energy_mev: room, ..*deposit });
            energy_mev -= room;
            (part, room) = (part + 1, share);
        }
        cut[part].push(Deposit { energy_mev, ..*deposit });
        room -= energy_mev;
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_along_mm(energy_mev: f32) -> f32 {
        let all = 0..DISPLACEMENTS as u32;
        all.map(|word| carry(table(), energy_mev, word).along).sum::<f32>() / DISPLACEMENTS as f32
    }

    #[test]
    fn the_parts_have_equal_energy_and_keep_the_mean() {
        let left: Vec<Deposit> = (0..57)
            .map(|i| Deposit {
                energy_mev: 0.1 + f64::from(i % 7),
                along_g_cm2: f64::from(i),
                aside_g_cm2: f64::from((i * 31) % 57),
            })
            .collect();
        let energy: f64 = left.iter().map(|d| d.energy_mev).sum();
        let mean = left.iter().map(|d| d.energy_mev * d.along_g_cm2).sum::<f64>() / energy;
        let parts: Vec<[f64; 2]> = displacements(left).collect();
        assert_eq!(parts.len(), DISPLACEMENTS);
        let kept = parts.iter().map(|p| p[0]).sum::<f64>() / parts.len() as f64;
        assert!((kept / mean - 1.0).abs() < 1e-12, "{kept}, {mean}");
    }

    #[test]
    fn harder_photons_carry_farther_and_soft_ones_hardly_at_all() {
        let means: Vec<f32> = [0.06, 0.3, 1.0, 2.0, 6.0, 18.0].into_iter().map(mean_along_mm).collect();
        assert!(means.windows(2).all(|pair| pair[0] < pair[1]), "{means:?}");
        assert!(means[0].abs() < 0.01, "{means:?}");
    }

    #[test]
    fn no_electron_gets_farther_than_the_longest_range() {
        // ESTAR, water: the range of a Compton electron of a 2 MeV photon (1.77 MeV) is 0.86 g/cm².
        let far = (0..DISPLACEMENTS as u32).map(|word| carry(table(), 2.0, word));
        let most = far.map(|c| (c.along.powi(2) + c.aside.powi(2)).sqrt()).fold(0.0, f32::max);
        assert!(most < 8.6 && most > 4.0, "{most} mm");
    }
}
