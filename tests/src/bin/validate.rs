//! Writes the tables and figures of `docs/validation.md`: `validate docs [histories of W1]`, on one thread.
//!
//! Only the part of the page between its two markers is replaced; the prose is kept. Needs `STRAYDOSE_SHARED`.

#![allow(clippy::print_stderr)]

use dose_core::case::Quantity;
use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use straydose_tests::comparison::{Comparison, Table};
use straydose_tests::experiments::{FLOOR, Length, PencilResult, TankResult, W4_ENERGIES_MEV, slabs, w1, w4};
use straydose_tests::figures::{Curve, DOSE, Drawn, Frame, KERMA, ratio_stack, two_panels};
use straydose_tests::jaws::w6;
use straydose_tests::reference::{self, Bin};

const BEGIN: &str = "<!-- tables: written by `validate` -->";
/// Source photons of W6, most of which end in the jaws.
const W6_HISTORIES: u64 = 200_000_000;
const END: &str = "<!-- end of tables -->";

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let docs = words.next().ok_or("which folder? usage: validate docs [histories of W1]")?;
    let docs = Path::new(&docs);
    let histories: u64 = words.next().map_or(Ok(20_000_000), |n| n.parse())?;
    let folder = reference::folder().ok_or("STRAYDOSE_SHARED must name the folder of the reference")?;
    let long = |parts: u64| Length { histories: histories / parts, threads: Some(1), seed: 1 };
    std::fs::create_dir_all(docs.join("figures"))?;

    eprintln!("W1 kerma");
    let kerma = w1(&folder, Quantity::Kerma, long(1));
    eprintln!("W1 dose");
    let dose = w1(&folder, Quantity::Dose, long(1));
    let pencils: Vec<PencilResult> = W4_ENERGIES_MEV
        .into_iter()
        .map(|energy_mev| {
            eprintln!("W4 {energy_mev} MeV");
            w4(&folder, energy_mev, long(4))
        })
        .collect();
    eprintln!("slabs");
    let heterogeneous = slabs(long(8));

    eprintln!("W6");
    let jaws = w6(&folder, Length { histories: W6_HISTORIES, threads: None, seed: 1 }, long(1));

    draw(&docs.join("figures"), &kerma, &dose, &pencils)?;
    let text = page(histories, &kerma, &dose, &pencils, &heterogeneous, &jaws)?;
    replace_between_markers(&docs.join("validation.md"), &text)?;
    Ok(())
}

fn page(
    histories: u64,
    kerma: &TankResult,
    dose: &TankResult,
    pencils: &[PencilResult],
    heterogeneous: &Table,
    jaws: &[Table; 2],
) -> Result<String, Box<dyn Error>> {
    let million = histories as f64 / 1e6;
    let mut text = String::new();
    writeln!(text, "### W1, kerma ({million} million histories, seed 1)\n")?;
    table(&mut text, "band [cm]", &kerma.bands.rows)?;
    bins(&mut text, &kerma.bins)?;
    writeln!(text, "### W1, dose ({million} million histories, seed 1)\n")?;
    table(&mut text, "band [cm]", &dose.bands.rows)?;
    writeln!(text, "On the axis, beyond 2.5 cm:\n")?;
    table(&mut text, "span [cm]", &dose.axis.rows)?;
    writeln!(text, "### W4, kerma of pencils ({} million histories an energy, seed 1)\n", million / 4.0)?;
    writeln!(text, "All planes of an energy together:\n")?;
    let totals: Vec<Comparison> = pencils.iter().map(|p| p.box_total.clone()).collect();
    table(&mut text, "", &totals)?;
    planes(&mut text, pencils)?;
    radial(&mut text, pencils)?;
    writeln!(text, "### Slabs: accelerated over plain ({} million histories each)\n", million / 8.0)?;
    table(&mut text, "region", &heterogeneous.rows)?;
    writeln!(text, "### W6, kerma behind jaws ({} million histories, seed 1)\n", W6_HISTORIES as f64 / 1e6)?;
    table(&mut text, "all of it: band [cm]", &jaws[0].rows)?;
    table(&mut text, "the jaws' part: band [cm]", &jaws[1].rows)?;
    Ok(text)
}

