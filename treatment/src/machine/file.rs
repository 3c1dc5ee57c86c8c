//! The machine file: what may stand in it, and what is refused, with its line.

use super::bounds;
use super::{
    BeamQuality, ExtraFocal, Fact, Fits, HeadDevice, Leakage, Machine, Material, ModelUncertainty, Reference,
    Role,
};
use crate::Electrons;
use crate::beam::Fluence;
use crate::error::Error;
use crate::profile::{Profile, Softening};
use crate::spectrum::AliRogers;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Spanned<String>,
    title: String,
    #[serde(default)]
    generic: bool,
    fits: FitsTable,
    #[serde(default)]
    material: BTreeMap<String, MaterialTable>,
    primary_collimator_mm: Option<Sourced<f64>>,
    #[serde(default)]
    device: Vec<DeviceTable>,
    beam: Vec<BeamTable>,
}

/// A value with where it was read; without a source it is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sourced<T> {
    value: Spanned<T>,
    source: String,
    #[serde(default)]
    unverified: bool,
    /// Standard error, for numbers that were fitted to measurements.
    uncertainty_percent: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FitsTable {
    sad_mm: Spanned<f64>,
    #[serde(default)]
    manufacturers: Vec<String>,
    #[serde(default)]
    models: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    leaf_layers: Vec<Spanned<Vec<LeafRun>>>,
}

