//! The source and the collimators of a case, and whether the beam can start and arrive.

use crate::case_builder::MaterialUse;
use crate::case_file::{CollimatorTable, SourceTable};
use crate::checks::{Checks, Vacuum, span_cm};
use crate::exit::Failure;
use crate::materials::{Filling, Materials};
use crate::solids::Solid;
use dose_core::case::Frame;
use dose_core::case::{Collimator, Emission, Rectangle};
use volume::Grid;

/// Bodies nearer than this touch (mm).
const TOUCHING_MM: f64 = 1.0e-6;
/// Plane where a point source's pencil is said to be measured; any distance gives the same pencil (mm).
const PENCIL_DISTANCE_MM: f64 = 1000.0;

/// The solids outside the grid, none in another.
pub fn collimators(
    tables: &[CollimatorTable],
    grid: &Grid,
    materials: &mut Materials,
    uses: &mut Vec<MaterialUse>,
    checks: &Checks,
) -> Result<Vec<Collimator>, Failure> {
    let grid_solid = Solid::cuboid(grid.corner_mm, grid.upper_mm());
    let mut solids: Vec<Solid> = Vec::new();
    let mut collimators = Vec::new();
    for (n, table) in tables.iter().enumerate() {
        let name = format!("[[collimator]] number {}", n + 1);
        let (min_mm, max_mm) = checks.corners_mm(&name, table.min_cm, table.max_cm)?;
        let filling = Filling { table: &name, material: &table.material, density_g_cm3: table.density_g_cm3 };
        let (material, density_g_cm3) = filling.resolve(Vacuum::Refused, materials, uses, checks)?;
        let solid = Solid::cuboid(min_mm, max_mm);
        let place = format!("{name} min_cm, max_cm");
        if solid.gap(&grid_solid) < -TOUCHING_MM {
            return Err(checks.refuse(
                &place,
                format!(
                    "the collimator overlaps the grid, which is {} cm",
                    span_cm(grid.corner_mm, grid.upper_mm())
                ),
                "moving it out; matter inside the grid is a [[grid.box]]",
            ));
        }
        if let Some(other) = solids.iter().position(|other| solid.gap(other) < -TOUCHING_MM) {
            return Err(checks.refuse(
                &place,
                format!("the collimator overlaps [[collimator]] number {}", other + 1),
                "splitting them so that each point belongs to one of them",
            ));
        }
        solids.push(solid);
        collimators.push(Collimator { min_mm, max_mm, material, density_g_cm3 });
    }
    Ok(collimators)
}

/// Where photons start and where they head.
pub fn source(
    table: &SourceTable,
    spectrum: dose_core::spectrum::Spectrum,
    checks: &Checks,
) -> Result<Rectangle, Failure> {
    let position_mm = checks.point_mm("[source] position_cm", table.position_cm)?;
    if table.direction.iter().any(|x| !x.is_finite()) || Frame::new(table.direction).is_none() {
        return Err(checks.refuse(
            "[source] direction",
            format!("{:?} points nowhere", table.direction),
            "three numbers, not all zero; the length does not matter",
        ));
    }
    for &width in &table.field_cm {
        if width < 0.0 {
            return Err(checks.refuse(
                "[source] field_cm",
                format!("the width {width} is negative"),
                "full widths in cm; 0 is a pencil",
            ));
        }
    }
    let [first, second] = table.field_cm;
    let field_mm =
        [checks.length_mm("[source] field_cm", first)?, checks.length_mm("[source] field_cm", second)?];
    let emission = match table.kind.as_str() {
        "point" => Emission::Point { field_distance_mm: field_distance_mm(table, checks)? },
        "parallel" => {
            if table.field_distance_cm.is_some() {
                return Err(checks.refuse(
                    "[source] field_distance_cm",
                    "a parallel beam has the same field at every distance",
                    "leaving field_distance_cm out, or kind = \"point\"",
                ));
            }
            Emission::Parallel
        }
        other => {
            return Err(checks.refuse(
                "[source] kind",
                format!("{other:?} is no kind of source"),
                "\"point\" or \"parallel\"",
            ));
        }
    };
    Ok(Rectangle { position_mm, direction: table.direction, field_mm, emission, spectrum })
}

fn field_distance_mm(table: &SourceTable, checks: &Checks) -> Result<f64, Failure> {
    let key = "[source] field_distance_cm";
    let remedy = "the distance in cm from the source along its axis to where field_cm is measured";
    match table.field_distance_cm {
        Some(distance) if distance <= 0.0 => {
            Err(checks.refuse(key, format!("the distance {distance} is not positive"), remedy))
        }
        Some(distance) => checks.length_mm(key, distance),
        None if table.field_cm == [0.0; 2] => Ok(PENCIL_DISTANCE_MM),
        None => Err(checks.refuse(key, "it is missing, so the field of a point source has no size", remedy)),
    }
}

/// The beam starts in no collimator and can hit something.
pub fn check_beam(
    source: &Rectangle,
    grid: &Grid,
    collimators: &[Collimator],
    checks: &Checks,
) -> Result<(), Failure> {
    let frame = Frame::new(source.direction).expect("the direction was checked");
    let half_mm = source.field_mm.map(|width| width / 2.0);
    let near_half_mm = match source.emission {
        Emission::Point { .. } => [0.0; 2],
        Emission::Parallel => half_mm,
    };
    let start = Solid::beam(source.position_mm, &frame, near_half_mm, near_half_mm, 0.0);
    for (n, collimator) in collimators.iter().enumerate() {
        if start.gap(&Solid::cuboid(collimator.min_mm, collimator.max_mm)) < -TOUCHING_MM {
            return Err(checks.refuse(
                "[source] position_cm",
                format!("the source lies inside [[collimator]] number {}", n + 1),
                "a source in the vacuum, or a smaller collimator",
            ));
        }
    }
    let hits = |solid: &Solid| {
        let behind_mm: f64 = (0..3).map(|a| source.position_mm[a] * frame.axis[a]).sum();
        let length_mm = solid.extent(frame.axis).1 - behind_mm;
        if length_mm < 0.0 {
            return false;
        }
        let far_half_mm = match source.emission {
            Emission::Point { field_distance_mm } => half_mm.map(|half| half * length_mm / field_distance_mm),
            Emission::Parallel => half_mm,
        };
        let beam = Solid::beam(source.position_mm, &frame, near_half_mm, far_half_mm, length_mm);
        beam.gap(solid) <= TOUCHING_MM
    };
    let grid_solid = Solid::cuboid(grid.corner_mm, grid.upper_mm());
    let hit = hits(&grid_solid)
        || collimators.iter().any(|collimator| hits(&Solid::cuboid(collimator.min_mm, collimator.max_mm)));
    if hit {
        return Ok(());
    }
    Err(checks.refuse(
        "[source] position_cm, direction, field_cm",
        "the field is empty: no photon of this beam can hit the grid or a collimator",
        format!("pointing the beam at the grid, which is {} cm", span_cm(grid.corner_mm, grid.upper_mm())),
    ))
}
