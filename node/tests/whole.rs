//! Studies in, doses out: nothing lost, nothing twice, whatever is killed or away.

mod support;

use formats::dicom::uids;
use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;
use support::caller::store;
use support::pacs::{Kept, with_pacs};
use support::studies::{Object, study};
use support::{Stub, settings, wait_until, with_node};

/// UIDs of the plans that the doses at the PACS name.
fn plans_of_doses(kept: &Kept) -> Vec<String> {
    use dicom_object::InMemDicomObject;
    use dicom_transfer_syntax_registry::entries::EXPLICIT_VR_LITTLE_ENDIAN;
    use formats::dicom::tags;
    let objects = kept.objects.lock().expect("sound");
    let plan = |bytes: &Vec<u8>| {
        let dose = InMemDicomObject::read_dataset_with_ts(&bytes[..], &EXPLICIT_VR_LITTLE_ENDIAN.erased())
            .expect("a data set");
        let items =
            dose.element(tags::REFERENCED_RT_PLAN_SEQUENCE).expect("a plan").items().expect("items").to_vec();
        let uid = items[0].element(tags::REFERENCED_SOP_INSTANCE_UID).expect("a UID").to_str().expect("text");
        uid.trim_end_matches('\0').to_owned()
    };
    objects
        .iter()
        .map(|(arriving, bytes)| {
            assert_eq!(arriving.class, uids::RT_DOSE_STORAGE);
            plan(bytes)
        })
        .collect()
}

#[test]
fn a_study_goes_in_and_the_dose_of_its_plan_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let (kept, stub) = (Kept::default(), Stub::default());
    with_pacs(&kept, |pacs| {
        let settings = settings(folder.path(), Some(pacs), "");
        with_node(&settings, &stub, |node| {
            let objects = study("A");
            assert_eq!(store(node.address, &objects).expect("let in"), [0; 5]);
            node.wait_for_log("dose sent to");
            assert_eq!(plans_of_doses(&kept), [objects[4].uid.clone()]);
            // The same study again changes nothing; nor does the dose, when the PACS sends it on to us.
            assert_eq!(store(node.address, &objects).expect("let in"), [0; 5]);
            let (arriving, bytes) = kept.objects.lock().expect("sound")[0].clone();
            let dose = Object { class: arriving.class, uid: arriving.instance, bytes };
            assert_eq!(store(node.address, &[dose]).expect("let in"), [0]);
            std::thread::sleep(Duration::from_millis(1500));
            assert_eq!((stub.runs.load(SeqCst), node.names("objects").len()), (1, 5));
            assert!(
                node.logged(
                    "\"SENDER\" called \"STRAYDOSE\", 3 CT stored, 1 RTSTRUCT stored, 1 RTPLAN stored"
                )
            );
            assert!(!node.logged("PHANTOM^"), "a patient's name in the log");
        });
    });
}

#[test]
fn an_incomplete_study_waits_and_says_for_what() {
    let folder = tempfile::tempdir().expect("a folder");
    let stub = Stub::default();
    let settings = settings(folder.path(), None, "");
    with_node(&settings, &stub, |node| {
        let objects = study("A");
        store(node.address, &objects[1..]).expect("let in");
        node.wait_for_log("waits for 1 of 3 slices");
        assert_eq!(stub.runs.load(SeqCst), 0);
        store(node.address, &objects[..1]).expect("let in");
        node.wait_for_log("done in");
        assert_eq!(node.names("jobs").len(), 1);
    });
}

