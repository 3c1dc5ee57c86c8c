//! Contours against analytic volumes, and against anything at all.

use proptest::prelude::*;
use std::f64::consts::{PI, TAU};
use volume::contours::ContourNote;
use volume::{Coverage, Error, Mask, OrientedGrid, Structure, VoxelIndex};

const PATIENT_AXES: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

fn grid(corner_mm: [f64; 3], spacing_mm: [f64; 3], shape: [usize; 3]) -> OrientedGrid {
    let origin_mm = std::array::from_fn(|a| corner_mm[a] + spacing_mm[a] / 2.0);
    OrientedGrid { origin_mm, axes: PATIENT_AXES, spacing_mm, shape }
}

fn structure(contours: Vec<Vec<[f64; 3]>>) -> Structure {
    Structure {
        number: 1,
        name: "test".into(),
        interpreted_type: String::new(),
        contours,
        points: Vec::new(),
        density_override: None,
    }
}

fn circle(centre_mm: [f64; 2], radius_mm: f64, z_mm: f64) -> Vec<[f64; 3]> {
    let point = |n: usize| {
        let angle_rad = TAU * n as f64 / 720.0;
        [centre_mm[0] + radius_mm * angle_rad.cos(), centre_mm[1] + radius_mm * angle_rad.sin(), z_mm]
    };
    (0..720).map(point).collect()
}

fn rectangle(low: [f64; 2], high: [f64; 2], z_mm: f64) -> Vec<[f64; 3]> {
    [[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]]
        .map(|p| [p[0], p[1], z_mm])
        .into()
}

fn volume_mm3(contours: Vec<Vec<[f64; 3]>>, grid: &OrientedGrid) -> f64 {
    Coverage::of(&structure(contours), grid, Some(2.0)).expect("parallel to the grid").volume_mm3()
}

/// Area of a polygon of 720 sides in a circle, over the circle's.
const POLYGON: f64 = 0.999_987_3;

#[test]
fn a_cylinder_keeps_its_volume_on_any_grid() {
    let contours: Vec<_> = (0..10).map(|n| circle([1.3, -2.7], 9.6, 2.0 * n as f64)).collect();
    let expected_mm3 = POLYGON * PI * 9.6 * 9.6 * 20.0;
    for (spacing_mm, shape) in
        [([1.0; 3], [40; 3]), ([0.7, 1.1, 3.0], [60, 50, 20]), ([13.0, 17.0, 11.0], [6; 3])]
    {
        let volume_mm3 = volume_mm3(contours.clone(), &grid([-20.0, -20.0, -10.0], spacing_mm, shape));
        assert!(
            (volume_mm3 / expected_mm3 - 1.0).abs() < 1e-6,
            "{spacing_mm:?}: {volume_mm3} {expected_mm3}"
        );
    }
}

#[test]
fn an_annulus_is_a_ring_whichever_way_its_contours_turn() {
    let mut inner = circle([0.0, 0.0], 5.0, 1.0);
    let expected_mm3 = POLYGON * PI * (100.0 - 25.0) * 2.0;
    for _ in 0..2 {
        inner.reverse();
        let contours = vec![inner.clone(), circle([0.0, 0.0], 10.0, 1.0)];
        let volume_mm3 = volume_mm3(contours, &grid([-12.0, -12.0, -2.0], [1.0; 3], [24, 24, 6]));
        assert!((volume_mm3 / expected_mm3 - 1.0).abs() < 1e-6, "{volume_mm3} {expected_mm3}");
    }
}

#[test]
fn a_stack_of_circles_is_a_ball() {
    let z_mm = (0..40).map(|n| -9.75 + 0.5 * f64::from(n));
    let contours = z_mm.map(|z| circle([0.0, 0.0], (100.0 - z * z).sqrt(), z)).collect();
    let volume_mm3 = volume_mm3(contours, &grid([-11.0; 3], [2.0; 3], [11; 3]));
    assert!((volume_mm3 / (4.0 / 3.0 * PI * 1000.0) - 1.0).abs() < 1e-3, "{volume_mm3}");
}

#[test]
fn a_structure_smaller_than_a_voxel_keeps_its_volume() {
    let contours = vec![rectangle([1.1, 1.1], [1.4, 1.4], 5.0), rectangle([1.1, 1.1], [1.4, 1.4], 5.5)];
    let coverage = Coverage::of(&structure(contours), &grid([0.0; 3], [8.0; 3], [2; 3]), None).unwrap();
    assert!((coverage.volume_mm3() - 0.3 * 0.3 * 1.0).abs() < 1e-6);
    assert_eq!(coverage.voxels().count(), 1);
}

