//! `straydose explore`: the stray dose of variants of a plan that leave the field alone as far as possible, ranked.

mod arguments;
mod given;
mod page;
mod ranking;
mod runs;
mod table;
mod variants;

pub use arguments::ExploreArguments;

use crate::args::{Common, INTENDED_USE};
use crate::compare::{self, Row, finished::Finished};
use crate::console;
use crate::exit::{Failure, with_causes};
use crate::interrupt;
use crate::output_folder::{OutputFolder, PROGRAM, RECORD, RUNS};
use crate::predict::write;
use crate::progress::Progress;
use crate::run_record::command_without_folders;
use ::estimate::difference::Difference;
use ::estimate::in_field::{InField, in_field};
use given::Given;
use ranking::Criterion;
use runs::{Effort, PLAN, Runs};
use serde_json::json;
use std::path::Path;
use std::time::Instant;
use treatment::variant::energy::scaled;
use variants::{Impossible, Variant, most_mv};
use volume::Image;

/// Source photons of an estimate, where the user does not say, and of the run that finds the monitor units: a part of them.
const HISTORIES: u64 = 10_000_000;
const PILOT_PART: u64 = 5;
/// Fewest of such a run.
const PILOT_LEAST: u64 = 20_000;
/// Seeds of such runs are those of the variants plus this.
const PILOT_SEED: u64 = 1 << 32;
/// Above this nominal energy a head gives neutrons that count (MV; AAPM TG-158, Med. Phys. 44, e391 (2017): above 10 MV; read in
/// secondary sources, unverified).
const NEUTRONS_ABOVE_MV: f64 = 10.0;
/// The given plan's run, and the same plan once more with another seed.
const GIVEN: &str = "given";
const AGAIN: &str = "again";

/// What became of a variant.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The given plan itself, the first of all.
    Given,
    /// The given plan again with another seed: what the statistics alone do.
    Again,
    /// At this place, from 1.
    Ranked(usize),
    /// Not ranked, for this reason.
    Apart(String),
}

/// A run that is finished.
pub struct Outcome {
    /// What it is called.
    pub name: String,
    /// Its folder, in that of the results.
    pub folder: String,
    /// SOP Instance UID of its plan.
    pub plan_uid: String,
    /// Its monitor units over those of the given plan.
    pub mu_factor: f64,
    /// What was changed.
    pub facts: Vec<String>,
    /// Largest share of a beam's aperture that differs.
    pub area_differs: Option<f64>,
    /// The field beside that of the given plan.
    pub field: InField,
    /// Its criterion (Gy), and the difference to the given plan's.
    pub criterion: (f64, Difference),
    /// Organs that count and are told apart: with more dose, with less.
    pub told_apart: [usize; 2],
    /// What became of it.
    pub verdict: Verdict,
}

/// Everything that the tables and the page show.
pub struct Found<'a> {
    /// The runs, the given plan's first; letters are names here.
    pub runs: &'a [Finished],
    /// Organs that all runs have.
    pub rows: &'a [Row<'a>],
    /// What they are judged by.
    pub criterion: &'a Criterion,
    /// Whether the user named the organs.
    pub is_by_name: bool,
    /// One for each run.
    pub outcomes: &'a [Outcome],
    /// What cannot be made or run, and why.
    pub impossible: &'a [Impossible],
    /// What limits the trust.
    pub warnings: &'a [String],
    /// Limits of the field's change (%).
    pub limits: [f64; 2],
}

