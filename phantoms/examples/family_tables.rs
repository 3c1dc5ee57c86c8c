//! Prints what the family's organs weigh beside their references, as the tables of `docs/methods/phantoms.md`:
//!
//! ```sh
//! cargo run --release -p phantoms --example family_tables
//! ```

use phantoms::{Body, Person, Sex, Source};
use std::io::Write;

const AGES: [f64; 6] = [0.0, 1.0, 5.0, 10.0, 15.0, 30.0];

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for (sex, title) in [(Sex::Female, "Female"), (Sex::Male, "Male")] {
        let mut rows: Vec<(String, Vec<String>)> = Vec::new();
        for (column, age) in AGES.into_iter().enumerate() {
            let body = Body::new(&Person::reference(age, sex).expect("an age of the family"));
            let mut sums: Vec<(String, f64, f64)> = Vec::new();
            let mut add =
                |name: &str, mass_g: f64, target_g: f64| match sums.iter_mut().find(|row| row.0 == name) {
                    Some(row) => (row.1, row.2) = (row.1 + mass_g, row.2 + target_g),
                    None => sums.push((name.into(), mass_g, target_g)),
                };
            let mut total_g = 0.0;
            for (organ, cm3) in body.organs().iter().zip(body.volumes_cm3()) {
                let mass_g = cm3 * organ.tissue.density_g_cm3;
                total_g += mass_g;
                let name = match organ.source {
                    Source::Reference(tissue @ ("cortical bone" | "spongiosa" | "cartilage")) => tissue,
                    Source::Reference(_) => organ.name.trim_end_matches("_L").trim_end_matches("_R"),
                    _ => continue,
                };
                add(name, mass_g, organ.target_g);
            }
            add("whole body", total_g, 1000.0 * body.person().weight_kg());
            for (name, mass_g, target_g) in sums {
                let cell = format!("{} ({:+.1})", figures(mass_g), 100.0 * (mass_g / target_g - 1.0));
                match rows.iter_mut().find(|row| row.0 == name) {
                    Some(row) => row.1.push(cell),
                    None => rows.push((name, [vec!["–".into(); column], vec![cell]].concat())),
                }
            }
        }
        writeln!(out, "\n{title}, grams (and % off the reference):\n")?;
        writeln!(
            out,
            "| organ | newborn | 1 | 5 | 10 | 15 | adult |\n| --- | --- | --- | --- | --- | --- | --- |"
        )?;
        for (name, cells) in rows {
            writeln!(out, "| {name} | {} |", cells.join(" | "))?;
        }
    }
    Ok(())
}

/// Three or four figures.
fn figures(value: f64) -> String {
    match value {
        _ if value < 10.0 => format!("{value:.2}"),
        _ if value < 100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}
