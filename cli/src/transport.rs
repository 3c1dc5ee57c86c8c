//! `straydose transport`: read, build, start, transport, write.

use crate::args::{Common, INTENDED_USE, TransportArguments};
use crate::backend::{self, ChosenBackend};
use crate::case_builder::{self, BuiltCase, Wishes};
use crate::checks::Checks;
use crate::console;
use crate::exit::{Failure, with_causes};
use crate::follow::Follow;
use crate::input_file::InputFile;
use crate::interrupt;
use crate::output_folder::{OutputFolder, PROGRAM, RECORD};
use crate::progress::Progress;
use crate::run_record::{BackendRecord, GridRecord, RunRecord, SpectrumRecord, command_without_folders};
use crate::stages::Stages;
use dose_core::case::Quantity;
use dose_core::deck::Deck;
use dose_core::run::{Outcome, VarianceReduction};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use volume::Grid;

/// Runs the command.
pub fn run(arguments: &TransportArguments, common: &Common) -> Result<(), Failure> {
    backend::check(common)?;
    interrupt::watch();
    let mut progress = Progress::new(common);
    let mut stages = Stages::default();

    let case_file = InputFile::read(&arguments.case, "the case file")?;
    let table = crate::case_file::parse(case_file.text()?, &case_file.name)?;
    stages.end("read", &progress)?;

    let folder = arguments.case.parent().unwrap_or(Path::new("."));
    let checks = Checks { file: &case_file.name };
    let wishes = Wishes { seed: common.seed, threads: common.threads.unwrap_or_else(backend::cores) };
    let built = case_builder::build(&table, folder, wishes, &checks)?;
    let deck = Deck::new(&built.case, built.variance_reduction)
        .map_err(|error| Failure::from_engine(error, &case_file.name))?;
    stages.end("build", &progress)?;

    let output = OutputFolder::prepare(&arguments.out)?;
    let mut chosen = backend::start(common)?;
    tell_backend(&chosen, &progress);
    stages.end("start", &progress)?;

    progress.transport_begins(built.settings.histories);
    let outcome = dose_core::run::transport(&deck, &built.settings, &mut chosen.backend, &mut |now| {
        progress.transport(now.histories_done, now.histories_total);
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    progress.transport_ends();
    let outcome = outcome.map_err(|error| Failure::from_engine(error, &case_file.name))?;
    stages.end("transport", &progress)?;

    let files = write_images(&output, &built, &outcome)?;
    stages.end("write", &progress)?;
    let record = record(&case_file, &built, &chosen, common, &outcome, stages, files);
    write_record(&output, &record)?;
    output.publish()?;

    for warning in &record.warnings {
        progress.note(&format!("warning: {warning}"));
    }
    if common.shows_results() {
        console::result(&summary(&arguments.out, &record, &built.case.grid, &outcome));
    }
    Ok(())
}

/// Says where the run takes place.
pub fn tell_backend(chosen: &ChosenBackend, follower: &dyn Follow) {
    let device = chosen.backend.describe();
    let threads = chosen.threads.map(|n| format!(", {n} threads")).unwrap_or_default();
    let because = chosen.because.as_deref().map(|why| format!(" ({why})")).unwrap_or_default();
    follower.note(&format!("running on {} [{}{threads}]{because}", device.name, device.backend));
}

/// Name of the first image.
fn image_name(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Kerma => "kerma.nii.gz",
        Quantity::Dose => "dose.nii.gz",
    }
}

fn write_images(output: &OutputFolder, built: &BuiltCase, outcome: &Outcome) -> Result<Vec<String>, Failure> {
    let dose: Vec<f32> = outcome.dose_gy_per_photon.iter().map(|&gy| gy as f32).collect();
    let images = [(image_name(built.case.quantity), &dose), ("sigma.nii.gz", &outcome.sigma_relative)];
    for (name, values) in images {
        formats::nifti::write_scalar(&output.file(name), &built.case.grid, values)
            .map_err(|error| Failure::failed(with_causes(&error), "another --out, with more space"))?;
    }
    Ok(images.map(|(name, _)| name.to_owned()).to_vec())
}

fn write_record(output: &OutputFolder, record: &RunRecord) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(record).expect("the record has string keys only");
    std::fs::write(output.file(RECORD), text + "\n").map_err(|error| {
        Failure::failed(format!("{RECORD} cannot be written: {error}"), "another --out, with more space")
    })
}

