//! The dose of a case.

use crate::case::Held;
use crate::failure::raised;
use crate::grid;
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use std::sync::Arc;
use straydose::args::{Common, EstimateArguments};
use straydose::estimate::{Asked, Estimated, OrganRow, marrow_rows, organ_rows, record, write};
use straydose::exit::Failure;
use straydose::output_folder::OutputFolder;
use straydose::stages::Stages;
use volume::OrientedGrid;

/// Names of the components, as in the columns of organs.csv.
const COMPONENTS: [&str; 4] = ["in_field", "head_scatter", "collimator", "leakage"];

/// The dose of the whole course in the whole patient.
#[pyclass(frozen, module = "straydose._straydose")]
pub struct Dose {
    held: Arc<Held>,
    estimated: Estimated,
    stages: Stages,
    seed: u64,
    fractions: Option<u32>,
    command: Vec<String>,
    organs: Vec<OrganRow>,
    marrow: Vec<OrganRow>,
}

impl Dose {
    /// Of a case that was transported.
    pub fn new(
        held: Arc<Held>,
        estimated: Estimated,
        stages: Stages,
        arguments: &EstimateArguments,
        common: &Common,
        command: Vec<String>,
    ) -> Result<Self, Failure> {
        let choices = held.case.choices()?;
        let finished = estimated.finished(&held.case, &choices);
        let (organs, marrow) = (organ_rows(&finished), marrow_rows(&finished));
        let (seed, fractions) = (common.seed.unwrap_or(1), arguments.fractions);
        drop(choices);
        Ok(Self { held, estimated, stages, seed, fractions, command, organs, marrow })
    }

    fn asked(&self) -> Asked<'_> {
        Asked {
            seed: self.seed,
            monitor_unit_seed: self.seed,
            fractions: self.fractions,
            backend: &self.estimated.backend,
            model_image: false,
            command: self.command.clone(),
        }
    }

    fn grid(&self) -> &OrientedGrid {
        &self.estimated.dose_gy.grid
    }

    fn view<'py, T: numpy::Element>(slf: &Bound<'py, Self>, values: &[T]) -> PyResult<Bound<'py, PyAny>> {
        // SAFETY: the callers give values that the object holds; it is frozen and changes none of them.
        unsafe { grid::view(slf.clone().into_any(), values, slf.get().grid()) }
    }
}