fn table(text: &mut String, heading: &str, rows: &[Comparison]) -> std::fmt::Result {
    writeln!(text, "| {heading} | ours [Gy/photon] | ratio | sigma of the ratio | allowed | verdict |")?;
    writeln!(text, "| --- | --- | --- | --- | --- | --- |")?;
    for row in rows {
        writeln!(
            text,
            "| {} | {:.4e} | {:.4} | {:.2} % | {:.2} % | {} |",
            row.name,
            row.ours,
            row.ratio(),
            100.0 * row.sigma(),
            100.0 * row.allowed(),
            verdict(row)
        )?;
    }
    writeln!(text)
}

fn verdict(row: &Comparison) -> &'static str {
    if row.holds() { "inside" } else { "**outside**" }
}

fn bins(text: &mut String, bins: &Table) -> std::fmt::Result {
    let count = bins.rows.iter().filter(|row| row.pull(FLOOR).abs() > 3.0).count();
    writeln!(
        text,
        "Bin by bin: {count} of {} ({:.2} %, allowed 0.5 %) are farther than three standard errors, 0.5 % of the value \
         added in quadrature.\n",
        bins.rows.len(),
        100.0 * bins.share_beyond_three_sigma(FLOOR)
    )
}

/// Weighted mean of ratios and its standard error.
fn mean_ratio(rows: &[Comparison]) -> (f64, f64) {
    let weight: f64 = rows.iter().map(|row| row.sigma().powi(-2)).sum();
    let sum: f64 = rows.iter().map(|row| row.ratio() * row.sigma().powi(-2)).sum();
    (sum / weight, weight.powf(-0.5))
}

fn planes(text: &mut String, pencils: &[PencilResult]) -> std::fmt::Result {
    writeln!(
        text,
        "Plane by plane (31 an energy, allowed 0.5 % and two standard errors of both results):\n"
    )?;
    writeln!(
        text,
        "| MeV | mean ratio | largest sigma | largest difference | beyond 0.5 % flat | outside |"
    )?;
    writeln!(text, "| --- | --- | --- | --- | --- | --- |")?;
    for pencil in pencils {
        let rows = &pencil.planes.rows;
        let (mean, sigma) = mean_ratio(rows);
        let largest = rows.iter().map(Comparison::sigma).fold(0.0, f64::max);
        let off = rows.iter().map(|r| r.ratio() - 1.0).max_by(|a, b| a.abs().total_cmp(&b.abs()));
        let flat = rows.iter().filter(|r| (r.ratio() - 1.0).abs() > 0.005).count();
        writeln!(
            text,
            "| {} | {mean:.4} ± {sigma:.4} | {:.2} % | {:+.2} % | {flat} | {} |",
            pencil.energy_mev,
            100.0 * largest,
            100.0 * off.unwrap_or(0.0),
            pencil.planes.misses().len()
        )?;
    }
    writeln!(text)?;
    let misses: Vec<Comparison> = pencils.iter().flat_map(|p| p.planes.misses()).cloned().collect();
    if !misses.is_empty() {
        writeln!(text, "Planes outside their gate:\n")?;
        table(text, "plane", &misses)?;
    }
    Ok(())
}

fn radial(text: &mut String, pencils: &[PencilResult]) -> std::fmt::Result {
    let energies: String = pencils.iter().map(|p| format!(" {} MeV |", p.energy_mev)).collect();
    let line = " --- |".repeat(pencils.len());
    writeln!(
        text,
        "Central square centimetre, rings and arms by bands of distance [cm] (ratio and its sigma in per cent; \
                    allowed 1 % and two standard errors; bold: outside):\n"
    )?;
    writeln!(text, "| band |{energies}\n| --- |{line}")?;
    let rows_of =
        |p: &PencilResult| -> Vec<Comparison> { [p.axis.rows.clone(), p.radial.rows.clone()].concat() };
    let columns: Vec<Vec<Comparison>> = pencils.iter().map(rows_of).collect();
    for (i, row) in columns[0].iter().enumerate() {
        let name = row.name.split_once("MeV ").map_or(row.name.as_str(), |(_, name)| name);
        write!(text, "| {name} |")?;
        for cell in columns.iter().map(|column| &column[i]) {
            let bold = if cell.holds() { "" } else { "**" };
            write!(text, " {bold}{:.4}{bold} ({:.2}) |", cell.ratio(), 100.0 * cell.sigma())?;
        }
        writeln!(text)?;
    }
    let rows: usize = pencils.iter().map(|p| p.radial_rows.rows.len()).sum();
    let misses: Vec<&Comparison> = pencils.iter().flat_map(|p| p.radial_rows.misses()).collect();
    writeln!(
        text,
        "\nOne by one, {} of {rows} rings and arms are outside 1 % and two standard errors",
        misses.len()
    )?;
    for miss in misses {
        writeln!(
            text,
            "- {}: {:+.2} % (sigma {:.2} %)",
            miss.name,
            100.0 * (miss.ratio() - 1.0),
            100.0 * miss.sigma()
        )?;
    }
    writeln!(text)
}

