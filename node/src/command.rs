//! Command sets: the few bytes in front of each message that say what is wanted (DICOM PS3.7, annex E).
//!
//! A command set is implicit VR little endian, has group 0000 alone and no sequences, so reading it is a loop over
//! (group, element, length, value) that never goes beyond the bytes that are there.

use std::collections::BTreeMap;

/// Commands that a node knows (PS3.7, E.1).
pub const C_STORE: u16 = 0x0001;
/// Verification.
pub const C_ECHO: u16 = 0x0030;
/// Takes back a query; has no answer.
pub const C_CANCEL: u16 = 0x0FFF;
/// This bit makes the answer of a command.
const ANSWER: u16 = 0x8000;
/// CommandDataSetType of a message without a data set.
const NO_DATA_SET: u16 = 0x0101;

/// How an operation ended (PS3.7, annex C, and PS3.4, table B.2-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Done.
    Success = 0x0000,
    /// The command is one that nobody here knows.
    Unrecognised = 0x0211,
    /// The instance's UID is none.
    InvalidInstance = 0x0117,
    /// The class is not the one of the presentation context.
    ClassNotSupported = 0x0122,
    /// The disk, or what this node may have of it, is full.
    OutOfResources = 0xA700,
    /// The data set is another object than the command said.
    Mismatch = 0xA900,
    /// The data set cannot be read.
    CannotUnderstand = 0xC000,
}

/// A command set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// Values by element number.
    elements: BTreeMap<u16, Vec<u8>>,
}

/// Element numbers of group 0000.
mod element {
    pub const GROUP_LENGTH: u16 = 0x0000;
    pub const AFFECTED_CLASS: u16 = 0x0002;
    pub const FIELD: u16 = 0x0100;
    pub const MESSAGE: u16 = 0x0110;
    pub const ANSWERED: u16 = 0x0120;
    pub const PRIORITY: u16 = 0x0700;
    pub const DATA_SET: u16 = 0x0800;
    pub const STATUS: u16 = 0x0900;
    pub const AFFECTED_INSTANCE: u16 = 0x1000;
}

impl Command {
    /// Reads a command set; `None` if it is none.
    pub fn read(mut bytes: &[u8]) -> Option<Self> {
        let mut command = Self::default();
        while !bytes.is_empty() {
            let (head, rest) = bytes.split_at_checked(8)?;
            let word = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
            let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
            let (value, rest) = rest.split_at_checked(length)?;
            if word(0) != 0 {
                return None;
            }
            command.elements.insert(word(2), value.to_vec());
            bytes = rest;
        }
        Some(command)
    }

    /// A request: to store an object, or to answer that one is there (C-ECHO has no instance).
    pub fn request(field: u16, message: u16, class: &str, instance: Option<&str>) -> Self {
        let mut command = Self::default();
        command.set_uid(element::AFFECTED_CLASS, class);
        command.set_word(element::FIELD, field);
        command.set_word(element::MESSAGE, message);
        if let Some(instance) = instance {
            command.set_word(element::PRIORITY, 0);
            command.set_uid(element::AFFECTED_INSTANCE, instance);
        }
        command.set_word(element::DATA_SET, if instance.is_some() { 0 } else { NO_DATA_SET });
        command
    }

    /// The answer to this one.
    pub fn answer(&self, status: Status) -> Self {
        let mut answer = Self::default();
        for uid in [element::AFFECTED_CLASS, element::AFFECTED_INSTANCE] {
            if let Some(value) = self.elements.get(&uid) {
                answer.elements.insert(uid, value.clone());
            }
        }
        answer.set_word(element::FIELD, self.field().unwrap_or_default() | ANSWER);
        answer.set_word(element::ANSWERED, self.message().unwrap_or_default());
        answer.set_word(element::DATA_SET, NO_DATA_SET);
        answer.set_word(element::STATUS, status as u16);
        answer
    }