#[pymethods]
impl Dose {
    /// The dose (Gy).
    #[getter]
    fn gy<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::view(slf, &slf.get().estimated.dose_gy.values)
    }

    /// Its relative standard error, statistics only; 1 where nothing was scored.
    #[getter]
    fn sigma<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::view(slf, &slf.get().estimated.ours.sigma_relative)
    }

    /// Its parts (Gy): in the field with its scatter, head scatter, through the collimator, leakage.
    #[getter]
    fn components<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(slf.py());
        for (name, values) in COMPONENTS.iter().zip(&slf.get().estimated.ours.components_gy) {
            dict.set_item(name, Self::view(slf, values)?)?;
        }
        Ok(dict)
    }

    /// The surface term of contaminating electrons (Gy), a part of the head scatter; None without one.
    #[getter]
    fn electrons<'py>(slf: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let electrons = slf.get().estimated.ours.electrons.as_ref();
        electrons.map(|electrons| Self::view(slf, &electrons.gy)).transpose()
    }

    /// Number of the organ that each voxel shows, as in the anatomy.
    #[getter]
    fn labels<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::view(slf, &slf.get().held.case.beyond.anatomy.labels)
    }

    /// Distances of voxel centres along x, y, z of the arrays (mm).
    #[getter]
    fn spacing(&self) -> (f64, f64, f64) {
        grid::spacing(self.grid())
    }

    /// Centre of the first voxel (mm, LPS).
    #[getter]
    fn origin(&self) -> (f64, f64, f64) {
        grid::origin(self.grid())
    }

    /// Directions of the arrays' axes, as SimpleITK has them.
    #[getter]
    fn direction(&self) -> [f64; 9] {
        grid::direction(self.grid())
    }

    /// One dict an organ, with the columns of organs.csv.
    #[getter]
    fn organs<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        self.organs.iter().map(|row| organ(py, row)).collect()
    }

    /// The same of the active marrow of each site, where the body was completed.
    #[getter]
    fn marrow<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        self.marrow.iter().map(|row| organ(py, row)).collect()
    }

    /// Doses (Gy) and the volumes (cm³) that receive at least these, by organ.
    #[getter]
    fn dvh<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for row in self.organs.iter().chain(&self.marrow) {
            if let Some(dvh) = &row.dvh {
                let arrays =
                    (PyArray1::from_slice(py, &dvh.dose_gy), PyArray1::from_slice(py, &dvh.volume_from_cm3));
                dict.set_item(&row.name, arrays)?;
            }
        }
        Ok(dict)
    }

    /// What limits the trust in the numbers.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.estimated.said.warnings.clone()
    }

    /// What was decided on the way.
    #[getter]
    fn remarks(&self) -> Vec<String> {
        self.estimated.said.remarks.clone()
    }

    /// Source photons followed.
    #[getter]
    fn histories(&self) -> u64 {
        self.estimated.ours.histories
    }

    /// Seed of the random numbers.
    #[getter]
    fn seed(&self) -> u64 {
        self.seed
    }

    /// What isodoses are parts of (Gy): the highest mean of a small cube.
    #[getter]
    fn reference_gy(&self) -> f64 {
        self.estimated.reference.gy
    }

    /// What run.json holds.
    #[getter]
    fn record<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let text = || {
            let choices = self.held.case.choices()?;
            let finished = self.estimated.finished(&self.held.case, &choices);
            Ok(record(&finished, &self.asked(), &self.stages).to_string())
        };
        let text = text().map_err(|failure: Failure| raised(py, failure))?;
        py.import("json")?.call_method1("loads", (text,))
    }

    /// Writes what `straydose estimate` writes into a folder, which is made if missing.
    fn save(&self, py: Python<'_>, folder: PathBuf) -> PyResult<()> {
        let saved = py.detach(|| {
            let output = OutputFolder::prepare(&folder)?;
            let choices = self.held.case.choices()?;
            let finished = self.estimated.finished(&self.held.case, &choices);
            write(&finished, &self.asked(), &output, &self.stages)?;
            output.publish()
        });
        saved.map_err(|failure| raised(py, failure))
    }

    fn __repr__(&self) -> String {
        format!(
            "<straydose.Dose {:?} voxels, {} organs, reference {:.3} Gy>",
            self.grid().shape,
            self.organs.len(),
            self.estimated.reference.gy
        )
    }
}

/// A row of organs.csv, with all digits.
fn organ<'py>(py: Python<'py>, row: &OrganRow) -> PyResult<Bound<'py, PyDict>> {
    let d = &row.doses;
    let dict = PyDict::new(py);
    dict.set_item("organ", &row.name)?;
    dict.set_item("from", row.from)?;
    for (name, value) in [
        ("volume_cm3", Some(d.volume_cm3)),
        ("mass_g", Some(d.mass_g)),
        ("mean_gy", Some(d.mean_gy)),
        ("min_gy", Some(d.min_gy)),
        ("max_gy", Some(d.max_gy)),
        ("d98_gy", Some(d.d98_gy)),
        ("d50_gy", Some(d.d50_gy)),
        ("d2_gy", Some(d.d2_gy)),
        ("stat_percent", row.stat_percent),
        ("model_percent", row.model_percent),
    ] {
        dict.set_item(name, value)?;
    }
    for (n, name) in COMPONENTS.iter().enumerate() {
        dict.set_item(format!("{name}_gy"), d.components_gy.map(|components| components[n]))?;
    }
    dict.set_item("distance_cm", d.distance_cm)?;
    dict.set_item("original_name", &row.original_name)?;
    dict.set_item("planned_mean_gy", row.planned_mean_gy)?;
    for (name, percent) in COMPONENTS.iter().zip(row.component_stat_percent) {
        dict.set_item(format!("{name}_stat_percent"), percent)?;
    }
    dict.set_item("electrons_gy", d.electrons_gy)?;
    Ok(dict)
}
