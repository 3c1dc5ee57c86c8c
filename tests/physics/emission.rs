//! Photons as a head emits them, beside plain sums over the same sources: number, place, energy.

use dose_core::case::{
    Case, Component, ExtraFocal, Head, HeadBeam, Leakage, MaterialId, Piece, Quantity, Source, WedgeMetal,
};
use dose_core::coefficients::attenuation;
use dose_core::deck::Deck;
use dose_core::material::Material;
use dose_core::run::VarianceReduction;
use dose_core::spectrum::Spectrum;
use dose_core::transport::leg::{Leg, Stream};
use dose_core::transport::source::emit;
use dose_core::transport::tally::{ACCOUNTS, Image, Tally};
use phantoms::tanks;
use straydose_tests::apertures::{PlaneJaws, SAD_MM, plane_jaws};

const JAW_MM: [f64; 2] = [640.0, 562.0];
const DISC: ExtraFocal = ExtraFocal { ratio: 0.1, distance_mm: 106.0, sigma_mm: 13.2 };
const LEVEL: f64 = 1e-3;
/// Leakage at cosines −1, 0, 1 to the axis.
const BY_COSINE: [f64; 3] = [3.0, 1.0, 0.5];

/// One pair of jaws along x, one half closed up to `edge_mm` in the isocentre plane, of a metal that lets nothing through.
fn jaws(edge_mm: f64) -> Vec<f32> {
    plane_jaws(&[PlaneJaws { along_y: false, faces_mm: JAW_MM, edges_mm: [-1e5, edge_mm] }])
}

/// W1's tank; the source's axis meets it off its middle.
fn case(component: Component, energy_mev: f64, edge_mm: f64, mu: f64, half_opening: f64) -> Case {
    let mut case = tanks::w1(20.0, Quantity::Kerma);
    case.materials.push(Material::named("tungsten").expect("a material of the library"));
    let beam = HeadBeam {
        spectrum: Spectrum::mono(energy_mev).expect("an energy within the data"),
        focal_spot_mm: 0.0,
        profile: vec![[1.0, 1.0], [1.0, 1.0]],
        profile_step: 0.3,
        aperture: jaws(edge_mm),
        banks: vec![(MaterialId(1), 5000.0)],
        extra_focal: Some(DISC),
        leakage: Some(Leakage {
            spectrum: Spectrum::mono(0.5).expect("an energy within the data"),
            per_focal: LEVEL,
            by_cosine: BY_COSINE.to_vec(),
        }),
        wedges: vec![],
    };
    let piece = Piece {
        beam: 0,
        mu,
        pose: 0,
        parts: [0.0, 0.0],
        source_mm: [30.0, -900.0, 100.0],
        axes: [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]],
        opening: [-half_opening, half_opening, -half_opening, half_opening],
        wedge: None,
    };
    case.source = Source::Head(Head {
        beams: vec![beam],
        pieces: vec![piece],
        component,
        aimed_share: 0.7,
        half_width: 0.3,
    });
    case
}

/// All photons of so many histories, and what a weight of 1 stands for.
fn photons(case: &Case, histories: u64) -> (Vec<Leg>, f64) {
    let deck = Deck::new(case, VarianceReduction::Auto).expect("a good case");
    let mut image = Image::new(case.grid.len());
    let mut tally = Tally { image: &mut image, balance: [0; ACCOUNTS] };
    let legs = (0..histories).map(|history| emit(&deck, Stream { key: [5, 0], history }, &mut tally));
    let Source::Head(head) = &case.source else { unreachable!("a head") };
    (legs.collect(), deck.photon * head.fluence() / histories as f64)
}

/// Where a photon meets the isocentre plane (mm from the axis), the source at (30, −900, 100) of the tank.
fn in_plane(case: &Case, leg: &Leg) -> [f64; 2] {
    let [p, d] = [leg.position_mm, leg.direction].map(|v| [v.x, v.y, v.z].map(f64::from));
    let way = (100.0 - case.grid.corner_mm[1] - p[1]) / d[1];
    [p[0] + way * d[0] + case.grid.corner_mm[0] - 30.0, p[2] + way * d[2] + case.grid.corner_mm[2] - 100.0]
}

/// Points on the disc, evenly by the share of its Gaussian within three sigma, and in azimuth.
fn disc_points() -> impl Iterator<Item = [f64; 2]> {
    const N: usize = 200;
    let within = 1.0 - (-4.5f64).exp();
    (0..N * N).map(move |i| {
        let share = (i / N) as f64 + 0.5;
        let radius = DISC.sigma_mm * (-2.0 * (1.0 - within * share / N as f64).ln()).sqrt();
        let angle = std::f64::consts::TAU * ((i % N) as f64 + 0.5) / N as f64;
        [radius * angle.cos(), radius * angle.sin()]
    })
}

/// Klein-Nishina over its value straight ahead and the scattered energy, written anew in f64.
fn klein_nishina(energy_mev: f64, cos: f64) -> (f64, f64) {
    let kept = 1.0 / (1.0 + energy_mev / 0.510_998_95 * (1.0 - cos));
    (0.5 * kept * kept * (kept + 1.0 / kept - (1.0 - cos * cos)), energy_mev * kept)
}