/// Fifty studies from five callers at once: each is run once, one at a time, and each dose arrives, though the PACS
/// turns some of them down at first.
#[test]
fn fifty_studies_at_once_are_all_done_and_one_at_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let (kept, stub) = (Kept::default(), Stub::default());
    kept.turn_down.store(7, SeqCst);
    let studies: Vec<Vec<Object>> = (0..50).map(|n| study(&format!("S{n}"))).collect();
    let plans: BTreeSet<String> = studies.iter().map(|objects| objects[4].uid.clone()).collect();
    assert_eq!(plans.len(), 50);
    with_pacs(&kept, |pacs| {
        let settings = settings(folder.path(), Some(pacs), "");
        with_node(&settings, &stub, |node| {
            std::thread::scope(|scope| {
                for caller in 0..5 {
                    let mine: Vec<Object> =
                        studies.iter().skip(caller).step_by(5).flatten().cloned().collect();
                    let address = node.address;
                    scope.spawn(move || {
                        let statuses = store(address, &mine).expect("let in");
                        assert!(statuses.iter().all(|status| *status == 0), "{statuses:?}");
                    });
                }
            });
            wait_until("fifty doses", || kept.objects.lock().expect("sound").len() >= 50);
            let sent = plans_of_doses(&kept);
            assert_eq!(sent.iter().cloned().collect::<BTreeSet<_>>(), plans);
            assert_eq!((sent.len(), stub.runs.load(SeqCst)), (50, 50));
            assert_eq!((stub.most_at_once(), node.names("objects").len()), (1, 250));
        });
    });
}

#[test]
fn what_is_refused_is_not_run_again_and_what_fails_is_tried_three_times() {
    for (code, runs) in [(3, 1), (4, 3)] {
        let folder = tempfile::tempdir().expect("a folder");
        let stub = Stub { code, ..Stub::default() };
        let settings = settings(folder.path(), None, "");
        with_node(&settings, &stub, |node| {
            store(node.address, &study("A")).expect("let in");
            node.wait_for_log(&format!("ended with status {code}: the stub"));
            std::thread::sleep(Duration::from_millis(800));
            assert_eq!(stub.runs.load(SeqCst), runs, "status {code}");
        });
    }
}

#[test]
fn what_was_sent_is_cleared_away_and_not_run_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (kept, stub) = (Kept::default(), Stub::default());
    with_pacs(&kept, |pacs| {
        let objects = study("A");
        let first = settings(folder.path(), Some(pacs), "keep_hours = 0");
        with_node(&first, &stub, |node| {
            store(node.address, &objects).expect("let in");
            node.wait_for_log("dose sent to");
        });
        // It is looked for what can go at the start.
        with_node(&first, &stub, |node| {
            node.wait_for_log("cleared away");
            assert_eq!(node.names("objects"), [""; 0]);
            store(node.address, &objects).expect("let in");
            std::thread::sleep(Duration::from_millis(1000));
            assert_eq!(stub.runs.load(SeqCst), 1);
        });
    });
}

/// The report goes after the dose; a peer that does not take it gets the dose all the same, and nothing goes before it was
/// tried.
#[test]
fn the_report_follows_the_dose_or_is_given_up() {
    for (no_pdf, said, objects) in [
        (false, "report sent to \"PACS\"", 2),
        (true, "report given up after 5 tries, it stays in the queue", 1),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let (kept, stub) = (Kept { no_pdf, ..Kept::default() }, Stub { report: true, ..Stub::default() });
        with_pacs(&kept, |pacs| {
            let mut settings = settings(folder.path(), Some(pacs), "keep_hours = 0");
            settings.peer.as_mut().expect("a peer").report = true;
            with_node(&settings, &stub, |node| {
                store(node.address, &study("A")).expect("let in");
                node.wait_for_log("dose sent to \"PACS\"");
                node.wait_for_log(said);
                assert_eq!(kept.objects.lock().expect("sound").len(), objects);
                // Sent on to us with the rest of its study it is taken, not kept, and starts nothing; others' documents are not.
                if !no_pdf {
                    let (arriving, bytes) = kept.objects.lock().expect("sound")[1].clone();
                    assert_eq!(arriving.class, uids::ENCAPSULATED_PDF_STORAGE);
                    let pdf = |bytes| Object {
                        class: arriving.class.clone(),
                        uid: arriving.instance.clone(),
                        bytes,
                    };
                    let mut foreign = bytes.clone();
                    let at = foreign.windows(9).position(|at| at == b"straydose").expect("our name");
                    foreign[at] = b'S';
                    let classes = [uids::ENCAPSULATED_PDF_STORAGE];
                    let mut caller =
                        support::caller::call(node.address, "SENDER", "STRAYDOSE", &classes).expect("let in");
                    let mut send =
                        |object| support::caller::store_one(&mut caller, &object).expect("an answer");
                    assert_eq!([send(pdf(bytes)), send(pdf(foreign))], [0, 0x0122]);
                    caller.release().expect("released");
                    assert_eq!(node.names("objects").len(), 5);
                }
            });
            // Again: nothing is sent twice, and now it may be cleared away.
            with_node(&settings, &stub, |node| {
                node.wait_for_log("cleared away");
                std::thread::sleep(Duration::from_millis(500));
                assert_eq!(kept.objects.lock().expect("sound").len(), objects);
            });
        });
    }
}

