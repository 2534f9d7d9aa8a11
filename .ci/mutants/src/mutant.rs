//! Which mutant this process is.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock};

const UNKNOWN: u32 = u32::MAX;
const RECORD: u32 = u32::MAX - 1;

static CHOSEN: AtomicU32 = AtomicU32::new(UNKNOWN);
static SEEN: [AtomicBool; 1 << 16] = [const { AtomicBool::new(false) }; 1 << 16];
static REACHED: OnceLock<Mutex<File>> = OnceLock::new();

/// Whether this process is to be this mutant, by the environment variable `MUTANT`. Where `REACHED` names a file
/// instead, it is none, and what was asked for is written there.
#[inline(always)]
pub fn is(id: u32) -> bool {
    let chosen = CHOSEN.load(Relaxed);
    if chosen == id {
        return true;
    }
    if chosen >= RECORD { ask(id) } else { false }
}

#[cold]
#[inline(never)]
fn ask(id: u32) -> bool {
    if CHOSEN.load(Relaxed) == UNKNOWN {
        let mutant = std::env::var("MUTANT").ok().map(|text| text.parse().expect("MUTANT is a number"));
        if mutant.is_none() {
            if let Some(path) = std::env::var_os("REACHED") {
                // A program that a test runs adds to the same file.
                let file = OpenOptions::new().append(true).create(true).open(path);
                REACHED.get_or_init(|| Mutex::new(file.expect("REACHED can be written")));
                CHOSEN.store(RECORD, Relaxed);
                return ask(id);
            }
        }
        CHOSEN.store(mutant.unwrap_or(0), Relaxed);
        return mutant == Some(id);
    }
    if !SEEN[id as usize].swap(true, Relaxed) {
        let mut file = REACHED.get().expect("set before").lock().expect("no writer panics");
        writeln!(file, "{id}").expect("REACHED can be written");
    }
    false
}
