//! Calling the peer: C-ECHO, and C-STORE of a dose.

use crate::Error;
use crate::command::{C_ECHO, C_STORE, Command};
use crate::settings::Peer;
use dicom_object::{DefaultDicomObject, open_file};
use dicom_transfer_syntax_registry::entries::{EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN};
use dicom_ul::association::{ClientAssociation, ClientAssociationOptions};
use dicom_ul::pdu::{PDataValue, PDataValueType, Pdu, PresentationContextResultReason};
use formats::dicom::uids;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

/// To reach the peer, and between two of its answers: a PACS may take its time to store a large dose.
const CONNECT: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_secs(60);
/// Longest answer (bytes).
const ANSWER_BYTES: usize = 16_384;

type Called = ClientAssociation<TcpStream>;

impl Peer {
    /// Asks whether it is there (C-ECHO).
    ///
    /// # Errors
    /// It is not, or knows neither of the AE titles.
    pub fn echo(&self, own_title: &str) -> Result<(), Error> {
        let mut association = self.call(own_title, uids::VERIFICATION, &[uids::IMPLICIT_VR_LITTLE_ENDIAN])?;
        let (id, _) = self.context(&association)?;
        self.send(&mut association, id, &Command::request(C_ECHO, 1, uids::VERIFICATION, None))?;
        self.expect_success(&mut association)?;
        association.release().map_err(|error| self.refused(&error))
    }

    /// Stores a file of ours at the peer (C-STORE).
    ///
    /// # Errors
    /// It cannot be read, or the peer does not take it.
    pub fn store(&self, own_title: &str, file: &Path) -> Result<(), Error> {
        let object = open_file(file).map_err(|error| self.refused(&error))?;
        let meta = object.meta();
        let (class, instance) = (meta.media_storage_sop_class_uid(), meta.media_storage_sop_instance_uid());
        let encodings = [uids::EXPLICIT_VR_LITTLE_ENDIAN, uids::IMPLICIT_VR_LITTLE_ENDIAN];
        let mut association = self.call(own_title, class, &encodings)?;
        let (id, transfer_syntax) = self.context(&association)?;
        let bytes = self.encoded(&object, &transfer_syntax)?;
        self.send(&mut association, id, &Command::request(C_STORE, 1, class, Some(instance)))?;
        let mut data = association.send_pdata(id);
        data.write_all(&bytes).and_then(|()| data.finish()).map_err(|error| self.refused(&error))?;
        self.expect_success(&mut association)?;
        // The peer has it: a release that fails changes nothing.
        let _ = association.release();
        Ok(())
    }

    fn call(&self, own_title: &str, class: &str, encodings: &[&str]) -> Result<Called, Error> {
        ClientAssociationOptions::new()
            .calling_ae_title(own_title.to_owned())
            .called_ae_title(self.ae_title.clone())
            .with_presentation_context(class.to_owned(), encodings.iter().map(ToString::to_string).collect())
            .connection_timeout(CONNECT)
            .read_timeout(ANSWER)
            .write_timeout(ANSWER)
            .establish(self.address.as_str())
            .map_err(|error| self.refused(&error))
    }

    /// The context that was accepted, and its encoding.
    fn context(&self, association: &Called) -> Result<(u8, String), Error> {
        let mut contexts = association.presentation_contexts().iter();
        contexts
            .find(|context| context.reason == PresentationContextResultReason::Acceptance)
            .map(|context| (context.id, context.transfer_syntax.clone()))
            .ok_or_else(|| self.problem("it does not take objects of this class"))
    }

    fn encoded(&self, object: &DefaultDicomObject, transfer_syntax: &str) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let written = match transfer_syntax.trim_end_matches(['\0', ' ']) {
            uids::EXPLICIT_VR_LITTLE_ENDIAN => {
                object.write_dataset_with_ts(&mut bytes, &EXPLICIT_VR_LITTLE_ENDIAN.erased())
            }
            _ => object.write_dataset_with_ts(&mut bytes, &IMPLICIT_VR_LITTLE_ENDIAN.erased()),
        };
        written.map_err(|error| self.refused(&error))?;
        Ok(bytes)
    }

    fn send(&self, association: &mut Called, id: u8, command: &Command) -> Result<(), Error> {
        let value = PDataValue {
            presentation_context_id: id,
            value_type: PDataValueType::Command,
            is_last: true,
            data: command.bytes(),
        };
        association.send(&Pdu::PData { data: vec![value] }).map_err(|error| self.refused(&error))
    }

    fn expect_success(&self, association: &mut Called) -> Result<(), Error> {
        let mut bytes = Vec::new();
        loop {
            let Pdu::PData { data } = association.receive().map_err(|error| self.refused(&error))? else {
                return Err(self.problem("it ended the association instead of an answer"));
            };
            let mut is_over = false;
            for value in data {
                bytes.extend(value.data);
                is_over |= value.is_last;
            }
            if bytes.len() > ANSWER_BYTES {
                return Err(self.problem("its answer has no end"));
            }
            if is_over {
                break;
            }
        }
        match Command::read(&bytes).and_then(|answer| answer.status()) {
            // PS3.4, table B.2-1: Bxxx are warnings; the object is stored.
            Some(status) if status == 0 || status & 0xF000 == 0xB000 => Ok(()),
            Some(status) => Err(self.problem(&format!("it answered with status {status:04X}"))),
            None => Err(self.problem("its answer cannot be read")),
        }
    }

    fn refused(&self, error: &dyn std::error::Error) -> Error {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        self.problem(&text)
    }

    fn problem(&self, problem: &str) -> Error {
        Error::Peer { peer: format!("{} at {}", self.ae_title, self.address), problem: problem.to_owned() }
    }
}
