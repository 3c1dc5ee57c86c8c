//! The settings of a node: a TOML file (docs/node.md).

use crate::Error;
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a node is told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The AE title that callers must name.
    #[serde(default = "own_title")]
    pub ae_title: String,
    /// Where to listen; the loopback interface where nothing is said.
    #[serde(default = "loopback")]
    pub listen: SocketAddr,
    /// Folder of the queue; a relative one starts at the settings' folder.
    pub queue: PathBuf,
    /// A set starts when nothing of it came for so long (s).
    #[serde(default = "quiet_s")]
    pub quiet_s: f64,
    /// Objects and results are kept for so long after the dose was sent (h).
    #[serde(default = "keep_hours")]
    pub keep_hours: f64,
    /// What waits for the rest of its set and got nothing new for so long is told again (h).
    #[serde(default = "remind_hours")]
    pub remind_hours: f64,
    /// It is removed after so long (h); never where nothing is said.
    pub drop_hours: Option<f64>,
    /// Who may call.
    #[serde(default, rename = "caller")]
    pub callers: Vec<Caller>,
    /// Where doses go; without one they stay in the queue.
    pub peer: Option<Peer>,
    /// How doses are estimated.
    #[serde(default)]
    pub estimate: Estimate,
    /// What callers may use up.
    #[serde(default)]
    pub limits: Limits,
}

/// Somebody who may call.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caller {
    /// The calling AE title.
    pub ae_title: String,
    /// The only address that it may come from, if given: an AE title alone proves nothing.
    pub address: Option<IpAddr>,
}

/// Who gets the doses.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// Its AE title.
    pub ae_title: String,
    /// Host and port, `pacs.example:104`.
    pub address: String,
    /// Whether it gets the report too, as an encapsulated PDF.
    #[serde(default)]
    pub report: bool,
}

/// How doses are estimated.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// More options of `straydose estimate`.
    #[serde(default)]
    pub arguments: Vec<String>,
}

/// What callers may use up.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// All files of the queue (GiB).
    pub disk_gib: f64,
    /// One object (MiB).
    pub object_mib: f64,
    /// Associations at once.
    pub associations: usize,
    /// Longest PDU that is taken (bytes).
    pub pdu_bytes: u32,
    /// From the connection to its request (s).
    pub request_s: f64,
    /// From one PDU to the end of the next (s).
    pub pdu_s: f64,
    /// A whole association (s).
    pub association_s: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            disk_gib: 50.0,
            object_mib: 1024.0,
            associations: 8,
            pdu_bytes: 131_072,
            request_s: 10.0,
            pdu_s: 30.0,
            association_s: 3600.0,
        }
    }
}

fn own_title() -> String {
    "STRAYDOSE".into()
}

fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 11112))
}

fn quiet_s() -> f64 {
    30.0
}

fn remind_hours() -> f64 {
    24.0
}

fn keep_hours() -> f64 {
    24.0
}

/// Longest PDU that may be asked for (bytes), and shortest: a command must fit in.
const PDU_BYTES: std::ops::RangeInclusive<u32> = 4096..=1_048_576;
/// The longest time in a setting: a year, so that sums of times stay times.
const LONGEST_S: f64 = 366.0 * 86_400.0;

