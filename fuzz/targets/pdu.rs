#![no_main]

// Whatever a connection brings, read as PDUs to the first that is none; and the same bytes as a command set.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut wire = bytes;
    while node::pdu::read(&mut wire, 131_072).is_ok() {}
    if let Some(command) = node::command::Command::read(bytes) {
        let _ = (command.field(), command.class(), command.instance(), command.status());
    }
});