/// Runs the command.
pub fn run(arguments: &ExploreArguments, common: &Common) -> Result<(), Failure> {
    crate::backend::check(common)?;
    arguments.check()?;
    interrupt::watch();
    let progress = Progress::new(common);
    let given = Given::read(arguments)?;
    let (variants, mut impossible) = variants::variants(&given, arguments);
    impossible.iter().for_each(|variant| progress.note(&format!("{}: {}", variant.name, variant.why)));
    if variants.is_empty() {
        let all: Vec<String> = impossible.iter().map(|v| format!("{}: {}", v.name, v.why)).collect();
        let problem = format!("no variant can be made ({})", all.join("; "));
        return Err(Failure::refused(problem, crate::input_file::file_name(&given.file), "another --vary"));
    }
    let output = OutputFolder::prepare(&arguments.estimate.out)?;
    let cannot = |error: std::io::Error| {
        Failure::failed(format!("the runs cannot be laid out: {error}"), "another --out, with more space")
    };
    let folder = output.file(RUNS);
    std::fs::create_dir(&folder).map_err(cannot)?;
    let work = output.file("work");
    let runs = Runs::new(arguments, common, &given, work.clone())?;
    let explorer = Explorer { runs: &runs, arguments, folder: &folder, work: &work };

    let began = Instant::now();
    let seed = common.seed.unwrap_or(1);
    explorer.run(&given.file, seed, GIVEN)?.map_err(runs::failure)?;
    let first = Finished::read(&folder.join(GIVEN), GIVEN)?;
    let field = Field::of(&folder, &first)?;
    // A wrong name is told before the hours.
    {
        let alone = std::slice::from_ref(&first);
        Criterion::of(&compare::rows(alone)?, &first, &arguments.organ)?;
    }
    let each_s = began.elapsed().as_secs_f64();
    progress.note(&format!("the given plan is done in {each_s:.0} s; {} runs follow", variants.len() + 1));

    let mut finished = vec![first];
    let mut made = vec![Made { uid: given.plan.uid.clone(), ..Made::new(GIVEN, GIVEN) }];
    let again = Variant {
        name: AGAIN.into(),
        plan: given.plan.clone(),
        is_rescaled: false,
        facts: vec!["the given plan with another seed".into()],
        area_differs: None,
    };
    for (number, variant) in std::iter::once(again).chain(variants).enumerate() {
        let began = Instant::now();
        let seed = seed.wrapping_add(1 + number as u64);
        match explorer.variant(&variant, seed, &field)? {
            Ok((one, run)) => {
                progress.note(&format!("{}: done in {:.0} s", one.name, began.elapsed().as_secs_f64()));
                finished.push(run);
                made.push(one);
            }
            Err(why) => {
                progress.note(&format!("{}: {why}", variant.name));
                impossible.push(Impossible { name: variant.name, why });
            }
        }
    }
    std::fs::remove_dir_all(&work).map_err(cannot)?;

    let rows = compare::rows(&finished)?;
    let criterion = Criterion::of(&rows, &finished[0], &arguments.organ)?;
    let outcomes = outcomes(made, &finished, &rows, &criterion, arguments, most_mv(&given.plan));
    let warnings = warnings(&given, &outcomes, arguments);
    let found = Found {
        runs: &finished,
        rows: &rows,
        criterion: &criterion,
        is_by_name: !arguments.organ.is_empty(),
        outcomes: &outcomes,
        impossible: &impossible,
        warnings: &warnings,
        limits: [arguments.mean_limit, arguments.gamma_limit],
    };
    table::write(&output, &found)?;
    compare::table::write(&output, "organs.csv", &finished, &rows)?;
    write::text(&output, "report.html", &page::page(&found))?;
    let record = record(&found, &folder)?;
    let text = serde_json::to_string_pretty(&record).expect("the record has string keys only");
    write::text(&output, RECORD, &(text + "\n"))?;
    output.publish()?;
    if !common.quiet {
        warnings.iter().for_each(|warning| console::note(&format!("warning: {warning}")));
        console::result(&summary(&found));
        console::result(&format!("open {}", arguments.estimate.out.join("report.html").display()));
    }
    Ok(())
}

/// A variant that was run.
struct Made {
    name: String,
    folder: String,
    uid: String,
    mu_factor: f64,
    facts: Vec<String>,
    area_differs: Option<f64>,
    most_mv: f64,
    field: Option<InField>,
}

