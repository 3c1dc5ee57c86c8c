//! Where received objects go: the association knows no more of it than this.

use crate::command::Status;

/// Takes objects.
pub trait Inbox {
    /// An object begins to arrive.
    ///
    /// # Errors
    /// It is not taken; the status is the answer.
    fn begin(&self, arriving: &Arriving) -> Result<Box<dyn Incoming + '_>, Status>;
}

/// What a C-STORE request says of the object that follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arriving {
    /// SOP Class UID.
    pub class: String,
    /// SOP Instance UID.
    pub instance: String,
    /// Transfer syntax of its bytes.
    pub transfer_syntax: String,
}

/// An object on its way. Dropped before [`Incoming::finish`], nothing of it is kept.
pub trait Incoming {
    /// The next bytes of its data set.
    ///
    /// # Errors
    /// There is no room for them.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Status>;

    /// All bytes are there: keeps the object, so that nothing loses it from here on.
    ///
    /// # Errors
    /// It is not what was announced, or cannot be kept.
    fn finish(self: Box<Self>) -> Result<(), Status>;
}
