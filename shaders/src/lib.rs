//! The shaders: WGSL in parts, and the kernels that are put together from them.
//!
//! A part is one file of `wgsl/` and has a Rust twin in `dose-core`. A kernel is a list of parts in order; WGSL does not
//! mind the order of declarations, but a reader does. Parts that depend on the device (how many bindings a grid is cut
//! into) are written by [`segments`].

pub mod kernels;
pub mod segments;

/// One WGSL file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name, such as `compton.wgsl`.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// The part of a file in `wgsl/`.
#[macro_export]
macro_rules! part {
    ($name:literal) => {
        $crate::Part { name: $name, text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/wgsl/", $name)) }
    };
}

/// A kernel: the parts that make it, the last of which holds its entry point.
#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    /// Name of the entry point.
    pub entry: &'static str,
    /// The parts in order.
    pub parts: &'static [Part],
}

impl Kernel {
    /// The kernel's text, with `extra` parts that the host wrote at its end.
    ///
    /// ```
    /// let text = shaders::kernels::PLAN.source(&[]);
    /// assert!(text.contains("fn plan("));
    /// ```
    pub fn source(&self, extra: &[&str]) -> String {
        let mut source = String::new();
        for part in self.parts {
            source.push_str("// ");
            source.push_str(part.name);
            source.push('\n');
            source.push_str(part.text);
        }
        extra.iter().for_each(|text| source.push_str(text));
        source
    }
}