    /// The bytes, with the group's length in front.
    pub fn bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for (number, value) in self.elements.iter().filter(|(number, _)| **number != element::GROUP_LENGTH) {
            put(&mut body, *number, value);
        }
        let mut bytes = Vec::with_capacity(body.len() + 12);
        // A command has a handful of elements.
        put(&mut bytes, element::GROUP_LENGTH, &(body.len() as u32).to_le_bytes());
        bytes.extend(body);
        bytes
    }

    /// CommandField: what is wanted.
    pub fn field(&self) -> Option<u16> {
        self.word(element::FIELD)
    }

    /// MessageID, which the answer names.
    pub fn message(&self) -> Option<u16> {
        self.word(element::MESSAGE)
    }

    /// Status of an answer.
    pub fn status(&self) -> Option<u16> {
        self.word(element::STATUS)
    }

    /// Whether a data set follows.
    pub fn has_data_set(&self) -> bool {
        self.word(element::DATA_SET).is_some_and(|kind| kind != NO_DATA_SET)
    }

    /// AffectedSOPClassUID.
    pub fn class(&self) -> Option<String> {
        self.uid(element::AFFECTED_CLASS)
    }

    /// AffectedSOPInstanceUID, if it is a UID (PS3.5, 9.1: digits and points, at most 64).
    pub fn instance(&self) -> Option<String> {
        self.uid(element::AFFECTED_INSTANCE).filter(|uid| is_uid(uid))
    }

    fn word(&self, number: u16) -> Option<u16> {
        let value: [u8; 2] = self.elements.get(&number)?.as_slice().try_into().ok()?;
        Some(u16::from_le_bytes(value))
    }

    fn uid(&self, number: u16) -> Option<String> {
        let text = std::str::from_utf8(self.elements.get(&number)?).ok()?;
        Some(text.trim_end_matches(['\0', ' ']).to_owned())
    }

    fn set_word(&mut self, number: u16, value: u16) {
        self.elements.insert(number, value.to_le_bytes().to_vec());
    }

    fn set_uid(&mut self, number: u16, uid: &str) {
        let mut value = uid.as_bytes().to_vec();
        if value.len() % 2 == 1 {
            value.push(0);
        }
        self.elements.insert(number, value);
    }
}

/// Whether a text is a UID.
fn is_uid(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn put(bytes: &mut Vec<u8>, number: u16, value: &[u8]) {
    bytes.extend([0, 0]);
    bytes.extend(number.to_le_bytes());
    bytes.extend((value.len() as u32).to_le_bytes());
    bytes.extend(value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use dicom_object::InMemDicomObject;
    use dicom_transfer_syntax_registry::entries::IMPLICIT_VR_LITTLE_ENDIAN;
    use formats::dicom::tags;
    use proptest::prelude::*;

    #[test]
    fn another_reader_finds_the_same_in_our_bytes() {
        let request = Command::request(C_STORE, 7, "1.2.840.10008.5.1.4.1.1.2", Some("2.25.99"));
        let bytes = request.bytes();
        let other = InMemDicomObject::read_dataset_with_ts(&bytes[..], &IMPLICIT_VR_LITTLE_ENDIAN.erased())
            .expect("a data set");
        let number = |tag| other.element(tag).expect("there").to_int::<u32>().expect("a number");
        assert_eq!(number(tags::COMMAND_GROUP_LENGTH) as usize, bytes.len() - 12);
        assert_eq!(number(tags::COMMAND_FIELD), 1);
        assert_eq!(number(tags::MESSAGE_ID), 7);
        assert_ne!(number(tags::COMMAND_DATA_SET_TYPE), 0x0101);
        let uid = other.element(tags::AFFECTED_SOP_INSTANCE_UID).expect("there").to_str().expect("text");
        assert_eq!(uid.trim_end_matches('\0'), "2.25.99");
        let answer = Command::read(&request.answer(Status::OutOfResources).bytes()).expect("a command");
        assert_eq!((answer.field(), answer.status()), (Some(0x8001), Some(0xA700)));
        assert_eq!(answer.instance().as_deref(), Some("2.25.99"));
        assert!(!answer.has_data_set());
    }

    #[test]
    fn lengths_beyond_the_bytes_are_no_command() {
        let bytes = Command::request(C_ECHO, 1, "1.2.840.10008.1.1", None).bytes();
        assert!(Command::read(&bytes).is_some_and(|command| command.field() == Some(C_ECHO)));
        assert!(Command::read(&bytes[..bytes.len() - 1]).is_none());
        assert!(Command::read(&[0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF]).is_none());
        assert!(Command::read(&[8, 0, 0, 1, 0, 0, 0, 0]).is_none(), "another group");
    }

    #[test]
    fn an_instance_that_could_name_a_folder_is_none() {
        for uid in ["../../etc/passwd", "", "1.2.3/4", "1.2.3\u{e9}", &"1".repeat(65)] {
            let command = Command::request(C_STORE, 1, "1.2", Some(uid));
            assert_eq!(command.instance(), None, "{uid}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Some(command) = Command::read(&bytes) {
                let again = Command::read(&command.bytes()).expect("our own bytes");
                prop_assert_eq!(again.field(), command.field());
                prop_assert_eq!(again.instance(), command.instance());
            }
        }
    }
}
