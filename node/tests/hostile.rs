//! Callers who are not welcome, do not speak DICOM, stop half-way, or bring more than there is room for.

mod support;

use dicom_ul::pdu::{Pdu, read_pdu};
use formats::dicom::uids;
use node::command::{C_ECHO, Command};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};
use support::caller::{CLASSES, announce, answer, bare, call, command_pdu, context, store, store_one};
use support::studies::{Object, study};
use support::{Running, Stub, settings, wait_until, with_node};

/// A node without a peer, with more settings.
fn with<T>(more: &str, during: impl FnOnce(&Running, &Stub) -> T) -> T {
    let folder = tempfile::tempdir().expect("a folder");
    let stub = Stub::default();
    let settings = settings(folder.path(), None, more);
    with_node(&settings, &stub, |node| during(node, &stub))
}

/// Whether a sound study still gets through.
fn still_works(node: &Running, stub: &Stub, label: &str) {
    let before = stub.runs.load(SeqCst);
    assert_eq!(store(node.address, &study(label)).expect("let in"), [0; 5]);
    wait_until("a run", || stub.runs.load(SeqCst) > before);
}

#[test]
fn only_listed_titles_that_call_this_node_are_let_in() {
    with("", |node, stub| {
        for (calling, called) in [("STRANGER", "STRAYDOSE"), ("SENDER", "OTHER"), ("sender", "STRAYDOSE")] {
            let refused = call(node.address, calling, called, &CLASSES).expect_err("not let in").to_string();
            assert!(refused.contains("rejected"), "{refused}");
        }
        node.wait_for_log("\"STRANGER\" called \"STRAYDOSE\"; refused: it is not among the callers");
        assert_eq!(node.names("objects"), [""; 0]);
        still_works(node, stub, "A");
    });
}

#[test]
fn a_caller_from_another_address_is_not_let_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let stub = Stub::default();
    let mut settings = settings(folder.path(), None, "");
    settings.callers[0].address = Some([192, 0, 2, 1].into());
    with_node(&settings, &stub, |node| {
        assert!(call(node.address, "SENDER", "STRAYDOSE", &CLASSES).is_err());
    });
}

#[test]
fn other_classes_are_not_accepted_and_echo_is_answered() {
    with("", |node, _| {
        let classes = [uids::VERIFICATION, uids::MR_IMAGE_STORAGE, uids::RT_ION_PLAN_STORAGE];
        let mut association = call(node.address, "SENDER", "STRAYDOSE", &classes).expect("let in");
        let accepted: Vec<&str> = association
            .presentation_contexts()
            .iter()
            .map(|context| context.abstract_syntax.as_str())
            .collect();
        assert_eq!(accepted, [uids::VERIFICATION]);
        let echo = Command::request(C_ECHO, 1, uids::VERIFICATION, None).bytes();
        association.send(&command_pdu(1, echo)).expect("sent");
        assert_eq!(answer(&mut association).expect("an answer"), 0);
        association.release().expect("released");
        node.wait_for_log("1 echoes; released");
    });
}

