//! Any bytes as what a caller sends to a node; `targets/association.rs` and `node/tests/fuzz.rs` share this.

use formats::dicom::DicomFile;
use node::association::{Association, Ended};
use node::command::Status;
use node::facts::Facts;
use node::inbox::{Arriving, Inbox, Incoming};
use node::settings::Settings;
use node::wire::Wire;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

/// What a caller sends, and what it gets.
struct Memory<'a> {
    sent: &'a [u8],
    answered: Vec<u8>,
}

impl Read for Memory<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.sent.read(bytes)
    }
}

impl Write for Memory<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.answered.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Wire for Memory<'_> {
    fn allow(&mut self, _: Duration) {}
}

/// Reads the headers of what arrives as the queue does, and keeps nothing.
struct Headers;

struct Arrived(Arriving, Vec<u8>);

impl Inbox for Headers {
    fn begin(&self, arriving: &Arriving) -> Result<Box<dyn Incoming + '_>, Status> {
        Ok(Box::new(Arrived(arriving.clone(), Vec::new())))
    }
}

impl Incoming for Arrived {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Status> {
        self.1.extend(bytes);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), Status> {
        let file =
            DicomFile::from_bytes(Path::new("object"), &self.1).map_err(|_| Status::CannotUnderstand)?;
        let facts = Facts::read(&file).map_err(|_| Status::CannotUnderstand)?;
        let is_so = facts.class == self.0.class && facts.uid == self.0.instance;
        if is_so { Ok(()) } else { Err(Status::Mismatch) }
    }
}

/// Speaks with a caller who sends these bytes: how it ended, and what was answered.
pub fn call(bytes: &[u8]) -> (Ended, Vec<u8>) {
    thread_local! {
        static SETTINGS: Settings =
            Settings::from_toml("fuzz", "queue = \"q\"\n[[caller]]\nae_title = \"SENDER\"").expect("sound settings");
    }
    SETTINGS.with(|settings| {
        let mut wire = Memory { sent: bytes, answered: Vec::new() };
        let association = Association { settings, from: None, busy: false, inbox: &Headers };
        (association.run(&mut wire), wire.answered)
    })
}