#[test]
fn a_single_plane_has_the_thickness_of_the_slice_it_was_drawn_on() {
    let one = structure(vec![rectangle([0.0, 0.0], [2.0, 2.0], 5.0)]);
    let grid = grid([0.0; 3], [1.0; 3], [10; 3]);
    let coverage = Coverage::of(&one, &grid, Some(3.0)).unwrap();
    assert!((coverage.volume_mm3() - 12.0).abs() < 1e-5);
    assert_eq!(coverage.notes, [ContourNote::SinglePlane { thickness_mm: 3.0 }]);
}

#[test]
fn a_missing_slice_is_bridged_and_a_long_gap_is_not() {
    let boxes = |z: &[f64]| z.iter().map(|z| rectangle([0.0, 0.0], [2.0, 2.0], *z)).collect::<Vec<_>>();
    let grid = grid([-5.0; 3], [1.0; 3], [10, 10, 60]);
    assert!((volume_mm3(boxes(&[0.0, 2.0, 4.0, 8.0, 10.0]), &grid) - 4.0 * 12.0).abs() < 1e-4);
    let split = Coverage::of(&structure(boxes(&[0.0, 2.0, 4.0, 24.0, 26.0])), &grid, None).unwrap();
    assert!((split.volume_mm3() - 4.0 * 10.0).abs() < 1e-4);
    assert_eq!(split.notes, [ContourNote::Gap { width_mm: 20.0, usual_mm: 2.0 }]);
}

#[test]
fn branches_on_one_slice_add_up_and_off_slice_contours_count() {
    let legs = |z: f64| [rectangle([0.0, 0.0], [3.0, 3.0], z), rectangle([5.0, 0.0], [8.0, 3.0], z)];
    let contours: Vec<_> = [0.3, 2.31, 4.29].into_iter().flat_map(legs).collect();
    let volume_mm3 = volume_mm3(contours, &grid([-1.0; 3], [2.0; 3], [6; 3]));
    // Usual distance (lower median) 1.98, distances 2.01 and 1.98: slabs from 0.3 - 0.99 to 4.29 + 0.99.
    assert!((volume_mm3 - 18.0 * (4.29 - 0.3 + 1.98)).abs() < 1e-3, "{volume_mm3}");
}

#[test]
fn a_repeated_contour_counts_once() {
    let contours = vec![rectangle([0.0, 0.0], [2.0, 2.0], 1.0); 2];
    let coverage = Coverage::of(&structure(contours), &grid([0.0; 3], [1.0; 3], [4; 3]), Some(2.0)).unwrap();
    assert!((coverage.volume_mm3() - 8.0).abs() < 1e-5);
    assert!(coverage.notes.contains(&ContourNote::Repeated { contours: 1 }));
}

#[test]
fn contours_on_sagittal_and_coronal_planes_are_filled_too() {
    let grid = grid([0.0; 3], [1.0, 2.0, 3.0], [10, 10, 10]);
    for order in [[2, 0, 1], [0, 2, 1]] {
        let turned = |contour: Vec<[f64; 3]>| contour.iter().map(|p| order.map(|a| p[a])).collect::<Vec<_>>();
        let contours = vec![
            turned(rectangle([1.0, 2.0], [4.0, 8.0], 5.0)),
            turned(rectangle([1.0, 2.0], [4.0, 8.0], 6.0)),
        ];
        let coverage = Coverage::of(&structure(contours.clone()), &grid, None).unwrap();
        assert!((coverage.volume_mm3() - 36.0).abs() < 1e-4, "{order:?}: {}", coverage.volume_mm3());
        let centroid = centroid_mm(&coverage);
        for a in 0..3 {
            let expected_mm = [2.5, 5.0, 5.5][order[a]];
            assert!((centroid[a] - expected_mm).abs() < 1.6, "{order:?}: {centroid:?}");
        }
        let mask = Mask::of(&structure(contours), &grid, None).unwrap();
        assert!((mask.count() as f64 * 6.0 - 36.0).abs() <= 18.0, "{}", mask.count());
    }
}

fn centroid_mm(coverage: &Coverage) -> [f64; 3] {
    let mut sum = [0.0; 4];
    for (offset, fraction) in coverage.voxels() {
        let [nx, ny, _] = coverage.grid.shape;
        let index = [offset % nx, offset / nx % ny, offset / (nx * ny)];
        assert_eq!(coverage.fraction(VoxelIndex(index)), fraction);
        for a in 0..3 {
            let place_mm = coverage.grid.origin_mm[a] + coverage.grid.spacing_mm[a] * index[a] as f64;
            sum[a] += f64::from(fraction) * place_mm;
        }
        sum[3] += f64::from(fraction);
    }
    [sum[0] / sum[3], sum[1] / sum[3], sum[2] / sum[3]]
}

