//! One data set in every encoding of a file, whole or broken.

use dicom_core::{DataElement, VR, dicom_value};
use dicom_object::InMemDicomObject;
use dicom_transfer_syntax_registry::entries;
use formats::Error;
use formats::dicom::{DicomFile, tags};
use std::path::Path;

const EXPLICIT: &str = "1.2.840.10008.1.2.1";
const IMPLICIT: &str = "1.2.840.10008.1.2";
const BIG: &str = "1.2.840.10008.1.2.2";
const DEFLATED: &str = "1.2.840.10008.1.2.1.99";

fn object() -> InMemDicomObject {
    let item = InMemDicomObject::from_element_iter([
        DataElement::new(tags::BEAM_NUMBER, VR::IS, "3"),
        DataElement::new(tags::GANTRY_ANGLE, VR::DS, "179.5"),
    ]);
    InMemDicomObject::from_element_iter([
        DataElement::new(tags::SOP_CLASS_UID, VR::UI, "1.2.840.10008.5.1.4.1.1.481.5"),
        DataElement::new(tags::MODALITY, VR::CS, "RTPLAN"),
        DataElement::new(tags::ROWS, VR::US, dicom_value!(U16, [513])),
        DataElement::new(
            tags::FRAME_INCREMENT_POINTER,
            VR::AT,
            dicom_value!(Tags, [tags::GRID_FRAME_OFFSET_VECTOR]),
        ),
        DataElement::new(tags::BEAM_SEQUENCE, VR::SQ, dicom_core::value::DataSetSequence::from(vec![item])),
    ])
}

/// The data set's bytes in a transfer syntax.
fn data(uid: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let syntax = match uid {
        IMPLICIT => entries::IMPLICIT_VR_LITTLE_ENDIAN.erased(),
        BIG => entries::EXPLICIT_VR_BIG_ENDIAN.erased(),
        _ => entries::EXPLICIT_VR_LITTLE_ENDIAN.erased(),
    };
    object().write_dataset_with_ts(&mut bytes, &syntax).expect("written");
    if uid == DEFLATED {
        use std::io::Write as _;
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&bytes).expect("memory takes all");
        bytes = encoder.finish().expect("memory takes all");
    }
    bytes
}

/// A file meta group that declares a transfer syntax.
fn meta(uid: &str) -> Vec<u8> {
    let mut uid = uid.as_bytes().to_vec();
    if uid.len() % 2 == 1 {
        uid.push(0);
    }
    let mut bytes = vec![0x02, 0x00, 0x10, 0x00, b'U', b'I', uid.len() as u8, 0];
    bytes.extend(uid);
    bytes
}

fn opened(bytes: &[u8]) -> Result<DicomFile, Error> {
    DicomFile::from_bytes(Path::new("plan.dcm"), bytes)
}

fn check(bytes: &[u8], uid: &str, how: &str) {
    let file = opened(bytes).unwrap_or_else(|error| panic!("{how}: {error}"));
    let root = file.root();
    assert_eq!(file.transfer_syntax, uid, "{how}");
    assert_eq!(root.required_integer(tags::ROWS).expect("binary"), 513, "{how}");
    let pointer = file.object.get(tags::FRAME_INCREMENT_POINTER).expect("there").value().to_tag();
    assert_eq!(pointer.expect("a tag"), tags::GRID_FRAME_OFFSET_VECTOR, "{how}");
    let beam = &root.sequence(tags::BEAM_SEQUENCE).expect("a sequence")[0];
    assert_eq!(beam.required_number(tags::GANTRY_ANGLE).expect("text"), 179.5, "{how}");
}

#[test]
fn every_encoding_is_read_with_and_without_preamble_and_meta_group() {
    let preamble = [vec![0; 128], b"DICM".to_vec()].concat();
    for uid in [EXPLICIT, IMPLICIT, BIG, DEFLATED] {
        let (meta, data) = (meta(uid), data(uid));
        check(&[&preamble[..], &meta, &data].concat(), uid, &format!("{uid} with all"));
        check(&[&b"DICM"[..], &meta, &data].concat(), uid, &format!("{uid} without preamble"));
        check(&[&meta[..], &data].concat(), uid, &format!("{uid} without preamble and magic"));
        if uid != DEFLATED {
            check(&data, uid, &format!("{uid} bare"));
            check(&[&data[..], &[0; 64]].concat(), uid, &format!("{uid} padded with zeros"));
        }
    }
}