/// Photons a unit of area and mean energy at a point of the isocentre plane, the disc seen past the jaw, by a plain sum.
/// Unnormalised.
fn from_disc(energy_mev: f64, [x, y]: [f64; 2], edge_mm: f64) -> (f64, f64) {
    let height = SAD_MM - DISC.distance_mm;
    let (mut sum, mut energy) = (0.0, 0.0);
    for [qx, qy] in disc_points() {
        // The jaw's face: where x is beyond the edge's ray at a height, there is metal.
        let is_free = (0..=20).all(|i| {
            let z = JAW_MM[1] + (JAW_MM[0] - JAW_MM[1]) * f64::from(i) / 20.0;
            x + (qx - x) * z / height < edge_mm * (SAD_MM - z) / SAD_MM
        });
        let [dx, dy] = [x - qx, y - qy];
        let on = (dx * dx + dy * dy + height * height).sqrt();
        let to = (qx * qx + qy * qy + DISC.distance_mm.powi(2)).sqrt();
        let cos = (qx * dx + qy * dy + DISC.distance_mm * height) / (on * to);
        let (part, scattered_mev) = klein_nishina(energy_mev, cos);
        if is_free {
            // a flat square sees photons by the cosine of their angle
            let seen = part * height / on / (on * on);
            sum += seen;
            energy += seen * scattered_mev;
        }
    }
    (sum, energy / sum)
}

#[test]
fn extra_focal_photons_have_their_ratio_on_the_axis_and_the_number_energy_and_shadow_of_a_plain_sum() {
    let energy_mev = 2.0;
    let (half_mm, half_across_mm) = (10.0, 40.0);
    let in_strips = |case: &Case, xs: &[f64]| -> Vec<(f64, f64, f64)> {
        let (legs, unit) = photons(case, 3_000_000);
        let mut sums = vec![(0.0, 0.0, 0.0); xs.len()];
        for leg in legs.iter().filter(|leg| leg.weight > 0.0) {
            let [x, y] = in_plane(case, leg);
            for (sum, centre) in sums.iter_mut().zip(xs) {
                if (x - centre).abs() < half_mm && y.abs() < half_across_mm {
                    let weight = f64::from(leg.weight) * unit;
                    sum.0 += weight;
                    sum.1 += weight * f64::from(leg.energy_mev);
                    sum.2 += weight * weight;
                }
            }
        }
        // Photons a unit of area, in those of the focal spot on the axis: one a steradian over the distance squared.
        let per_area = SAD_MM * SAD_MM / (4.0 * half_mm * half_across_mm);
        sums.iter().map(|(n, e, squares)| (n * per_area, e / n, squares.sqrt() / n)).collect()
    };
    let expected_in_strip = |x: f64, edge_mm: f64| {
        let (mut number, mut energy) = (0.0, 0.0);
        let (along, across) = (9, 3);
        for i in 0..along * across {
            let within = |at: i32, of: i32| 2.0 * (f64::from(at) + 0.5) / f64::from(of) - 1.0;
            let at = [x + half_mm * within(i / across, along), half_across_mm * within(i % across, across)];
            let (here, mean_mev) = from_disc(energy_mev, at, edge_mm);
            number += here / f64::from(along * across);
            energy += here * mean_mev / f64::from(along * across);
        }
        (number, energy / number)
    };
    // As far as the tank reaches: photons that miss it are not followed.
    let open = [0.0, 100.0, 150.0];
    let (axis, _) = from_disc(energy_mev, [0.0, 0.0], 1e6);
    for (x, (found, mean_mev, sigma)) in
        open.into_iter().zip(in_strips(&case(Component::ExtraFocal, energy_mev, 1e5, 1.0, 0.22), &open))
    {
        let (expected, expected_mev) = expected_in_strip(x, 1e6);
        let ratio = found / (DISC.ratio * expected / axis);
        assert!(sigma < 0.02 && (ratio - 1.0).abs() < 0.01 + 4.0 * sigma, "open, {x} mm: {ratio} ± {sigma}");
        assert!((mean_mev / expected_mev - 1.0).abs() < 0.01, "{x} mm: {mean_mev}, not {expected_mev} MeV");
    }
    // Behind the jaw's edge the disc sets slowly: half of it at the edge's own shadow, a tail of centimetres.
    let edge_mm = 20.0;
    let beyond = [0.0, 20.0, 40.0, 60.0];
    let found = in_strips(&case(Component::ExtraFocal, energy_mev, edge_mm, 1.0, 0.1), &beyond);
    for (x, (found, _, sigma)) in beyond.into_iter().zip(found) {
        let (expected, _) = expected_in_strip(x, edge_mm);
        let ratio = found / (DISC.ratio * expected / axis);
        assert!(sigma < 0.03 && (ratio - 1.0).abs() < 0.02 + 4.0 * sigma, "{x} mm: {ratio} ± {sigma}");
    }
}

