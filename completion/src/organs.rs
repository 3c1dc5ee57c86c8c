//! The organs of the whole body: drawn, continued, modelled.

use crate::fill::{Filled, Measured};
use crate::model::{Model, marrow_site};
use crate::names::stands_for;
use crate::whole::Cut;
use anatomy::region::Role;
use anatomy::{Anatomy, Organ, Origin};
use volume::{Coverage, OrientedGrid, VoxelIndex};

/// The active marrow of all bones, by the model; the name follows TG-263 (from memory, unverified).
pub const ACTIVE_MARROW: &str = "BoneMarrow_Act";
/// The model's skin.
const SKIN: &str = "Skin";
/// The name of the outline where nobody drew one.
const OUTLINE: &str = "External";

/// Voxels, rising, and what share of each an organ holds.
type Covered = Vec<(usize, f32)>;

/// Voxels of the cut organs beyond the scan, of the model's organs that nobody drew, of the active marrow and of each site's.
struct Collected {
    of_cuts: Vec<Covered>,
    of_free: Vec<Covered>,
    marrow: Covered,
    marrow_of_sites: Vec<(String, Covered)>,
}

/// What the organs are made from.
pub(crate) struct Whole<'a> {
    pub scan: &'a Anatomy,
    pub model: &'a Model,
    pub filled: &'a Filled,
    pub measured: &'a Measured,
    pub cuts: &'a [Cut],
    pub grid: OrientedGrid,
    /// Where the scan's first voxel lies in the grid.
    pub offset: [usize; 3],
    pub body: &'a [f32],
    pub density_g_cm3: &'a [f32],
}

