#![no_main]
#[path = "../caller.rs"]
mod caller;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    caller::call(bytes);
});
