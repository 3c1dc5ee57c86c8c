//! DICOM segmentations to masks: binary, fractional and label maps.

mod frames;

use super::geometry::{Plane, dot};
use super::{DicomFile, Scope, tags, uids};
use crate::Error;
use frames::Frames;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use volume::{Image, Mask, OrientedGrid, VoxelIndex};

/// Largest deviation of a frame's place from a regular grid of planes (part of their distance).
const OFF_GRID: f64 = 0.02;
/// Frames nearer to each other than this lie on one plane (mm).
const SAME_PLACE_MM: f64 = 0.01;
/// Largest sideways shift of frames against each other that is taken for rounding (mm).
const MOST_SHIFT_MM: f64 = 0.1;
/// Most planes, and most voxels of the grid of a segmentation.
const MOST_PLANES: usize = 1 << 16;
const MOST_VOXELS: usize = 1 << 29;

/// A segment: a region on the segmentation's own voxels.
#[derive(Clone, Debug)]
pub struct Segment {
    /// SegmentNumber.
    pub number: u16,
    /// SegmentLabel, or `segment N` without one.
    pub label: String,
    /// Its voxels, on a grid that is the box around them.
    pub mask: Mask,
}

/// A segmentation as its file has it.
#[derive(Clone, Debug)]
pub struct Segmentation {
    /// SOPInstanceUID.
    pub uid: String,
    /// FrameOfReferenceUID, if there is one.
    pub frame_of_reference_uid: Option<String>,
    /// SeriesInstanceUIDs of the images that it was made on.
    pub series_uids: Vec<String>,
    /// The segments in the order of the file, empty ones too.
    pub segments: Vec<Segment>,
    /// What was left out or is worth knowing.
    pub notes: Vec<String>,
}

impl Segmentation {
    /// Reads a segmentation file.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::read(&DicomFile::open(path)?)
    }

    /// Reads a segmentation that is already opened.
    ///
    /// Masks have the frames' pixels and one plane wherever frames can be; planes that the file leaves out are empty. A fraction of at least half counts as inside.
    ///
    /// # Errors
    /// It is no segmentation, one of a slide, its frames lie at no regular distances, or it is compressed in a way that
    /// cannot be read.
    pub fn read(file: &DicomFile) -> Result<Self, Error> {
        let root = file.root();
        let class = root.text(tags::SOP_CLASS_UID)?.unwrap_or_default();
        if ![uids::SEGMENTATION_STORAGE, uids::LABEL_MAP_SEGMENTATION_STORAGE].contains(&class.as_str()) {
            let surface =
                if class == uids::SURFACE_SEGMENTATION_STORAGE { " (surfaces are not read)" } else { "" };
            return Err(root.error(
                tags::SOP_CLASS_UID,
                format!("is {class:?}, not that of a segmentation{surface}; give a DICOM SEG file"),
            ));
        }
        let labels = labels(&root)?;
        let frames = Frames::read(file)?;
        let mut notes = Vec::new();
        let layout = Layout::of(&root, &frames)?;
        let mut voxels: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
        let pixels = frames.rows * frames.columns;
        for (frame, &plane) in layout.planes.iter().enumerate() {
            frames.each_marked(frame, |segment, pixel| {
                voxels.entry(segment).or_default().push((plane * pixels + pixel) as u32);
            })?;
        }
        let mut segments = Vec::new();
        for (number, label) in labels {
            let inside = voxels.remove(&i64::from(number)).unwrap_or_default();
            if inside.is_empty() {
                notes.push(format!("segment {number} {label:?} has no voxel"));
            }
            segments.push(Segment { number, label, mask: mask(&layout.grid, &inside) });
        }
        if let Some(number) = voxels.keys().next() {
            notes
                .push(format!("voxels of segment {number}, which the file does not describe, were left out"));
        }
        notes.extend(frames.note());
        let mut series_uids = Vec::new();
        for series in root.sequence(tags::REFERENCED_SERIES_SEQUENCE)? {
            series_uids.extend(series.text(tags::SERIES_INSTANCE_UID)?);
        }
        Ok(Self {
            uid: file.sop_instance_uid()?,
            frame_of_reference_uid: root.text(tags::FRAME_OF_REFERENCE_UID)?,
            series_uids,
            segments,
            notes,
        })
    }
}

/// Numbers and labels of the segments.
fn labels(root: &Scope) -> Result<BTreeMap<u16, String>, Error> {
    let (mut labels, mut seen) = (BTreeMap::new(), BTreeSet::new());
    for item in root.required_sequence(tags::SEGMENT_SEQUENCE)? {
        let number = item.required_integer(tags::SEGMENT_NUMBER)?;
        let number = u16::try_from(number)
            .map_err(|_| item.error(tags::SEGMENT_NUMBER, format!("is {number}, not from 0 to 65535")))?;
        let label = item.text(tags::SEGMENT_LABEL)?.unwrap_or_else(|| format!("segment {number}"));
        // Two segments of one name would be one region in a table.
        let label = if seen.insert(label.clone()) { label } else { format!("{label} ({number})") };
        if labels.insert(number, label).is_some() {
            return Err(
                item.error(tags::SEGMENT_NUMBER, format!("is {number}, as that of an earlier segment"))
            );
        }
    }
    // In a label map 0 is what belongs to no segment.
    labels.remove(&0);
    Ok(labels)
}

