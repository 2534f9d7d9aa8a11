//! The progress bar of a simulation, for terminals and for runs that last.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::simulation::Control;

/// A run that is over by then needs no bar.
const PATIENCE: Duration = Duration::from_millis(200);
/// How often the bar is drawn.
const BEAT: Duration = Duration::from_millis(100);

/// Does the work; meanwhile, if wanted and once it has lasted a fifth of a second, shows on standard error how far it is.
pub fn with_bar<T>(wanted: bool, control: &Control, work: impl FnOnce() -> T) -> T {
    if !wanted {
        return work();
    }
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(control, &done));
        // Also where the work panics: the scope waits for the watcher.
        let _end = End { done: &done, watcher: watcher.thread().clone() };
        work()
    })
}

/// Ends the watcher when it is dropped.
struct End<'a> {
    done: &'a AtomicBool,
    watcher: Thread,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Release);
        self.watcher.unpark();
    }
}

fn watch(control: &Control, done: &AtomicBool) {
    let start = Instant::now();
    let mut bar: Option<ProgressBar> = None;
    while !done.load(Ordering::Acquire) {
        if start.elapsed() >= PATIENCE {
            let bar = bar.get_or_insert_with(|| new_bar(control).with_elapsed(start.elapsed()));
            show(bar, control);
        }
        thread::park_timeout(BEAT);
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

/// Counts points of a sweep where there are any, else replications.
fn new_bar(control: &Control) -> ProgressBar {
    let template = match control.points() {
        Some(_) => "  {bar:20} {pos}/{len} points, {elapsed}, {eta} left {msg}",
        None => "  {bar:20} {pos}/{len} replications, {elapsed} {msg}",
    };
    let style = ProgressStyle::with_template(template)
        .expect("the templates are constants that a test draws")
        .progress_chars("=> ");
    ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style)
}

fn show(bar: &ProgressBar, control: &Control) {
    let (finished, planned) = control.points().unwrap_or((control.finished(), control.planned()));
    bar.set_length(planned);
    bar.set_position(finished);
    bar.set_message(if control.is_cancelled() { "stopping; Ctrl-C again quits" } else { "" });
    bar.tick();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_gives_its_result_with_or_without_a_bar() {
        let control = Control::default();
        for wanted in [false, true] {
            assert_eq!(with_bar(wanted, &control, || 7), 7);
        }
    }

    #[test]
    fn the_bar_counts_replications() {
        let control = Control::default();
        control.finish_one();
        let bar = new_bar(&control);
        bar.set_draw_target(ProgressDrawTarget::hidden());
        show(&bar, &control);
        assert_eq!(bar.position(), 1);
    }

    #[test]
    fn the_bar_of_a_sweep_counts_points() {
        let control = Control::default();
        control.plan_points(3);
        control.finish_one();
        (0..2).for_each(|_| control.finish_point());
        let bar = new_bar(&control);
        bar.set_draw_target(ProgressDrawTarget::hidden());
        show(&bar, &control);
        assert_eq!((bar.position(), bar.length()), (2, Some(3)));
    }
}