impl Whole<'_> {
    /// All organs: those of the scan in their order, then the model's; and the active marrow of each site.
    pub fn organs(&self) -> (Vec<Organ>, Vec<Organ>) {
        let names = self.model.organs();
        let taken: Vec<&str> =
            self.scan.organs.iter().flat_map(|organ| stands_for(&organ.name, &names)).collect();
        let free: Vec<&str> = names.iter().copied().filter(|name| !taken.contains(name)).collect();
        let Collected { of_cuts: cut_voxels, of_free: free_voxels, marrow, marrow_of_sites } =
            self.collect(&free);
        let mut organs: Vec<Organ> = Vec::new();
        for (n, organ) in self.scan.organs.iter().enumerate() {
            let drawn = self.regridded(&organ.coverage);
            let more = match self.cuts.iter().position(|cut| cut.organ == n) {
                _ if organ.role == Role::Outline => self.outline_beyond(),
                Some(cut) => cut_voxels[cut].clone(),
                None => Vec::new(),
            };
            let from = if more.is_empty() { Origin::Ct } else { Origin::Both };
            organs.push(self.organ(
                organ.name.clone(),
                organ.original_name.clone(),
                organ.role,
                from,
                joined(&drawn, &more),
            ));
        }
        if !self.scan.organs.iter().any(|organ| organ.role == Role::Outline) {
            let all = self.body.iter().enumerate().filter(|(_, share)| **share > 0.0);
            let all: Vec<(usize, f32)> = all.map(|(voxel, share)| (voxel, *share)).collect();
            organs.push(self.modelled(OUTLINE, Role::Outline, Origin::Both, &all));
        }
        for (name, voxels) in free.iter().zip(&free_voxels) {
            if *name == SKIN {
                organs.push(self.modelled(name, Role::Organ, Origin::Model, &self.skin()));
                continue;
            }
            organs.push(self.modelled(name, Role::Organ, Origin::Model, voxels));
        }
        organs.push(self.modelled(ACTIVE_MARROW, Role::Organ, Origin::Model, &marrow));
        organs.retain(|organ| !organ.coverage.is_empty());
        let site = |(site, voxels): (String, Covered)| {
            self.modelled(&format!("{ACTIVE_MARROW}_{site}"), Role::Organ, Origin::Model, &voxels)
        };
        let of_sites = marrow_of_sites.into_iter().map(site).filter(|organ| !organ.coverage.is_empty());
        (organs, of_sites.collect())
    }

    /// Voxels of the cut organs beyond the scan, of the model's organs that nobody drew, and of the active marrow.
    fn collect(&self, free: &[&str]) -> Collected {
        let parts = self.model.parts();
        let mut marrow_of_sites: Vec<(String, Covered)> = Vec::new();
        let sites = parts.iter().map(|part| {
            let site = marrow_site(&part.name)?;
            let known = marrow_of_sites.iter().position(|(name, _)| *name == site);
            Some(known.unwrap_or_else(|| {
                marrow_of_sites.push((site, Vec::new()));
                marrow_of_sites.len() - 1
            }))
        });
        let sites: Vec<Option<usize>> = sites.collect();
        let place: Vec<Option<usize>> =
            parts.iter().map(|part| free.iter().position(|name| *name == part.organ)).collect();
        let drawn = self.drawn_shares();
        let mut of_cuts = vec![Vec::new(); self.cuts.len()];
        let mut of_free = vec![Vec::new(); free.len()];
        let mut marrow = Vec::new();
        let add = |to: &mut Vec<(usize, f32)>, voxel: usize, share: f32| match to.last_mut() {
            Some((last, sum)) if *last == voxel => *sum += share,
            _ => to.push((voxel, share)),
        };
        for (voxel, drawn) in drawn.iter().enumerate() {
            let seen = self.measured.of(voxel) as f32;
            let beyond = 1.0 - seen;
            for (part, share) in self.filled.of(voxel) {
                let part = usize::from(part);
                // In the scan a modelled organ is where the patient is and nobody drew another.
                let in_scan = seen * self.body[voxel].min(1.0);
                let free_share = share * (beyond + in_scan * (1.0 - drawn).max(0.0));
                let all_share = share * (beyond + in_scan);
                if beyond > 0.0 {
                    for (cut, voxels) in self.cuts.iter().zip(&mut of_cuts) {
                        if cut.members[part] {
                            add(voxels, voxel, share * beyond);
                        }
                    }
                }
                if let Some(place) = place[part]
                    && free_share > 0.0
                {
                    add(&mut of_free[place], voxel, free_share);
                }
                let active = parts[part].active_marrow as f32;
                if active * all_share > 0.0 {
                    add(&mut marrow, voxel, active * all_share);
                    if let Some(site) = sites[part] {
                        add(&mut marrow_of_sites[site].1, voxel, active * all_share);
                    }
                }
            }
        }
        Collected { of_cuts, of_free, marrow, marrow_of_sites }
    }

    /// An even layer on the whole body, as much of it as the model has: in the scan a modelled skin would lie beside the
    /// patient's.
    fn skin(&self) -> Vec<(usize, f32)> {
        let shape = self.grid.shape;
        let strides = [1, shape[0], shape[0] * shape[1]];
        let faces = |voxel: usize| {
            let place = self.grid.voxel(voxel).0;
            let outside = |a: usize| {
                let below = place[a] == 0 || self.body[voxel - strides[a]] < 0.5;
                let above = place[a] + 1 == shape[a] || self.body[voxel + strides[a]] < 0.5;
                u8::from(below) + u8::from(above)
            };
            (0..3).map(outside).sum::<u8>()
        };
        let outer: Vec<(usize, u8)> = (0..self.grid.len())
            .filter(|voxel| self.body[*voxel] >= 0.5)
            .map(|voxel| (voxel, faces(voxel)))
            .filter(|(_, faces)| *faces > 0)
            .collect();
        let all: f64 = outer.iter().map(|(_, faces)| f64::from(*faces)).sum();
        let skin = self.model.parts().iter().filter(|part| part.organ == SKIN);
        let wanted_cm3: f64 = skin.map(|part| part.volume_cm3).sum();
        let each = (wanted_cm3 / (all * self.grid.voxel_volume_mm3() / 1000.0)) as f32;
        outer.into_iter().map(|(voxel, faces)| (voxel, (each * f32::from(faces)).min(1.0))).collect()
    }

    /// How much of each voxel drawn organs of the body hold; targets are none.
    fn drawn_shares(&self) -> Vec<f32> {
        let names = self.model.organs();
        let mut shares = vec![0.0f32; self.grid.len()];
        for organ in self.scan.organs.iter().filter(|organ| !stands_for(&organ.name, &names).is_empty()) {
            for (voxel, share) in self.regridded(&organ.coverage).voxels() {
                shares[voxel] = shares[voxel].max(share);
            }
        }
        shares
    }

    /// The patient beyond the scan.
    fn outline_beyond(&self) -> Vec<(usize, f32)> {
        let share = |voxel: usize| {
            let filled: f32 = self.filled.of(voxel).iter().map(|(_, share)| share).sum();
            filled * (1.0 - self.measured.of(voxel)) as f32
        };
        (0..self.grid.len()).map(|voxel| (voxel, share(voxel))).filter(|(_, share)| *share > 0.0).collect()
    }

    /// The same voxels in the larger grid.
    fn regridded(&self, coverage: &Coverage) -> Coverage {
        Coverage {
            grid: self.grid,
            lower: std::array::from_fn(|a| coverage.lower[a] + self.offset[a]),
            ..coverage.clone()
        }
    }

    fn modelled(&self, name: &str, role: Role, from: Origin, voxels: &[(usize, f32)]) -> Organ {
        let nothing = Coverage {
            grid: self.grid,
            lower: [0; 3],
            shape: [0; 3],
            fractions: Vec::new(),
            notes: Vec::new(),
        };
        self.organ(name.to_owned(), name.to_owned(), role, from, joined(&nothing, voxels))
    }

    fn organ(
        &self,
        name: String,
        original_name: String,
        role: Role,
        from: Origin,
        coverage: Coverage,
    ) -> Organ {
        let voxel_cm3 = self.grid.voxel_volume_mm3() / 1000.0;
        let mass =
            coverage.voxels().map(|(voxel, share)| f64::from(share) * f64::from(self.density_g_cm3[voxel]));
        Organ {
            name,
            original_name,
            role,
            from,
            volume_cm3: coverage.volume_mm3() / 1000.0,
            mass_g: mass.sum::<f64>() * voxel_cm3,
            coverage,
        }
    }
}