/// The share of the sphere that a box of the tank fills as the source sees it, each direction with what its angle says: plain
/// sampling of all directions.
fn leakage_through(min_mm: [f64; 3], max_mm: [f64; 3]) -> f64 {
    let n = 4_000_000u32;
    let source = [30.0, -900.0, 100.0];
    let mut sum = 0.0;
    for i in 0..n {
        // A lattice of directions (golden angle): even over the sphere.
        let cos = 1.0 - (2.0 * f64::from(i) + 1.0) / f64::from(n);
        let angle = f64::from(i) * 2.399_963_229_728_653;
        let sin = (1.0 - cos * cos).sqrt();
        let d = [sin * angle.cos(), cos, sin * angle.sin()];
        let (mut enter, mut leave) = (0.0f64, f64::INFINITY);
        for a in 0..3 {
            let [t0, t1] = [(min_mm[a] - source[a]) / d[a], (max_mm[a] - source[a]) / d[a]];
            enter = enter.max(t0.min(t1));
            leave = leave.min(t0.max(t1));
        }
        if enter < leave {
            // The beam's axis is y of the tank.
            let place = 0.5 * (d[1] + 1.0) * 2.0;
            let node = (place as usize).min(1);
            sum += BY_COSINE[node] + (BY_COSINE[node + 1] - BY_COSINE[node]) * (place - node as f64);
        }
    }
    4.0 * std::f64::consts::PI * sum / f64::from(n)
}

#[test]
fn leakage_has_the_number_of_plain_sampling_in_every_direction() {
    let case = case(Component::Leakage, 1.0, 0.0, 2.0, 0.1);
    let (legs, unit) = photons(&case, 1_000_000);
    for (min_mm, max_mm) in [
        ([-200.0, 0.0, -600.0], [200.0, 300.0, 600.0]),
        ([-200.0, 0.0, -600.0], [200.0, 300.0, -500.0]),
        ([100.0, 100.0, 200.0], [200.0, 200.0, 300.0]),
    ] {
        let (mut sum, mut squares) = (0.0, 0.0);
        for leg in &legs {
            let [p, d] = [leg.position_mm, leg.direction].map(|v| [v.x, v.y, v.z].map(f64::from));
            let (mut enter, mut leave) = (0.0f64, f64::INFINITY);
            for a in 0..3 {
                let at = p[a] + case.grid.corner_mm[a];
                let [t0, t1] = [(min_mm[a] - at) / d[a], (max_mm[a] - at) / d[a]];
                enter = enter.max(t0.min(t1));
                leave = leave.min(t0.max(t1));
            }
            if enter < leave {
                sum += f64::from(leg.weight) * unit;
                squares += (f64::from(leg.weight) * unit).powi(2);
            }
        }
        let expected = 2.0 * LEVEL * leakage_through(min_mm, max_mm);
        let sigma = squares.sqrt() / sum;
        let ratio = sum / expected;
        assert!(sigma < 0.02 && (ratio - 1.0).abs() < 0.005 + 4.0 * sigma, "{min_mm:?}: {ratio} ± {sigma}");
    }
}

#[test]
fn leakage_goes_with_monitor_units_whatever_is_open() {
    let photons_of = |mu: f64, half_opening: f64| {
        let (legs, unit) = photons(&case(Component::Leakage, 1.0, 0.0, mu, half_opening), 10_000);
        legs.iter().map(|leg| f64::from(leg.weight) * unit).sum::<f64>()
    };
    let one = photons_of(1.0, 0.1);
    assert!((photons_of(3.0, 0.1) / one - 3.0).abs() < 1e-5);
    assert!((photons_of(1.0, 0.01) / one - 1.0).abs() < 1e-5);
}

#[test]
fn a_wedge_thins_the_beam_by_its_thickness_where_the_photon_crosses_it() {
    let energy_mev = 1.25;
    let mut case = case(Component::Open, energy_mev, 1e5, 1.0, 0.1);
    let Source::Head(head) = &mut case.source else { unreachable!("a head") };
    let wedge = WedgeMetal {
        material: MaterialId(1),
        density_g_cm3: 2.0,
        axis_mm: 20.0,
        slope: [0.2, 0.0],
        bounds_mm: [0.0, 30.0],
    };
    head.beams[0].wedges = vec![wedge];
    head.aimed_share = 1.0;
    let open = photons(&case, 20_000).0;
    let Source::Head(head) = &mut case.source else { unreachable!("a head") };
    head.pieces[0].wedge = Some(0);
    let tungsten = Material::named("tungsten").expect("a material of the library");
    let per_mm = 0.1 * 2.0 * attenuation(&tungsten, energy_mev).total();
    let wedged = photons(&case, 20_000).0;
    for (open, wedged) in open.iter().zip(&wedged) {
        let thickness_mm = (20.0 + 0.2 * in_plane(&case, open)[0]).clamp(0.0, 30.0);
        let found = f64::from(wedged.weight / open.weight);
        assert!((found / (-per_mm * thickness_mm).exp() - 1.0).abs() < 1e-3, "{thickness_mm} mm: {found}");
    }
}
