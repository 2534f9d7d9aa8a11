//! Help: it fits a terminal, shows examples, and the examples work.

use super::{play, play_at};

const COMMANDS: [&str; 18] = [
    "run",
    "theory",
    "sweep",
    "sensitivity",
    "plan",
    "fit",
    "verify",
    "validate",
    "plot",
    "trace",
    "repeat",
    "check",
    "new",
    "models",
    "presets",
    "schema",
    "completions",
    "man",
];

fn assert_fits(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "wider than 80 columns: {line}");
    }
}

/// The lines under `Examples:`, which must be the last of their kind.
fn examples(help: &str) -> Vec<String> {
    let (_, examples) = help.rsplit_once("Examples:\n").expect("help ends with examples");
    assert!(examples.lines().all(|line| line.starts_with("  ")), "{examples}");
    examples.lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn the_help_of_every_command_fits_80_columns_and_ends_with_examples() {
    for command in COMMANDS {
        for flag in ["-h", "--help"] {
            let played = play(&[command, flag]).ends(0, &[]);
            assert_fits(&played.out);
            let examples = examples(&played.out);
            let named = examples.iter().filter(|line| line.contains(&format!("iowait {command}")));
            assert!(named.count() > 0, "{examples:?}");
            assert_eq!(played.err, "");
        }
    }
}

#[test]
fn the_main_help_lists_every_command_and_every_exit_status() {
    let played = play(&["--help"]).ends(0, &[]);
    assert_fits(&played.out);
    examples(&played.out);
    let listed: Vec<&str> = played
        .out
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        // Sentences that go on in the next line stand further in.
        .filter(|line| !line.starts_with("   "))
        .map(|line| line.split_whitespace().next().expect("a name"))
        .collect();
    assert_eq!(listed, [&COMMANDS[..], &["help"]].concat());
    for status in ["0", "1", "2", "3", "4", "130"] {
        assert!(played.out.contains(&format!("\n  {status:<5} ")), "{status}");
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let version = concat!("iowait ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(play(&["--version"]).ends(0, &[]).out, version);
}

/// Examples of `run`, `theory`, `check`, `new` and `models` that need no file of the reader's own and no other program,
/// up to what comments on them.
#[test]
fn the_examples_that_need_no_file_work() {
    let mut tried = 0;
    for command in ["run", "theory", "check", "new", "models"] {
        for example in examples(&play(&[command, "--help"]).out) {
            let example = example.split("  ").next().expect("a first part");
            if example.contains("model.toml") || example.contains('|') || example.contains('*') {
                continue;
            }
            let mut args: Vec<&str> = example.split_whitespace().skip(1).collect();
            if args[0] == "run" {
                args.extend([
                    "--requests",
                    "300",
                    "--replications",
                    "2",
                    "--set",
                    "run.warmup=100ms",
                ]);
            }
            let home = tempfile::tempdir().expect("a temporary folder");
            std::fs::create_dir(home.path().join("models")).expect("made");
            play_at(home.path(), &args).ends(0, &[]);
            tried += 1;
        }
    }
    assert!(tried >= 9, "only {tried} examples were tried");
}

#[test]
fn manual_pages_are_roff_with_a_title() {
    let played = play(&["man"]).ends(0, &[]);
    assert!(played.out.contains("\n.TH iowait 1"), "{}", &played.out[..300]);
    for command in COMMANDS {
        let played = play(&["man", command]).ends(0, &[]);
        assert!(played.out.contains(&format!("\n.TH iowait-{command} 1")), "{command}");
        assert!(played.out.contains("Examples:"), "{command}");
    }
}

#[test]
fn every_shell_gets_its_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let played = play(&["completions", shell]).ends(0, &[]);
        for word in ["theory", "replications"] {
            assert!(played.out.contains(word), "{shell}: {word}");
        }
    }
}