/// Bytes that are no association, or break one: each is answered with an abort or nothing, and the node lives.
#[test]
fn malformed_associations_are_aborted_and_the_node_lives() {
    let request = request();
    let mut lies = request.clone();
    lies[2..6].copy_from_slice(&u32::MAX.to_be_bytes());
    let mut other_lies = request.clone();
    other_lies[76] = 0xFF; // the length of the first item
    let after = |pdu: &[u8]| [&request[..], pdu].concat();
    let cases: [(&str, Vec<u8>); 12] = [
        ("nothing", Vec::new()),
        ("a web browser", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec()),
        ("a length of 4 GiB", lies),
        ("an item beyond its PDU", other_lies),
        ("half a request", request[..request.len() / 2].to_vec()),
        ("a release first", vec![5, 0, 0, 0, 0, 4, 0, 0, 0, 0]),
        ("two requests", after(&request)),
        ("data in an unknown context", after(&[4, 0, 0, 0, 0, 6, 0, 0, 0, 2, 99, 3])),
        ("data without a command", after(&[4, 0, 0, 0, 0, 6, 0, 0, 0, 2, 1, 2])),
        ("a command of nonsense", after(&[4, 0, 0, 0, 0, 9, 0, 0, 0, 5, 1, 3, 1, 2, 3])),
        ("data longer than agreed", after(&[4, 0, 0, 255, 255, 255, 0, 0, 0, 2, 1, 3])),
        ("a value beyond its PDU", after(&[4, 0, 0, 0, 0, 6, 0, 0, 1, 2, 1, 3])),
    ];
    with("", |node, stub| {
        for (what, bytes) in &cases {
            let back = bare(node.address, bytes);
            let last = pdus(&back).pop();
            let is_fine =
                matches!(last, Some(Pdu::AbortRQ { .. })) || ["nothing", "half a request"].contains(what);
            assert!(is_fine, "{what}: {last:?}");
        }
        assert!(!node.logged("an error in the node itself"));
        assert_eq!(node.names("incoming"), [""; 0]);
        still_works(node, stub, "A");
    });
}

/// A request as `dicom-ul` writes it.
fn request() -> Vec<u8> {
    use dicom_ul::pdu::{AssociationRQ, PresentationContextProposed, UserVariableItem, write_pdu};
    let mut bytes = Vec::new();
    let request = AssociationRQ {
        protocol_version: 1,
        calling_ae_title: "SENDER".into(),
        called_ae_title: "STRAYDOSE".into(),
        application_context_name: "1.2.840.10008.3.1.1.1".into(),
        presentation_contexts: vec![PresentationContextProposed {
            id: 1,
            abstract_syntax: uids::RT_PLAN_STORAGE.into(),
            transfer_syntaxes: vec![uids::EXPLICIT_VR_LITTLE_ENDIAN.into()],
        }],
        user_variables: vec![UserVariableItem::MaxLength(16_384)],
    };
    write_pdu(&mut bytes, &request.into()).expect("written");
    bytes
}

fn pdus(mut bytes: &[u8]) -> Vec<Pdu> {
    let mut all = Vec::new();
    while let Ok(Some(pdu)) = read_pdu(&mut bytes, 1 << 20, true) {
        all.push(pdu);
    }
    all
}

#[test]
fn aborted_transfers_leave_nothing() {
    with("", |node, stub| {
        let objects = study("A");
        for way in 0..3 {
            let mut association = call(node.address, "SENDER", "STRAYDOSE", &CLASSES).expect("let in");
            announce(&mut association, &objects[4]).expect("sent");
            let id = context(&association, &objects[4].class);
            let mut data = association.send_pdata(id);
            data.write_all(&objects[4].bytes[..objects[4].bytes.len() / 2]).expect("sent");
            data.abandon();
            match way {
                0 => association.abort().expect("sent"),
                1 => drop(association.inner_stream().shutdown(std::net::Shutdown::Both)),
                _ => drop(association.send(&Pdu::ReleaseRQ)),
            }
        }
        node.wait_for_log("the caller aborted");
        node.wait_for_log("released in the middle of an object");
        wait_until("no halves", || node.names("incoming").is_empty());
        assert_eq!(node.names("objects"), [""; 0]);
        still_works(node, stub, "A");
    });
}

#[test]
fn an_object_that_is_not_what_it_says_is_not_kept() {
    with("", |node, _| {
        let objects = study("A");
        let (slice, plan) = (&objects[0], &objects[4]);
        let mut association = call(node.address, "SENDER", "STRAYDOSE", &CLASSES).expect("let in");
        let mut send = |object: &Object| store_one(&mut association, object).expect("an answer");
        assert_eq!(send(&Object { uid: "1.2.3".into(), ..plan.clone() }), 0xA900, "another instance");
        assert_eq!(send(&Object { bytes: plan.bytes.clone(), ..slice.clone() }), 0xA900, "another class");
        assert_eq!(send(&Object { bytes: b"nonsense".to_vec(), ..plan.clone() }), 0xC000, "no data set");
        assert_eq!(send(&Object { uid: "../../plan".into(), ..plan.clone() }), 0x0117, "no UID");
        assert_eq!(send(plan), 0);
        association.release().expect("released");
        assert_eq!((node.names("objects").len(), node.names("incoming").len()), (1, 0));
    });
}

