//! Virtual time: the event queue, addressed random streams, slabs; knows nothing of requests.

pub mod queue;
pub mod slab;
pub mod stream;

pub use queue::{EventQueue, key};
pub use slab::Slab;
pub use stream::{Address, Key, Stream};
