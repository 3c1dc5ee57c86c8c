//! What 3D Slicer sees of the program; `contrib/slicer/tests` has its rules and a whole estimate.

use crate::workplace::{CASE, Workplace};

#[test]
fn the_descriptor_is_all_that_is_said() {
    let ended = Workplace::empty().run(&["--xml"]);
    ended.assert_status(0);
    assert!(ended.stdout.starts_with("<?xml "), "{}", ended.stdout);
    assert!(ended.stdout.trim_end().ends_with("</executable>"), "{}", ended.stdout);
    assert_eq!(ended.stderr, "");
}

#[test]
fn progress_for_slicer_is_tags_on_stdout_alone() {
    let ended = Workplace::new(CASE).run(&[
        "transport",
        "case.toml",
        "--out",
        "out",
        "--backend",
        "cpu",
        "--progress",
        "slicer",
    ]);
    ended.assert_status(0);
    assert_eq!(ended.stderr, "");
    assert!(ended.stdout.contains("<filter-progress>1.0000</filter-progress>"), "{}", ended.stdout);
    for line in ended.stdout.lines() {
        assert!(line.starts_with('<') && line.ends_with('>'), "no tag: {line:?}");
    }
}

#[test]
fn a_wrong_call_of_slicers_is_status_2_and_says_so_on_stderr() {
    let ended = Workplace::empty().run(&["--slicer", "--study", "s"]);
    ended.assert_status(2);
    assert!(ended.stderr.contains("--out"), "{}", ended.stderr);
}