fn draw(folder: &Path, kerma: &TankResult, dose: &TankResult, pencils: &[PencilResult]) -> Drawn {
    let along = |result: &TankResult, accepts: &dyn Fn(&Bin) -> bool, place: &dyn Fn(&Bin) -> f64| {
        let pairs = result.bin_bounds.iter().zip(&result.bins.rows).filter(|(bin, _)| accepts(bin));
        pairs.map(|(bin, row)| (place(bin), row.clone())).collect::<Vec<_>>()
    };
    let curves = |accepts: &dyn Fn(&Bin) -> bool, place: &dyn Fn(&Bin) -> f64, scale: f64| {
        // In units of the reference's kerma on the axis at 10 cm depth.
        let unit = 1.0 / 5.83378e-14;
        let name = if scale == 1.0 { "dose" } else { "dose × 5" };
        [
            Curve { name: "kerma", colour: KERMA, scale: unit, points: along(kerma, accepts, place) },
            Curve { name, colour: DOSE, scale: scale * unit, points: along(dose, accepts, place) },
        ]
    };
    let off_axis = curves(
        &|b| b.x_hi_cm <= 2.0 && b.depth_lo_cm == 9.0,
        &|b| if b.z_lo_cm == 0.0 { 0.0 } else { 0.5 * (b.z_lo_cm + b.z_hi_cm) },
        5.0,
    );
    let frame = Frame {
        title: "W1, 6 MV 10 × 10 cm: off axis, depth 9-11 cm, |x| < 2 cm",
        x_label: "distance from the axis z [cm]",
        y_label: "relative to kerma on the axis",
        x: -1.0..60.0,
        y: 1e-5..20.0,
        ratio: 0.94..1.06,
        gate: 0.01,
    };
    two_panels(&folder.join("w1_off_axis.svg"), &frame, &off_axis)?;
    let on_axis =
        curves(&|b| b.x_hi_cm <= 2.0 && b.z_hi_cm <= 1.0, &|b| 0.5 * (b.depth_lo_cm + b.depth_hi_cm), 5.0);
    let frame = Frame {
        title: "W1, 6 MV 10 × 10 cm: on the axis, |x| < 2 cm, |z| < 1 cm",
        x_label: "depth [cm]",
        y_label: "relative to kerma at 10 cm",
        x: 0.0..30.0,
        y: 0.2..20.0,
        ratio: 0.96..1.04,
        gate: 0.01,
    };
    two_panels(&folder.join("w1_depth.svg"), &frame, &on_axis)?;
    let panels: Vec<(String, Vec<(f64, Comparison)>)> = pencils
        .iter()
        .map(|pencil| {
            let middles = pencil.depth_cm.iter().map(|[lo, hi]| 0.5 * (lo + hi));
            (format!("{} MeV", pencil.energy_mev), middles.zip(pencil.planes.rows.iter().cloned()).collect())
        })
        .collect();
    ratio_stack(
        &folder.join("w4_planes.svg"),
        "W4, pencils: kerma of planes, straydose / EGSnrc",
        "depth [cm]",
        0.0..30.0,
        0.98..1.02,
        0.005,
        &panels,
    )
}

fn replace_between_markers(path: &Path, tables: &str) -> Result<(), Box<dyn Error>> {
    let page = std::fs::read_to_string(path)?;
    let (before, rest) =
        page.split_once(BEGIN).ok_or_else(|| format!("{BEGIN} is not in {}", path.display()))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| format!("{END} is not in {}", path.display()))?;
    std::fs::write(path, format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", tables.trim()))?;
    Ok(())
}
