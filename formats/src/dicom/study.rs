//! A folder with all files of a study: which plan, structures, images and dose belong together.
//!
//! Plan -> the structure set that it names -> the CT series that this names; dose -> the plan that it names. Exports
//! often break these links (a converted structure set has a new UID), so the frame of reference is the second way, and
//! whatever was not taken is listed with its reason.

mod entry;

use crate::Error;
use entry::{Entry, Kind};
use std::path::{Path, PathBuf};

/// Deepest subfolder that is looked into.
const DEEPEST: usize = 12;
/// Most files that are looked at.
const MOST_FILES: usize = 100_000;

/// The files of one study, sorted out.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// The RTPLAN.
    pub plan: PathBuf,
    /// The RTSTRUCT, if there is one.
    pub structures: Option<PathBuf>,
    /// The RTDOSE of the whole plan, if there is one.
    pub dose: Option<PathBuf>,
    /// The files of the CT series; none if there is no CT.
    pub ct: Vec<PathBuf>,
    /// What was taken, and by which link, one sentence each.
    pub took: Vec<String>,
    /// What was left, and why.
    pub left: Vec<(PathBuf, String)>,
}

/// Finds the study in a folder and its subfolders by the files' headers; `plan` names the plan where there are several.
pub fn find(folder: &Path, plan: Option<&Path>) -> Result<Study, Error> {
    let mut left = Vec::new();
    let mut entries = Vec::new();
    for path in files(folder)? {
        match Entry::read(&path) {
            Ok(entry) => entries.push(entry),
            Err(Error::NotDicom { .. }) => left.push((path, "is no DICOM file".to_owned())),
            Err(error) => left.push((path, error.to_string())),
        }
    }
    if let Some(path) = plan.filter(|path| !entries.iter().any(|entry| is_same_file(&entry.path, path))) {
        entries.push(Entry::read(path)?);
    }
    let mut sorting = Sorting { folder, entries, took: Vec::new(), left };
    sorting.drop_copies();
    let plan = sorting.plan(plan)?;
    let structures = sorting.structures(&plan);
    let ct = sorting.ct(&plan, structures.as_ref())?;
    let dose = sorting.dose(&plan);
    let Sorting { entries, took, mut left, .. } = sorting;
    left.extend(entries.into_iter().map(|entry| (entry.path, entry.kind.why_left().to_owned())));
    left.sort();
    Ok(Study {
        plan: plan.path,
        structures: structures.map(|entry| entry.path),
        dose: dose.map(|entry| entry.path),
        ct: ct.into_iter().map(|entry| entry.path).collect(),
        took,
        left,
    })
}

/// A link that slices may have to the plan, and how it is told.
type Way<'a> = (&'a dyn Fn(&Entry) -> bool, &'a str);

struct Sorting<'a> {
    folder: &'a Path,
    /// Files that nothing has taken or left yet.
    entries: Vec<Entry>,
    took: Vec<String>,
    left: Vec<(PathBuf, String)>,
}

