//! The page `docs/ibsi-compliance.md`: written from the results, and compared with them.

use crate::common::shared;
use crate::{ct_phantom, digital_phantom, filtered_ct, filters};
use radiomics::Family;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ibsi-compliance.md")
}

const HEAD: &str = "# Compliance with the IBSI

This page is generated: `STRAYDOSE_WRITE_PAGES=1 cargo test --release -p radiomics --test standard page` writes it, and the same test
without the variable fails when it is out of date. The reference values are those of the Image Biomarker Standardisation
Initiative (reference manual arXiv:1612.07003; filters arXiv:2006.05470). A value agrees if it lies within the tolerance that the
standard gives, as it is or with three significant digits, as the standard prints it.

One command makes the values of a configuration, on the data of the standard; with `--wide` its columns have the standard's tags:

```sh
straydose radiomics --image CT/ --mask RS.dcm --roi GTV-1 --preset ibsi-C --wide --out C.csv
```
";

/// The catalogue, which needs no reference data.
fn catalogue() -> String {
    let mut text = String::from(
        "\n## Every feature\n\n| family | feature | code | name in wide tables | unit | aggregations |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for family in Family::ALL {
        let ways: Vec<&str> = family.aggregations().iter().map(|way| way.word()).collect();
        for entry in family.entries() {
            let unit = entry.unit.text("intensity");
            writeln!(
                text,
                "| {} | {} | {} | `{}` | {unit} | {} |",
                family.name(),
                entry.name,
                entry.ibsi_id,
                entry.tag,
                ways.join(" ")
            )
            .expect("writing to a string");
        }
    }
    text
}

/// The results, which need it.
fn results(shared: &Path) -> String {
    let mut lines = vec![(
        "IBSI 1, digital phantom".to_owned(),
        "`ibsi-digital`".to_owned(),
        digital_phantom::section(shared),
    )];
    for configuration in ["A", "B", "C", "D", "E"] {
        let name = format!("IBSI 1, CT phantom, configuration {configuration}");
        lines.push((name, format!("`ibsi-{configuration}`"), ct_phantom::section(shared, configuration)));
    }
    let maps = "IBSI 2, phase 1: response maps, at all 12,738 probes".to_owned();
    lines.push((maps, "–".into(), filters::section(shared).clone()));
    for (configuration, kind) in [("A", "slices"), ("B", "volume")] {
        let name = format!("IBSI 2, phase 2, {kind}");
        lines.push((
            name,
            format!("`ibsi2-{configuration}`"),
            filtered_ct::section(shared, configuration).clone(),
        ));
    }
    let mut text = String::from(
        "\n## Reference values\n\n| data | `--preset` | agree | of |\n| --- | --- | --- | --- |\n",
    );
    let mut misses = String::new();
    for (name, preset, (good, missed)) in &lines {
        writeln!(text, "| {name} | {preset} | {good} | {} |", good + missed.len())
            .expect("writing to a string");
        for miss in missed {
            writeln!(misses, "- {name}: {miss}").expect("writing to a string");
        }
    }
    text.push_str("\nMisses:");
    text.push_str(if misses.is_empty() { " none.\n" } else { "\n\n" });
    text.push_str(&misses);
    text.push_str(
        "\nWithout a reference value, and so not counted: compactness 1 in configuration C, the quartile coefficient of dispersion of filter 8.B, \
         three maps of phase 1, and five features of the table below (densities by oriented box and by least ellipsoid, area \
         under the IVH curve).\n",
    );
    text
}

#[test]
fn the_page_is_up_to_date() {
    let found = std::fs::read_to_string(page()).unwrap_or_default();
    assert!(
        std::env::var_os("STRAYDOSE_WRITE_PAGES").is_some() || found.ends_with(&catalogue()),
        "its catalogue is not ours"
    );
    let Some(shared) = shared() else { return };
    let expected = format!("{HEAD}{}{}", results(&shared), catalogue());
    if std::env::var_os("STRAYDOSE_WRITE_PAGES").is_some() {
        std::fs::write(page(), &expected).expect("the page can be written");
    } else {
        assert!(
            found == expected,
            "docs/ibsi-compliance.md is out of date; its first lines say how it is written"
        );
    }
}
