//! Somebody who calls: with `dicom-ul`'s own client, or with bare bytes.

use super::studies::Object;
use dicom_ul::association::{ClientAssociation, ClientAssociationOptions, Error};
use dicom_ul::pdu::{PDataValue, PDataValueType, Pdu};
use formats::dicom::uids;
use node::command::{C_STORE, Command};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

pub type Called = ClientAssociation<TcpStream>;

/// What a node takes.
pub const CLASSES: [&str; 4] =
    [uids::CT_IMAGE_STORAGE, uids::RT_STRUCTURE_SET_STORAGE, uids::RT_PLAN_STORAGE, uids::RT_DOSE_STORAGE];

/// An association with contexts for these classes.
pub fn call(address: SocketAddr, calling: &str, called: &str, classes: &[&str]) -> Result<Called, Error> {
    let mut options = ClientAssociationOptions::new()
        .calling_ae_title(calling.to_owned())
        .called_ae_title(called.to_owned())
        .read_timeout(Duration::from_secs(30));
    for class in classes {
        options = options.with_presentation_context(
            (*class).to_owned(),
            vec![uids::EXPLICIT_VR_LITTLE_ENDIAN.to_owned(), uids::IMPLICIT_VR_LITTLE_ENDIAN.to_owned()],
        );
    }
    options.establish(address)
}

/// Sends objects in one association; gives the status of each.
pub fn store(address: SocketAddr, objects: &[Object]) -> Result<Vec<u16>, Error> {
    let mut association = call(address, "SENDER", "STRAYDOSE", &CLASSES)?;
    let mut statuses = Vec::new();
    for object in objects {
        statuses.push(store_one(&mut association, object)?);
    }
    association.release()?;
    Ok(statuses)
}

/// Sends one object; gives its status.
pub fn store_one(association: &mut Called, object: &Object) -> Result<u16, Error> {
    announce(association, object)?;
    let id = context(association, &object.class);
    let mut data = association.send_pdata(id);
    let _ = data.write_all(&object.bytes).and_then(|()| data.finish());
    answer(association)
}

/// The context of a class.
pub fn context(association: &Called, class: &str) -> u8 {
    let contexts = association.presentation_contexts();
    contexts.iter().find(|context| context.abstract_syntax == class).map_or(1, |context| context.id)
}

/// Sends the command alone.
pub fn announce(association: &mut Called, object: &Object) -> Result<(), Error> {
    let id = context(association, &object.class);
    let command = Command::request(C_STORE, 1, &object.class, Some(&object.uid));
    association.send(&command_pdu(id, command.bytes()))
}

/// A command in a PDU.
pub fn command_pdu(id: u8, data: Vec<u8>) -> Pdu {
    let value_type = PDataValueType::Command;
    Pdu::PData { data: vec![PDataValue { presentation_context_id: id, value_type, is_last: true, data }] }
}

/// The status that comes back.
pub fn answer(association: &mut Called) -> Result<u16, Error> {
    match association.receive()? {
        Pdu::PData { data } => {
            Ok(Command::read(&data[0].data).and_then(|answer| answer.status()).expect("an answer"))
        }
        other => panic!("no answer but {other:?}"),
    }
}

/// Sends bytes, ends the writing side, and gives all that comes back until the node closes.
pub fn bare(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("set");
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut back = Vec::new();
    let _ = stream.read_to_end(&mut back);
    back
}
