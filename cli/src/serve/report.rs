//! The report as it goes to a PACS: what run.json and organs.csv say, as text on pages of a PDF. Pictures are in report.html.

use crate::args::INTENDED_USE;
use crate::compare::finished::Finished;
use crate::estimate::report::numbers::{dose, significant, thousands};
use crate::exit::{Failure, with_causes};
use formats::dicom::DicomFile;
use formats::dicom::write::{Identity, PdfWriter};
use formats::dicom::{tags, uids};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};
use std::path::Path;

/// What the document is called.
const TITLE: &str = "Dose outside the field (research only)";
/// A4, its margin, the letters' size and the distance of lines (points).
const PAGE: [f32; 2] = [595.0, 842.0];
const MARGIN: f32 = 45.0;
const LETTER: f32 = 8.0;
const LINE: f32 = 10.5;
/// Letters of a line: one of Courier is 0.6 of its size wide (Adobe Core 14 AFM, Courier.afm: 600 of 1000).
const COLUMNS: usize = 105;

/// Writes `report.dcm` beside the results of a run; `plan` is the plan's file.
pub fn write(out: &Path, plan: &Path) -> Result<(), Failure> {
    let run = Finished::read(out, "the run")?;
    let record = std::fs::read(out.join(crate::output_folder::RECORD))
        .map_err(|error| Failure::failed(format!("the record: {error}"), ""))?;
    let record: serde_json::Value =
        serde_json::from_slice(&record).map_err(|error| Failure::failed(with_causes(&error), ""))?;
    let pdf = pdf(&lines(&run, &record));
    let failed = |error: formats::Error| Failure::failed(with_causes(&error), "");
    let plan = DicomFile::open(plan).map_err(failed)?;
    // A plan without a frame of reference has one in its images; a document needs none.
    let identity = Identity::of(&plan, Some("")).map_err(failed)?;
    let root = plan.root();
    let uid = root.required_text(tags::SOP_INSTANCE_UID).map_err(failed)?;
    let writer = PdfWriter {
        identity: &identity,
        plan_class: uids::RT_PLAN_STORAGE,
        plan_uid: &uid,
        title: TITLE,
        pdf: &pdf,
    };
    writer.save(&out.join(node::REPORT)).map_err(failed)?;
    Ok(())
}

/// The report's lines.
fn lines(run: &Finished, record: &serde_json::Value) -> Vec<String> {
    let mut lines = vec![TITLE.to_owned(), String::new()];
    let mut say = |text: &str| lines.extend(wrapped(text));
    say(&format!(
        "What this is not for: {INTENDED_USE}. Do not change, approve or withhold a treatment because of it."
    ));
    say("");
    let version = record["version"].as_str().unwrap_or_default();
    say(&format!(
        "straydose {version}; {}; {} MU in a fraction, {} beams",
        run.run.machines,
        significant(run.mu, 4),
        run.beams
    ));
    let reference = run.reference_gy.map_or("-".into(), dose);
    let body = if run.is_completed { "completed beyond the scan by a model" } else { "as scanned" };
    say(&format!(
        "{} source photons, seed {}; reference dose {reference}; body {body}",
        thousands(run.histories),
        run.run.seed
    ));
    say(
        "Doses are of all fractions. Errors are relative standard errors: of the statistics, and for want of knowledge of the machine and of the body beyond the scan.",
    );
    say("");
    for warning in record["warnings"].as_array().into_iter().flatten().filter_map(|text| text.as_str()) {
        say(&format!("- {warning}"));
    }
    say("");
    let head = ["organ", "from", "cm3", "mean", "stat %", "model %", "open", "head", "metal", "leakage"];
    lines.push(row(head.map(str::to_owned)));
    for organ in &run.organs {
        let mean = &organ.mean;
        let sum: f64 = mean.components.iter().map(|(gy, _)| gy).sum();
        let share = |at: usize| match sum {
            sum if sum > 0.0 => format!("{:.0} %", 100.0 * mean.components[at].0 / sum),
            _ => "-".into(),
        };
        let model =
            mean.components.iter().zip(run.run.model_sigma).map(|((gy, _), sigma)| (gy * sigma).powi(2));
        let model = if sum > 0.0 { (model.sum::<f64>().sqrt() / sum).hypot(mean.place_sigma) } else { 0.0 };
        lines.push(row([
            organ.name.clone(),
            organ.from.clone(),
            significant(organ.volume_cm3, 3),
            dose(mean.total.0),
            format!("{:.1}", 100.0 * mean.total.1),
            format!("{:.0}", 100.0 * model),
            share(0),
            share(1),
            share(2),
            share(3),
        ]));
    }
    lines
}

