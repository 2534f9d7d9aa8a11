//! Ctrl-C: the first asks the simulation to stop and show what is finished, the second ends the program.

use std::sync::Arc;

use crate::simulation::Control;

/// From now on Ctrl-C, SIGTERM and SIGHUP stop this simulation. Until the first call they end the program at once, as
/// while it waits for a model on standard input.
///
/// SIGINT and SIGTERM stop it even where the parent has them ignored, as a shell's background jobs have: who sends one
/// to a run of hours wants what is finished. An ignored SIGHUP stays ignored: that is what `nohup` is for.
pub fn stop_on_signal(control: &Arc<Control>) {
    // Where the system refuses a handler, a signal ends the program as if this had never been called.
    let _ = system::catch(control);
}

#[cfg(unix)]
mod system {
    use std::io;
    use std::sync::{Mutex, PoisonError};

    use signal_hook::SigId;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::{flag, low_level};

    use super::{Arc, Control};
    use crate::cli::exit::Exit;

    /// What the handlers of signals do now. A process has one set of them, so this is one too.
    static CAUGHT: Mutex<Vec<SigId>> = Mutex::new(Vec::new());

    /// Has signals stop this simulation and no other.
    pub(super) fn catch(control: &Control) -> io::Result<()> {
        let mut caught = CAUGHT.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::take(&mut *caught);
        let wanted = |&signal: &i32| signal != SIGHUP || !is_ignored(signal);
        for signal in [SIGINT, SIGTERM, SIGHUP].into_iter().filter(wanted) {
            // In this order: the one that finds the flag set ends the program.
            let ends = i32::from(Exit::Interrupted.status());
            let flag = control.cancelled_flag();
            caught.push(flag::register_conditional_shutdown(signal, ends, Arc::clone(&flag))?);
            caught.push(flag::register(signal, flag)?);
        }
        before.into_iter().for_each(|one| {
            low_level::unregister(one);
        });
        Ok(())
    }

    /// Whether this process was started with the signal ignored. Only Linux tells; elsewhere it might have been.
    fn is_ignored(signal: i32) -> bool {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        ignored(&status).is_none_or(|mask| mask & (1 << (signal - 1)) != 0)
    }

    /// The ignored signals in a `/proc/self/status`, bit 0 for signal 1.
    fn ignored(status: &str) -> Option<u64> {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
        u64::from_str_radix(mask.trim(), 16).ok()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_ignored_signals_are_read_as_linux_shows_them() {
            let status = "Name:\tiowait\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n";
            assert_eq!(ignored(status), Some(0x1001), "SIGHUP and SIGPIPE");
            assert_eq!(ignored("Name:\tiowait\n"), None);
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::sync::{Mutex, PoisonError};

    use super::{Arc, Control};
    use crate::cli::exit::Exit;

    /// The simulation that is stopped. A process has one set of handlers, so this is one too.
    static RUNNING: Mutex<Option<Arc<Control>>> = Mutex::new(None);

    /// Has Ctrl-C and a closed window stop this simulation and no other.
    pub(super) fn catch(control: &Arc<Control>) -> Result<(), ctrlc::Error> {
        *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(control));
        match ctrlc::try_set_handler(on_signal) {
            // Ours, which reads RUNNING.
            Err(ctrlc::Error::MultipleHandlers) => Ok(()),
            other => other,
        }
    }

    fn on_signal() {
        let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        match running.as_ref() {
            Some(control) if !control.is_cancelled() => control.cancel(),
            _ => std::process::exit(i32::from(Exit::Interrupted.status())),
        }
    }
}