/// A coverage and more voxels of its grid.
fn joined(drawn: &Coverage, more: &[(usize, f32)]) -> Coverage {
    if more.is_empty() {
        return drawn.clone();
    }
    let grid = drawn.grid;
    let (mut lower, mut upper) = (drawn.lower, std::array::from_fn(|a| drawn.lower[a] + drawn.shape[a]));
    if drawn.fractions.is_empty() {
        (lower, upper) = (grid.shape, [0; 3]);
    }
    for (voxel, _) in more {
        let place = grid.voxel(*voxel).0;
        for a in 0..3 {
            lower[a] = lower[a].min(place[a]);
            upper[a] = upper[a].max(place[a] + 1);
        }
    }
    let shape: [usize; 3] = std::array::from_fn(|a| upper[a] - lower[a]);
    let mut fractions = vec![0.0f32; shape.iter().product()];
    let within = |voxel: usize| {
        let place = grid.voxel(voxel).0;
        VoxelIndex(std::array::from_fn(|a| place[a] - lower[a])).offset(shape)
    };
    drawn.voxels().for_each(|(voxel, share)| fractions[within(voxel)] += share);
    more.iter().for_each(|(voxel, share)| {
        let at = within(*voxel);
        fractions[at] = (fractions[at] + share).min(1.0);
    });
    Coverage { grid, lower, shape, fractions, notes: drawn.notes.clone() }
}