#[test]
fn a_wrong_declaration_is_overruled_by_the_bytes() {
    check(&[meta(EXPLICIT), data(IMPLICIT)].concat(), IMPLICIT, "implicit, declared explicit");
    check(&[meta(IMPLICIT), data(EXPLICIT)].concat(), EXPLICIT, "explicit, declared implicit");
}

#[test]
fn an_unknown_transfer_syntax_is_refused_by_name() {
    let refusal = opened(&[meta("1.2.3.4"), data(EXPLICIT)].concat()).expect_err("unknown").to_string();
    assert!(refusal.contains("1.2.3.4") && refusal.contains("Explicit VR Little Endian"), "{refusal}");
}

#[test]
fn a_file_cut_anywhere_is_refused_or_whole_as_far_as_it_goes() {
    for uid in [EXPLICIT, IMPLICIT, BIG] {
        let whole = [meta(uid), data(uid)].concat();
        for length in 0..whole.len() {
            if let Ok(file) = opened(&whole[..length]) {
                // Cut between two elements of the root: what is there is true.
                let root = file.root();
                let rows = root.integer(tags::ROWS).expect("whole or absent");
                assert!(rows.is_none_or(|rows| rows == 513), "{uid}, {length} bytes: {rows:?}");
                assert!(!root.has(tags::BEAM_SEQUENCE), "{uid}, {length} bytes: half a sequence");
            }
        }
    }
}

#[test]
fn a_length_of_four_gigabytes_is_refused_before_it_is_believed() {
    // (0008,0070) LO in implicit VR with a length of 0xFFFFFFF0.
    let mut bytes = data(IMPLICIT);
    bytes.extend([0x0A, 0x30, 0x02, 0x00, 0xF0, 0xFF, 0xFF, 0xFF, b'x']);
    let refusal = opened(&bytes).expect_err("a lie").to_string();
    assert!(refusal.contains("claims 4294967280 bytes where 1 are left"), "{refusal}");
}

#[test]
fn endless_nesting_is_refused() {
    // Sequences of undefined length, each with an item that holds the next.
    let mut bytes = data(IMPLICIT);
    for _ in 0..100_000 {
        bytes.extend([0x0A, 0x30, 0xB0, 0x00, 0xFF, 0xFF, 0xFF, 0xFF]);
        bytes.extend([0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF]);
    }
    let refusal = opened(&bytes).expect_err("too deep").to_string();
    assert!(refusal.contains("nested more than"), "{refusal}");
}

#[test]
fn a_deflated_bomb_is_refused() {
    use std::io::Write as _;
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&data(EXPLICIT)).expect("memory takes all");
    let zeros = vec![0; 1 << 20];
    for _ in 0..130 {
        encoder.write_all(&zeros).expect("memory takes all");
    }
    let bytes = [meta(DEFLATED), encoder.finish().expect("memory takes all")].concat();
    assert!(bytes.len() < 1 << 20, "{} bytes are no bomb", bytes.len());
    let refusal = opened(&bytes).expect_err("a bomb").to_string();
    assert!(refusal.contains("inflates beyond"), "{refusal}");
}

#[test]
fn a_sequence_that_an_archive_called_unknown_is_a_sequence() {
    // (300A,00B0) as UN with one item of explicit length: implicit, little endian inside.
    let item = [&[0x0A, 0x30, 0xC0, 0x00, 2, 0, 0, 0][..], b"3 "].concat();
    let sequence = [&[0xFE, 0xFF, 0x00, 0xE0, item.len() as u8, 0, 0, 0][..], &item].concat();
    let header = [0x0A, 0x30, 0xB0, 0x00, b'U', b'N', 0, 0, sequence.len() as u8, 0, 0, 0];
    let mut object = object();
    object.remove_element(tags::BEAM_SEQUENCE);
    let mut bytes = meta(EXPLICIT);
    object.write_dataset_with_ts(&mut bytes, &entries::EXPLICIT_VR_LITTLE_ENDIAN.erased()).expect("written");
    bytes.extend(header);
    bytes.extend(sequence);
    let file = opened(&bytes).expect("readable");
    let beams = file.root().sequence(tags::BEAM_SEQUENCE).expect("a sequence");
    assert_eq!(beams[0].required_integer(tags::BEAM_NUMBER).expect("text"), 3);
    let missing = beams[0].required_number(tags::GANTRY_ANGLE).expect_err("it is not there").to_string();
    assert!(missing.contains("BeamSequence[0].GantryAngle (300A,011E) is missing"), "{missing}");
}
