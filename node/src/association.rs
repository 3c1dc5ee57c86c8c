//! One association, from its request to its end: C-ECHO and C-STORE, and nothing else.
//!
//! Whatever comes, this ends with a word for the log; what is malformed is answered with an abort.

use crate::command::{C_CANCEL, C_ECHO, C_STORE, Command, Status};
use crate::inbox::{Arriving, Inbox, Incoming};
use crate::negotiation::{Context, Refused, answer};
use crate::pdu::{self, Broken};
use crate::settings::Settings;
use crate::wire::Wire;
use dicom_ul::pdu::{
    AbortRQServiceProviderReason as Reason, AbortRQSource, AssociationRQ, PDataValue, PDataValueType, Pdu,
    write_pdu,
};
use formats::dicom::uids;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

/// Longest command set (bytes); ours have some two hundred.
const COMMAND_BYTES: usize = 16_384;

/// How an association went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Who called, as it says.
    pub calling: String,
    /// Whom it called.
    pub called: String,
    /// Objects that are kept, by class.
    pub stored: BTreeMap<String, u64>,
    /// Objects that were not.
    pub turned_down: u64,
    /// Echoes answered.
    pub echoes: u64,
    /// What came instead of a release, if anything did.
    pub problem: Option<String>,
}

/// What an association has to know.
pub struct Association<'a> {
    /// Who may call, and limits.
    pub settings: &'a Settings,
    /// Where the caller's connection comes from.
    pub from: Option<IpAddr>,
    /// Whether there are as many associations as there may be.
    pub busy: bool,
    /// Where objects go.
    pub inbox: &'a dyn Inbox,
}

/// Why an association ends otherwise than by a release.
enum End {
    /// The peer is told to stop; the text is for the log.
    Abort(&'static str),
    /// There is nobody left to tell.
    Gone(String),
}

/// A message whose data set is arriving.
struct Message<'a> {
    context: u8,
    command: Command,
    class: String,
    object: Result<Box<dyn Incoming + 'a>, Status>,
}

