//! Who is let in, and what may be sent: the answer to an association's request (DICOM PS3.8, 9.3.2 to 9.3.4).

use crate::settings::Settings;
use dicom_ul::pdu::{
    AssociationAC, AssociationRJ, AssociationRJResult as Result_,
    AssociationRJServiceProviderASCEReason as Acse,
    AssociationRJServiceProviderPresentationReason as Presentation, AssociationRJServiceUserReason as User,
    AssociationRJSource as Source, AssociationRQ, Pdu, PresentationContextProposed,
    PresentationContextResult, PresentationContextResultReason as Reason, UserVariableItem,
};
use formats::dicom::uids;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The DICOM application context (PS3.7, annex A).
const APPLICATION_CONTEXT: &str = "1.2.840.10008.3.1.1.1";
/// What is taken, and nothing else.
pub const CLASSES: [&str; 5] = [
    uids::CT_IMAGE_STORAGE,
    uids::RT_STRUCTURE_SET_STORAGE,
    uids::RT_PLAN_STORAGE,
    uids::RT_DOSE_STORAGE,
    // Our own reports only, sent on by a PACS with the rest of a study.
    uids::ENCAPSULATED_PDF_STORAGE,
];
/// Encodings of anything, the best first.
const PLAIN: [&str; 2] = [uids::EXPLICIT_VR_LITTLE_ENDIAN, uids::IMPLICIT_VR_LITTLE_ENDIAN];
/// Lossless encodings of CT that `formats` reads.
const LOSSLESS: [&str; 5] = [
    uids::JPEG_LOSSLESS_SV1,
    uids::JPEG_LOSSLESS,
    uids::JPEGLS_LOSSLESS,
    uids::JPEG2000_LOSSLESS,
    uids::RLE_LOSSLESS,
];

/// What may come in a presentation context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// SOP class.
    pub class: String,
    /// Encoding of data sets.
    pub transfer_syntax: String,
}

/// An association that is let in.
#[derive(Debug)]
pub struct Accepted {
    /// The answer.
    pub answer: Pdu,
    /// Contexts that may be used, by their number.
    pub contexts: BTreeMap<u8, Context>,
}

/// One that is not.
#[derive(Debug)]
pub struct Refused {
    /// The answer.
    pub answer: Box<Pdu>,
    /// Why, for the log.
    pub why: &'static str,
}

/// Decides about a request; `busy` says that there are as many associations as there may be.
pub fn answer(
    request: &AssociationRQ,
    settings: &Settings,
    from: Option<IpAddr>,
    busy: bool,
) -> Result<Accepted, Refused> {
    let refuse = |result, source, why| Refused {
        answer: Box::new(Pdu::AssociationRJ(AssociationRJ { result, source })),
        why,
    };
    if request.protocol_version & 1 == 0 {
        let source = Source::ServiceProviderASCE(Acse::ProtocolVersionNotSupported);
        return Err(refuse(Result_::Permanent, source, "its protocol is another"));
    }
    let permanent = |reason, why| refuse(Result_::Permanent, Source::ServiceUser(reason), why);
    if request.application_context_name.trim_end_matches(['\0', ' ']) != APPLICATION_CONTEXT {
        return Err(permanent(
            User::ApplicationContextNameNotSupported,
            "its application context is not DICOM's",
        ));
    }
    if request.called_ae_title != settings.ae_title {
        return Err(permanent(
            User::CalledAETitleNotRecognized,
            "it calls another AE title than this node's",
        ));
    }
    if !settings.may_call(&request.calling_ae_title, from) {
        return Err(permanent(User::CallingAETitleNotRecognized, "it is not among the callers"));
    }
    if busy {
        let source = Source::ServiceProviderPresentation(Presentation::LocalLimitExceeded);
        return Err(refuse(Result_::Transient, source, "there are as many associations as there may be"));
    }
    let mut contexts = BTreeMap::new();
    let mut results = Vec::new();
    for proposed in &request.presentation_contexts {
        let (reason, transfer_syntax) = match choose(proposed) {
            Ok(transfer_syntax) => (Reason::Acceptance, transfer_syntax),
            Err(reason) => (reason, uids::IMPLICIT_VR_LITTLE_ENDIAN),
        };
        if reason == Reason::Acceptance {
            let context = Context {
                class: bare(&proposed.abstract_syntax).to_owned(),
                transfer_syntax: transfer_syntax.to_owned(),
            };
            // A number that comes twice keeps its first meaning.
            contexts.entry(proposed.id).or_insert(context);
        }
        results.push(PresentationContextResult {
            id: proposed.id,
            reason,
            transfer_syntax: transfer_syntax.to_owned(),
        });
    }
    let answer = Pdu::AssociationAC(AssociationAC {
        protocol_version: 1,
        calling_ae_title: request.calling_ae_title.clone(),
        called_ae_title: request.called_ae_title.clone(),
        application_context_name: APPLICATION_CONTEXT.to_owned(),
        presentation_contexts: results,
        user_variables: vec![
            UserVariableItem::MaxLength(settings.limits.pdu_bytes),
            UserVariableItem::ImplementationClassUID(dicom_ul::IMPLEMENTATION_CLASS_UID.to_owned()),
            UserVariableItem::ImplementationVersionName(dicom_ul::IMPLEMENTATION_VERSION_NAME.to_owned()),
        ],
    });
    Ok(Accepted { answer, contexts })
}

/// The encoding that we take of those that are offered.
fn choose(proposed: &PresentationContextProposed) -> Result<&'static str, Reason> {
    let class = bare(&proposed.abstract_syntax);
    if class != uids::VERIFICATION && !CLASSES.contains(&class) {
        return Err(Reason::AbstractSyntaxNotSupported);
    }
    let compressed = if class == uids::CT_IMAGE_STORAGE { &LOSSLESS[..] } else { &[] };
    let offered = |ours: &str| proposed.transfer_syntaxes.iter().any(|theirs| bare(theirs) == ours);
    PLAIN
        .iter()
        .chain(compressed)
        .copied()
        .find(|ours| offered(ours))
        .ok_or(Reason::TransferSyntaxesNotSupported)
}

/// A UID without padding.
fn bare(uid: &str) -> &str {
    uid.trim_end_matches(['\0', ' '])
}
