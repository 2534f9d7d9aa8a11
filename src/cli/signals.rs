//! Ctrl-C: the first asks the simulation to stop and show what is finished, the second ends the program.

use std::sync::{Arc, Mutex, PoisonError};

use super::exit::Exit;
use crate::simulation::Control;

/// The simulation that a signal stops. A process has one set of signal handlers, so this is one too.
static RUNNING: Mutex<Option<Arc<Control>>> = Mutex::new(None);

/// From now on Ctrl-C, SIGTERM and SIGHUP stop this simulation. Until the first call they end the program at once, as
/// while it waits for a model on standard input.
pub fn stop_on_signal(control: &Arc<Control>) {
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(control));
    // It fails where a signal is handled already: by us (that handler reads RUNNING), or by `nohup`, which a handler of
    // ours would undo. In the latter case Ctrl-C ends the program as if this had never been called.
    let _ = ctrlc::try_set_handler(on_signal);
}

fn on_signal() {
    let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    match running.as_ref() {
        Some(control) if !control.is_cancelled() => control.cancel(),
        _ => std::process::exit(i32::from(Exit::Interrupted.status())),
    }
}