impl Settings {
    /// Reads the file; a relative queue is taken from its folder.
    ///
    /// # Errors
    /// It cannot be read, is no TOML, has an unknown key or a value that makes no sense.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::Settings {
            file: crate::error::name(path),
            problem: format!("it cannot be read: {error}"),
            way_out: "give a settings file (docs/node.md has one)",
        })?;
        let mut settings = Self::from_toml(&crate::error::name(path), &text)?;
        if let Some(folder) = path.parent() {
            settings.queue = folder.join(&settings.queue);
        }
        Ok(settings)
    }

    /// Reads the text; `file` is only used in messages.
    ///
    /// # Errors
    /// As [`Settings::read`].
    pub fn from_toml(file: &str, text: &str) -> Result<Self, Error> {
        let wrong = |problem: String, way_out| Error::Settings { file: file.to_owned(), problem, way_out };
        let settings: Self = toml::from_str(text).map_err(|error| {
            wrong(error.to_string().trim_end().to_owned(), "docs/node.md lists every key")
        })?;
        settings.check().map_err(|(problem, way_out)| wrong(problem, way_out))?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), (String, &'static str)> {
        let titles = self.callers.iter().map(|caller| &caller.ae_title);
        for title in titles.chain([&self.ae_title]).chain(self.peer.iter().map(|peer| &peer.ae_title)) {
            if !is_ae_title(title) {
                return Err((
                    format!("{title:?} is no AE title"),
                    "one to sixteen printable ASCII characters without backslash, spaces only inside",
                ));
            }
        }
        if self.callers.is_empty() {
            return Err((
                "nobody may call".into(),
                "list those who may, each as [[caller]] with ae_title and perhaps address",
            ));
        }
        let Limits { disk_gib, object_mib, associations, pdu_bytes, request_s, pdu_s, association_s } =
            self.limits;
        let times = [
            ("quiet_s", self.quiet_s),
            ("keep_hours", 3600.0 * self.keep_hours),
            ("remind_hours", 3600.0 * self.remind_hours),
            ("drop_hours", 3600.0 * self.drop_hours.unwrap_or(0.0)),
            ("limits.request_s", request_s),
            ("limits.pdu_s", pdu_s),
            ("limits.association_s", association_s),
        ];
        for (key, seconds) in times {
            if !(0.0..=LONGEST_S).contains(&seconds) {
                return Err((format!("{key} is no time that can be waited"), "a number from 0 to a year"));
            }
        }
        for (key, size) in [("limits.disk_gib", disk_gib), ("limits.object_mib", object_mib)] {
            if !(size > 0.0 && size <= 1e9) {
                return Err((format!("{key} is no size"), "a number above 0"));
            }
        }
        if !(1..=256).contains(&associations) {
            return Err(("limits.associations is out of range".into(), "1 to 256"));
        }
        if !PDU_BYTES.contains(&pdu_bytes) {
            return Err(("limits.pdu_bytes is out of range".into(), "4096 to 1048576"));
        }
        Ok(())
    }

    /// Whether somebody may call from there.
    pub fn may_call(&self, title: &str, from: Option<IpAddr>) -> bool {
        self.callers.iter().any(|caller| {
            caller.ae_title == title && caller.address.is_none_or(|address| Some(address) == from)
        })
    }

    /// How long a set must be quiet.
    pub fn quiet(&self) -> Duration {
        Duration::from_secs_f64(self.quiet_s)
    }

    /// How long results are kept.
    pub fn keep(&self) -> Duration {
        Duration::from_secs_f64(3600.0 * self.keep_hours)
    }
}

impl Settings {
    /// After how long what waits is told again.
    pub fn remind(&self) -> Duration {
        Duration::from_secs_f64(3600.0 * self.remind_hours)
    }

    /// After how long it is removed, if ever.
    pub fn drop_after(&self) -> Option<Duration> {
        self.drop_hours.map(|hours| Duration::from_secs_f64(3600.0 * hours))
    }
}

impl Limits {
    /// All files of the queue (bytes).
    pub fn disk_bytes(&self) -> u64 {
        (self.disk_gib * 1_073_741_824.0) as u64
    }

    /// One object (bytes).
    pub fn object_bytes(&self) -> u64 {
        (self.object_mib * 1_048_576.0) as u64
    }
}

/// DICOM PS3.5, table 6.2-1: AE has at most 16 characters of the default repertoire, no backslash or control character;
/// leading and trailing spaces do not count, so they may not be given.
fn is_ae_title(title: &str) -> bool {
    (1..=16).contains(&title.len())
        && title.bytes().all(|byte| (0x20..0x7F).contains(&byte) && byte != b'\\')
        && title.trim() == title
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "queue = \"q\"\n[[caller]]\nae_title = \"PACS\"\n";

    #[test]
    fn the_least_settings_listen_on_the_loopback_interface_only() {
        let settings = Settings::from_toml("node.toml", LEAST).expect("sound");
        assert!(settings.listen.ip().is_loopback());
        assert!(settings.may_call("PACS", None) && !settings.may_call("OTHER", None));
    }

    #[test]
    fn a_caller_with_an_address_may_call_from_there_only() {
        let text = format!("{LEAST}address = \"10.0.0.5\"\n");
        let settings = Settings::from_toml("node.toml", &text).expect("sound");
        assert!(settings.may_call("PACS", Some([10, 0, 0, 5].into())));
        assert!(!settings.may_call("PACS", Some([10, 0, 0, 6].into())) && !settings.may_call("PACS", None));
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        for (change, named) in [
            ("ae_title = \"A_VERY_LONG_TITLE_INDEED\"", "AE title"),
            ("ae_title = \" PADDED\"", "AE title"),
            ("quiet_s = -1", "quiet_s"),
            ("keep_hours = nan", "keep_hours"),
            ("drop_hours = -2", "drop_hours"),
            ("quite_s = 3", "quite_s"),
            ("listen = \"everywhere\"", "listen"),
            ("limits = { disk_gib = 0 }", "disk_gib"),
            ("limits = { pdu_bytes = 4294967295 }", "pdu_bytes"),
            ("limits = { associations = 0 }", "associations"),
        ] {
            let refusal = Settings::from_toml("node.toml", &format!("{change}\n{LEAST}")).expect_err(change);
            assert!(refusal.to_string().contains(named), "{refusal}");
        }
        let nobody = Settings::from_toml("node.toml", "queue = \"q\"").expect_err("nobody may call");
        assert!(nobody.to_string().contains("nobody may call"));
    }
}
