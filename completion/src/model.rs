//! The body that a scan is completed from: one of the family, or the user's own.

use crate::slices::Slices;
use anatomy::Calibration;
use dose_core::material::Material;
use phantoms::{Body, Skeleton};
use volume::{Image, OrientedGrid, VoxelIndex};

/// A piece of a model with one tissue: an organ, or a layer of one.
#[derive(Clone, Debug)]
pub struct Part {
    /// The organ that it is drawn in; empty where nobody draws it.
    pub organ: String,
    /// Its own name.
    pub name: String,
    /// What it is made of.
    pub material: Material,
    /// Its density (g/cm³).
    pub density_g_cm3: f64,
    /// Active marrow in it, as a share of its mass.
    pub active_marrow: f64,
    /// Its volume (cm³).
    pub volume_cm3: f64,
}

/// A whole body: in the patient's axes (x left, y back, z head; mm), lying anywhere.
pub struct Model {
    parts: Vec<Part>,
    shape: Shape,
    bounds_mm: [[f64; 2]; 3],
    slices: Slices,
}

enum Shape {
    Family(Box<Body>),
    /// Number of the part in each voxel, from 1.
    Voxels(Image<u16>),
}

/// Names that fill what no organ fills; each is an organ by itself.
pub(crate) const FILLERS: [&str; 3] = ["Skin", "Adipose", "Muscle"];

impl Model {
    /// A body of the family, its tissues as a calibration reads its CT numbers.
    pub fn of_family(body: Body, calibration: &Calibration) -> Self {
        let marrow = active_marrow(&body);
        let parts = body.organs().iter().zip(marrow).map(|(organ, active_marrow)| {
            let tissue = calibration.tissue(organ.tissue.hu);
            let filler = FILLERS.contains(&organ.name.as_str());
            Part {
                organ: if filler { organ.name.clone() } else { organ.structure.clone() },
                name: organ.name.clone(),
                material: calibration.material(tissue).clone(),
                density_g_cm3: organ.tissue.density_g_cm3,
                active_marrow,
                volume_cm3: organ.target_cm3(),
            }
        });
        let parts = parts.collect();
        let bounds_mm = body.bounds_mm();
        Self::of(parts, Shape::Family(Box::new(body)), bounds_mm)
    }

    /// A body of voxels, each with the number of its part from 1, or 0.
    pub fn of_voxels(parts: Vec<Part>, voxels: Image<u16>) -> Self {
        let bounds_mm = filled_mm(&voxels);
        Self::of(parts, Shape::Voxels(voxels), bounds_mm)
    }

    fn of(parts: Vec<Part>, shape: Shape, bounds_mm: [[f64; 2]; 3]) -> Self {
        let mut model = Self { parts, shape, bounds_mm, slices: Slices::default() };
        model.slices = Slices::of_model(&model);
        model
    }

    /// The pieces.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The piece at a point (mm); `None` outside.
    pub fn part_at(&self, point_mm: [f64; 3]) -> Option<usize> {
        match &self.shape {
            Shape::Family(body) => body.label_at(point_mm),
            Shape::Voxels(voxels) => {
                let index = voxels.grid.index_of(point_mm).map(f64::round);
                let within = (0..3).all(|a| index[a] >= 0.0 && index[a] < voxels.grid.shape[a] as f64);
                let at = |index: [f64; 3]| {
                    voxels.values[voxels.grid.offset(VoxelIndex(index.map(|i| i as usize)))]
                };
                within.then(|| at(index)).filter(|part| *part > 0).map(|part| usize::from(part) - 1)
            }
        }
    }

    /// A box that holds it (mm).
    pub fn bounds_mm(&self) -> [[f64; 2]; 3] {
        self.bounds_mm
    }

    /// What its cross-sections are like.
    pub fn slices(&self) -> &Slices {
        &self.slices
    }

    /// Names of its organs, each once, in order.
    pub fn organs(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for part in self.parts.iter().filter(|part| !part.organ.is_empty()) {
            if !names.contains(&part.organ.as_str()) {
                names.push(&part.organ);
            }
        }
        names
    }
}

/// The site of the skeleton whose marrow lies in a part of this name, both sides in one.
pub(crate) fn marrow_site(name: &str) -> Option<String> {
    let whole = name.contains("_Spongiosa").then(|| name.replace("_Spongiosa", ""))?;
    // The lumbar spine, VB_L, is a site and no left side.
    let is_site = Skeleton::sites().any(|site| site == whole);
    Some(if is_site { whole } else { whole.trim_end_matches("_L").trim_end_matches("_R").to_owned() })
}

/// Share of each label's mass that is active marrow: a site's, in its spongiosa.
fn active_marrow(body: &Body) -> Vec<f64> {
    let sites: Vec<Option<String>> = body.organs().iter().map(|organ| marrow_site(&organ.name)).collect();
    let grams = |of: &String| {
        let both = body.organs().iter().zip(&sites).filter(|(_, site)| site.as_ref() == Some(of));
        both.map(|(organ, _)| organ.target_g).sum::<f64>()
    };
    let share = |site: &String| body.skeleton().active_marrow_g(site) / grams(site);
    sites.iter().map(|site| site.as_ref().map_or(0.0, share)).collect()
}

/// The box around all voxels with a part (mm).
fn filled_mm(voxels: &Image<u16>) -> [[f64; 2]; 3] {
    let grid: &OrientedGrid = &voxels.grid;
    let mut bounds = [[f64::INFINITY, f64::NEG_INFINITY]; 3];
    for (at, _) in voxels.values.iter().enumerate().filter(|(_, part)| **part > 0) {
        let centre = grid.centre_mm(grid.voxel(at));
        for a in 0..3 {
            let half = 0.5 * grid.spacing_mm[a];
            bounds[a] = [bounds[a][0].min(centre[a] - half), bounds[a][1].max(centre[a] + half)];
        }
    }
    bounds
}