impl Association<'_> {
    /// Speaks until the caller is done.
    pub fn run(&self, wire: &mut impl Wire) -> Ended {
        let mut ended = Ended::default();
        match self.speak(wire, &mut ended) {
            Ok(()) => {}
            Err(End::Abort(why)) => {
                let source = AbortRQSource::ServiceProvider(Reason::UnexpectedPdu);
                let _ = self.send(wire, &Pdu::AbortRQ { source });
                ended.problem = Some(format!("aborted: {why}"));
            }
            Err(End::Gone(why)) => ended.problem = Some(why),
        }
        ended
    }

    fn speak(&self, wire: &mut impl Wire, ended: &mut Ended) -> Result<(), End> {
        wire.allow(seconds(self.settings.limits.request_s));
        let Pdu::AssociationRQ(request) = self.read(wire)? else {
            return Err(End::Abort("it does not begin with a request"));
        };
        let contexts = self.let_in(wire, &request, ended)?;
        let mut command = Vec::new();
        let mut message: Option<Message> = None;
        loop {
            wire.allow(seconds(self.settings.limits.pdu_s));
            let values = match self.read(wire)? {
                Pdu::PData { data } => data,
                Pdu::ReleaseRQ => {
                    ended.problem = message.map(|_| "released in the middle of an object".into());
                    return self.send(wire, &Pdu::ReleaseRP);
                }
                Pdu::AbortRQ { .. } => return Err(End::Gone("the caller aborted".into())),
                _ => return Err(End::Abort("a PDU that does not belong here")),
            };
            for value in values {
                let context = contexts
                    .get(&value.presentation_context_id)
                    .ok_or(End::Abort("a presentation context that was not accepted"))?;
                match (value.value_type, &mut message) {
                    (PDataValueType::Command, None) => {
                        if command.len() + value.data.len() > COMMAND_BYTES {
                            return Err(End::Abort("a command that is too long"));
                        }
                        command.extend(value.data);
                        if value.is_last {
                            let bytes = std::mem::take(&mut command);
                            let asked =
                                Command::read(&bytes).ok_or(End::Abort("a command that cannot be read"))?;
                            message =
                                self.begin(wire, asked, value.presentation_context_id, context, ended)?;
                        }
                    }
                    (PDataValueType::Data, Some(arriving)) => {
                        if arriving.context != value.presentation_context_id {
                            return Err(End::Abort(
                                "data in another presentation context than their command",
                            ));
                        }
                        if let Ok(object) = &mut arriving.object
                            && let Err(status) = object.write(&value.data)
                        {
                            // The rest is read and let go; the answer comes when the object is over.
                            arriving.object = Err(status);
                        }
                        if value.is_last
                            && let Some(whole) = message.take()
                        {
                            self.finish(wire, whole, ended)?;
                        }
                    }
                    (PDataValueType::Command, Some(_)) => {
                        return Err(End::Abort("a command in the middle of data"));
                    }
                    (PDataValueType::Data, None) => return Err(End::Abort("data without a command")),
                }
            }
        }
    }

    /// Answers the request; gives the contexts that may be used.
    fn let_in(
        &self,
        wire: &mut impl Wire,
        request: &AssociationRQ,
        ended: &mut Ended,
    ) -> Result<BTreeMap<u8, Context>, End> {
        ended.calling.clone_from(&request.calling_ae_title);
        ended.called.clone_from(&request.called_ae_title);
        match answer(request, self.settings, self.from, self.busy) {
            Ok(accepted) => {
                self.send(wire, &accepted.answer)?;
                Ok(accepted.contexts)
            }
            Err(Refused { answer, why }) => {
                self.send(wire, &answer)?;
                Err(End::Gone(format!("refused: {why}")))
            }
        }
    }

    /// Does what a command asks, or gets ready for the data that follow.
    fn begin(
        &self,
        wire: &mut impl Wire,
        command: Command,
        id: u8,
        context: &Context,
        ended: &mut Ended,
    ) -> Result<Option<Message<'_>>, End> {
        let Some(field) = command.field() else { return Err(End::Abort("a command without a field")) };
        let is_verification = context.class == uids::VERIFICATION;
        let object = match field {
            C_CANCEL => return Ok(None),
            C_ECHO if is_verification && !command.has_data_set() => {
                ended.echoes += 1;
                self.reply(wire, id, &command, Status::Success)?;
                return Ok(None);
            }
            C_STORE if !command.has_data_set() => Err(Status::CannotUnderstand),
            C_STORE if is_verification || command.class().as_deref() != Some(&context.class) => {
                Err(Status::ClassNotSupported)
            }
            C_STORE => match command.instance() {
                None => Err(Status::InvalidInstance),
                Some(instance) => self.inbox.begin(&Arriving {
                    class: context.class.clone(),
                    instance,
                    transfer_syntax: context.transfer_syntax.clone(),
                }),
            },
            _ => Err(Status::Unrecognised),
        };
        match object {
            Err(status) if !command.has_data_set() => {
                ended.turned_down += 1;
                self.reply(wire, id, &command, status)?;
                Ok(None)
            }
            object => Ok(Some(Message { context: id, command, class: context.class.clone(), object })),
        }
    }

    fn finish(&self, wire: &mut impl Wire, message: Message, ended: &mut Ended) -> Result<(), End> {
        let status = match message.object.and_then(Incoming::finish) {
            Ok(()) => {
                *ended.stored.entry(message.class).or_default() += 1;
                Status::Success
            }
            Err(status) => {
                ended.turned_down += 1;
                status
            }
        };
        self.reply(wire, message.context, &message.command, status)
    }

    fn reply(&self, wire: &mut impl Wire, id: u8, command: &Command, status: Status) -> Result<(), End> {
        let value = PDataValue {
            presentation_context_id: id,
            value_type: PDataValueType::Command,
            is_last: true,
            data: command.answer(status).bytes(),
        };
        self.send(wire, &Pdu::PData { data: vec![value] })
    }

    fn read(&self, wire: &mut impl Wire) -> Result<Pdu, End> {
        pdu::read(wire, self.settings.limits.pdu_bytes).map_err(|broken| match broken {
            Broken::Closed => End::Gone("the caller closed the connection without a release".into()),
            Broken::Wire(error) => End::Gone(format!("the connection broke: {error}")),
            Broken::Malformed(what) => End::Abort(what),
        })
    }

    fn send(&self, wire: &mut impl Wire, pdu: &Pdu) -> Result<(), End> {
        let mut bytes = Vec::new();
        // What cannot be encoded came from the caller, such as an AE title of control characters.
        write_pdu(&mut bytes, pdu).map_err(|_| End::Gone("its request cannot be answered".into()))?;
        wire.allow(seconds(self.settings.limits.pdu_s));
        wire.write_all(&bytes).map_err(|error| End::Gone(format!("the connection broke: {error}")))
    }
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}
