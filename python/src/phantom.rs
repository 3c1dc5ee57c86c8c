//! A whole body by age, sex, height and weight.

use crate::arguments::{self, taken};
use crate::failure::raised;
use crate::follow::followed;
use crate::grid;
use phantoms::{Body, Sex, Skeleton, Voxels};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use straydose::args::VOXEL_MM;
use straydose::follow::Follow;
use straydose::output_folder::OutputFolder;
use straydose::phantom::{ArmsChoice, Asked, PhantomArguments, made, mass_g, write};
use straydose::stages::Stages;

/// A body in voxels.
#[pyclass(frozen, module = "straydose._straydose")]
pub struct Phantom {
    body: Body,
    voxels: Voxels,
    stages: Mutex<Stages>,
    command: Vec<String>,
}

/// Makes a body; the keyword arguments are those of the command line.
#[pyfunction]
#[pyo3(signature = (given, command, progress=None))]
pub fn phantom(
    given: &Bound<'_, PyDict>,
    command: Vec<String>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Phantom> {
    let py = given.py();
    let sex: String = taken(given, "sex")?.unwrap_or_default();
    let arms: String = taken(given, "arms")?.unwrap_or_else(|| "down".into());
    let arguments = PhantomArguments {
        age: taken(given, "age")?.unwrap_or(f64::NAN),
        sex: arguments::sex(py, &sex)?,
        height_cm: taken(given, "height_cm")?,
        weight_kg: taken(given, "weight_kg")?,
        arms: arguments::word(py, "arms", &arms, &[("down", ArmsChoice::Down), ("up", ArmsChoice::Up)])?,
        voxel_mm: taken(given, "voxel_mm")?.unwrap_or(VOXEL_MM),
        out: PathBuf::new(),
        dicom: false,
    };
    followed(py, progress, move |follower| {
        let mut stages = Stages::default();
        let (body, voxels) = made(&arguments, follower, &mut stages)?;
        Ok(Phantom { body, voxels, stages: Mutex::new(stages), command })
    })
}

/// Nobody follows the writing: it is short.
struct Nobody;

impl Follow for Nobody {
    fn note(&self, _: &str) {}
    fn stage_done(&self, _: &str, _: f64) {}
    fn transport_begins(&mut self, _: u64) {}
    fn transport(&mut self, _: u64, _: u64) {}
    fn transport_ends(&mut self) {}
    fn stops(&self) -> bool {
        false
    }
}

#[pymethods]
impl Phantom {
    /// CT numbers (HU).
    #[getter]
    fn hu<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let image = &slf.get().voxels.hu;
        // SAFETY: the object is frozen and changes none of its voxels.
        unsafe { grid::view(slf.clone().into_any(), &image.values, &image.grid) }
    }

    /// Label of each voxel's centre, 0 outside the body.
    #[getter]
    fn labels<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let image = &slf.get().voxels.labels;
        // SAFETY: as above.
        unsafe { grid::view(slf.clone().into_any(), &image.values, &image.grid) }
    }

    /// Distances of voxel centres along x, y, z of the arrays (mm).
    #[getter]
    fn spacing(&self) -> (f64, f64, f64) {
        grid::spacing(&self.voxels.hu.grid)
    }

    /// Centre of the first voxel (mm, LPS).
    #[getter]
    fn origin(&self) -> (f64, f64, f64) {
        grid::origin(&self.voxels.hu.grid)
    }

    /// Directions of the arrays' axes, as SimpleITK has them.
    #[getter]
    fn direction(&self) -> [f64; 9] {
        grid::direction(&self.voxels.hu.grid)
    }

    /// Age (years).
    #[getter]
    fn age_years(&self) -> f64 {
        self.body.person().age_years()
    }

    /// F or M.
    #[getter]
    fn sex(&self) -> &'static str {
        if self.body.person().sex() == Sex::Female { "F" } else { "M" }
    }

    /// Height (cm).
    #[getter]
    fn height_cm(&self) -> f64 {
        self.body.person().height_cm()
    }

    /// Weight that was asked for, or the reference's (kg).
    #[getter]
    fn weight_kg(&self) -> f64 {
        self.body.person().weight_kg()
    }

    /// Mass of all voxels (g), shared ones counted by share.
    #[getter]
    fn mass_g(&self) -> f64 {
        mass_g(&self.body, &self.voxels)
    }

    /// One dict an organ or layer: label, name, material, volume (cm³), mass (g), density (g/cm³), mass that it should have (g).
    #[getter]
    fn organs<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let organ = |(n, (organ, cm3)): (usize, (&phantoms::Organ, &f64))| {
            let dict = PyDict::new(py);
            dict.set_item("label", n + 1)?;
            dict.set_item("organ", &organ.name)?;
            dict.set_item("material", organ.tissue.name)?;
            dict.set_item("volume_cm3", cm3)?;
            dict.set_item("mass_g", cm3 * organ.tissue.density_g_cm3)?;
            dict.set_item("density_g_cm3", organ.tissue.density_g_cm3)?;
            dict.set_item("target_g", organ.target_g)?;
            Ok(dict)
        };
        self.body.organs().iter().zip(&self.voxels.volumes_cm3).enumerate().map(organ).collect()
    }

    /// Active marrow of each site (g).
    #[getter]
    fn marrow_g<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for site in Skeleton::sites() {
            dict.set_item(site, self.body.skeleton().active_marrow_g(site))?;
        }
        Ok(dict)
    }

    /// Writes what `straydose phantom` writes into a folder, which is made if missing; with `dicom` also a CT and an RTSTRUCT.
    #[pyo3(signature = (folder, *, dicom=false))]
    fn save(&self, py: Python<'_>, folder: PathBuf, dicom: bool) -> PyResult<()> {
        let saved = py.detach(|| {
            let output = OutputFolder::prepare(&folder)?;
            let asked = Asked { seed: 1, command: self.command.clone() };
            let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
            write(&self.body, &self.voxels, dicom, &asked, &Nobody, &mut stages, &output)?;
            output.publish()
        });
        saved.map_err(|failure| raised(py, failure))
    }

    fn __repr__(&self) -> String {
        let person = self.body.person();
        format!(
            "<straydose.Phantom {} {} years, {:.1} cm, {:.1} kg>",
            self.sex(),
            person.age_years(),
            person.height_cm(),
            person.weight_kg()
        )
    }
}