impl Made {
    fn new(name: &str, folder: &str) -> Self {
        Self {
            name: name.to_owned(),
            folder: format!("{RUNS}/{folder}"),
            uid: String::new(),
            mu_factor: 1.0,
            facts: Vec::new(),
            area_differs: None,
            most_mv: 0.0,
            field: None,
        }
    }
}

/// The given plan's dose, and what its isodoses are parts of.
struct Field {
    dose: Image<f32>,
    reference_gy: f64,
}

impl Field {
    fn of(folder: &Path, given: &Finished) -> Result<Self, Failure> {
        let reference_gy = given.reference_gy.unwrap_or(0.0);
        Ok(Self { dose: dose(&folder.join(GIVEN))?, reference_gy })
    }

    fn beside(&self, run: &Path) -> Result<InField, Failure> {
        let found = in_field(&self.dose, &dose(run)?, self.reference_gy);
        let found = found.map_err(|error| Failure::failed(with_causes(&error), ""))?;
        found.ok_or_else(|| {
            Failure::refused(
                "the given plan has no dose in any voxel",
                "dose.nii.gz",
                "a plan that treats this patient",
            )
        })
    }
}

fn dose(run: &Path) -> Result<Image<f32>, Failure> {
    formats::nifti::read_image(&run.join("dose.nii.gz"))
        .map_err(|error| Failure::failed(with_causes(&error), ""))
}

/// Runs estimates one after the other.
struct Explorer<'a> {
    runs: &'a Runs<'a>,
    arguments: &'a ExploreArguments,
    folder: &'a Path,
    work: &'a Path,
}

type Refusal = (i32, String);

impl Explorer<'_> {
    /// The whole estimate of a plan.
    fn run(&self, plan: &Path, seed: u64, name: &str) -> Result<Result<(), Refusal>, Failure> {
        let effort = Effort { seed, options: self.arguments.effort() };
        self.runs.estimate(plan, &effort, &self.folder.join(name))
    }

    /// A variant: its monitor units, its plan, its estimate. Why it cannot be run is the inner error.
    fn variant(
        &self,
        variant: &Variant,
        seed: u64,
        field: &Field,
    ) -> Result<Result<(Made, Finished), String>, Failure> {
        let name = variant.name.replace(' ', "_");
        let mut made = Made::new(&variant.name, &name);
        made.facts.clone_from(&variant.facts);
        made.area_differs = variant.area_differs;
        made.most_mv = most_mv(&variant.plan);
        let plan = self.work.join(PLAN);
        if variant.is_rescaled {
            match self.factor(variant, seed, field, &plan)? {
                Ok(factor) => made.mu_factor = factor,
                Err(why) => return Ok(Err(why)),
            }
            made.facts.push(format!("monitor units × {:.4}", made.mu_factor));
        }
        let scaled = scaled(&variant.plan, made.mu_factor);
        made.uid = self.runs.write_plan(&scaled, &variant.name, &plan)?;
        if let Err((_, message)) = self.run(&plan, seed, &name)? {
            return Ok(Err(message));
        }
        let folder = self.folder.join(&name);
        std::fs::rename(&plan, folder.join(PLAN))
            .map_err(|error| Failure::failed(format!("{PLAN} cannot be moved: {error}"), ""))?;
        made.field = Some(field.beside(&folder)?);
        let run = Finished::read(&folder, &variant.name)?;
        Ok(Ok((made, run)))
    }

    /// What the monitor units have to be multiplied with so that the mean dose in the field stays: from a run with a part of
    /// the photons, in the scan alone.
    fn factor(
        &self,
        variant: &Variant,
        seed: u64,
        field: &Field,
        plan: &Path,
    ) -> Result<Result<f64, String>, Failure> {
        let out = self.work.join("pilot");
        self.runs.write_plan(&variant.plan, &variant.name, plan)?;
        let histories = self.arguments.estimate.histories.unwrap_or(HISTORIES) / PILOT_PART;
        let mut options = vec!["--histories".to_owned(), histories.max(PILOT_LEAST).to_string()];
        let own = &self.arguments.estimate;
        if !own.scan_only && own.phantom.is_none() {
            options.push("--scan-only".into());
        }
        let effort = Effort { seed: seed.wrapping_add(PILOT_SEED), options };
        if let Err((_, message)) = self.runs.estimate(plan, &effort, &out)? {
            return Ok(Err(message));
        }
        let found = field.beside(&out)?;
        std::fs::remove_dir_all(&out)
            .map_err(|error| Failure::failed(format!("a run cannot be cleared away: {error}"), ""))?;
        let factor = 1.0 / found.mean_ratio;
        Ok(if factor.is_finite() && factor > 0.0 {
            Ok(factor)
        } else {
            Err("it gives no dose in the field".into())
        })
    }
}

