//! Monitor units that earlier runs left in the user's cache folder, a small file for each.
//!
//! Nothing of a patient is in them. `STRAYDOSE_CACHE` names another folder, or `off`.

use ::estimate::{KnownUnits, MonitorUnit};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The folder with the files; without one nothing is kept.
pub struct KeptUnits(Option<PathBuf>);

/// A file's content.
#[derive(Deserialize, Serialize)]
struct Kept {
    gy_per_unit: f64,
    sigma_relative: f64,
}

impl KeptUnits {
    /// The folder that this user's environment names.
    pub fn of_this_user() -> Self {
        Self::from_environment(|name| std::env::var_os(name).map(PathBuf::from))
    }

    fn from_environment(variable: impl Fn(&str) -> Option<PathBuf>) -> Self {
        let own = variable("STRAYDOSE_CACHE").filter(|path| !path.as_os_str().is_empty());
        if own.as_deref() == Some(Path::new("off")) {
            return Self(None);
        }
        let of_system = || {
            let cache = variable("XDG_CACHE_HOME").or_else(|| variable("LOCALAPPDATA"));
            let cache = cache.or_else(|| variable("HOME").map(|home| home.join(".cache")));
            cache.filter(|path| path.is_absolute()).map(|path| path.join("straydose"))
        };
        Self(own.or_else(of_system).map(|path| path.join("monitor-units")))
    }

    fn write(&self, key: &str, unit: MonitorUnit) -> std::io::Result<()> {
        let Some(folder) = &self.0 else { return Ok(()) };
        std::fs::create_dir_all(folder)?;
        let MonitorUnit { gy_per_unit, sigma_relative } = unit;
        // Written aside and renamed, so that runs side by side never read half a file.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(&mut file, &Kept { gy_per_unit, sigma_relative })?;
        file.persist(folder.join(format!("{key}.json")))?;
        Ok(())
    }
}

impl KnownUnits for KeptUnits {
    fn find(&mut self, key: &str) -> Option<MonitorUnit> {
        let text = std::fs::read(self.0.as_ref()?.join(format!("{key}.json"))).ok()?;
        let Kept { gy_per_unit, sigma_relative } = serde_json::from_slice(&text).ok()?;
        let is_good = gy_per_unit.is_finite() && gy_per_unit > 0.0 && (0.0..1.0).contains(&sigma_relative);
        is_good.then_some(MonitorUnit { gy_per_unit, sigma_relative })
    }

    fn keep(&mut self, key: &str, unit: MonitorUnit) {
        // A cache that cannot be written costs the next run some seconds and nobody a dose.
        let _ = self.write(key, unit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: MonitorUnit = MonitorUnit { gy_per_unit: 0.1 + 0.2, sigma_relative: 0.004 };

    fn in_folder(folder: &Path) -> KeptUnits {
        KeptUnits::from_environment(|name| (name == "STRAYDOSE_CACHE").then(|| folder.to_owned()))
    }

    #[test]
    fn a_unit_is_found_again_to_the_last_bit_under_its_own_key_only() {
        let folder = tempfile::tempdir().expect("a folder");
        in_folder(folder.path()).keep("a", UNIT);
        assert_eq!(in_folder(folder.path()).find("a"), Some(UNIT));
        assert_eq!(in_folder(folder.path()).find("b"), None);
    }

    #[test]
    fn a_damaged_file_is_no_unit() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut units = in_folder(folder.path());
        units.keep("a", UNIT);
        let file = folder.path().join("monitor-units/a.json");
        for text in ["", "{", r#"{"gy_per_unit": -1.0, "sigma_relative": 0.1}"#, r#"{"gy_per_unit": 1.0}"#] {
            std::fs::write(&file, text).expect("writable");
            assert_eq!(units.find("a"), None, "{text}");
        }
    }

    #[test]
    fn nothing_is_kept_where_that_is_switched_off_or_there_is_no_place() {
        let mut off = KeptUnits::from_environment(|name| (name == "STRAYDOSE_CACHE").then(|| "off".into()));
        off.keep("a", UNIT);
        assert_eq!(off.find("a"), None);
        assert!(KeptUnits::from_environment(|_| None).0.is_none());
    }

    #[test]
    fn the_place_is_the_system_s_cache_unless_another_is_named() {
        let home = |name: &str| (name == "HOME").then(|| PathBuf::from("/home/someone"));
        let place = KeptUnits::from_environment(home).0.expect("a place");
        assert_eq!(place, Path::new("/home/someone/.cache/straydose/monitor-units"));
    }
}
