//! Damaged associations: no bytes of a caller make the node panic, take long or take much memory.
//!
//! `STRAYDOSE_FUZZ_CASES` sets the number of associations (default 3000). One that fails is written to a file that the
//! message names. `STRAYDOSE_FUZZ_SEEDS` names a folder that the sound ones are written to, as a corpus for libFuzzer.

#[path = "../../fuzz/caller.rs"]
mod caller;
#[path = "../../fuzz/damage.rs"]
mod damage;
mod support;

use damage::{Random, damage};
use dicom_ul::pdu::{
    AssociationRQ, PDataValue, PDataValueType, Pdu, PresentationContextProposed, UserVariableItem, write_pdu,
};
use formats::dicom::uids;
use node::command::{C_ECHO, C_STORE, Command};
use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};
use support::caller::CLASSES;
use support::studies::study;

/// Most memory that one association of some kilobytes may take (bytes), longest time for it, and what may be left of all.
const MOST_MEMORY: usize = 16 << 20;
const LONGEST: Duration = Duration::from_secs(5);
const MOST_LEFT: usize = 1 << 20;

/// The system's allocator, counting what is in use.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on unchanged to the system's allocator; the counters do not touch the memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = IN_USE.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(now, Relaxed);
        // SAFETY: the caller keeps the contract of `GlobalAlloc::alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract of `GlobalAlloc::dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a sound caller sends: a request, an echo, a study in pieces of `piece` bytes, a release.
fn sound(piece: usize) -> Vec<u8> {
    let classes = [uids::VERIFICATION].into_iter().chain(CLASSES);
    let contexts = classes.zip((1..).step_by(2)).map(|(class, id)| PresentationContextProposed {
        id,
        abstract_syntax: class.into(),
        transfer_syntaxes: vec![uids::EXPLICIT_VR_LITTLE_ENDIAN.into()],
    });
    let mut pdus = vec![Pdu::from(AssociationRQ {
        protocol_version: 1,
        calling_ae_title: "SENDER".into(),
        called_ae_title: "STRAYDOSE".into(),
        application_context_name: "1.2.840.10008.3.1.1.1".into(),
        presentation_contexts: contexts.collect(),
        user_variables: vec![
            UserVariableItem::MaxLength(16_384),
            UserVariableItem::ImplementationClassUID("1.2.3".into()),
            UserVariableItem::SopClassExtendedNegotiationSubItem("1.2.3".into(), vec![1, 2]),
        ],
    })];
    let mut say = |id, value_type, is_last, data| {
        let value = PDataValue { presentation_context_id: id, value_type, is_last, data };
        pdus.push(Pdu::PData { data: vec![value] });
    };
    let echo = Command::request(C_ECHO, 1, uids::VERIFICATION, None).bytes();
    say(1, PDataValueType::Command, true, echo);
    for object in study("F") {
        let id = 3 + 2 * CLASSES.iter().position(|class| *class == object.class).expect("a class") as u8;
        let command = Command::request(C_STORE, 2, &object.class, Some(&object.uid)).bytes();
        say(id, PDataValueType::Command, true, command);
        let pieces = object.bytes.chunks(piece).count();
        for (n, part) in object.bytes.chunks(piece).enumerate() {
            say(id, PDataValueType::Data, n + 1 == pieces, part.to_vec());
        }
    }
    pdus.push(Pdu::ReleaseRQ);
    let mut bytes = Vec::new();
    pdus.iter().for_each(|pdu| write_pdu(&mut bytes, pdu).expect("written"));
    bytes
}

#[test]
fn no_bytes_of_a_caller_do_harm() {
    let seeds = [sound(400), sound(16_000)];
    for seed in &seeds {
        let (ended, _) = caller::call(seed);
        assert_eq!((ended.stored.values().sum::<u64>(), ended.echoes, ended.problem), (5, 1, None));
    }
    if let Some(folder) = std::env::var_os("STRAYDOSE_FUZZ_SEEDS") {
        for (n, seed) in seeds.iter().enumerate() {
            std::fs::write(std::path::Path::new(&folder).join(format!("sound-{n}")), seed).expect("written");
        }
    }
    let cases =
        std::env::var("STRAYDOSE_FUZZ_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(3000_u64);
    let (before_all, mut highest) = (IN_USE.load(Relaxed), 0);
    let mut ends: BTreeMap<&str, u64> = BTreeMap::new();
    for case in 0..cases {
        let mut random = Random(case ^ 0xD1C0);
        let mut bytes = seeds[random.below(2)].clone();
        damage(&mut bytes, &mut random);
        let before = IN_USE.load(Relaxed);
        PEAK.store(before, Relaxed);
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| caller::call(&bytes)));
        let memory = PEAK.load(Relaxed).saturating_sub(before);
        highest = highest.max(memory);
        let problem = match &outcome {
            Err(_) => "panics".to_owned(),
            Ok(_) if start.elapsed() > LONGEST => format!("takes {:?}", start.elapsed()),
            Ok(_) if memory > MOST_MEMORY => format!("takes {memory} bytes of memory"),
            Ok((ended, _)) => {
                let end = match &ended.problem {
                    None if ended.turned_down == 0 => "sound",
                    None => "an object turned down",
                    Some(text) if text.starts_with("aborted") => "aborted",
                    Some(text) if text.starts_with("refused") => "refused",
                    Some(_) => "gone",
                };
                *ends.entry(end).or_default() += 1;
                continue;
            }
        };
        let path = std::env::temp_dir().join(format!("straydose_fuzz_association_{case}.bin"));
        std::fs::write(&path, &bytes).expect("the temporary folder is writable");
        panic!("association {case}: {path:?} {problem}");
    }
    let left = IN_USE.load(Relaxed).saturating_sub(before_all);
    assert!(left < MOST_LEFT, "{left} bytes are left of {cases} associations");
    assert_eq!(ends.len(), 5, "damage that ends in few ways tests little: {ends:?}");
    use std::io::Write as _;
    let _ = writeln!(
        std::io::stderr(),
        "{cases} associations: {ends:?}; at most {highest} bytes each, {left} left in the end"
    );
}
