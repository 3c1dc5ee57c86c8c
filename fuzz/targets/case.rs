#![no_main]
#[path = "../../cli/src/case_file.rs"]
#[allow(dead_code)] // the program reads it; here it is only parsed
mod case_file;
#[path = "../../cli/src/exit.rs"]
#[allow(dead_code)]
mod exit;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = case_file::parse(text, "case.toml");
    }
});
