//! Regions of an image that is still being decompressed.
//!
//! One thread decompresses and hands out, for each region, the box of voxels that its features look at. The other threads do
//! the best thing that there is to do: the largest region whose voxels are there, or else the shape, which the mask alone gives, of the
//! largest one whose voxels are not. No value hangs on who does what and when.

use super::inputs::{on, part, refused, unreadable};
use crate::exit::{Failure, with_causes};
use crate::input_file::{file_name, hashed};
use ::radiomics::morphology::Shape;
use ::radiomics::placement::place;
use ::radiomics::{Error, FeatureTable, Image, Mask, Recipe, extract, extract_one, shape_ahead};
use formats::nifti::Rows;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

/// The table of all regions (masks on the voxels of the whole image), and the SHA-256 of the file.
pub fn extracted(
    path: &Path,
    rows: Rows,
    regions: Vec<(String, Mask)>,
    recipe: &Recipe,
) -> Result<(FeatureTable, String), Failure> {
    let refused_by = |error: Error| Failure::refused(with_causes(&error), file_name(path), "");
    let boxes: Vec<_> =
        regions.iter().map(|(_, mask)| recipe.reach(rows.grid(), std::iter::once(mask))).collect();
    let around = recipe.reach(rows.grid(), regions.iter().map(|(_, mask)| mask));
    // Where boxes overlap so much that they hold more voxels than the box around them all, that one serves all.
    if boxes.iter().map(voxels).sum::<usize>() > voxels(&around) {
        let (image, sha256) = part(path, rows, &regions, recipe)?;
        let regions = on(&image, regions);
        return Ok((extract(&image, &regions, recipe).map_err(refused_by)?, sha256));
    }
    let work = Work::new(&regions, recipe);
    let (mut read, mut sha256) = (Ok(()), Ok(String::new()));
    rayon::scope(|scope| {
        scope.spawn(|_| sha256 = hashed(path));
        for _ in &regions {
            scope.spawn(|_| work.do_all());
        }
        read = rows.parts(&boxes, |which, image| {
            work.has_come(which, image);
            scope.spawn(|_| work.do_all());
        });
    });
    read.map_err(|error| refused(&error, path))?;
    let sha256 = sha256.map_err(|error| unreadable(path, &error))?;
    Ok((work.table().map_err(refused_by)?, sha256))
}

fn voxels([lower, upper]: &[[usize; 3]; 2]) -> usize {
    (0..3).map(|a| upper[a] - lower[a] + 1).product()
}

/// What there is to do.
struct Work<'a> {
    regions: &'a [(String, Mask)],
    recipe: &'a Recipe,
    state: Mutex<State>,
}

/// How far the work has come.
struct State {
    /// Regions whose shape nobody has begun with, the largest last.
    shapeless: Vec<usize>,
    /// Regions whose voxels are there, by size; of equal ones the first.
    ready: BinaryHeap<(usize, Reverse<usize>)>,
    regions: Vec<Progress>,
}

/// How far a region has come.
#[derive(Default)]
struct Progress {
    /// The voxels around it, from when they are there until they are used.
    image: Option<Image<f32>>,
    /// Whether somebody is busy with its shape alone.
    is_being_shaped: bool,
    shape: Option<Box<Shape>>,
    table: Option<Result<FeatureTable, Error>>,
}

/// The best thing to do.
enum Task {
    /// All of a region whose voxels are there.
    Region(usize, Image<f32>, Option<Box<Shape>>),
    /// The shape of a region whose voxels are not.
    Shape(usize),
}

impl<'a> Work<'a> {
    fn new(regions: &'a [(String, Mask)], recipe: &'a Recipe) -> Self {
        let mut shapeless: Vec<usize> = (0..regions.len()).collect();
        shapeless.sort_by_key(|&n| (regions[n].1.inside.len(), Reverse(n)));
        let progress = regions.iter().map(|_| Progress::default()).collect();
        let state = Mutex::new(State { shapeless, ready: BinaryHeap::new(), regions: progress });
        Self { regions, recipe, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the lock")
    }

    /// The voxels around a region are there. Somebody has to look for work afterwards.
    fn has_come(&self, which: usize, image: Image<f32>) {
        let mut state = self.state();
        state.regions[which].image = Some(image);
        self.make_ready(&mut state, which);
    }

    /// Lets a region be taken if its voxels are there and nobody is busy with it.
    fn make_ready(&self, state: &mut State, which: usize) {
        let progress = &state.regions[which];
        if progress.image.is_some() && !progress.is_being_shaped {
            state.ready.push((self.regions[which].1.inside.len(), Reverse(which)));
        }
    }

    fn next(&self) -> Option<Task> {
        let mut state = self.state();
        if let Some((_, Reverse(which))) = state.ready.pop() {
            state.shapeless.retain(|&n| n != which);
            let progress = &mut state.regions[which];
            let image = progress.image.take().expect("a region is ready when its voxels are there");
            return Some(Task::Region(which, image, progress.shape.take()));
        }
        let which = state.shapeless.pop()?;
        state.regions[which].is_being_shaped = true;
        Some(Task::Shape(which))
    }

    /// Works until there is nothing to do.
    fn do_all(&self) {
        while let Some(task) = self.next() {
            match task {
                Task::Region(which, image, shape) => {
                    let table = self.table_of(which, &image, shape.as_deref());
                    self.state().regions[which].table = Some(table);
                }
                Task::Shape(which) => {
                    let shape = shape_ahead(&self.regions[which].1, self.recipe).map(Box::new);
                    let mut state = self.state();
                    let progress = &mut state.regions[which];
                    (progress.shape, progress.is_being_shaped) = (shape, false);
                    self.make_ready(&mut state, which);
                }
            }
        }
    }

    fn table_of(
        &self,
        which: usize,
        image: &Image<f32>,
        shape: Option<&Shape>,
    ) -> Result<FeatureTable, Error> {
        let here = |(name, mask): &(String, Mask)| (name.clone(), place(mask, &image.grid).0);
        // Only rings look at the other regions.
        if self.recipe.ring.is_empty() {
            return extract_one(image, &[here(&self.regions[which])], 0, shape, self.recipe);
        }
        let all: Vec<(String, Mask)> = self.regions.iter().map(here).collect();
        extract_one(image, &all, which, shape, self.recipe)
    }

    /// All tables one after the other, or the error of the first region that has one.
    fn table(self) -> Result<FeatureTable, Error> {
        let state = self.state.into_inner().expect("nothing panics while it holds the lock");
        let mut all = FeatureTable::default();
        for progress in state.regions {
            let table = progress.table.expect("each region was handed out and then taken")?;
            all.rows.extend(table.rows);
            all.regions.extend(table.regions);
        }
        Ok(all)
    }
}
