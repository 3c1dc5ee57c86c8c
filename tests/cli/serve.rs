//! The node as a program: what it refuses at the start, and how it ends.

use crate::workplace::Workplace;

const SETTINGS: &str = "listen = \"127.0.0.1:0\"\nqueue = \"queue\"\n[[caller]]\nae_title = \"PACS\"\n";

#[test]
fn wrong_settings_are_refused_by_name_before_anything_is_made() {
    for (text, said) in [
        ("queue = \"queue\"", "nobody may call"),
        ("queue = 3", "queue"),
        (&format!("quite = 3\n{SETTINGS}"), "quite"),
        (&format!("{SETTINGS}[estimate]\narguments = [\"--histroies\", \"3\"]"), "--histroies"),
        (&format!("{SETTINGS}[estimate]\narguments = [\"--out\", \"elsewhere\"]"), "--out"),
    ] {
        let place = Workplace::empty();
        place.write("node.toml", text);
        place.run(&["serve", "node.toml"]).assert_status(3).assert_says(&[said]);
        assert_eq!(place.names("."), ["node.toml"], "{text}");
    }
    Workplace::empty()
        .run(&["serve", "none.toml"])
        .assert_status(3)
        .assert_says(&["none.toml", "cannot be read"]);
}

#[test]
fn a_peer_that_is_not_there_is_told() {
    let place = Workplace::empty();
    place.write("node.toml", SETTINGS);
    place.run(&["serve", "node.toml", "--check-peer"]).assert_status(3).assert_says(&["no peer", "[peer]"]);
    // Port 1 of the loopback interface: nobody listens.
    place.write("node.toml", format!("{SETTINGS}[peer]\nae_title = \"PACS\"\naddress = \"127.0.0.1:1\""));
    place.run(&["serve", "node.toml", "--check-peer"]).assert_status(4).assert_says(&["PACS at 127.0.0.1:1"]);
}

#[cfg(unix)]
#[test]
fn sigterm_ends_a_node_well_and_a_second_one_is_kept_from_its_queue() {
    use std::io::BufRead;
    use std::process::{Command, Stdio};
    let place = Workplace::empty();
    place.write("node.toml", SETTINGS);
    let mut node = place.program(&["serve", "node.toml"]).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut lines = std::io::BufReader::new(node.stderr.take().expect("piped")).lines();
    assert!(lines.any(|line| line.expect("UTF-8").contains("listens at 127.0.0.1:")));
    place.run(&["serve", "node.toml"]).assert_status(5).assert_says(&["another node works on this queue"]);
    let kill = Command::new("kill").args(["-TERM", &node.id().to_string()]).status();
    assert!(kill.expect("kill is there").success());
    assert_eq!(node.wait().expect("it ends").code(), Some(0));
}