#[test]
fn a_report_that_was_not_sent_yet_is_not_cleared_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let (kept, stub) = (Kept::default(), Stub { report: true, ..Stub::default() });
    with_pacs(&kept, |pacs| {
        let mut settings = settings(folder.path(), Some(pacs), "keep_hours = 0");
        with_node(&settings, &stub, |node| {
            store(node.address, &study("A")).expect("let in");
            node.wait_for_log("dose sent to");
        });
        // From now on the peer is to have reports: the job that is over has one.
        settings.peer.as_mut().expect("a peer").report = true;
        kept.turn_down.store(1, SeqCst);
        with_node(&settings, &stub, |node| {
            node.wait_for_log("report not sent");
            assert!(!node.logged("cleared away"));
            node.wait_for_log("report sent to");
        });
    });
}

/// What never becomes whole is told again, and removed if that is wanted; what is whole stays, and so do slices that it needs.
#[test]
fn what_waits_for_ever_is_told_and_removed_if_wanted() {
    let folder = tempfile::tempdir().expect("a folder");
    let stub = Stub::default();
    let (halves, alone, whole) = (study("A"), study("B"), study("C"));
    let remind = settings(folder.path(), None, "remind_hours = 0.0001"); // 0.36 s
    with_node(&remind, &stub, |node| {
        store(node.address, &halves[1..]).expect("let in"); // a slice is missing
        store(node.address, &alone[..3]).expect("let in"); // a scan without a plan
        store(node.address, &whole).expect("let in");
        node.wait_for_log("4 objects wait for 1 of 3 slices");
        node.wait_for_log("objects of no plan: 3 objects wait for a plan");
        let told = |node: &support::Running| {
            let lines = node.log.lock().expect("sound");
            lines.iter().filter(|line| line.contains("objects wait for")).count()
        };
        wait_until("told again", || told(node) >= 4);
        node.wait_for_log("done in");
        assert_eq!(node.names("objects").len(), 12);
    });
    let short = settings(folder.path(), None, "drop_hours = 0.0002"); // 0.72 s
    with_node(&short, &stub, |node| {
        node.wait_for_log("4 objects removed, they waited 0.0 h for 1 of 3 slices");
        node.wait_for_log("objects of no plan: 3 objects removed");
        std::thread::sleep(Duration::from_millis(1500));
        assert_eq!(node.names("objects").len(), 5);
        // What was removed may come again.
        store(node.address, &halves).expect("let in");
        node.wait_for_log("done in");
    });
    assert_eq!(stub.runs.load(SeqCst), 2);
}