/// So many leaves of one width, side by side.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LeafRun {
    from_mm: f64,
    width_mm: f64,
    count: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MaterialTable {
    density_g_cm3: Sourced<f64>,
    mass_fractions: Sourced<BTreeMap<String, f64>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RoleWord {
    XJaws,
    YJaws,
    Leaves,
    SecondLeaves,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceTable {
    role: RoleWord,
    material: Spanned<String>,
    top_mm: Sourced<f64>,
    bottom_mm: Sourced<f64>,
    tip_radius_mm: Option<Sourced<f64>>,
    gap_mm: Option<Sourced<f64>>,
    side_focus_mm: Option<Sourced<f64>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum FluenceWord {
    Flattened,
    FilterFree,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BeamTable {
    nominal_mv: Spanned<f64>,
    fluence: FluenceWord,
    spectrum: Sourced<AliRogers>,
    softening: Sourced<Softening>,
    profile: Sourced<Profile>,
    focal_spot_mm: Sourced<f64>,
    reference: ReferenceTable,
    extra_focal: Option<ExtraFocalTable>,
    leakage: Option<LeakageTable>,
    electrons: Option<ElectronsTable>,
    model_uncertainty: Option<UncertaintyTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExtraFocalTable {
    share: Sourced<f64>,
    distance_mm: Sourced<f64>,
    sigma_mm: Sourced<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LeakageTable {
    level: Sourced<f64>,
    mean_mev: Sourced<f64>,
    by_angle: Sourced<Vec<[f64; 2]>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ElectronsTable {
    level: Sourced<f64>,
    sigma_mm: Sourced<f64>,
    fall_per_mm: Sourced<f64>,
    range_mm: Sourced<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncertaintyTable {
    in_field: Sourced<f64>,
    head_scatter: Sourced<f64>,
    collimator: Sourced<f64>,
    leakage: Sourced<f64>,
    electrons: Option<Sourced<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferenceTable {
    field_mm: Sourced<f64>,
    depth_mm: Sourced<f64>,
    ssd_mm: Sourced<f64>,
    gy_per_mu: Sourced<f64>,
}

/// Reads and checks a machine file.
pub(super) fn read(file: &str, text: &str) -> Result<Machine, Error> {
    let table: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| line_of(text, span.start));
        let why = error.message().replace('\n', ", ");
        Error::MachineFile { file: file.into(), line, why, remedy: "see docs/formats/machine.md".into() }
    })?;
    Reader { file, text, facts: vec![] }.machine(table)
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|&byte| byte == b'\n').count()
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    facts: Vec<Fact>,
}

impl Reader<'_> {
    fn machine(mut self, table: File) -> Result<Machine, Error> {
        if table.name.get_ref().trim().is_empty() {
            return Err(self.refusal(&table.name, "the name is empty".into(), "name the machine"));
        }
        let materials = table
            .material
            .into_iter()
            .map(|(name, material)| self.material(name, material))
            .collect::<Result<Vec<_>, _>>()?;
        let fits = self.fits(table.fits)?;
        let devices = table
            .device
            .into_iter()
            .enumerate()
            .map(|(index, device)| self.device(index, device, &materials, fits.sad_mm))
            .collect::<Result<Vec<_>, _>>()?;
        let cone_mm = match table.primary_collimator_mm {
            None => None,
            Some(radius) => Some(self.number("primary_collimator_mm", radius, [50.0, 340.0])?),
        };
        let highest = devices.iter().map(|device| device.top_mm).fold(fits.sad_mm, f64::min);
        let beams = table
            .beam
            .into_iter()
            .enumerate()
            .map(|(index, beam)| self.beam(index, beam, highest))
            .collect::<Result<Vec<_>, _>>()?;
        let mut devices = devices;
        devices.sort_by(|a, b| a.top_mm.total_cmp(&b.top_mm));
        Ok(Machine {
            name: table.name.into_inner(),
            title: table.title,
            generic: table.generic,
            fits,
            materials,
            cone_mm,
            devices,
            beams,
            facts: self.facts,
        })
    }

    fn refusal<T>(&self, place: &Spanned<T>, why: String, remedy: &str) -> Error {
        let line = Some(line_of(self.text, place.span().start));
        Error::MachineFile { file: self.file.into(), line, why, remedy: remedy.into() }
    }

    /// Notes where a value comes from and hands it on.
    fn sourced<T>(&mut self, key: &str, sourced: Sourced<T>) -> Result<Spanned<T>, Error> {
        if sourced.source.trim().is_empty() {
            let why = format!("{key} has no source");
            return Err(self.refusal(&sourced.value, why, "say where the number was read"));
        }
        let Sourced { value, source, unverified, uncertainty_percent } = sourced;
        if uncertainty_percent.is_some_and(|percent| !(0.0..=1e4).contains(&percent)) {
            let why = format!("{key} has an uncertainty that is no per cent from 0 up");
            return Err(self.refusal(&value, why, "give its standard error in per cent of the value"));
        }
        self.facts.push(Fact { key: key.into(), source, unverified, uncertainty_percent });
        Ok(value)
    }

    /// A number within bounds.
    fn number(&mut self, key: &str, sourced: Sourced<f64>, bounds: [f64; 2]) -> Result<f64, Error> {
        let value = self.sourced(key, sourced)?;
        self.bounded(key, &value, bounds)
    }

    fn bounded(&self, key: &str, value: &Spanned<f64>, [low, high]: [f64; 2]) -> Result<f64, Error> {
        let number = *value.get_ref();
        if number >= low && number <= high {
            return Ok(number);
        }
        let why = format!("{key} is {number} and must lie in {low}..{high}");
        Err(self.refusal(value, why, "check its unit (the key's name ends in it)"))
    }

    fn fits(&self, table: FitsTable) -> Result<Fits, Error> {
        let lower = |words: Vec<String>| words.iter().map(|word| word.to_lowercase()).collect();
        let sad_mm = self.bounded("fits.sad_mm", &table.sad_mm, [300.0, 5000.0])?;
        let leaf_sides_mm =
            table.leaf_layers.iter().map(|layer| self.leaf_sides(layer)).collect::<Result<_, _>>()?;
        Ok(Fits {
            sad_mm,
            manufacturers: lower(table.manufacturers),
            models: lower(table.models),
            names: lower(table.names),
            leaf_sides_mm,
        })
    }

    fn leaf_sides(&self, layer: &Spanned<Vec<LeafRun>>) -> Result<Vec<f64>, Error> {
        let mut sides: Vec<f64> = vec![];
        for run in layer.get_ref() {
            let good =
                run.width_mm > 0.0 && run.width_mm < 100.0 && run.count <= 200 && run.from_mm.abs() < 1000.0;
            let joins = sides.last().is_none_or(|last| (last - run.from_mm).abs() < 1e-6);
            if !good || !joins {
                let why = "the leaves of a layer overlap, leave a gap or have no width".to_owned();
                return Err(self.refusal(layer, why, "let each run start where the last one ends"));
            }
            if sides.is_empty() {
                sides.push(run.from_mm);
            }
            sides.extend((1..=run.count).map(|leaf| run.from_mm + run.width_mm * leaf as f64));
        }
        Ok(sides)
    }

    fn material(&mut self, name: String, table: MaterialTable) -> Result<Material, Error> {
        let density_g_cm3 =
            self.number(&format!("material.{name}.density_g_cm3"), table.density_g_cm3, [0.001, 25.0])?;
        let fractions = self.sourced(&format!("material.{name}.mass_fractions"), table.mass_fractions)?;
        let sum: f64 = fractions.get_ref().values().sum();
        let positive = fractions.get_ref().values().all(|part| *part > 0.0);
        if !positive || (sum - 1.0).abs() > 1e-3 {
            let why = format!("the mass fractions of {name} sum to {sum}");
            return Err(self.refusal(&fractions, why, "let them be positive and sum to 1"));
        }
        let mass_fractions =
            fractions.into_inner().into_iter().map(|(symbol, part)| (symbol, part / sum)).collect();
        Ok(Material { name, density_g_cm3, mass_fractions })
    }

    fn device(
        &mut self,
        index: usize,
        table: DeviceTable,
        materials: &[Material],
        sad_mm: f64,
    ) -> Result<HeadDevice, Error> {
        let key = |name: &str| format!("device[{index}].{name}");
        if !materials.iter().any(|material| material.name == *table.material.get_ref()) {
            let why = format!("no [material.{}] says what {} is", table.material.get_ref(), key("material"));
            return Err(self.refusal(&table.material, why, "add it"));
        }
        let top_mm = self.number(&key("top_mm"), table.top_mm, [50.0, sad_mm])?;
        let bottom = self.sourced(&key("bottom_mm"), table.bottom_mm)?;
        let bottom_mm = self.bounded(&key("bottom_mm"), &bottom, [50.0, sad_mm])?;
        if bottom_mm - top_mm < 1.0 {
            let why = format!("{} is {} mm thick", key("material"), bottom_mm - top_mm);
            return Err(self.refusal(
                &bottom,
                why,
                "let bottom_mm lie below top_mm (distances from the source)",
            ));
        }
        let tip_radius_mm = match table.tip_radius_mm {
            None => None,
            // a radius below half the thickness would leave a step in the tip
            Some(radius) => {
                Some(self.number(&key("tip_radius_mm"), radius, [0.5 * (bottom_mm - top_mm), 1e4])?)
            }
        };
        let optional = |reader: &mut Self, name: &str, number: Option<Sourced<f64>>, bounds| {
            number.map_or(Ok(0.0), |number| reader.number(&key(name), number, bounds))
        };
        Ok(HeadDevice {
            role: match table.role {
                RoleWord::XJaws => Role::XJaws,
                RoleWord::YJaws => Role::YJaws,
                RoleWord::Leaves => Role::Leaves(0),
                RoleWord::SecondLeaves => Role::Leaves(1),
            },
            top_mm,
            bottom_mm,
            material: table.material.into_inner(),
            tip_radius_mm,
            gap_mm: optional(self, "gap_mm", table.gap_mm, [0.0, 0.5])?,
            side_focus_mm: optional(self, "side_focus_mm", table.side_focus_mm, [-50.0, 50.0])?,
        })
    }

    /// A beam; `highest` is where the first device begins (mm from the source).
    fn beam(&mut self, index: usize, table: BeamTable, highest: f64) -> Result<BeamQuality, Error> {
        let key = |name: &str| format!("beam[{index}].{name}");
        let nominal_mv = self.bounded(&key("nominal_mv"), &table.nominal_mv, [1.0, 50.0])?;
        let spectrum = self.sourced(&key("spectrum"), table.spectrum)?;
        if let Some(why) = spectrum.get_ref().fault() {
            return Err(self.refusal(
                &spectrum,
                format!("{}: {why}", key("spectrum")),
                "check the parameters",
            ));
        }
        let profile = self.sourced(&key("profile"), table.profile)?;
        if let Some(why) = profile.get_ref().fault() {
            return Err(self.refusal(&profile, format!("{}: {why}", key("profile")), "check the parameters"));
        }
        let extra_focal = match table.extra_focal {
            None => None,
            Some(disc) => Some(ExtraFocal {
                share: self.number(&key("extra_focal.share"), disc.share, bounds::EXTRA_FOCAL_SHARE)?,
                distance_mm: self.number(
                    &key("extra_focal.distance_mm"),
                    disc.distance_mm,
                    [10.0, highest],
                )?,
                sigma_mm: self.number(
                    &key("extra_focal.sigma_mm"),
                    disc.sigma_mm,
                    bounds::EXTRA_FOCAL_SIGMA_MM,
                )?,
            }),
        };
        let leakage = match table.leakage {
            None => None,
            Some(leakage) => Some(self.leakage(&key("leakage"), leakage)?),
        };
        let model_uncertainty = match table.model_uncertainty {
            None => ModelUncertainty::default(),
            Some(sigma) => {
                let key = |name: &str| key(&format!("model_uncertainty.{name}"));
                ModelUncertainty {
                    in_field: self.number(&key("in_field"), sigma.in_field, [0.0, 2.0])?,
                    head_scatter: self.number(&key("head_scatter"), sigma.head_scatter, [0.0, 2.0])?,
                    collimator: self.number(&key("collimator"), sigma.collimator, [0.0, 2.0])?,
                    leakage: self.number(&key("leakage"), sigma.leakage, [0.0, 2.0])?,
                    electrons: match sigma.electrons {
                        None => 1.0,
                        Some(electrons) => self.number(&key("electrons"), electrons, [0.0, 2.0])?,
                    },
                }
            }
        };
        Ok(BeamQuality {
            extra_focal,
            leakage,
            electrons: table
                .electrons
                .map(|electrons| self.electrons(&key("electrons"), electrons))
                .transpose()?,
            model_uncertainty,
            nominal_mv,
            fluence: match table.fluence {
                FluenceWord::Flattened => Fluence::Flattened,
                FluenceWord::FilterFree => Fluence::FilterFree,
            },
            spectrum: spectrum.into_inner(),
            softening: self.sourced(&key("softening"), table.softening)?.into_inner(),
            profile: profile.into_inner(),
            focal_spot_mm: self.number(&key("focal_spot_mm"), table.focal_spot_mm, [0.0, 10.0])?,
            reference: Reference {
                field_mm: self.number(&key("reference.field_mm"), table.reference.field_mm, [10.0, 400.0])?,
                depth_mm: self.number(&key("reference.depth_mm"), table.reference.depth_mm, [1.0, 300.0])?,
                ssd_mm: self.number(&key("reference.ssd_mm"), table.reference.ssd_mm, [300.0, 5000.0])?,
                gy_per_mu: self.number(
                    &key("reference.gy_per_mu"),
                    table.reference.gy_per_mu,
                    bounds::GY_PER_MU,
                )?,
            },
        })
    }

    fn electrons(&mut self, key: &str, table: ElectronsTable) -> Result<Electrons, Error> {
        Ok(Electrons {
            level: self.number(&format!("{key}.level"), table.level, bounds::ELECTRONS_LEVEL)?,
            sigma_mm: self.number(&format!("{key}.sigma_mm"), table.sigma_mm, [5.0, 300.0])?,
            fall_per_mm: self.number(&format!("{key}.fall_per_mm"), table.fall_per_mm, [0.01, 2.0])?,
            range_mm: self.number(&format!("{key}.range_mm"), table.range_mm, [2.0, 100.0])?,
        })
    }

    fn leakage(&mut self, key: &str, table: LeakageTable) -> Result<Leakage, Error> {
        let by_angle = self.sourced(&format!("{key}.by_angle"), table.by_angle)?;
        let points = by_angle.get_ref();
        let [least, most] = bounds::LEAKAGE_AT_ANGLE;
        let is_good = !points.is_empty()
            && points.windows(2).all(|pair| pair[1][0] > pair[0][0])
            && points
                .iter()
                .all(|[angle, part]| (0.0..=180.0).contains(angle) && (least..=most).contains(part));
        if !is_good {
            let why =
                format!("{key}.by_angle is no table of rising angles and of parts that are not negative");
            return Err(self.refusal(&by_angle, why, "give [degrees, relative] from 0 to 180 degrees"));
        }
        Ok(Leakage {
            level: self.number(&format!("{key}.level"), table.level, bounds::LEAKAGE_LEVEL)?,
            mean_mev: self.number(&format!("{key}.mean_mev"), table.mean_mev, [0.1, 3.0])?,
            by_angle: by_angle.into_inner(),
        })
    }
}