/// The disk limit: what does not fit is answered with A700, what is there stays, and small things still fit.
#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let limit = "limits = { disk_gib = 0.00002 }"; // 21 kB
    with(limit, |node, _| {
        let objects: Vec<Object> = (0..4).flat_map(|n| study(&format!("D{n}"))).collect();
        let statuses = store(node.address, &objects).expect("let in");
        let kept = statuses.iter().filter(|status| **status == 0).count();
        assert!(statuses.iter().all(|status| [0, 0xA700].contains(status)), "{statuses:?}");
        assert!(kept > 3 && kept < 20, "{kept} of 20 objects fit into 21 kB");
        assert_eq!((node.names("objects").len(), node.names("incoming").len()), (kept, 0));
        // Sent again, what is there is still taken: it needs no room in the end, but it does while it arrives.
        let sizes: u64 = node.names("objects").iter().map(|name| size(node, name)).sum();
        assert!(sizes <= 21_475, "{sizes} bytes");
    });
    with("limits = { object_mib = 0.001 }", |node, _| {
        let objects = study("A");
        let statuses = store(node.address, &objects).expect("let in");
        let fits: Vec<bool> = objects.iter().map(|object| object.bytes.len() < 600).collect();
        assert_eq!(statuses.iter().map(|status| *status == 0).collect::<Vec<_>>(), fits, "{statuses:?}");
    });
}

fn size(node: &Running, name: &str) -> u64 {
    std::fs::metadata(node.queue.join("objects").join(name)).expect("there").len()
}

/// A caller who sends a byte now and then is cut off at the deadline, before and after the request.
#[test]
fn a_slow_caller_is_cut_off() {
    with("limits = { request_s = 1.0, pdu_s = 1.0 }", |node, stub| {
        for start in [Vec::new(), request()] {
            let mut stream = TcpStream::connect(node.address).expect("a connection");
            stream.write_all(&start).expect("sent");
            let began = Instant::now();
            let pdu = [4_u8, 0, 0, 0, 64, 0];
            for byte in pdu.iter().chain([0; 300].iter()) {
                if stream.write_all(&[*byte]).is_err() || began.elapsed() > Duration::from_secs(20) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(50));
                let mut some = [0; 512];
                stream.set_nonblocking(true).expect("set");
                let end = stream.read(&mut some);
                stream.set_nonblocking(false).expect("set");
                if matches!(end, Ok(0)) {
                    break;
                }
            }
            assert!(began.elapsed() < Duration::from_secs(10), "still open after {:?}", began.elapsed());
        }
        node.wait_for_log("it took too long");
        still_works(node, stub, "A");
    });
}

#[test]
fn more_callers_than_there_may_be_are_told_so() {
    with("limits = { associations = 2 }", |node, stub| {
        let held: Vec<_> =
            (0..2).map(|_| call(node.address, "SENDER", "STRAYDOSE", &CLASSES).expect("let in")).collect();
        let refused = call(node.address, "SENDER", "STRAYDOSE", &CLASSES).expect_err("too many").to_string();
        assert!(refused.contains("local limit"), "{refused}");
        for association in held {
            association.release().expect("released");
        }
        wait_until("room again", || call(node.address, "SENDER", "STRAYDOSE", &CLASSES).is_ok());
        // Hundreds of connections that say nothing: some are closed at once, and the node goes on when they are gone.
        let silent: Vec<_> = (0..200).map(|_| TcpStream::connect(node.address)).collect();
        node.wait_for_log("too many connections");
        drop(silent);
        wait_until("room again", || call(node.address, "SENDER", "STRAYDOSE", &CLASSES).is_ok());
        std::thread::sleep(Duration::from_millis(300));
        still_works(node, stub, "A");
    });
}