/// Judges each run and ranks those that may be.
fn outcomes(
    made: Vec<Made>,
    finished: &[Finished],
    rows: &[Row],
    criterion: &Criterion,
    arguments: &ExploreArguments,
    given_mv: f64,
) -> Vec<Outcome> {
    let same = InField { voxels: 0, mean_ratio: 1.0, gamma_pass_share: 1.0 };
    // Noise fails gamma as well: what the given plan itself reaches with another seed is all that can be asked.
    let again = made.iter().find(|made| made.name == AGAIN).and_then(|made| made.field).unwrap_or(same);
    let mut outcomes: Vec<Outcome> = made
        .into_iter()
        .enumerate()
        .map(|(at, made)| {
            let differences = criterion.rows.iter().map(|&row| rows[row].difference(finished, at).0);
            let told_apart =
                differences.filter(Difference::is_told_apart).fold([0, 0], |[more, less], one| {
                    if one.gy > 0.0 { [more + 1, less] } else { [more, less + 1] }
                });
            let field = made.field.unwrap_or(same);
            let verdict = match made.name.as_str() {
                GIVEN => Verdict::Given,
                AGAIN => Verdict::Again,
                _ => judged(&field, &again, made.most_mv, given_mv, arguments),
            };
            Outcome {
                criterion: (criterion.mean(rows, at).total.0, criterion.difference(rows, finished, at)),
                told_apart,
                verdict,
                field,
                name: made.name,
                folder: made.folder,
                plan_uid: made.uid,
                mu_factor: made.mu_factor,
                facts: made.facts,
                area_differs: made.area_differs,
            }
        })
        .collect();
    let mut order: Vec<usize> =
        (0..outcomes.len()).filter(|&at| matches!(outcomes[at].verdict, Verdict::Ranked(_))).collect();
    order.sort_by(|&a, &b| outcomes[a].criterion.0.total_cmp(&outcomes[b].criterion.0));
    for (place, at) in order.into_iter().enumerate() {
        outcomes[at].verdict = Verdict::Ranked(place + 1);
    }
    outcomes
}

/// Whether a variant may be ranked.
fn judged(
    field: &InField,
    again: &InField,
    most_mv: f64,
    given_mv: f64,
    arguments: &ExploreArguments,
) -> Verdict {
    let change = 100.0 * (field.mean_ratio - 1.0);
    let pass = 100.0 * field.gamma_pass_share;
    if change.abs() > arguments.mean_limit {
        return Verdict::Apart(format!("the mean dose in the field changes by {change:+.1} %"));
    }
    if pass < arguments.gamma_limit * again.gamma_pass_share {
        let noise = 100.0 * again.gamma_pass_share;
        return Verdict::Apart(format!(
            "only {pass:.1} % of the field pass gamma 3 %/3 mm ({noise:.1} % of the given plan's with another seed)"
        ));
    }
    if most_mv > NEUTRONS_ABOVE_MV && given_mv <= NEUTRONS_ABOVE_MV {
        return Verdict::Apart(format!(
            "above {NEUTRONS_ABOVE_MV} MV the head gives neutrons, which are not in these doses"
        ));
    }
    Verdict::Ranked(0)
}