/// A row of the table of organs.
fn row(cells: [String; 10]) -> String {
    const WIDTHS: [usize; 10] = [28, 6, 9, 11, 8, 8, 8, 8, 8, 8];
    let cells = cells.iter().zip(WIDTHS).enumerate().map(|(at, (cell, width))| {
        let cell: String = cell.chars().take(width - 1).collect();
        if at < 2 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
    });
    cells.collect()
}

/// A text in lines that fit.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is one");
        if last.chars().count() + 1 + word.chars().count() > COLUMNS && !last.is_empty() {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines.into_iter().map(|line| line.chars().take(COLUMNS).collect()).collect()
}

/// Lines of text as pages, the first line large.
fn pdf(lines: &[String]) -> Vec<u8> {
    let in_page = ((PAGE[1] - 2.0 * MARGIN) / LINE) as usize;
    let pages: Vec<&[String]> = lines.chunks(in_page.max(1)).collect();
    let (catalog, tree, font) = (Ref::new(1), Ref::new(2), Ref::new(3));
    let of_page = |n: usize| (Ref::new(4 + 2 * n as i32), Ref::new(5 + 2 * n as i32));
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    let kids = (0..pages.len()).map(|n| of_page(n).0);
    pdf.pages(tree).kids(kids).count(pages.len() as i32);
    let mut courier = pdf.type1_font(font);
    courier.base_font(Name(b"Courier")).encoding_predefined(Name(b"WinAnsiEncoding"));
    courier.finish();
    for (n, lines) in pages.iter().enumerate() {
        let (page_ref, content_ref) = of_page(n);
        let mut page = pdf.page(page_ref);
        page.media_box(Rect::new(0.0, 0.0, PAGE[0], PAGE[1])).parent(tree).contents(content_ref);
        page.resources().fonts().pair(Name(b"F"), font);
        page.finish();
        let mut content = Content::new();
        content.begin_text();
        content.next_line(MARGIN, PAGE[1] - MARGIN);
        for (at, line) in lines.iter().enumerate() {
            let size = if n == 0 && at == 0 { 2.0 * LETTER } else { LETTER };
            content.set_font(Name(b"F"), size).show(Str(&latin(line))).next_line(0.0, -LINE);
        }
        content.end_text();
        pdf.stream(content_ref, &content.finish());
    }
    pdf.finish()
}

/// In Windows' Latin letters, as far as they go: what Courier has.
fn latin(text: &str) -> Vec<u8> {
    let letter = |letter: char| match letter {
        '–' => 0x96,
        '—' => 0x97,
        '’' => 0x92,
        '…' => 0x85,
        '\u{2212}' => b'-',
        letter => u8::try_from(u32::from(letter))
            .ok()
            .filter(|code| matches!(code, 0x20..0x7F | 0xA0..))
            .unwrap_or(b'?'),
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_into_lines_and_pages() {
        let text = "word ".repeat(100);
        let lines = wrapped(&text);
        assert!(lines.len() == 5 && lines.iter().all(|line| line.chars().count() <= COLUMNS));
        assert_eq!(lines.join(" "), text.trim());
        let mut many = vec!["x (1) \\ µ".to_owned(); 200];
        many.push("plain (1)".into());
        let pdf = pdf(&many);
        assert!(pdf.starts_with(b"%PDF-") && pdf.trim_ascii_end().ends_with(b"%%EOF"));
        let pages = pdf.windows(11).filter(|at| at == b"/Type /Page").count();
        assert_eq!(pages - 1, 3, "one of them is the tree of pages");
        // With a letter beyond ASCII the whole text is written as its letters' numbers.
        let shown = |text: &[u8]| pdf.windows(text.len()).filter(|at| at == &text).count();
        assert_eq!([shown(b"<7820283129205C20B5> Tj"), shown(b"(plain (1)) Tj")], [200, 1]);
    }

    #[test]
    fn letters_that_the_font_lacks_are_shown_as_questions() {
        assert_eq!(latin("Ωa–b\u{2212}é\n"), b"?a\x96b-\xE9?");
    }
}
