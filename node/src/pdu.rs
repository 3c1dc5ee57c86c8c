//! One PDU off the wire (DICOM PS3.8, 9.3), no longer than its kind may be.
//!
//! The length is looked at before anything is read or reserved; what is in it is for `dicom-ul` to read.

use dicom_ul::pdu::{MAXIMUM_PDU_SIZE, Pdu, read_pdu};
use std::io::{self, ErrorKind, Read};

/// Longest request of an association (bytes): 128 contexts of a hundred transfer syntaxes would fit.
const REQUEST_BYTES: u32 = 262_144;
/// Bytes of type, reserved byte and length.
const HEADER: usize = 6;

/// Why there is no PDU.
#[derive(Debug)]
pub enum Broken {
    /// The connection was closed between two PDUs.
    Closed,
    /// It broke inside one, or took too long.
    Wire(io::Error),
    /// What came is no PDU, or too long for one.
    Malformed(&'static str),
}

/// Reads the next PDU; one of data has at most `most_bytes`.
pub fn read(wire: &mut impl Read, most_bytes: u32) -> Result<Pdu, Broken> {
    let mut pdu = vec![0; HEADER];
    fill(wire, &mut pdu)?;
    let length = u32::from_be_bytes([pdu[2], pdu[3], pdu[4], pdu[5]]);
    let most = match pdu[0] {
        0x01 => REQUEST_BYTES,
        0x04 => most_bytes,
        0x02 | 0x03 | 0x05..=0x07 => 64,
        _ => return Err(Broken::Malformed("a PDU of no known type")),
    };
    if length > most {
        return Err(Broken::Malformed("a PDU that is too long"));
    }
    pdu.resize(HEADER + length as usize, 0);
    wire.read_exact(&mut pdu[HEADER..]).map_err(Broken::Wire)?;
    // The lengths were compared above, so that its own limit does not matter.
    match read_pdu(&pdu[..], MAXIMUM_PDU_SIZE, true) {
        Ok(Some(pdu)) => Ok(pdu),
        Ok(None) | Err(_) => Err(Broken::Malformed("a PDU whose parts do not fit")),
    }
}

/// Reads a header; the end of the stream before its first byte is no fault.
fn fill(wire: &mut impl Read, header: &mut [u8]) -> Result<(), Broken> {
    let mut done = 0;
    while done < header.len() {
        match wire.read(&mut header[done..]) {
            Ok(0) if done == 0 => return Err(Broken::Closed),
            Ok(0) => return Err(Broken::Wire(ErrorKind::UnexpectedEof.into())),
            Ok(n) => done += n,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Broken::Wire(error)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_four_gigabytes_reserves_nothing() {
        let claim = [0x04, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0];
        assert!(matches!(read(&mut &claim[..], 16_384), Err(Broken::Malformed("a PDU that is too long"))));
        let unknown = [0x42, 0, 0, 0, 0, 0];
        assert!(matches!(read(&mut &unknown[..], 16_384), Err(Broken::Malformed(_))));
    }

    #[test]
    fn the_end_between_two_pdus_is_no_fault_and_inside_one_is() {
        assert!(matches!(read(&mut &[][..], 16_384), Err(Broken::Closed)));
        assert!(matches!(read(&mut &[5, 0, 0][..], 16_384), Err(Broken::Wire(_))));
        assert!(matches!(read(&mut &[5, 0, 0, 0, 0, 4, 0, 0, 0, 0][..], 16_384), Ok(Pdu::ReleaseRQ)));
    }
}
