//! What interrupts the program, in short; `.ci/faults` does it a thousand times.

use std::process::Command;

use super::{Played, SMALL, names, program};

/// The program under limits of the shell.
fn limited(limits: &str, args: &[&str]) -> Played {
    let home = tempfile::tempdir().expect("a temporary folder");
    let script = format!("{limits} && exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.current_dir(home.path()).arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_iowait"));
    Played::of(command.args(args).output().expect("a shell starts"))
}

#[test]
#[cfg(target_os = "linux")]
fn in_64_mib_of_memory_a_small_model_runs_and_a_large_one_says_what_is_left() {
    let jobs = ["--jobs", "2"];
    limited("ulimit -v 65536", &[&SMALL[..], &jobs].concat()).ends(0, &[]);
    let many = ["--jobs", "2", "--clients", "1000000"];
    let played = limited("ulimit -v 65536", &[&SMALL[..], &many].concat());
    played.ends(3, &["1000000 requests at once", "MiB are left", "fewer clients"]);
    // An open load that grows without bound, up to what there is.
    let rate =
        "run --cpu 1ms --io 9ms --rate 90000000/s --requests 90000000 --replications 1 --jobs 1";
    let rate: Vec<&str> = rate.split(' ').chain(["--set", "run.warmup=1 ms"]).collect();
    // Computed ahead, and event by event.
    for switch in ["0 s", "1 us"] {
        let switch = format!("host.context_switch={switch}");
        let played = limited("ulimit -v 65536", &[&rate[..], &["--set", &switch]].concat());
        played.ends(3, &["MiB of memory are left", "lower the rate"]);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn with_few_open_files_it_runs_or_says_what_it_could_not_open() {
    // With three the program cannot even be loaded.
    for files in [4, 5, 6] {
        let args = [&SMALL[..], &["--out", "x", "--jobs", "1"]].concat();
        let played = limited(&format!("ulimit -n {files}"), &args);
        assert!([0, 2, 3, 4].contains(&played.status), "{files}: {played:#?}");
        assert!(!played.err.contains("panicked"), "{files}: {}", played.err);
        assert!(played.status == 0 || played.err.contains("error"), "{files}: {}", played.err);
    }
}

#[test]
fn a_model_that_is_exchanged_while_it_is_read_is_read_or_refused() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let path = home.path().join("m.toml");
    let whole = include_str!("../../models/narrow-pool.toml");
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                for text in [whole, &whole[..100], ""] {
                    std::fs::write(&path, text).expect("written");
                }
                let _ = std::fs::remove_file(&path);
            }
        });
        for _ in 0..40 {
            let output = program().args(["check"]).arg(&path).output().expect("it starts");
            let played = Played::of(output);
            assert!([0, 2].contains(&played.status), "{played:#?}");
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert!(names(home.path()).iter().all(|name| name == "m.toml"));
}
