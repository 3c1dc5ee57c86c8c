//! The descriptor that `straydose --xml` prints, made from the program's own arguments so that the two cannot differ.
//!
//! What Slicer accepts and how it calls is taken from `ModuleDescriptionParser.cxx` (SlicerExecutionModel) and
//! `vtkSlicerCLIModuleLogic.cxx` (Slicer): a long flag has letters, digits and `_` only; a boolean is its flag alone; file,
//! directory, string and image are left out where they are empty; every other type is written with its value, even
//! where that is empty. So an option without a default is a string here, number or not.

use clap::{Arg, ArgAction};
use maud::{PreEscaped, html};

/// Groups of parameters, by the names of the arguments; what is in none of them belongs to the calculation.
const GROUPS: [(&str, &str, &[&str]); 3] = [
    (
        "Input",
        "A study folder, or single files. The CT may be a volume of the scene.",
        &["study", "ct", "plan", "structures", "masks", "dose"],
    ),
    (
        "Patient",
        "Needed where the CT's header is silent, and for a CT from the scene.",
        &["age", "sex", "height_cm", "weight_kg", "scan_only", "phantom", "phantom_table"],
    ),
    ("Output", "Everything is written into the folder.", &["out", "dose_image"]),
];
/// The group of all others.
const CALCULATION: (&str, &str) = ("Calculation", "How it is run.");
/// Units that values are in, as options name them.
const UNITS: [(&str, &str); 5] =
    [("YEARS", "years"), ("CM", "cm"), ("KG", "kg"), ("MM", "mm"), ("PERCENT", "%")];
/// Arguments that mean nothing in a host with a progress bar of its own.
pub const NOT_SHOWN: [&str; 3] = ["progress", "quiet", "turn"];
/// The argument that marks a call of Slicer's; a hidden boolean there, so that it is always given.
pub const MARK: &str = "slicer";
/// The argument that a volume of the scene receives the dose by.
pub const DOSE_IMAGE: &str = "dose_image";

/// A long flag as the Slicer Execution Model allows it.
pub fn flag(long: &str) -> String {
    long.replace('-', "_")
}

/// The descriptor of a module with these arguments, as XML.
pub fn of<'a>(arguments: impl Iterator<Item = &'a Arg>) -> String {
    let shown: Vec<&Arg> =
        arguments.filter(|argument| !NOT_SHOWN.contains(&argument.get_id().as_str())).collect();
    let in_no_group = |argument: &&Arg| {
        let name = argument.get_id().as_str();
        name != MARK && !GROUPS.iter().any(|(_, _, names)| names.contains(&name))
    };
    let of_group = |names: &[&str]| -> Vec<&Arg> {
        let find = |name: &&str| shown.iter().copied().find(|argument| argument.get_id().as_str() == *name);
        names.iter().filter_map(find).collect()
    };
    let [input, patient, output] = GROUPS.map(|(label, what, names)| (label, what, of_group(names)));
    let calculation = (CALCULATION.0, CALCULATION.1, shown.iter().copied().filter(in_no_group).collect());
    let groups: [(&str, &str, Vec<&Arg>); 4] = [input, patient, calculation, output];
    let xml = html! {
        executable {
            category { "Radiotherapy" }
            title { "Out-of-field dose (straydose)" }
            description {
                "Dose of a photon plan in the whole patient, outside the treatment field above all, by Monte Carlo. "
                (crate::args::INTENDED_USE) "."
            }
            version { (env!("CARGO_PKG_VERSION")) }
            license { "MIT or Apache-2.0" }
            contributor { "the straydose authors" }
            @for (place, (label, what, arguments)) in groups.iter().enumerate() {
                parameters {
                    label { (label) }
                    description { (what) }
                    @if place == 0 {
                        boolean hidden="true" {
                            name { (MARK) }
                            longflag { (MARK) }
                            label { "Called by Slicer" }
                            description { "Always given" }
                            default { "true" }
                        }
                    }
                    @for argument in arguments { (parameter(argument)) }
                }
            }
        }
    };
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{}", xml.into_string())
}

/// The element of one argument.
fn parameter(argument: &Arg) -> PreEscaped<String> {
    let tag = tag(argument);
    let name = argument.get_id().as_str();
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let own_default = argument.get_default_values().first().map(|value| value.to_string_lossy().into_owned());
    let default = own_default.or_else(|| (tag.name == "boolean").then(|| "false".to_owned()));
    let inside = html! {
        name { (name) }
        longflag { (flag(argument.get_long().unwrap_or(name))) }
        label { (label(argument)) }
        description { (help) }
        @if let Some(channel) = tag.channel { channel { (channel) } }
        @if let Some(default) = default { default { (default) } }
        @if tag.name == "string-enumeration" {
            @for value in argument.get_possible_values() { element { (value.get_name()) } }
        }
    };
    // The name of the element is not known before.
    let extensions = tag.extensions.map(|these| format!(" fileExtensions=\"{these}\"")).unwrap_or_default();
    PreEscaped(format!("<{0}{extensions}>{1}</{0}>", tag.name, inside.into_string()))
}

/// How Slicer asks for a value and hands it over.
struct Tag {
    name: &'static str,
    channel: Option<&'static str>,
    extensions: Option<String>,
}

fn tag(argument: &Arg) -> Tag {
    let plain = |name| Tag { name, channel: None, extensions: None };
    let channel =
        if argument.get_id() == "out" || argument.get_id() == DOSE_IMAGE { "output" } else { "input" };
    let path = |name, extensions: Option<&str>| Tag {
        name,
        channel: Some(channel),
        extensions: extensions.map(str::to_owned),
    };
    let has_default = !argument.get_default_values().is_empty();
    let value = value_name(argument);
    match value.as_str() {
        _ if matches!(argument.get_action(), ArgAction::SetTrue) => plain("boolean"),
        "DIR" => path("directory", None),
        "DIR|FILE" | "VOLUME.nii.gz" => path("image", Some(".nii.gz")),
        _ if value.ends_with(".dcm") => path("file", Some(".dcm")),
        _ if value.ends_with(".csv") => path("file", Some(".csv")),
        _ if value.ends_with(".nii.gz") => path("file", Some(".nii.gz")),
        _ if has_default && !argument.get_possible_values().is_empty() => plain("string-enumeration"),
        _ if has_default => plain("double"),
        _ => plain("string"),
    }
}

fn value_name(argument: &Arg) -> String {
    argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string).unwrap_or_default()
}

/// The words of an option, and the unit of its value.
fn label(argument: &Arg) -> String {
    let value = value_name(argument);
    let unit = UNITS.iter().find(|(name, _)| *name == value).map(|(_, unit)| *unit);
    let words = argument.get_long().unwrap_or_default().replace('-', " ");
    let words = unit.and_then(|unit| words.strip_suffix(unit)).map_or(words.as_str(), str::trim_end);
    if words == "ct" {
        return "CT".to_owned();
    }
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    let unit = unit.map(|unit| format!(" ({unit})")).unwrap_or_default();
    format!("{first}{}{unit}", letters.as_str())
}