#[test]
fn a_flipped_image_is_covered_in_the_same_place() {
    let contours = vec![rectangle([1.0, 2.0], [4.0, 8.0], 5.0), rectangle([1.0, 2.0], [4.0, 8.0], 6.0)];
    let mut flipped = grid([0.0; 3], [1.0; 3], [10; 3]);
    flipped.origin_mm = [9.5, 9.5, 0.5];
    flipped.axes = [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]];
    let coverage = Coverage::of(&structure(contours), &flipped, None).unwrap();
    assert!((coverage.volume_mm3() - 36.0).abs() < 1e-4);
    assert_eq!(coverage.fraction(VoxelIndex([10 - 2, 10 - 3, 5])), 1.0); // x 1 to 2, y 2 to 3
    assert_eq!(coverage.fraction(VoxelIndex([2, 3, 5])), 0.0);
}

#[test]
fn an_oblique_contour_is_refused_by_name() {
    let oblique = vec![vec![[0.0, 0.0, 0.0], [5.0, 0.0, 5.0], [5.0, 5.0, 5.0], [0.0, 5.0, 0.0]]];
    let error = Coverage::of(&structure(oblique), &grid([0.0; 3], [1.0; 3], [8; 3]), None).unwrap_err();
    assert!(matches!(&error, Error::ObliqueContour { structure, .. } if structure == "test"), "{error}");
}

#[test]
fn centres_on_shared_edges_belong_to_one_of_two_neighbours() {
    let grid = grid([0.0; 3], [1.0; 3], [4, 4, 1]);
    let count =
        |low, high| Mask::of(&structure(vec![rectangle(low, high, 0.5)]), &grid, None).unwrap().count();
    assert_eq!(count([0.5, 0.5], [2.5, 2.5]) + count([2.5, 0.5], [3.6, 2.5]), 4 + 4);
}

prop_compose! {
    /// Coordinates in a room, beyond any room, and no numbers at all.
    fn coordinate()(kind in 0..20, near in -20.0..40.0f64) -> f64 {
        match kind {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => near * 1e300,
            3 => near * 1e4,
            4..9 => near.round(),
            _ => near,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_contour_panics_or_covers_more_than_a_voxel(
        contours in prop::collection::vec((prop::collection::vec((coordinate(), coordinate()), 0..9), 0..6i32), 0..7),
        spacing_mm in prop::array::uniform3(0.3..9.0f64),
        shape in prop::array::uniform3(1..14usize),
    ) {
        let contours = contours.into_iter()
            .map(|(points, z)| points.into_iter().map(|(x, y)| [x, y, f64::from(z)]).collect())
            .collect();
        let structure = structure(contours);
        let grid = grid([0.0; 3], spacing_mm, shape);
        let coverage = Coverage::of(&structure, &grid, None).unwrap();
        prop_assert!(coverage.fractions.iter().all(|fraction| (0.0..=1.0).contains(fraction)));
        let mask = Mask::of(&structure, &grid, None).unwrap();
        prop_assert!(mask.voxels().all(|offset| offset < shape.iter().product()));
    }

    #[test]
    fn a_fine_mask_and_the_coverage_agree_for_any_polygon(
        points in prop::collection::vec((0.0..8.0f64, 0.0..8.0f64), 3..9),
    ) {
        let structure = structure(vec![points.iter().map(|(x, y)| [*x, *y, 0.5]).collect()]);
        let exact = Coverage::of(&structure, &grid([0.0; 3], [1.0; 3], [8, 8, 1]), None).unwrap().volume_mm3();
        let fine = Mask::of(&structure, &grid([0.0; 3], [0.02, 0.02, 1.0], [400, 400, 1]), None).unwrap();
        // A mask of 0.02 mm is wrong by less than its pixels along the polygon's outline.
        prop_assert!((exact - fine.count() as f64 * 0.0004).abs() < 0.15, "{} {}", exact, fine.count() as f64 * 0.0004);
    }
}

/// Found in a demo: what rounding left of the running sum beside the brain gave it voxels of air.
#[test]
fn beside_a_contour_nothing_is_covered() {
    let grid = grid([-60.0; 3], [3.0; 3], [40; 3]);
    let radius_mm = 37.7;
    let contours = (0..20).map(|n| circle([1.3, -2.7], radius_mm, 3.0 * n as f64 - 30.0)).collect();
    let coverage = Coverage::of(&structure(contours), &grid, Some(3.0)).expect("parallel to the grid");
    let half_diagonal_mm = 1.5 * 2f64.sqrt();
    let beside: Vec<_> = coverage
        .voxels()
        .filter(|(offset, _)| {
            let centre = grid.centre_mm(grid.voxel(*offset));
            (centre[0] - 1.3).hypot(centre[1] + 2.7) > radius_mm + half_diagonal_mm
        })
        .collect();
    assert!(beside.is_empty(), "{} voxels, such as {:?}", beside.len(), beside[0]);
}
