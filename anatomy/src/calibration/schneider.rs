//! The published calibration: tissue classes and density ramp by CT number.
//!
//! W. Schneider, T. Bortfeld, W. Schlegel, Phys. Med. Biol. 45, 459 (2000), Table 6: 24 classes, as carried by
//! OpenGATE's `Schneider2000MaterialsTable.txt` and, bin by bin the same, by matRad's TOPAS converter (compared on
//! 2026-11-21). The paper itself was not read.

/// One class of tissue: from its first CT number (HU) up to that of the next.
pub(super) struct Tissue {
    pub first_hu: i32,
    pub name: &'static str,
    /// Percent by mass by atomic number, as published.
    pub percent: &'static [(u8, f64)],
}

#[rustfmt::skip]
pub(super) const TISSUES: &[Tissue] = &[
    Tissue { first_hu: -1050, name: "air", percent: &[(7, 75.5), (8, 23.2), (18, 1.3)] },
    Tissue { first_hu: -950, name: "lung", percent: &[
        (1, 10.3), (6, 10.5), (7, 3.1), (8, 74.9), (11, 0.2), (15, 0.2), (16, 0.3), (17, 0.3), (19, 0.2),
    ] },
    Tissue { first_hu: -120, name: "adipose-gland-1", percent: &[
        (1, 11.6), (6, 68.1), (7, 0.2), (8, 19.8), (11, 0.1), (16, 0.1), (17, 0.1),
    ] },
    Tissue { first_hu: -82, name: "adipose-gland-2", percent: &[
        (1, 11.3), (6, 56.7), (7, 0.9), (8, 30.8), (11, 0.1), (16, 0.1), (17, 0.1),
    ] },
    Tissue { first_hu: -52, name: "adipose-gland-3", percent: &[
        (1, 11.0), (6, 45.8), (7, 1.5), (8, 41.1), (11, 0.1), (15, 0.1), (16, 0.2), (17, 0.2),
    ] },
    Tissue { first_hu: -22, name: "adipose-gland-4", percent: &[
        (1, 10.8), (6, 35.6), (7, 2.2), (8, 50.9), (15, 0.1), (16, 0.2), (17, 0.2),
    ] },
    Tissue { first_hu: 8, name: "adipose-gland-5", percent: &[
        (1, 10.6), (6, 28.4), (7, 2.6), (8, 57.8), (15, 0.1), (16, 0.2), (17, 0.2), (19, 0.1),
    ] },
    Tissue { first_hu: 19, name: "soft-tissue", percent: &[
        (1, 10.3), (6, 13.4), (7, 3.0), (8, 72.3), (11, 0.2), (15, 0.2), (16, 0.2), (17, 0.2), (19, 0.2),
    ] },
    Tissue { first_hu: 80, name: "connective-tissue", percent: &[
        (1, 9.4), (6, 20.7), (7, 6.2), (8, 62.2), (11, 0.6), (16, 0.6), (17, 0.3),
    ] },
    Tissue { first_hu: 120, name: "marrow-bone-01", percent: &[
        (1, 9.5), (6, 45.5), (7, 2.5), (8, 35.5), (11, 0.1), (15, 2.1), (16, 0.1), (17, 0.1), (19, 0.1), (20, 4.5),
    ] },
    Tissue { first_hu: 200, name: "marrow-bone-02", percent: &[
        (1, 8.9), (6, 42.3), (7, 2.7), (8, 36.3), (11, 0.1), (15, 3.0), (16, 0.1), (17, 0.1), (19, 0.1), (20, 6.4),
    ] },
    Tissue { first_hu: 300, name: "marrow-bone-03", percent: &[
        (1, 8.2), (6, 39.1), (7, 2.9), (8, 37.2), (11, 0.1), (15, 3.9), (16, 0.1), (17, 0.1), (19, 0.1), (20, 8.3),
    ] },
    Tissue { first_hu: 400, name: "marrow-bone-04", percent: &[
        (1, 7.6), (6, 36.1), (7, 3.0), (8, 38.0), (11, 0.1), (12, 0.1), (15, 4.7), (16, 0.2), (17, 0.1), (20, 10.1),
    ] },
    Tissue { first_hu: 500, name: "marrow-bone-05", percent: &[
        (1, 7.1), (6, 33.5), (7, 3.2), (8, 38.7), (11, 0.1), (12, 0.1), (15, 5.4), (16, 0.2), (20, 11.7),
    ] },
    Tissue { first_hu: 600, name: "marrow-bone-06", percent: &[
        (1, 6.6), (6, 31.0), (7, 3.3), (8, 39.4), (11, 0.1), (12, 0.1), (15, 6.1), (16, 0.2), (20, 13.2),
    ] },
    Tissue { first_hu: 700, name: "marrow-bone-07", percent: &[
        (1, 6.1), (6, 28.7), (7, 3.5), (8, 40.0), (11, 0.1), (12, 0.1), (15, 6.7), (16, 0.2), (20, 14.6),
    ] },
    Tissue { first_hu: 800, name: "marrow-bone-08", percent: &[
        (1, 5.6), (6, 26.5), (7, 3.6), (8, 40.5), (11, 0.1), (12, 0.2), (15, 7.3), (16, 0.3), (20, 15.9),
    ] },
    Tissue { first_hu: 900, name: "marrow-bone-09", percent: &[
        (1, 5.2), (6, 24.6), (7, 3.7), (8, 41.1), (11, 0.1), (12, 0.2), (15, 7.8), (16, 0.3), (20, 17.0),
    ] },
    Tissue { first_hu: 1000, name: "marrow-bone-10", percent: &[
        (1, 4.9), (6, 22.7), (7, 3.8), (8, 41.6), (11, 0.1), (12, 0.2), (15, 8.3), (16, 0.3), (20, 18.1),
    ] },
    Tissue { first_hu: 1100, name: "marrow-bone-11", percent: &[
        (1, 4.5), (6, 21.0), (7, 3.9), (8, 42.0), (11, 0.1), (12, 0.2), (15, 8.8), (16, 0.3), (20, 19.2),
    ] },
    Tissue { first_hu: 1200, name: "marrow-bone-12", percent: &[
        (1, 4.2), (6, 19.4), (7, 4.0), (8, 42.5), (11, 0.1), (12, 0.2), (15, 9.2), (16, 0.3), (20, 20.1),
    ] },
    Tissue { first_hu: 1300, name: "marrow-bone-13", percent: &[
        (1, 3.9), (6, 17.9), (7, 4.1), (8, 42.9), (11, 0.1), (12, 0.2), (15, 9.6), (16, 0.3), (20, 21.0),
    ] },
    Tissue { first_hu: 1400, name: "marrow-bone-14", percent: &[
        (1, 3.6), (6, 16.5), (7, 4.2), (8, 43.2), (11, 0.1), (12, 0.2), (15, 10.0), (16, 0.3), (20, 21.9),
    ] },
    Tissue { first_hu: 1500, name: "marrow-bone-15", percent: &[
        (1, 3.4), (6, 15.5), (7, 4.2), (8, 43.5), (11, 0.1), (12, 0.2), (15, 10.3), (16, 0.3), (20, 22.5),
    ] },
];

