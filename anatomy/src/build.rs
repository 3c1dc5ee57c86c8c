//! From scan and structures to a patient: materials, densities and organs on the calculation grid.

use crate::calibration::{Calibration, Tissue};
use crate::placement::{self, Axes};
use crate::region::{Region, Role};
use crate::resample::{GridTissues, class, coverage_of_mask, tissues_on_grid};
use crate::{Error, Note, artefacts, names, outline, support};
use dose_core::case::MaterialId;
use dose_core::material::Material;
use volume::{Coverage, Grid, Image, OrientedGrid};

/// Structures with a density of their own beyond this number are left out.
const MOST_OVERRIDES: usize = (class::SUPPORT - class::FIRST_OVERRIDE) as usize;

/// What happens to couch and table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// They become air: a scanner's couch is not the treatment's.
    Remove,
    /// What structures of type SUPPORT or named couch, table or support hold stays as scanned.
    Keep,
}

/// How a patient is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// Edges of the voxels of the calculation grid (mm).
    pub voxel_mm: [f64; 3],
    /// Air around the body (mm).
    pub margin_mm: f64,
    /// What the CT numbers mean.
    pub calibration: Calibration,
    /// Couch and table.
    pub support: Support,
}

impl Options {
    /// Cubic voxels, a margin of 10 mm, the published calibration, no couch.
    pub fn with_voxels(voxel_mm: f64) -> Self {
        let calibration = Calibration::schneider();
        Self { voxel_mm: [voxel_mm; 3], margin_mm: 10.0, calibration, support: Support::Remove }
    }
}

/// Where the shape of an organ comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Drawn on the scan.
    Ct,
    /// A model of the body.
    Model,
    /// Drawn on the scan, and continued by a model where the scan ends.
    Both,
}

impl Origin {
    /// As tables write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ct => "ct",
            Self::Model => "model",
            Self::Both => "both",
        }
    }
}

/// An organ, target or outline of the patient.
#[derive(Clone, Debug)]
pub struct Organ {
    /// Name by TG-263 where the structure's own name has a known meaning, else its own.
    pub name: String,
    /// The name in the file.
    pub original_name: String,
    /// What it is for.
    pub role: Role,
    /// Where its shape comes from.
    pub from: Origin,
    /// The voxels that it covers.
    pub coverage: Coverage,
    /// Its volume (cm³).
    pub volume_cm3: f64,
    /// Its mass (g).
    pub mass_g: f64,
}

/// A patient.
#[derive(Clone, Debug)]
pub struct Anatomy {
    /// The calculation grid: along the patient's axes, or along the scan's if that is oblique.
    pub grid: OrientedGrid,
    /// What the voxels may be made of.
    pub materials: Vec<Material>,
    /// Material of each voxel, i fastest.
    pub voxel_material: Vec<MaterialId>,
    /// Density of each voxel (g/cm³), i fastest.
    pub voxel_density_g_cm3: Vec<f32>,
    /// Share of each voxel that is the patient, i fastest.
    pub body: Vec<f32>,
    /// Number of the organ that a voxel shows in a label image, 1 for the first, 0 for none; i fastest.
    pub labels: Vec<u16>,
    /// The organs, in the order of the structures.
    pub organs: Vec<Organ>,
    /// Remarks for the report.
    pub notes: Vec<Note>,
}

impl Anatomy {
    /// Makes a patient of a CT (HU) and its regions.
    ///
    /// Densities are averaged over the scan's voxels in each voxel of the grid, so that mass is conserved; the
    /// composition is the one with most of the voxel's mass. Outside the body there is air.
    ///
    /// # Errors
    /// [`Error::NoBody`], [`Error::Voxels`], [`Error::Option`], [`Error::Length`]. A structure that cannot be used is
    /// no error: a note says why.
    pub fn build(ct: &Image<f32>, regions: &[Region], options: &Options) -> Result<Self, Error> {
        check(ct, options)?;
        let mut notes = Vec::new();
        let axes = Axes::along(&ct.grid);
        if axes.angle_deg > 0.0 {
            notes.push(Note::Oblique { angle_deg: axes.angle_deg });
        }
        let (mut classes, is_drawn) = outline_classes(ct, regions, &mut notes)?;
        let taken_out = is_drawn
            .then(|| {
                let Options { support: wish, calibration, .. } = options;
                support::take_out(ct, regions, *wish, calibration, &mut classes, &mut notes)
            })
            .flatten();
        notes.extend(removed_outside(ct, &classes, &options.calibration));
        let overrides = set_overrides(ct, regions, options, &mut classes, &mut notes);
        let (lower, upper) = filled_box(&classes, ct.grid.shape);
        notes.extend(artefacts::flags(ct, &classes));
        let extent_mm = axes.extent_mm(&ct.grid, lower, upper);
        let grid = placement::grid_around(&axes, extent_mm, options.voxel_mm, options.margin_mm)?;
        let GridTissues { materials, densities_g_cm3, body } =
            tissues_on_grid(ct, &classes, &options.calibration, &overrides, &axes, &grid);
        drop(classes);
        let taken_out = taken_out.map(|mask| coverage_of_mask(&mask, &axes, &grid));
        let organs = organs(ct, regions, &axes, &grid, &densities_g_cm3, taken_out.as_ref(), &mut notes);
        Ok(Self {
            labels: labels_of(&grid, &organs),
            grid,
            materials: options.calibration.materials().to_vec(),
            voxel_material: materials,
            voxel_density_g_cm3: densities_g_cm3,
            body,
            organs,
            notes,
        })
    }

