//! Plays of the whole program inside the test: arguments and streams in, text and an exit out.

use super::*;
