//! `straydose phantom`: a whole body by age, sex, height and weight, as images, a table and DICOM files.

mod arguments;
mod outputs;

pub use arguments::{ArmsChoice, PhantomArguments};
pub use outputs::mass_g;

use crate::args::{Common, SexChoice};
use crate::console;
use crate::exit::Failure;
use crate::follow::Follow;
use crate::interrupt;
use crate::memory;
use crate::output_folder::OutputFolder;
use crate::progress::Progress;
use crate::run_record::command_without_folders;
use crate::stages::Stages;
use phantoms::{Arms, Body, Person, Sex, Voxels};

/// Edges of voxels that make sense (mm).
const VOXEL_MM: [f64; 2] = [0.5, 50.0];
/// Air around the body (mm).
const AIR_MM: f64 = 20.0;
/// Bytes for each voxel at the worst moment: labels, CT numbers and what several organs share, and copies in writing.
const BYTES_A_VOXEL: u64 = 24;

/// What was asked for, for the record.
pub struct Asked {
    /// Seed of the random numbers; none is drawn.
    pub seed: u64,
    /// The command, without folders.
    pub command: Vec<String>,
}

/// Runs the command.
pub fn run(arguments: &PhantomArguments, common: &Common) -> Result<(), Failure> {
    if let Some(threads) = common.threads {
        // Fails only if a pool is there already, and then that one is used.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
    check(arguments)?;
    interrupt::watch();
    let output = OutputFolder::prepare(&arguments.out)?;
    let progress = Progress::new(common);
    let mut stages = Stages::default();
    let (body, voxels) = made(arguments, &progress, &mut stages)?;
    let asked =
        Asked { seed: common.seed.unwrap_or(1), command: command_without_folders(std::env::args_os()) };
    write(&body, &voxels, arguments.dicom, &asked, &progress, &mut stages, &output)?;
    output.publish()?;
    if !common.quiet {
        let person = body.person();
        console::note(&format!(
            "{}, {:.1} cm, {:.2} kg, in {}",
            outputs::who(person),
            person.height_cm(),
            outputs::mass_g(&body, &voxels) / 1000.0,
            arguments.out.display()
        ));
    }
    Ok(())
}

/// Refuses a person or voxels that cannot be.
fn check(arguments: &PhantomArguments) -> Result<Person, Failure> {
    let person = person(arguments)?;
    if !(VOXEL_MM[0]..=VOXEL_MM[1]).contains(&arguments.voxel_mm) {
        return Err(Failure::refused(
            format!("voxels of {} mm are none for a body", arguments.voxel_mm),
            "--voxel-mm",
            format!("{} to {} mm", VOXEL_MM[0], VOXEL_MM[1]),
        ));
    }
    Ok(person)
}

/// A body, and what of it is in which voxel.
///
/// # Errors
/// The person or the voxels are refused, or the follower stops it.
pub fn made(
    arguments: &PhantomArguments,
    follower: &dyn Follow,
    stages: &mut Stages,
) -> Result<(Body, Voxels), Failure> {
    let body = Body::new(&check(arguments)?);
    stages.end("body", follower)?;
    let grid = body.grid([arguments.voxel_mm; 3], AIR_MM);
    refuse_too_many(&grid)?;
    let voxels = body.voxels(&grid);
    stages.end("voxels", follower)?;
    Ok((body, voxels))
}

/// Writes it into a folder, as DICOM files too if that is wanted.
///
/// # Errors
/// A file cannot be written, or the follower stops it.
pub fn write(
    body: &Body,
    voxels: &Voxels,
    dicom: bool,
    asked: &Asked,
    follower: &dyn Follow,
    stages: &mut Stages,
    output: &OutputFolder,
) -> Result<(), Failure> {
    outputs::write_images(body, voxels, output)?;
    if dicom {
        outputs::write_dicom(body, voxels, output)?;
    }
    stages.end("files", follower)?;
    outputs::write_record(body, voxels, dicom, asked, stages, output)
}

/// Whose body the user asks for.
fn person(arguments: &PhantomArguments) -> Result<Person, Failure> {
    let sex = match arguments.sex {
        SexChoice::F => Sex::Female,
        SexChoice::M => Sex::Male,
    };
    let arms = match arguments.arms {
        ArmsChoice::Down => Arms::Down,
        ArmsChoice::Up => Arms::Up,
    };
    Person::new(arguments.age, sex, arguments.height_cm, arguments.weight_kg)
        .map(|person| person.with_arms(arms))
        .map_err(|error| Failure::refused(error.to_string(), "", ""))
}

fn refuse_too_many(grid: &volume::OrientedGrid) -> Result<(), Failure> {
    let needed = grid.len() as u64 * BYTES_A_VOXEL;
    match memory::available_bytes() {
        Some(free) if needed > free => Err(Failure::refused(
            format!(
                "{} voxels need about {:.1} GiB of memory and {:.1} GiB are free",
                grid.len(),
                needed as f64 / f64::from(1 << 30),
                free as f64 / f64::from(1 << 30)
            ),
            "--voxel-mm",
            "larger voxels",
        )),
        _ => Ok(()),
    }
}
