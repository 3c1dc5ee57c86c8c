//! Photon and electron data of the elements, read once from the table compiled into the crate.
//!
//! What each array is, where it comes from and on what terms: `dose-core/data/README.md`. The table is written by
//! `tools/photon_table.py`; a test beside this reader compares it with published values.

mod table;

use std::sync::OnceLock;

/// Largest atomic number with data (uranium).
pub const Z_MAX: u8 = 92;
/// Lowest photon energy of the cross sections (MeV).
pub const ENERGY_MIN_MEV: f64 = 1e-3;
/// Highest photon energy of the cross sections (MeV).
pub const ENERGY_MAX_MEV: f64 = 30.0;
/// Electron rest energy mₑc² (MeV), CODATA 2018.
pub const ELECTRON_REST_MEV: f64 = 0.510_998_95;

/// XCOM cross sections of one element on a grid that holds both sides of every absorption edge.
///
/// Photoelectric, incoherent and coherent are straight lines in ln σ over ln E between nodes. Pair and triplet are
/// straight lines in `ln(σ / (1 − threshold/E)³)`, which has no singularity at the threshold.
#[derive(Clone, Debug)]
pub struct CrossSections {
    /// Natural logarithm of the node energies in MeV, ascending.
    pub ln_energy: Vec<f64>,
    /// ln of photoelectric, incoherent, coherent (cm²/g).
    pub ln_smooth: [Vec<f64>; 3],
    /// ln of pair and triplet over their threshold factor (cm²/g); filled below the threshold from the first value
    /// above it.
    pub ln_pair_shape: [Vec<f64>; 2],
}

/// K shell of one element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KShell {
    /// Absorption edge (MeV); XCOM's where it has one (Na and heavier), else xraylib's.
    pub edge_mev: f64,
    /// Fluorescence yield ω_K.
    pub fluorescence_yield: f64,
    /// Fraction of photoelectric events in the K shell just above the edge, `1 − 1/jump`; used at all energies above.
    pub photoelectric_fraction: f64,
    /// Energies of the lines KL2 (Kα2), KL3 (Kα1), KM2 + KM3 (Kβ1, Kβ3) and the lump of KN, KO, KP (MeV).
    pub line_mev: [f64; 4],
    /// Probabilities of these lines once a K photon is emitted; they add to 1 (all 0 where the yield is 0).
    pub line_probability: [f64; 4],
}

/// ESTAR data of one element.
#[derive(Clone, Debug)]
pub struct ElectronData {
    /// Mean excitation energy of the elemental substance (eV).
    pub mean_excitation_ev: f64,
    /// Density of the elemental substance (g/cm³).
    pub density_g_cm3: f64,
    /// Electrons of each subshell; a negative last entry is a conduction band.
    pub shell_electrons: Vec<f64>,
    /// Binding energy of each subshell (eV), for the density effect.
    pub shell_binding_ev: Vec<f64>,
    /// Collision stopping power of the elemental substance (MeV cm²/g) at [`electron_energies_mev`].
    pub collision_mev_cm2_g: Vec<f64>,
    /// Radiative stopping power (MeV cm²/g) at [`electron_energies_mev`].
    pub radiative_mev_cm2_g: Vec<f64>,
}

/// One element.
#[derive(Clone, Debug)]
pub struct Element {
    /// Atomic number.
    pub z: u8,
    /// Standard atomic mass (g/mol), as XCOM uses it.
    pub atomic_mass: f64,
    /// Photon cross sections.
    pub cross_sections: CrossSections,
    /// K edge, yield and lines.
    pub k_shell: KShell,
    /// Stopping powers.
    pub electrons: ElectronData,
    /// ln F(x) at [`momentum_transfers_per_angstrom`]; F(0) = Z.
    pub ln_form_factor: Vec<f64>,
    /// ln S(x) at [`momentum_transfers_per_angstrom`]; S(∞) = Z.
    pub ln_incoherent_function: Vec<f64>,
}

/// The whole table.
struct Table {
    momentum_transfers_per_angstrom: Vec<f64>,
    electron_energies_mev: Vec<f64>,
    elements: Vec<Element>,
}

fn loaded() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| table::parse(include_bytes!("../../data/photon_table.bin")))
}

/// Data of an element.
///
/// # Panics
/// If `z` is 0 or above [`Z_MAX`]; [`crate::material::Material::new`] lets no such element in.
///
/// ```
/// # use dose_core::data::element;
/// assert!((element(82).k_shell.edge_mev - 0.0880045).abs() < 1e-6);
/// ```
pub fn element(z: u8) -> &'static Element {
    &loaded().elements[usize::from(z).checked_sub(1).expect("atomic numbers start at 1")]
}

/// Momentum transfers x = sin(θ/2)/λ of the F and S tables (1/Å), equal steps in the logarithm.
pub fn momentum_transfers_per_angstrom() -> &'static [f64] {
    &loaded().momentum_transfers_per_angstrom
}

/// Kinetic energies of the stopping power tables (MeV).
pub fn electron_energies_mev() -> &'static [f64] {
    &loaded().electron_energies_mev
}

#[rustfmt::skip]
const SYMBOLS: [&str; Z_MAX as usize] = [
    "H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "Ar", "K", "Ca",
    "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As", "Se", "Br", "Kr", "Rb", "Sr", "Y",
    "Zr", "Nb", "Mo", "Tc", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te", "I", "Xe", "Cs", "Ba", "La", "Ce",
    "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W", "Re", "Os", "Ir",
    "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At", "Rn", "Fr", "Ra", "Ac", "Th", "Pa", "U",
];

/// Atomic number of a chemical symbol, `None` for an unknown one.
///
/// ```
/// # use dose_core::data::{atomic_number, symbol};
/// assert_eq!(atomic_number("W"), Some(74));
/// assert_eq!(atomic_number("water"), None);
/// assert_eq!(symbol(74), "W");
/// ```
pub fn atomic_number(symbol: &str) -> Option<u8> {
    SYMBOLS.iter().position(|s| *s == symbol).map(|i| i as u8 + 1)
}

/// Chemical symbol of an atomic number, `"?"` outside 1 to [`Z_MAX`].
pub fn symbol(z: u8) -> &'static str {
    usize::from(z).checked_sub(1).and_then(|i| SYMBOLS.get(i)).copied().unwrap_or("?")
}
