//! Every exit status, by the way to it that a user meets first.

use std::process::{Command, Stdio};

use super::{Played, SMALL, play, play_with_input, program, small};

#[test]
fn what_is_done_ends_with_0_and_says_nothing_else() {
    let played = small(&[]).ends(0, &[]);
    assert_eq!(played.err, "");
    assert!(played.out.starts_with("quick "), "{}", played.out);
}

#[test]
fn an_objective_that_is_met_ends_with_0() {
    small(&["--slo", "p50=10s"]).ends(0, &[]);
}

#[test]
fn an_objective_that_is_not_met_ends_with_1_and_names_who_misses_it() {
    // No response is shorter than its wait, which is 9 ms in the mean.
    let played = small(&["--slo", "p50=1ms"]).ends(1, &["not met by sync: p50 <= 1ms"]);
    assert!(played.out.contains("p50 <= 1ms"), "the report judges too: {}", played.out);
}

#[test]
fn an_objective_that_nobody_can_tell_of_is_not_passed() {
    small(&["--slo", "p9999=100s"]).ends(1, &["p9999 <= 100s (cannot tell: too few samples)"]);
}

#[test]
fn theory_judges_no_objective() {
    play(&["theory", "--slo", "p99=1ns"]).ends(0, &[]);
}

#[test]
fn wrong_usage_ends_with_2() {
    play(&["run", "--sed", "7"]).ends(2, &["--seed"]);
}

#[test]
fn a_wrong_model_ends_with_2() {
    play_with_input(&["run", "-"], b"[[request]]\nsteps = []\n").ends(2, &["-:2:"]);
}

#[test]
fn a_simulation_beyond_a_limit_ends_with_3() {
    // Two waits of 301 years are more than the 584 years that a time can hold.
    let model = b"[[request]]\nsteps = [{ cpu = \"1 ms\" }, { io = \"110000 d\" }]\n\
                  [load]\nclients = 1\n[[runtime]]\nname = \"sync\"\nkind = \"sync-worker\"\n\
                  [run]\nwarmup = \"0 s\"\nrequests = 1000\nreplications = 1\n";
    play_with_input(&["run", "-"], model).ends(3, &["584 years"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_ends_with_4_and_says_what_to_do() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let child = program().args(SMALL).stdout(full).stderr(Stdio::piped()).spawn();
    let output = child.expect("the program starts").wait_with_output().expect("it ends");
    Played::of(output).ends(4, &["standard output could not be written", "free some space"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_cannot_be_written_ends_with_4_and_still_shows_the_result() {
    let played = small(&["--out", "/proc/iowait"]).ends(4, &["/proc/iowait", "--out"]);
    assert!(played.out.starts_with("quick "), "{}", played.out);
}

/// A run of hours whose parent has some signals ignored, from when on it catches them.
#[cfg(target_os = "linux")]
fn long_run(ignored: &str) -> std::process::Child {
    let child = Command::new("env")
        .args(["--default-signal=INT,HUP,TERM", &format!("--ignore-signal={ignored}")])
        .args([env!("CARGO_BIN_EXE_iowait"), "run", "--cpu", "1ms", "--io", "9ms"])
        .args(["--requests", "1000000000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    wait_until_signals_are_caught(child.id());
    child
}

#[cfg(target_os = "linux")]
fn send(signal: &str, child: &std::process::Child) {
    let kill = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status();
    assert!(kill.expect("kill starts").success());
}

#[test]
#[cfg(target_os = "linux")]
fn an_interruption_ends_with_130_whatever_signals_a_parent_ignores() {
    // As from a terminal, under `nohup`, and in the background of a shell's script.
    for ignored in ["USR1", "HUP", "INT,QUIT", "HUP,INT,TERM"] {
        for signal in ["INT", "TERM"] {
            let child = long_run(ignored);
            send(signal, &child);
            let played = Played::of(child.wait_with_output().expect("it ends"));
            played.ends(130, &["interrupted"]);
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_end_of_a_terminal_ends_a_run_unless_it_is_under_nohup() {
    let child = long_run("USR1");
    send("HUP", &child);
    Played::of(child.wait_with_output().expect("it ends")).ends(130, &["interrupted"]);
    let mut child = long_run("HUP");
    send("HUP", &child);
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(child.try_wait().expect("its state").is_none(), "it goes on");
    send("TERM", &child);
    Played::of(child.wait_with_output().expect("it ends")).ends(130, &["interrupted"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_second_interruption_ends_the_program_at_once() {
    // Two in a row: the second comes before the simulation has seen the first, or after all is done.
    let child = long_run("USR1");
    send("INT", &child);
    send("TERM", &child);
    let played = Played::of(child.wait_with_output().expect("it ends"));
    assert_eq!(played.status, 130, "{played:#?}");
}

/// Waits for the program's own handler of SIGINT: before, a signal ends it as it ends any other.
#[cfg(target_os = "linux")]
pub fn wait_until_signals_are_caught(process: u32) {
    const SIGINT: u64 = 1 << (2 - 1);
    let status = format!("/proc/{process}/status");
    for _ in 0..6000 {
        let text = std::fs::read_to_string(&status).expect("the program is running");
        let caught = text.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        if caught.expect("Linux says which signals are caught") & SIGINT != 0 {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the program did not begin to simulate within a minute");
}
