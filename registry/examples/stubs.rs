//! How long a registry of many cases takes without their doses: manifest, results of their own, tables.
//!
//! `cargo run --release -p registry --example stubs -- DIR 100000`: an empty folder, and how many cases. Prints seconds, seconds of the processor and the peak of memory.

use registry::cohort::{Options, gather, names::Names};
use registry::{Case, KeyParts, Manifest, Outcome, Shard, Status, Store};
use std::path::PathBuf;
use std::time::Instant;

/// Organs of a case.
const ORGANS: usize = 30;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("a folder")?);
    let cases: usize = arguments.next().ok_or("a number of cases")?.parse()?;
    std::fs::create_dir_all(&folder)?;
    let mut out = std::io::stdout().lock();
    let (mut began, mut used_s) = (Instant::now(), 0.0);
    let mut told = |what: &str| -> std::io::Result<()> {
        use std::io::Write;
        let [now_s, wall_s] = [processor_s(), began.elapsed().as_secs_f64()];
        writeln!(
            out,
            "{what}: {wall_s:.2} s, {:.2} s of the processor, {} MiB at most",
            now_s - used_s,
            peak_mib()
        )?;
        (began, used_s) = (Instant::now(), now_s);
        Ok(())
    };

    let case = |n: usize| Case {
        case_id: format!("C{n:06}"),
        paths: [("study", PathBuf::from(format!("studies/{n}")))].into(),
        options: [("age_years", format!("{}", n % 18)), ("sex", "F".to_owned())].into(),
    };
    Manifest { cases: (0..cases).map(case).collect() }.write_csv(&folder.join("cases.csv"))?;
    let manifest = Manifest::read(&folder.join("cases.csv"))?;
    told("manifest written and read")?;

    let store = Store::open(&folder.join("results"), Shard::WHOLE)?;
    let key = |case: &Case| KeyParts { case_id: case.case_id.clone(), ..KeyParts::default() }.key();
    for (n, case) in manifest.cases.iter().enumerate() {
        let key = key(case);
        let work = store.begin(&key)?;
        let name = |organ: usize| format!("Organ_{organ:02}");
        let gy = |organ: usize| 0.001 * (1 + (n * 7 + organ * 13) % 1000) as f64;
        let mut organs = "organ,from,volume_cm3,mass_g,mean_gy,original_name\n".to_owned();
        let mut dvh = "organ,dose_gy,volume_cm3,volume_percent\n".to_owned();
        for organ in 0..ORGANS {
            organs.push_str(&format!("{0},ct,100,105,{1},{0}\n", name(organ), gy(organ)));
            dvh.push_str(&format!("{0},0,100,100\n{0},{1},0,0\n", name(organ), 2.0 * gy(organ)));
        }
        std::fs::write(work.folder().join("organs.csv"), organs)?;
        std::fs::write(work.folder().join("dvh.csv"), dvh)?;
        std::fs::write(
            work.folder().join("run.json"),
            r#"{"histories": 1000, "beams": [], "warnings": []}"#,
        )?;
        work.finish(&Status {
            case_id: case.case_id.clone(),
            key: key.to_string(),
            status: Outcome::Ok,
            code: 0,
            message: String::new(),
            version: "0.1.0".into(),
            seed: 1,
            given: case.options.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            uid_hashes: [].into(),
            peak_memory_mib: None,
            seconds: [].into(),
        })?;
    }
    told("results written")?;

    let mut missing = 0;
    for case in &manifest.cases {
        missing += usize::from(store.is_missing(&key(case))?);
    }
    let there = store.keys_by_case()?.len();
    told(&format!("{there} results looked up, {missing} missing"))?;
    drop(store);

    let to = folder.join("cohort");
    std::fs::create_dir_all(&to)?;
    let options = Options {
        mix_versions: false,
        names: Names::default(),
        is_known: |_| true,
        marrow_sites: Vec::new(),
        page: |_, body| body.0.clone(),
    };
    let gathered = gather(&folder.join("results"), &to, &options)?;
    told(&format!("{} cases and {} rows of organs gathered", gathered.ok, gathered.organs))?;
    Ok(())
}

/// Seconds of the processor that the process took, its own and the system's for it, where the system says (in hundredths).
fn processor_s() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = text.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>()
        / 100.0
}

/// The most memory that the process had (MiB), where the system says.
fn peak_mib() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}