    /// The grid as the engine wants it; `None` if the scan is oblique.
    pub fn patient_grid(&self) -> Option<Grid> {
        placement::patient_grid(&self.grid)
    }

    /// Mass of everything in the grid, the air around the body included (g).
    pub fn mass_g(&self) -> f64 {
        let voxel_cm3 = self.grid.voxel_volume_mm3() / 1000.0;
        self.voxel_density_g_cm3.iter().map(|density| f64::from(*density)).sum::<f64>() * voxel_cm3
    }

    /// Volume of the patient (cm³).
    pub fn body_volume_cm3(&self) -> f64 {
        let voxel_cm3 = self.grid.voxel_volume_mm3() / 1000.0;
        self.body.iter().map(|share| f64::from(*share)).sum::<f64>() * voxel_cm3
    }
}

fn check(ct: &Image<f32>, options: &Options) -> Result<(), Error> {
    let voxels = ct.grid.shape.iter().try_fold(1usize, |n, &m| n.checked_mul(m)).unwrap_or(usize::MAX);
    if voxels != ct.values.len() || voxels == 0 {
        return Err(Error::Length { what: "CT", given: ct.values.len(), voxels });
    }
    for value in options.voxel_mm {
        if !(value.is_finite() && value > 0.0) {
            return Err(Error::Option { what: "voxel_mm", value, remedy: "give a length above 0" });
        }
    }
    if !(options.margin_mm.is_finite() && options.margin_mm >= 0.0) {
        let value = options.margin_mm;
        return Err(Error::Option { what: "margin_mm", value, remedy: "give a length of 0 or more" });
    }
    Ok(())
}

/// Body or not, by the outline structure if one covers anything, else by threshold; and whether it was drawn.
fn outline_classes(
    ct: &Image<f32>,
    regions: &[Region],
    notes: &mut Vec<Note>,
) -> Result<(Vec<u8>, bool), Error> {
    for region in regions.iter().filter(|region| region.role() == Role::Outline) {
        match region.mask(&ct.grid) {
            Ok(mask) if mask.count() > 0 => {
                notes.push(Note::OutlineFrom { structure: region.name().into() });
                let mut classes = vec![class::OUTSIDE; ct.values.len()];
                mask.voxels().for_each(|voxel| classes[voxel] = class::SCANNED);
                return Ok((classes, true));
            }
            Ok(_) => notes.push(Note::LeftOut {
                structure: region.name().into(),
                why: "no voxel of the CT is enclosed".into(),
            }),
            Err(error) => {
                notes.push(Note::LeftOut { structure: region.name().into(), why: error.to_string() })
            }
        }
    }
    notes.push(Note::OutlineByThreshold { threshold_hu: outline::THRESHOLD_HU });
    Ok((outline::body(ct)?, false))
}

fn removed_outside(ct: &Image<f32>, classes: &[u8], calibration: &Calibration) -> Option<Note> {
    let outside = ct
        .values
        .iter()
        .zip(classes)
        .filter(|(hu, class)| **class == class::OUTSIDE && **hu > outline::THRESHOLD_HU);
    let (voxels, density) = outside.fold((0usize, 0.0), |(voxels, density), (hu, _)| {
        (voxels + 1, density + f64::from(calibration.tissue(*hu).density_g_cm3))
    });
    let voxel_cm3 = ct.grid.voxel_volume_mm3() / 1000.0;
    let volume_cm3 = voxels as f64 * voxel_cm3;
    (voxels > 0).then_some(Note::RemovedOutside { volume_cm3, mass_g: density * voxel_cm3 })
}

/// The smallest box of scan voxels with all that is not outside: lowest voxel and end along each axis.
fn filled_box(classes: &[u8], shape: [usize; 3]) -> ([usize; 3], [usize; 3]) {
    let (mut lower, mut upper) = (shape, [0; 3]);
    for (line, voxels) in classes.chunks_exact(shape[0]).enumerate() {
        let Some(first) = voxels.iter().position(|class| *class != class::OUTSIDE) else { continue };
        let last = voxels.iter().rposition(|class| *class != class::OUTSIDE).expect("one was found");
        for (a, [from, to]) in
            [[first, last], [line % shape[1]; 2], [line / shape[1]; 2]].into_iter().enumerate()
        {
            lower[a] = lower[a].min(from);
            upper[a] = upper[a].max(to + 1);
        }
    }
    (lower, upper)
}

