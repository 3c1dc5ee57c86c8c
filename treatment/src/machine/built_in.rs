//! The machine files that come with the program.

use super::Machine;

/// Names and texts of the files.
pub const FILES: [(&str, &str); 8] = [
    ("varian-millennium120", include_str!("../../machines/varian-millennium120.toml")),
    ("varian-hd120", include_str!("../../machines/varian-hd120.toml")),
    ("varian-halcyon", include_str!("../../machines/varian-halcyon.toml")),
    ("elekta-agility", include_str!("../../machines/elekta-agility.toml")),
    ("elekta-mlci", include_str!("../../machines/elekta-mlci.toml")),
    ("siemens-oncor", include_str!("../../machines/siemens-oncor.toml")),
    ("viewray-mridian", include_str!("../../machines/viewray-mridian.toml")),
    ("generic", include_str!("../../machines/generic.toml")),
];

/// All of them, read.
pub fn built_in() -> Vec<Machine> {
    FILES
        .iter()
        .map(|(name, text)| {
            Machine::from_toml(name, text).expect("the files that come with the program are sound")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_sound_and_bears_its_machines_name() {
        for (name, text) in FILES {
            let machine = Machine::from_toml(name, text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(machine.name, name);
            assert!(!machine.devices.is_empty() && !machine.beams.is_empty(), "{name}");
        }
    }
}
