//! An object on its way to the disk, piece by piece: never in memory as a whole.

use crate::command::Status;
use crate::facts::{Facts, Kind};
use crate::inbox::{Arriving, Incoming};
use crate::queue::Queue;
use dicom_object::FileMetaTableBuilder;
use formats::dicom::DicomFile;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

/// The object; dropped, it leaves nothing behind.
pub struct Receiving<'a> {
    queue: &'a Queue,
    class: String,
    instance: String,
    path: PathBuf,
    file: BufWriter<File>,
    hasher: Sha256,
    bytes: u64,
    is_kept: bool,
}

impl<'a> Receiving<'a> {
    /// Opens its file and writes what a file has in front of the data set (DICOM PS3.10, 7.1).
    pub fn new(queue: &'a Queue, arriving: &Arriving) -> Result<Self, Status> {
        let meta = FileMetaTableBuilder::new()
            .media_storage_sop_class_uid(&arriving.class)
            .media_storage_sop_instance_uid(&arriving.instance)
            .transfer_syntax(&arriving.transfer_syntax)
            .build()
            .map_err(|_| Status::CannotUnderstand)?;
        let mut head = vec![0; 128];
        head.extend(b"DICM");
        meta.write(&mut head).map_err(|_| Status::CannotUnderstand)?;
        let path = queue.aside();
        let file = File::create(&path).map_err(|_| Status::OutOfResources)?;
        let mut receiving = Self {
            queue,
            class: arriving.class.clone(),
            instance: arriving.instance.clone(),
            path,
            file: BufWriter::new(file),
            hasher: Sha256::new(),
            bytes: 0,
            is_kept: false,
        };
        receiving.put(&head)?;
        receiving.hasher.update(&arriving.transfer_syntax);
        Ok(receiving)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Status> {
        let more = bytes.len() as u64;
        if self.bytes + more > self.queue.object_bytes || !self.queue.room.take(more) {
            return Err(Status::OutOfResources);
        }
        self.bytes += more;
        self.file.write_all(bytes).map_err(|_| Status::OutOfResources)
    }
}

impl Incoming for Receiving<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Status> {
        self.hasher.update(bytes);
        self.put(bytes)
    }

    fn finish(mut self: Box<Self>) -> Result<(), Status> {
        let written = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        written.map_err(|_| Status::OutOfResources)?;
        let header = DicomFile::open_header(&self.path).map_err(|_| Status::CannotUnderstand)?;
        let facts = Facts::read(&header).map_err(|_| Status::CannotUnderstand)?;
        if facts.class != self.class || facts.uid != self.instance {
            return Err(Status::Mismatch);
        }
        if matches!(facts.kind, Kind::Dose | Kind::Report) && facts.is_ours {
            // Our own dose, sent on by a PACS: it is taken so that the PACS is content, and starts nothing.
            return Ok(());
        }
        if facts.kind == Kind::Report {
            // Somebody else's document is no business of a node.
            return Err(Status::ClassNotSupported);
        }
        let content = crate::hexadecimal(&self.hasher.clone().finalize());
        self.queue.take_in(&self.path, facts, &content, self.bytes)?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Receiving<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = fs::remove_file(&self.path);
            self.queue.room.give(self.bytes);
        }
    }
}
