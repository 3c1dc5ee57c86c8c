//! Everything that a recipe asks for, of all regions of an image.

use crate::catalogue::{Aggregation, Family};
use crate::error::Error;
use crate::filter::Volume;
use crate::morphology::Shape;
use crate::process::discretise::{grey_levels, volume_histogram};
use crate::process::{self, Prepared, Shell, prepare};
use crate::reason::State;
use crate::recipe::{Recipe, Resegment, VolumeHistogram};
use crate::region::Region;
use crate::ring::body;
use crate::table::{FeatureTable, RegionFacts, Row};
use crate::texture::levels::Levels;
use crate::texture::{self, Request};
use crate::{intensity, local_intensity, morphology, volume_histogram};
use rayon::prelude::*;
use std::ops::Range;
use volume::{Image, Mask};

/// The features of some regions of an image, by name and mask.
///
/// ```
/// # use radiomics::{Image, Mask, Recipe, extract};
/// # let grid = volume::OrientedGrid { origin_mm: [0.0; 3], axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], spacing_mm: [2.0; 3], shape: [2, 1, 1] };
/// let image = Image { grid, values: vec![10.0, 30.0] };
/// let mask = Mask { grid, lower: [0; 3], shape: [2, 1, 1], inside: vec![true; 2], notes: vec![] };
/// let recipe = Recipe::from_toml("dimension = \"3D\"\n[discretise]\nmethod = \"fixed-bin-size\"\nwidth = 25.0")?;
/// let table = extract(&image, &[("lesion".into(), mask)], &recipe)?;
/// assert_eq!(table.value("lesion", "stat_mean"), Some(20.0));
/// assert_eq!(table.value("lesion", "morph_vol_approx"), Some(16.0));
/// # Ok::<(), radiomics::Error>(())
/// ```
///
/// # Errors
/// A region is on another grid than the image, or its intensities cannot be used; the first that is found. A region without
/// a voxel is no error: its values are NaN, with the reason.
pub fn extract(
    image: &Image<f32>,
    regions: &[(String, Mask)],
    recipe: &Recipe,
) -> Result<FeatureTable, Error> {
    of_parts(image, regions, &parts(regions, 0..regions.len(), recipe), None, recipe)
}

/// The features of one of the regions and of its rings, as [`extract`] finds them; the other regions matter where rings
/// avoid them. `shape` is its [`shape_ahead`], where that is known.
///
/// # Errors
/// As [`extract`].
pub fn extract_one(
    image: &Image<f32>,
    regions: &[(String, Mask)],
    which: usize,
    shape: Option<&Shape>,
    recipe: &Recipe,
) -> Result<FeatureTable, Error> {
    of_parts(image, regions, &parts(regions, which..which + 1, recipe), shape, recipe)
}

/// What the mask alone says of a region, for [`extract_one`]: it can be found before the image is there. Nothing where the
/// recipe asks for none of it or resamples the mask, and of a mask without a voxel.
pub fn shape_ahead(mask: &Mask, recipe: &Recipe) -> Option<Shape> {
    if recipe.resample.is_some() || !wants(recipe, Family::Morphology) {
        return None;
    }
    let bounds = process::bounds(mask)?;
    let (size, inside) = process::boxed(mask, bounds);
    let is_wanted = |tag: &str| recipe.wants(tag);
    Shape::of(size, &inside, mask.grid.spacing_mm, recipe.features.mesh, &is_wanted)
}