fn record(
    case_file: &InputFile,
    built: &BuiltCase,
    chosen: &ChosenBackend,
    common: &Common,
    outcome: &Outcome,
    stages: Stages,
    files: Vec<String>,
) -> RunRecord {
    let device = chosen.backend.describe();
    let transport_seconds = stages.seconds.get("transport").copied().unwrap_or_default();
    let spectrum = &built.case.source.rectangle().expect("a case file has one field").spectrum;
    let grid = &built.case.grid;
    let inputs = std::iter::once(case_file).chain(&built.spectrum_file);
    let mut warnings = built.warnings.clone();
    warnings.extend(outcome.warnings.iter().cloned());
    if common.threads.is_some() && chosen.threads.is_none() {
        warnings.push("--threads has no effect on a GPU".into());
    }
    RunRecord {
        program: PROGRAM,
        version: env!("CARGO_PKG_VERSION"),
        intended_use: INTENDED_USE,
        command: command_without_folders(std::env::args_os()),
        quantity: match built.case.quantity {
            Quantity::Kerma => "kerma",
            Quantity::Dose => "dose",
        },
        unit: "Gy per source photon",
        files,
        seed: built.settings.seed,
        histories: outcome.histories,
        batches: built.settings.batches,
        variance_reduction: match built.variance_reduction {
            VarianceReduction::Auto => "auto",
            VarianceReduction::Off => "off",
        },
        backend: BackendRecord {
            name: device.backend.to_string(),
            device: device.name.to_string(),
            driver: device.driver.to_string(),
            kind: device.kind.as_str().to_string(),
            threads: chosen.threads,
            chosen_because: chosen.because.clone(),
        },
        stage_seconds: stages.seconds,
        transport_seconds,
        histories_per_second: outcome.histories as f64 / transport_seconds.max(1.0e-9),
        energy_balance: BTreeMap::from([
            ("emitted_mev", outcome.energy.emitted_mev),
            ("deposited_mev", outcome.energy.deposited_mev),
            ("collimator_mev", outcome.energy.collimator_mev),
            ("escaped_mev", outcome.energy.escaped_mev),
            ("roulette_mev", outcome.energy.roulette_mev),
        ]),
        collisions: outcome.energy.collisions,
        given_up: outcome.energy.given_up,
        spectrum: SpectrumRecord {
            source: built.spectrum_described.clone(),
            mean_mev: spectrum.mean_mev(),
            bins: spectrum.bins().len(),
        },
        materials: built.uses.clone(),
        grid: GridRecord {
            min_cm: grid.corner_mm.map(|x| x / 10.0),
            voxel_cm: grid.spacing_mm.map(|x| x / 10.0),
            shape: grid.shape,
        },
        inputs_sha256: inputs.map(|file| (file.name.clone(), file.sha256())).collect(),
        warnings,
    }
}

/// What a person wants to see first.
fn summary(out: &Path, record: &RunRecord, grid: &Grid, outcome: &Outcome) -> String {
    let largest = outcome.dose_gy_per_photon.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
    let largest = match largest {
        Some((offset, &gy)) if gy > 0.0 => {
            let [x, y, z] = grid.centre_mm(grid.voxel(offset)).map(|mm| mm / 10.0);
            let percent = 100.0 * outcome.sigma_relative.get(offset).copied().unwrap_or(1.0);
            format!("{gy:.4e} Gy per photon (± {percent:.1} %) at x {x:.2}, y {y:.2}, z {z:.2} cm")
        }
        _ => "nothing was scored".into(),
    };
    let emitted = outcome.energy.emitted_mev;
    let share = |mev: f64| if emitted > 0.0 { 100.0 * mev / emitted } else { 0.0 };
    format!(
        "written to {}: {}, {RECORD}\n\
         largest {}: {largest}\n\
         {} histories in {:.2} s of transport: {:.4e} a second\n\
         energy of the {:.4e} MeV emitted: {:.2} % in the grid, {:.2} % in collimators, {:.2} % escaped",
        out.display(),
        record.files.join(", "),
        record.quantity,
        record.histories,
        record.transport_seconds,
        record.histories_per_second,
        emitted,
        share(outcome.energy.deposited_mev),
        share(outcome.energy.collimator_mev),
        share(outcome.energy.escaped_mev),
    )
}
