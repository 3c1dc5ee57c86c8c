#![no_main]
#[path = "../readers.rs"]
#[allow(dead_code)] // each target calls some readers
mod readers;

// A data set as the queue of a node reads it, and as `estimate` does after it.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(file) = formats::dicom::DicomFile::from_bytes(std::path::Path::new("fuzz.dcm"), bytes) {
        let _ = node::facts::Facts::read(&file);
        readers::plan(bytes);
        readers::structures(bytes);
        readers::dose(bytes);
    }
});
