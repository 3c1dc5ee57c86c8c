//! `straydose demo`: a child and her plan as DICOM files, then `estimate` on them as on anybody's.

mod study;

pub use study::write as write_study;

use crate::args::{Common, DemoArguments, EstimateArguments, VOXEL_MM};
use crate::backend;
use crate::estimate;
use crate::exit::Failure;
use crate::interrupt;
use crate::output_folder::{INPUT, OutputFolder};
use crate::progress::Progress;
use std::io;
use std::path::Path;

/// Runs the command.
pub fn run(arguments: &DemoArguments, common: &Common) -> Result<(), Failure> {
    backend::check(common)?;
    interrupt::watch();
    let output = OutputFolder::prepare(&arguments.out)?;
    let input = output.file(INPUT);
    let kept = arguments.out.join(INPUT);
    let what = study::DESCRIPTION;
    Progress::new(common).note(&format!("{what}: CT, structures and plan go into {}", kept.display()));
    study::write(&input)?;
    refuse_to_mix(&input, &kept)?;
    let estimate = EstimateArguments {
        study: Some(input),
        out: arguments.out.clone(),
        voxel_mm: VOXEL_MM,
        histories: Some(arguments.histories),
        ..EstimateArguments::default()
    };
    estimate::run(&estimate, common, Some(output))
}

/// A folder of input that is there stays as it is, so it must be the one that the result comes from.
fn refuse_to_mix(made: &Path, there: &Path) -> Result<(), Failure> {
    if !there.exists() || same(made, there).unwrap_or(false) {
        return Ok(());
    }
    Err(Failure::command_line(
        format!("{} holds other files than this demo writes", there.display()),
        format!("another --out, or moving {} away", there.display()),
    ))
}

/// Whether two files, or all files of two folders, are the same.
fn same(a: &Path, b: &Path) -> io::Result<bool> {
    if !(a.is_dir() && b.is_dir()) {
        return Ok(a.is_file() && b.is_file() && std::fs::read(a)? == std::fs::read(b)?);
    }
    let names = |folder: &Path| -> io::Result<Vec<_>> {
        let mut names: Vec<_> = folder.read_dir()?.map(|e| Ok(e?.file_name())).collect::<io::Result<_>>()?;
        names.sort();
        Ok(names)
    };
    let of_a = names(a)?;
    if of_a != names(b)? {
        return Ok(false);
    }
    for name in of_a {
        if !same(&a.join(&name), &b.join(&name))? {
            return Ok(false);
        }
    }
    Ok(true)
}