/// Not a test of its own: the node that the next test kills, in a process of its own.
#[test]
fn child_node() {
    let Ok(queue) = std::env::var("STRAYDOSE_NODE_QUEUE") else { return };
    let slow =
        Duration::from_millis(std::env::var("STRAYDOSE_NODE_SLOW").map_or(0, |ms| ms.parse().expect("ms")));
    let pacs = std::env::var("STRAYDOSE_NODE_PACS").expect("an address").parse().expect("an address");
    let settings = settings(queue.as_ref(), Some(pacs), "");
    let stub = Stub { slow, ..Stub::default() };
    with_node(&settings, &stub, |node| {
        std::fs::write(format!("{queue}.address"), node.address.to_string()).expect("written");
        std::thread::sleep(support::PATIENCE);
    });
}

fn start_child(queue: &std::path::Path, pacs: std::net::SocketAddr, slow: &str) -> Child {
    let _ = std::fs::remove_file(format!("{}.address", queue.display()));
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["child_node", "--exact", "--nocapture", "--test-threads=1"]).stdout(Stdio::null());
    command.env("STRAYDOSE_NODE_QUEUE", queue).env("STRAYDOSE_NODE_PACS", pacs.to_string());
    command.env("STRAYDOSE_NODE_SLOW", slow).stderr(Stdio::null()).spawn().expect("it starts")
}

fn address_of(queue: &std::path::Path) -> std::net::SocketAddr {
    let mut address = None;
    wait_until("the child's address", || {
        address =
            std::fs::read_to_string(format!("{}.address", queue.display())).ok().and_then(|t| t.parse().ok());
        address.is_some()
    });
    address.expect("just found")
}

/// Killed again and again while objects arrive, runs run and doses go out: every object that was answered with success
/// is there after the last start, and every plan's dose comes to the PACS.
#[test]
fn kill_9_loses_nothing_that_was_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let queue = folder.path().join("queue");
    let kept = Kept::default();
    let studies: Vec<Vec<Object>> = (0..8).map(|n| study(&format!("K{n}"))).collect();
    let plans: BTreeSet<String> = studies.iter().map(|objects| objects[4].uid.clone()).collect();
    with_pacs(&kept, |pacs| {
        let mut waiting: Vec<Object> = studies.iter().flatten().cloned().collect();
        for round in 0..6 {
            let mut child = start_child(&queue, pacs, "150");
            let address = address_of(&queue);
            let part: Vec<Object> = waiting.iter().take(9).cloned().collect();
            let sending = std::thread::spawn(move || {
                let mut answered = Vec::new();
                let Ok(mut association) =
                    support::caller::call(address, "SENDER", "STRAYDOSE", &support::caller::CLASSES)
                else {
                    return answered;
                };
                for object in &part {
                    match support::caller::store_one(&mut association, object) {
                        Ok(status) => {
                            assert_eq!(status, 0);
                            answered.push(object.uid.clone());
                        }
                        Err(_) => break,
                    }
                }
                answered
            });
            std::thread::sleep(Duration::from_millis(60 + 130 * round));
            child.kill().expect("killed"); // SIGKILL
            child.wait().expect("gone");
            let answered = sending.join().expect("no panic");
            waiting.retain(|object| !answered.contains(&object.uid));
        }
        // Only what was never answered is sent again.
        let mut child = start_child(&queue, pacs, "0");
        let address = address_of(&queue);
        store(address, &waiting).expect("let in");
        wait_until("all doses", || plans_of_doses(&kept).into_iter().collect::<BTreeSet<_>>() == plans);
        child.kill().expect("killed");
        child.wait().expect("gone");
        assert_eq!(std::fs::read_dir(queue.join("objects")).expect("a folder").count(), 40);
        assert_eq!(std::fs::read_dir(queue.join("jobs/.work")).expect("a folder").count(), 0);
    });
}

#[test]
fn two_nodes_do_not_share_a_queue() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = settings(folder.path(), None, "");
    let stub = Stub::default();
    with_node(&settings, &stub, |_| {
        let second = node::Node::open(&settings, &stub, &|_| {}, &|| true);
        assert!(matches!(second.err(), Some(node::Error::Locked)));
    });
}
