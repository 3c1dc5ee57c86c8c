//! What bytes go over: a TCP connection with deadlines, or memory in tests.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Bytes in and out, with a time by which they must have come.
pub trait Wire: Read + Write {
    /// From now on reading and writing fail after so long, however the bytes trickle.
    fn allow(&mut self, time: Duration);
}

/// How often a wait looks whether the node is to stop.
const LOOK: Duration = Duration::from_millis(200);

/// A TCP connection.
pub struct Tcp<'a> {
    stream: TcpStream,
    deadline: Instant,
    /// Whatever is allowed, the connection ends then.
    last: Instant,
    stop: &'a (dyn Fn() -> bool + Sync),
}

impl<'a> Tcp<'a> {
    /// Takes a connection for at most `longest`.
    pub fn new(
        stream: TcpStream,
        longest: Duration,
        stop: &'a (dyn Fn() -> bool + Sync),
    ) -> io::Result<Self> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        let last = Instant::now() + longest;
        Ok(Self { stream, deadline: last, last, stop })
    }

    /// Repeats an operation until it does something, its time is over, or the node stops.
    fn until<T>(&mut self, mut attempt: impl FnMut(&mut TcpStream) -> io::Result<T>) -> io::Result<T> {
        loop {
            if (self.stop)() {
                return Err(io::Error::other("the node stops"));
            }
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::Error::new(ErrorKind::TimedOut, "it took too long"));
            }
            let wait = left.min(LOOK);
            self.stream.set_read_timeout(Some(wait))?;
            self.stream.set_write_timeout(Some(wait))?;
            match attempt(&mut self.stream) {
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
                    ) => {}
                done => return done,
            }
        }
    }
}

impl Wire for Tcp<'_> {
    fn allow(&mut self, time: Duration) {
        self.deadline = (Instant::now() + time).min(self.last);
    }
}

impl Read for Tcp<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.until(|stream| stream.read(bytes))
    }
}

impl Write for Tcp<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.until(|stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