/// The features of some parts; `shape` is that of the first.
fn of_parts(
    image: &Image<f32>,
    regions: &[(String, Mask)],
    parts: &[Part],
    shape: Option<&Shape>,
    recipe: &Recipe,
) -> Result<FeatureTable, Error> {
    let ready = if recipe.filter.is_empty() { None } else { Some(process::whole(image, recipe)) };
    let bodies: Vec<Option<Vec<bool>>> =
        recipe.ring.iter().map(|ring| ring.air_below.map(|air| body(image, air))).collect();
    // A region without a voxel has rows too, of values that are not defined. One at a time: regions differ much in size,
    // and the large ones often come together.
    let prepared: Vec<Option<Prepared>> = parts
        .par_iter()
        .with_max_len(1)
        .map(|part| {
            let shell = part.ring.map(|n| Shell {
                ring: &recipe.ring[n],
                others: if recipe.ring[n].avoid_regions { part.others(regions) } else { Vec::new() },
                body: bodies[n].as_deref(),
            });
            match prepare(image, &part.name, part.mask, recipe, ready.as_ref(), shell.as_ref()) {
                Ok(prepared) => Ok(Some(prepared)),
                Err(Error::Empty { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        })
        .collect::<Result<_, Error>>()?;
    let all = || parts.par_iter().zip(&prepared).with_max_len(1);
    let mut tables: Vec<Vec<Row>> = all()
        .map(|(part, prepared)| {
            let shape = shape.filter(|_| part.ring.is_none());
            rows(prepared.as_ref(), part, "none", shape, recipe)
        })
        .collect::<Result<_, Error>>()?;
    if let Some(whole) = &ready {
        // Regions come first: their error says which one.
        let voxels = image.values.iter().filter(|value| !value.is_finite()).count();
        if voxels > 0 {
            return Err(Error::ImageNotFinite { voxels });
        }
        let of_response = of_response(recipe);
        let volume =
            Volume { shape: whole.shape, values: whole.values.iter().map(|x| f64::from(*x)).collect() };
        for filter in &recipe.filter {
            let response: Vec<f32> =
                filter.response(&volume, whole.spacing_mm).values.into_iter().map(|x| x as f32).collect();
            let more: Vec<Vec<Row>> = all()
                .map(|(part, prepared)| {
                    let there = prepared.as_ref().map(|prepared| prepared.with_values(&response));
                    rows(there.as_ref(), part, &filter.word(), None, &of_response)
                })
                .collect::<Result<_, Error>>()?;
            for (table, more) in tables.iter_mut().zip(more) {
                table.extend(more);
            }
        }
    }
    let facts = |(part, prepared): (&Part, &Option<Prepared>)| RegionFacts {
        region: part.name.clone(),
        volume_mm3: prepared.as_ref().map_or(0.0, |prepared| prepared.region.volume_mm3()),
    };
    let regions = parts.iter().zip(&prepared).map(facts).collect();
    Ok(FeatureTable { rows: tables.into_iter().flatten().collect(), regions })
}

/// A region or a ring of one.
struct Part<'a> {
    name: String,
    mask: &'a Mask,
    /// Which region.
    region: usize,
    /// Which ring of the recipe; none for the region itself.
    ring: Option<usize>,
    ring_name: &'a str,
}

impl Part<'_> {
    fn others<'a>(&self, regions: &'a [(String, Mask)]) -> Vec<&'a Mask> {
        regions.iter().enumerate().filter(|(n, _)| *n != self.region).map(|(_, (_, mask))| mask).collect()
    }
}

/// Each of some regions, followed by its rings.
fn parts<'a>(regions: &'a [(String, Mask)], which: Range<usize>, recipe: &'a Recipe) -> Vec<Part<'a>> {
    let mut parts = Vec::with_capacity(which.len() * (1 + recipe.ring.len()));
    for region in which {
        let (name, mask) = &regions[region];
        parts.push(Part { name: name.clone(), mask, region, ring: None, ring_name: "" });
        for (n, ring) in recipe.ring.iter().enumerate() {
            let name = format!("{name}/{}", ring.name);
            parts.push(Part { name, mask, region, ring: Some(n), ring_name: &ring.name });
        }
    }
    parts
}

/// The recipe for responses: without a unit, so without ranges.
fn of_response(recipe: &Recipe) -> Recipe {
    let mut of_response = recipe.clone();
    of_response.resegment = Resegment::default();
    of_response.features.families = recipe.response.families.clone();
    of_response.features.families.retain(|family| *family != Family::Morphology);
    of_response.discretise = recipe.response.discretise;
    of_response.volume_histogram =
        VolumeHistogram::FixedBinNumber { bins: recipe.response.volume_histogram_bins };
    of_response
}

