//! A plan and its patient.

use crate::arguments;
use crate::dose::Dose;
use crate::failure::raised;
use crate::follow::followed;
use crate::grid;
use formats::dicom::DicomFile;
use formats::dicom::plan::read_plan;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use std::sync::Arc;
use straydose::args::EstimateArguments;
use straydose::estimate::Case as Read;
use straydose::exit::{Failure, with_causes};
use straydose::stages::Stages;

/// What was read, with what it was read by.
pub struct Held {
    pub case: Read,
    pub arguments: EstimateArguments,
}

/// A plan with its patient.
#[pyclass(frozen, module = "straydose._straydose")]
pub struct Case(Arc<Held>);

#[pymethods]
impl Case {
    /// Reads and builds it; the keyword arguments are those of the command line.
    #[staticmethod]
    #[pyo3(signature = (given, progress=None))]
    fn read(given: &Bound<'_, PyDict>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let arguments = arguments::estimate(given)?;
        followed(given.py(), progress, move |follower| {
            let case = Read::read(&arguments, follower, &mut Stages::default())?;
            Ok(Self(Arc::new(Held { case, arguments })))
        })
    }

    /// What is to be given.
    #[getter]
    fn plan(&self) -> Plan {
        Plan(self.0.case.inputs.plan.clone())
    }

    /// The patient as materials, densities and organs.
    #[getter]
    fn anatomy(&self) -> Anatomy {
        Anatomy(self.0.clone())
    }

    /// What was taken from a study's folder, and by which link.
    #[getter]
    fn took(&self) -> Vec<String> {
        self.0.case.inputs.took.clone()
    }

    /// What was left there, and why.
    #[getter]
    fn left(&self) -> Vec<(String, String)> {
        self.0.case.inputs.left.clone()
    }

    /// Remarks of the readers.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.0.case.inputs.notes.clone()
    }

    /// Computes the dose.
    #[pyo3(signature = (given, command, progress=None))]
    fn estimate(
        &self,
        given: &Bound<'_, PyDict>,
        command: Vec<String>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Dose> {
        let common = arguments::common(given)?;
        let effort = arguments::estimate(given)?;
        let arguments = EstimateArguments {
            histories: effort.histories,
            target_uncertainty: effort.target_uncertainty,
            fractions: effort.fractions,
            ..self.0.arguments.clone()
        };
        let held = self.0.clone();
        followed(given.py(), progress, move |follower| {
            straydose::estimate::check(&arguments)?;
            let mut stages = Stages::default();
            let estimated = held.case.dose(&arguments, &common, follower, &mut stages)?;
            Dose::new(held, estimated, stages, &arguments, &common, command)
        })
    }
}

/// A treatment plan.
#[pyclass(frozen, module = "straydose._straydose")]
pub struct Plan(treatment::Plan);

#[pymethods]
impl Plan {
    /// Reads an RTPLAN.
    #[staticmethod]
    fn _read(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let read = || read_plan(&DicomFile::open(&path)?);
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        read().map(Self).map_err(|error| raised(py, Failure::refused(with_causes(&error), name, "")))
    }

    /// RT Plan Label.
    #[getter]
    fn label(&self) -> &str {
        &self.0.label
    }

    /// SOP Instance UID.
    #[getter]
    fn uid(&self) -> &str {
        &self.0.uid
    }

    /// How the patient lies, such as HFS.
    #[getter]
    fn position(&self) -> &'static str {
        self.0.position.code()
    }

    /// The beams that treat, in the order of their fraction groups.
    #[getter]
    fn beams<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let beam = |given: treatment::plan::Delivery<'_>| {
            let dict = PyDict::new(py);
            dict.set_item("number", given.beam.number)?;
            dict.set_item("name", &given.beam.name)?;
            dict.set_item("machine", &given.beam.machine_name)?;
            dict.set_item("nominal_mv", given.beam.nominal_mv)?;
            dict.set_item("fff", given.beam.fluence == treatment::beam::Fluence::FilterFree)?;
            dict.set_item("mu", given.mu)?;
            dict.set_item("fractions", given.fractions)?;
            dict.set_item("control_points", given.beam.control_points.len())?;
            Ok(dict)
        };
        self.0.deliveries().map(beam).collect()
    }

    /// Beams of the file that do not treat: name and reason.
    #[getter]
    fn left_out(&self) -> Vec<(String, String)> {
        self.0.left_out.iter().map(|beam| (beam.name.clone(), beam.reason.clone())).collect()
    }

    /// What was assumed where the file is silent.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.0.notes.clone()
    }

    fn __repr__(&self) -> String {
        format!("<straydose.Plan {:?}, {} beams>", self.0.label, self.0.deliveries().count())
    }
}

/// A patient as materials, densities and organs; completed beyond the scan as far as the patient is known.
#[pyclass(frozen, module = "straydose._straydose")]
pub struct Anatomy(Arc<Held>);

impl Anatomy {
    fn own(&self) -> &anatomy::Anatomy {
        &self.0.case.beyond.anatomy
    }
}

#[pymethods]
impl Anatomy {
    /// Density of each voxel (g/cm³).
    #[getter]
    fn density<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let own = slf.get().own();
        // SAFETY: the object is frozen, and holds the case by a count.
        unsafe { grid::view(slf.clone().into_any(), &own.voxel_density_g_cm3, &own.grid) }
    }

    /// Number of the organ that each voxel shows, 1 for the first, 0 for none.
    #[getter]
    fn labels<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let own = slf.get().own();
        // SAFETY: as above.
        unsafe { grid::view(slf.clone().into_any(), &own.labels, &own.grid) }
    }

    /// Distances of voxel centres along x, y, z of the arrays (mm).
    #[getter]
    fn spacing(&self) -> (f64, f64, f64) {
        grid::spacing(&self.own().grid)
    }

    /// Centre of the first voxel (mm, LPS).
    #[getter]
    fn origin(&self) -> (f64, f64, f64) {
        grid::origin(&self.own().grid)
    }

    /// Directions of the arrays' axes, as SimpleITK has them.
    #[getter]
    fn direction(&self) -> [f64; 9] {
        grid::direction(&self.own().grid)
    }

    /// Mass of the body (g).
    #[getter]
    fn mass_g(&self) -> f64 {
        self.own().mass_g()
    }

    /// Whose body goes on beyond the scan; `None` where it ends with the scan.
    #[getter]
    fn model(&self) -> Option<String> {
        self.0.case.beyond.made.as_ref().map(|made| made.who.clone())
    }

    /// The organs: name, name in the file, where its shape comes from, volume (cm³), mass (g), label.
    #[getter]
    fn organs<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let organ = |(n, organ): (usize, &anatomy::Organ)| {
            let dict = PyDict::new(py);
            dict.set_item("label", n + 1)?;
            dict.set_item("organ", &organ.name)?;
            dict.set_item("original_name", &organ.original_name)?;
            dict.set_item("from", organ.from.as_str())?;
            dict.set_item("volume_cm3", organ.volume_cm3)?;
            dict.set_item("mass_g", organ.mass_g)?;
            Ok(dict)
        };
        self.own().organs.iter().enumerate().map(organ).collect()
    }

    fn __repr__(&self) -> String {
        let own = self.own();
        format!("<straydose.Anatomy {:?} voxels, {} organs>", own.grid.shape, own.organs.len())
    }
}

/// Writes the demo's study (CT, structures, plan of a made-up girl of five) into a folder, which is made.
#[pyfunction]
pub fn demo_case(py: Python<'_>, folder: PathBuf) -> PyResult<()> {
    followed(py, None, move |_| straydose::demo::write_study(&folder))
}