/// The grid of a segmentation and the plane that each frame lies on.
struct Layout {
    grid: OrientedGrid,
    planes: Vec<usize>,
}

impl Layout {
    fn of(root: &Scope, frames: &Frames) -> Result<Self, Error> {
        let first: Plane = frames.places[0].plane;
        let normal = first.normal();
        let refused = |problem: String| {
            root.error(
                tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
                format!("{problem}; export the segmentation on the slices of one image"),
            )
        };
        let mut at_mm = Vec::with_capacity(frames.places.len());
        for (n, place) in frames.places.iter().enumerate() {
            if !place.plane.is_parallel_to(&first) {
                return Err(refused(format!("turns frame {} against the first", n + 1)));
            }
            let by: [f64; 3] = std::array::from_fn(|x| place.plane.position_mm[x] - first.position_mm[x]);
            if dot(by, first.row).hypot(dot(by, first.column)) > MOST_SHIFT_MM {
                return Err(refused(format!(
                    "shifts frame {} sideways against the first (a tiled image?)",
                    n + 1
                )));
            }
            at_mm.push(dot(by, normal));
        }
        let mut levels = at_mm.clone();
        levels.sort_by(f64::total_cmp);
        levels.dedup_by(|a, b| (*a - *b).abs() < SAME_PLACE_MM);
        let nearest = levels.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
        // Frames may be left out where nothing is marked, so the file's own distance counts, as far as it fits.
        let given = frames.places[0].between_mm.filter(|mm| *mm > SAME_PLACE_MM);
        let fits = |step: f64| {
            levels.iter().all(|at| {
                let n = (at - levels[0]) / step;
                (n - n.round()).abs() <= OFF_GRID
            })
        };
        let step = match (given.filter(|&step| fits(step)), nearest) {
            (Some(step), _) => step,
            (None, nearest) if nearest.is_finite() => nearest,
            (None, _) => frames.places[0].thickness_mm.filter(|mm| *mm > SAME_PLACE_MM).ok_or_else(|| {
                refused("holds a single plane without SpacingBetweenSlices or SliceThickness".into())
            })?,
        };
        if !fits(step) {
            return Err(refused(format!("places its frames at no multiple of {step:.3} mm from each other")));
        }
        let number = ((levels[levels.len() - 1] - levels[0]) / step).round() as usize + 1;
        let shape = [frames.columns, frames.rows, number];
        if number > MOST_PLANES || shape.iter().product::<usize>() > MOST_VOXELS {
            return Err(refused(format!("spans {shape:?} voxels, too many to hold")));
        }
        // A mean step over many planes is better than the nearest two's.
        let step =
            if number > 1 { (levels[levels.len() - 1] - levels[0]) / (number - 1) as f64 } else { step };
        let planes = at_mm.iter().map(|at| ((at - levels[0]) / step).round() as usize).collect();
        let grid = OrientedGrid {
            origin_mm: std::array::from_fn(|x| first.position_mm[x] + levels[0] * normal[x]),
            axes: [first.row, first.column, normal],
            spacing_mm: [first.spacing_mm[0], first.spacing_mm[1], step],
            shape,
        };
        Ok(Self { grid, planes })
    }
}

/// A mask of some voxels of a grid in the box that holds them, in the order of the patient's axes.
fn mask(grid: &OrientedGrid, inside: &[u32]) -> Mask {
    let (mut lower, mut upper) = ([usize::MAX; 3], [0; 3]);
    let index = |place: &u32| grid.voxel(*place as usize).0;
    for index in inside.iter().map(index) {
        lower = std::array::from_fn(|a| lower[a].min(index[a]));
        upper = std::array::from_fn(|a| upper[a].max(index[a]));
    }
    if inside.is_empty() {
        lower = [0; 3];
    }
    let cut = OrientedGrid {
        origin_mm: grid.centre_mm(VoxelIndex(lower)),
        shape: std::array::from_fn(|a| upper[a] - lower[a] + 1),
        ..*grid
    };
    let mut values = vec![false; cut.len()];
    for index in inside.iter().map(index) {
        values[cut.offset(VoxelIndex(std::array::from_fn(|a| index[a] - lower[a])))] = true;
    }
    let image = Image { grid: cut, values }.canonical();
    Mask { grid: image.grid, lower: [0; 3], shape: image.grid.shape, inside: image.values, notes: Vec::new() }
}