/// All rows of one region; of one without a voxel if there is nothing.
fn rows(
    prepared: Option<&Prepared>,
    part: &Part,
    filter: &str,
    shape: Option<&Shape>,
    recipe: &Recipe,
) -> Result<Vec<Row>, Error> {
    let name = &part.name;
    let nothing = Region::empty();
    let region = prepared.map_or(&nothing, |prepared| &prepared.region);
    // A large region's families are found side by side.
    let (mut values, more) =
        rayon::join(|| of_shape(prepared, region, shape, recipe), || of_levels(region, name, recipe));
    values.extend(more?);
    values.sort_by_key(|(family, way, _)| (*family, *way));
    let state = State::of(region);
    let mut rows = Vec::new();
    for (family, aggregation, found) in values {
        for (entry, value) in family.entries().iter().zip(found) {
            if !recipe.wants(entry.tag) {
                continue;
            }
            // Infinities come of divisions by nothing, as NaN does.
            let value = if value.is_finite() { value } else { f64::NAN };
            rows.push(Row {
                region: name.clone(),
                ring: part.ring_name.into(),
                family,
                entry,
                aggregation,
                discretisation: if family.is_discretised() {
                    recipe.discretise.word()
                } else {
                    String::new()
                },
                filter: filter.into(),
                value,
                reason: if value.is_nan() { state.reason(family) } else { "" },
            });
        }
    }
    Ok(rows)
}

/// Values of a family, gathered in one way.
type Values = (Family, Option<Aggregation>, Vec<f64>);

fn wants(recipe: &Recipe, family: Family) -> bool {
    recipe.features.families.contains(&family)
}

/// What needs no grey levels.
fn of_shape(
    prepared: Option<&Prepared>,
    region: &Region,
    shape: Option<&Shape>,
    recipe: &Recipe,
) -> Vec<Values> {
    let mut values = Vec::new();
    if wants(recipe, Family::Morphology) {
        let is_wanted = |tag: &str| recipe.wants(tag);
        let found = match shape {
            Some(shape) => shape.features(region, &is_wanted),
            None => morphology::features(region, recipe.features.mesh, &is_wanted),
        };
        values.push((Family::Morphology, None, found.to_vec()));
    }
    if wants(recipe, Family::LocalIntensity) {
        let inside = region.inside().map(|(place, value)| (region.index(place), value));
        let found =
            prepared.map(|prepared| local_intensity::peaks(prepared.surroundings(), region.shape, inside));
        values.push((Family::LocalIntensity, None, found.unwrap_or([f64::NAN; 2]).to_vec()));
    }
    if wants(recipe, Family::Intensity) {
        values.push((Family::Intensity, None, intensity::statistics(&region.sorted()).to_vec()));
    }
    values
}

/// Histograms and textures.
fn of_levels(region: &Region, name: &str, recipe: &Recipe) -> Result<Vec<Values>, Error> {
    let mut values = Vec::new();
    if wants(recipe, Family::IntensityVolume) && levels_exist(region) {
        let (at, counts) = volume_histogram(region, recipe, recipe.volume_histogram, name)?;
        values.push((Family::IntensityVolume, None, volume_histogram::features(at, &counts).to_vec()));
    } else if wants(recipe, Family::IntensityVolume) {
        values.push((Family::IntensityVolume, None, vec![f64::NAN; 7]));
    }
    if !recipe.features.families.iter().any(|family| family.is_discretised()) {
        return Ok(values);
    }
    let levels = Levels::new(region.shape, &grey_levels(region, recipe, name)?);
    if wants(recipe, Family::Histogram) {
        let mut counts = vec![0_u64; levels.most + 1];
        for &level in &levels.values {
            counts[usize::from(level)] += 1;
        }
        values.push((Family::Histogram, None, intensity::histogram(&counts[1..]).to_vec()));
    }
    let aggregations = recipe.aggregations();
    let request = Request {
        families: &recipe.features.families,
        aggregations: &aggregations,
        alpha: recipe.features.dependence_alpha,
    };
    let found = texture::features(&levels, region.shape, &region.morphological, &request);
    values.extend(found.into_iter().map(|(family, way, f)| (family, Some(way), f)));
    Ok(values)
}

fn levels_exist(region: &Region) -> bool {
    region.intensity.iter().any(|inside| *inside)
}