/// CT number (HU) and density (g/cm³) at the ends of straight pieces.
///
/// The published pieces (parameters as TOPAS has them) are
/// ```text
/// -1000 .. -99    0.00121 + 0.0010297 (1000 + HU)
///   -98 .. 14     1.018 + 0.000893 HU
///    15 .. 22     1.03
///    23 .. 100    1.003 + 0.001169 HU
///   101 .. 2000   1.017 + 0.000592 HU
///  2001 .. 2994   2.201 + 0.0005 (HU - 2000)
/// ```
/// They fit together to 0.1 %, but for a jump down by 3.9 % from 1.1199 at 100 to 1.0768 at 101, between soft tissue
/// and bone. Here a straight piece from 80 to 200 (the classes connective tissue and the first of marrow and bone)
/// takes its place: within 2.6 % of the published ramp there, and never falling.
pub(super) const RAMP: &[[f64; 2]] = &[
    [-1000.0, 0.00121],
    [-98.0, 0.930486],
    [13.437_85, 1.03],
    [23.096_66, 1.03],
    [80.0, 1.09652],
    [200.0, 1.1354],
    [2000.0, 2.201],
    [2994.0, 2.698],
];

/// From here on a voxel is metal: TOPAS and GATE continue the published classes with titanium (HU).
pub(super) const FIRST_METAL_HU: i32 = 2995;
