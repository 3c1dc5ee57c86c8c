//! What 3D Slicer reads on a module's stdout while it runs (Slicer Execution Model).
//!
//! Slicer shows the last `<filter-progress>` and the last `<filter-comment>`, takes complete elements out and keeps the
//! rest as the module's output; whatever comes on stderr it shows as an error (`vtkSlicerCLIModuleLogic.cxx`).

/// The name of the filter in its tags.
const NAME: &str = "straydose";

/// The run begins.
pub fn start() -> String {
    format!("<filter-start>\n<filter-name>{NAME}</filter-name>\n</filter-start>")
}

/// So far in the stage that runs: each stage counts from 0 to 1, and a comment before it names it.
pub fn progress(done: u64, total: u64) -> String {
    format!("<filter-progress>{:.4}</filter-progress>", (done as f64 / total.max(1) as f64).min(1.0))
}

/// A line of text; what would look like a tag is rewritten, since Slicer searches for tags and knows no entities.
pub fn comment(text: &str) -> String {
    let plain = text.replace('<', "(").replace('>', ")").replace('\n', " ");
    format!("<filter-comment>{plain}</filter-comment>")
}

/// The run is over, well or not.
pub fn end() -> String {
    format!("<filter-end>\n<filter-name>{NAME}</filter-name>\n</filter-end>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_a_part_of_one() {
        assert_eq!(progress(1, 4), "<filter-progress>0.2500</filter-progress>");
        assert_eq!(progress(5, 4), "<filter-progress>1.0000</filter-progress>");
        assert_eq!(progress(0, 0), "<filter-progress>0.0000</filter-progress>");
    }

    #[test]
    fn a_comment_holds_no_tag() {
        assert_eq!(comment("a <b>\nc"), "<filter-comment>a (b) c</filter-comment>");
    }
}
