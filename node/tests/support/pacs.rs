//! A PACS that keeps what it gets in memory.

use node::association::Association;
use node::command::Status;
use node::inbox::{Arriving, Inbox, Incoming};
use node::settings::Settings;
use node::wire::Tcp;
use std::net::{SocketAddr, TcpListener};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

/// What came: class, instance, bytes.
#[derive(Default)]
pub struct Kept {
    pub objects: Mutex<Vec<(Arriving, Vec<u8>)>>,
    /// So many objects are turned down first.
    pub turn_down: AtomicUsize,
    /// No PDF is taken.
    pub no_pdf: bool,
}

struct Keeping<'a>(&'a Kept, Arriving, Vec<u8>);

impl Inbox for Kept {
    fn begin(&self, arriving: &Arriving) -> Result<Box<dyn Incoming + '_>, Status> {
        let turns_down = self.turn_down.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok();
        let is_pdf = arriving.class == formats::dicom::uids::ENCAPSULATED_PDF_STORAGE;
        if turns_down || (self.no_pdf && is_pdf) {
            return Err(Status::OutOfResources);
        }
        Ok(Box::new(Keeping(self, arriving.clone(), Vec::new())))
    }
}

impl Incoming for Keeping<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Status> {
        self.2.extend(bytes);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), Status> {
        self.0.objects.lock().expect("sound").push((self.1, self.2));
        Ok(())
    }
}

/// Runs a PACS as long as `during` lasts.
pub fn with_pacs<T>(kept: &Kept, during: impl FnOnce(SocketAddr) -> T) -> T {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound");
    listener.set_nonblocking(true).expect("set");
    let settings = Settings::from_toml(
        "pacs",
        "ae_title = \"PACS\"\nqueue = \"q\"\n[[caller]]\nae_title = \"STRAYDOSE\"",
    )
    .expect("sound");
    let stop = AtomicBool::new(false);
    struct Stop<'a>(&'a AtomicBool);
    impl Drop for Stop<'_> {
        fn drop(&mut self) {
            self.0.store(true, SeqCst);
        }
    }
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(SeqCst) {
                let Ok((stream, _)) = listener.accept() else {
                    std::thread::sleep(Duration::from_millis(5));
                    continue;
                };
                let stops = || stop.load(SeqCst);
                let mut wire = Tcp::new(stream, Duration::from_secs(60), &stops).expect("a connection");
                Association { settings: &settings, from: None, busy: false, inbox: kept }.run(&mut wire);
            }
        });
        let _stop = Stop(&stop);
        during(address)
    })
}