/// Marks supports that stay and densities that a planner set; the tissues of the overriding classes. Smaller structures
/// win, as they are drawn inside larger ones.
fn set_overrides(
    ct: &Image<f32>,
    regions: &[Region],
    options: &Options,
    classes: &mut [u8],
    notes: &mut Vec<Note>,
) -> Vec<Tissue> {
    let mut wanted: Vec<_> = regions
        .iter()
        .filter(|region| {
            let support = region.role() == Role::Support;
            if support { options.support == Support::Keep } else { region.density_override().is_some() }
        })
        .filter_map(|region| Some((region, region.mask(&ct.grid).ok()?)))
        .collect();
    wanted.sort_by_key(|(_, mask)| std::cmp::Reverse(mask.count()));
    let mut tissues = Vec::new();
    for (region, mask) in wanted {
        let structure = region.name().to_string();
        let support = region.role() == Role::Support;
        // 1e-3 to 23: thinner than that is no material, denser than osmium neither.
        let relative_density = region.density_override().filter(|density| (1e-3..23.0).contains(density));
        match relative_density {
            Some(relative_density) if tissues.len() < MOST_OVERRIDES => {
                let number = class::FIRST_OVERRIDE + tissues.len() as u8;
                tissues.push(options.calibration.of_density(relative_density));
                let set = if support { number | class::SUPPORT } else { number };
                mask.voxels().for_each(|voxel| classes[voxel] = set);
                notes.push(Note::DensityOverride { structure, relative_density, voxels: mask.count() });
            }
            None if support => {
                for voxel in mask.voxels() {
                    if classes[voxel] == class::OUTSIDE {
                        classes[voxel] = class::SCANNED | class::SUPPORT;
                    }
                }
                notes.push(Note::SupportKept { structure });
            }
            _ => notes.push(Note::LeftOut { structure, why: "the density override cannot be used".into() }),
        }
    }
    tissues
}

fn organs(
    ct: &Image<f32>,
    regions: &[Region],
    axes: &Axes,
    grid: &OrientedGrid,
    densities_g_cm3: &[f32],
    taken_out: Option<&Coverage>,
    notes: &mut Vec<Note>,
) -> Vec<Organ> {
    let voxel_cm3 = grid.voxel_volume_mm3() / 1000.0;
    let mut organs = Vec::new();
    for region in regions.iter().filter(|region| region.role() != Role::Support) {
        let original_name = region.name().to_string();
        let mut coverage = match region.coverage(&ct.grid, axes, grid) {
            Ok(coverage) => coverage,
            Err(error) => {
                notes.push(Note::LeftOut { structure: original_name, why: error.to_string() });
                continue;
            }
        };
        if region.role() == Role::Outline
            && let Some(taken_out) = taken_out
        {
            coverage.subtract(taken_out);
        }
        let contour_note = |note: &_| Note::Contours { structure: original_name.clone(), note: *note };
        notes.extend(coverage.notes.iter().map(contour_note));
        if coverage.is_empty() {
            let why = if region.is_empty() { "no contour" } else { "no voxel of the dose grid is covered" };
            notes.push(Note::LeftOut { structure: original_name, why: why.into() });
            continue;
        }
        let mass =
            coverage.voxels().map(|(voxel, share)| f64::from(share) * f64::from(densities_g_cm3[voxel]));
        organs.push(Organ {
            name: names::tg263(&original_name).map_or_else(|| original_name.clone(), String::from),
            role: region.role(),
            from: Origin::Ct,
            volume_cm3: coverage.volume_mm3() / 1000.0,
            mass_g: mass.sum::<f64>() * voxel_cm3,
            original_name,
            coverage,
        });
    }
    organs
}

/// One organ for each voxel: of those that cover at least half of it the smallest. An organ that gets no voxel in this
/// way is shown where it covers most.
pub fn labels_of(grid: &OrientedGrid, organs: &[Organ]) -> Vec<u16> {
    let mut labels = vec![0u16; grid.shape.iter().product()];
    let mut order: Vec<usize> = (0..organs.len().min(usize::from(u16::MAX))).collect();
    order.sort_by(|&a, &b| organs[b].volume_cm3.total_cmp(&organs[a].volume_cm3));
    for organ in order {
        let coverage = &organs[organ].coverage;
        let label = organ as u16 + 1;
        let mut shown = false;
        for (voxel, _) in coverage.voxels().filter(|(_, share)| *share >= 0.5) {
            labels[voxel] = label;
            shown = true;
        }
        if !shown && let Some((voxel, _)) = coverage.voxels().max_by(|a, b| a.1.total_cmp(&b.1)) {
            labels[voxel] = label;
        }
    }
    labels
}