fn warnings(given: &Given, outcomes: &[Outcome], arguments: &ExploreArguments) -> Vec<String> {
    let mut warnings = vec![
        "what a machine can deliver (speeds of leaves and gantry, leaf overtravel, collisions of couch and gantry) is not \
         checked: load a variant into the planning system before anything else"
            .to_owned(),
    ];
    let again = outcomes.iter().find(|outcome| outcome.verdict == Verdict::Again);
    if let Some(again) = again.filter(|o| 100.0 * o.field.gamma_pass_share < arguments.gamma_limit) {
        warnings.push(format!(
            "the given plan with another seed passes gamma in {:.1} % of the field only: there are too few histories to tell fields apart",
            100.0 * again.field.gamma_pass_share
        ));
    }
    if given.machines.iter().any(|machine| machine.generic) {
        warnings.push("the machine is a generic one: a variant of its energy or filter says little".into());
    }
    if most_mv(&given.plan) > NEUTRONS_ABOVE_MV {
        warnings.push(format!(
            "the given plan is above {NEUTRONS_ABOVE_MV} MV: its neutrons are not in the dose, so lower energies are better than they look"
        ));
    }
    warnings
}

fn record(found: &Found, runs: &Path) -> Result<serde_json::Value, Failure> {
    let text = std::fs::read_to_string(runs.join(GIVEN).join(RECORD))
        .map_err(|error| Failure::failed(format!("{RECORD} of the given plan: {error}"), ""))?;
    let of_given: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| Failure::failed(with_causes(&error), ""))?;
    let organs: Vec<&str> =
        found.criterion.rows.iter().map(|&row| found.rows[row].organs[0].name.as_str()).collect();
    Ok(json!({
        "program": PROGRAM,
        "version": env!("CARGO_PKG_VERSION"),
        "intended_use": INTENDED_USE,
        "command": command_without_folders(std::env::args_os()),
        "unit": "Gy, all fractions",
        RUNS: true,
        "seed": of_given["seed"],
        "histories": found.runs.iter().map(|run| run.histories).sum::<u64>(),
        "backend": of_given["backend"],
        "inputs_sha256": of_given["inputs_sha256"],
        "criterion": {
            "what": "mean dose by mass",
            "organs": organs,
            "mass_g": found.criterion.mass_g(),
            "outside_percent": if found.is_by_name { None } else { Some(100.0 * ranking::OUTSIDE) },
        },
        "limits_percent": { "mean": found.limits[0], "gamma": found.limits[1] },
        "impossible": found.impossible.iter().map(|v| json!({"name": v.name, "why": v.why})).collect::<Vec<_>>(),
        "warnings": found.warnings,
    }))
}

/// The last words on the terminal.
fn summary(found: &Found) -> String {
    let mut ranked: Vec<&Outcome> =
        found.outcomes.iter().filter(|outcome| matches!(outcome.verdict, Verdict::Ranked(_))).collect();
    ranked.sort_by(|a, b| a.criterion.0.total_cmp(&b.criterion.0));
    let given = found.outcomes[0].criterion.0;
    let line = |outcome: &&Outcome| {
        let [low, high] = outcome.criterion.1.interval_gy().map(|gy| 100.0 * gy / given);
        let change = 100.0 * outcome.criterion.1.gy / given;
        format!("{}: {change:+.1} % ({low:+.1} to {high:+.1})", outcome.name)
    };
    let mut lines: Vec<String> = ranked.iter().map(line).collect();
    for outcome in found.outcomes {
        if let Verdict::Apart(why) = &outcome.verdict {
            lines.push(format!("{}: not ranked, {why}", outcome.name));
        }
    }
    lines.join("\n")
}