impl Sorting<'_> {
    /// Takes out the entries that `is` chooses.
    fn take(&mut self, is: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        let (taken, kept) = std::mem::take(&mut self.entries).into_iter().partition(|entry| is(entry));
        self.entries = kept;
        taken
    }

    fn leave(&mut self, entries: Vec<Entry>, why: &str) {
        self.left.extend(entries.into_iter().map(|entry| (entry.path, why.to_owned())));
    }

    fn refused(&self, problem: String, way_out: &str) -> Error {
        Error::Refused { path: self.folder.to_owned(), problem, way_out: way_out.into() }
    }

    /// The same object twice counts once.
    fn drop_copies(&mut self) {
        let mut seen: std::collections::BTreeSet<String> = std::collections::BTreeSet::new();
        let mut copies = Vec::new();
        self.entries.retain(|entry| {
            // Copies of CT slices are compared by their values when the series is read.
            let first = entry.uid.is_empty() || entry.kind == Kind::Ct || seen.insert(entry.uid.clone());
            if !first {
                copies.push((entry.path.clone(), "has the SOPInstanceUID of another file".to_owned()));
            }
            first
        });
        self.left.extend(copies);
    }

    fn plan(&mut self, named: Option<&Path>) -> Result<Entry, Error> {
        let mut plans = self.take(|entry| entry.kind == Kind::Plan);
        if let Some(named) = named {
            let Some(at) = plans.iter().position(|plan| is_same_file(&plan.path, named)) else {
                return Err(Error::Refused {
                    path: named.to_owned(),
                    problem: "the plan that was named is no RTPLAN file".into(),
                    way_out: "name an RTPLAN file".into(),
                });
            };
            let plan = plans.swap_remove(at);
            self.leave(plans, "is another plan than the one that was named");
            self.took.push(format!("plan {} as it was named", shown(&plan.path)));
            return Ok(plan);
        }
        match plans.len() {
            0 => {
                Err(self
                    .refused("there is no RTPLAN file in it".into(), "add the plan, or name it with --plan"))
            }
            1 => {
                let plan = plans.remove(0);
                self.took.push(format!("plan {}, the only one", shown(&plan.path)));
                Ok(plan)
            }
            count => {
                let list: Vec<String> = plans.iter().map(|plan| shown(&plan.path)).collect();
                Err(self.refused(
                    format!("there are {count} plans in it: {}", list.join(", ")),
                    "name one with --plan",
                ))
            }
        }
    }

    fn structures(&mut self, plan: &Entry) -> Option<Entry> {
        let mut sets = self.take(|entry| entry.kind == Kind::Structures);
        let mut link = "which the plan names";
        let mut at = sets.iter().position(|set| plan.names.contains(&set.uid));
        if at.is_none() {
            // A plan without a frame of reference is at least of the same study.
            let near = |set: &Entry| match &plan.frame {
                Some(frame) => set.frame.as_ref() == Some(frame),
                None => set.study.is_some() && set.study == plan.study,
            };
            let candidates: Vec<usize> = (0..sets.len()).filter(|&index| near(&sets[index])).collect();
            match candidates[..] {
                [only] => {
                    at = Some(only);
                    link = "which lies in the plan's frame of reference or study; the plan names another one";
                }
                [] => {}
                _ => self.took.push(
                    "no structure set: several lie in the plan's frame of reference and it names none of them; use --structures"
                        .into(),
                ),
            }
        }
        let taken = at.map(|at| sets.swap_remove(at));
        if let Some(taken) = &taken {
            self.took.push(format!("structure set {}, {link}", shown(&taken.path)));
        }
        self.leave(sets, "is another structure set than the plan's");
        taken
    }

    fn ct(&mut self, plan: &Entry, structures: Option<&Entry>) -> Result<Vec<Entry>, Error> {
        let slices = self.take(|entry| entry.kind == Kind::Ct);
        let frame = plan.frame.as_ref().or_else(|| structures.and_then(|set| set.frame.as_ref()));
        let study = plan.study.as_ref();
        let by_series = |slice: &Entry| {
            structures.is_some_and(|set| slice.series.as_ref().is_some_and(|uid| set.names.contains(uid)))
        };
        let by_frame = |slice: &Entry| frame.is_some() && slice.frame.as_ref() == frame;
        let by_study = |slice: &Entry| frame.is_none() && study.is_some() && slice.study.as_ref() == study;
        let ways: [Way; 3] = [
            (&by_series, "which the structure set names"),
            (&by_frame, "in the plan's frame of reference"),
            (&by_study, "in the plan's study"),
        ];
        for (is, link) in ways {
            let (found, others): (Vec<Entry>, Vec<Entry>) =
                slices.iter().cloned().partition(|slice| is(slice));
            if found.is_empty() {
                continue;
            }
            let mut series: Vec<&str> = found.iter().filter_map(|slice| slice.series.as_deref()).collect();
            series.sort_unstable();
            series.dedup();
            if series.len() > 1 {
                return Err(self.refused(
                    format!("there are {} CT series {link}: {}", series.len(), series.join(", ")),
                    "leave one of them in the folder, or name it with --ct",
                ));
            }
            let slices: usize = found.iter().map(|slice| slice.frames).sum();
            let what = if slices > found.len() { "frames of multi-frame CT" } else { "CT slices" };
            self.took.push(format!("{slices} {what} {link}"));
            self.leave(others, "is a CT slice of another series");
            return Ok(found);
        }
        self.leave(slices, "is a CT slice in another frame of reference than the plan");
        Ok(Vec::new())
    }

    fn dose(&mut self, plan: &Entry) -> Option<Entry> {
        let doses = self.take(|entry| entry.kind == Kind::Dose);
        let (ours, doses): (Vec<Entry>, Vec<Entry>) = doses.into_iter().partition(|dose| dose.is_ours);
        self.leave(ours, "is a dose that straydose wrote, not the planning system's");
        let (own, others): (Vec<Entry>, Vec<Entry>) =
            doses.into_iter().partition(|dose| dose.names.contains(&plan.uid));
        self.leave(others, "is the dose of another plan");
        let (mut whole, parts): (Vec<Entry>, Vec<Entry>) =
            own.into_iter().partition(|dose| dose.is_whole_plan);
        self.leave(
            parts,
            "is not the physical dose in Gy of the whole plan (a part, a fraction or an error)",
        );
        if whole.len() > 1 {
            self.took.push("no dose: several are of the whole plan; use --dose".into());
            self.leave(whole, "is one of several doses of the whole plan");
            return None;
        }
        let dose = whole.pop()?;
        self.took.push(format!("dose {}, which names the plan", shown(&dose.path)));
        Some(dose)
    }
}

/// The file's own name: the folder's is the user's business.
fn shown(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn is_same_file(a: &Path, b: &Path) -> bool {
    a == b || std::fs::canonicalize(a).is_ok_and(|a| std::fs::canonicalize(b).is_ok_and(|b| a == b))
}

/// All files in a folder and its subfolders, sorted.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let read_error = |source| Error::Read { path: folder.clone(), source };
        for entry in std::fs::read_dir(&folder).map_err(read_error)? {
            let entry = entry.map_err(read_error)?;
            let kind = entry.file_type().map_err(read_error)?;
            let path = entry.path();
            // A link to a folder could lead in circles; a link to a file is as good as the file.
            if kind.is_dir() && depth < DEEPEST {
                folders.push((path, depth + 1));
            } else if kind.is_file() || path.is_file() {
                found.push(path);
            }
            if found.len() > MOST_FILES {
                return Err(Error::Refused {
                    path: folder,
                    problem: format!("there are more than {MOST_FILES} files in it and its subfolders"),
                    way_out: "give the folder of one study".into(),
                });
            }
        }
    }
    found.sort();
    Ok(found)
}
