//! Charts of earlier results, and what ran where.

use serde_json::Value;

use super::{names, play_at};

/// Two runtimes at three values of the blocking coefficient.
const TABLE: &str = "\
beta,scenario,runtime,blocking_coefficient,throughput_rps,response_p99_s,gain,gain_lo,gain_hi,gain_formula,gain_over_formula
1,,sync,1,50,0.1,1,1,1,2,0.5
1,,loop,1,90,0.05,1.8,1.7,1.9,2,0.9
10,,sync,10,10,0.5,1,1,1,11,0.09
10,,loop,10,100,0.05,10,9.9,10.1,11,0.91
100,,sync,100,1,5,1,1,1,101,0.0099
100,,loop,100,95,0.06,95,94,96,101,0.94
";

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(home.path().join("t.csv"), TABLE).expect("written");
    home
}

#[test]
fn plot_writes_each_format_by_its_ending() {
    let home = home();
    let files =
        ["-o", "a.svg", "-o", "a.png", "-o", "a.pdf", "-o", "a.tex", "-o", "a.csv", "-o", "a.txt"];
    let args =
        [&["plot", "t.csv", "formula", "--theme", "paper", "--width", "ieee1"][..], &files[..]];
    play_at(home.path(), &args.concat()).ends(0, &["wrote a.svg", "wrote a.txt"]);
    let read = |name: &str| std::fs::read(home.path().join(name)).expect(name);
    let text = |name: &str| String::from_utf8(read(name)).expect("text");
    assert!(
        text("a.svg").contains("width=\"88mm\"") && text("a.svg").contains("aria-label=\"loop\"")
    );
    assert!(read("a.png").starts_with(b"\x89PNG") && read("a.pdf").starts_with(b"%PDF-"));
    assert!(text("a.tex").contains("\\begin{axis}") && text("a.tex").contains("xmode=log"));
    assert!(
        text("a.csv").starts_with("series,blocking_coefficient,quantity,value,value_lo,value_hi\n")
    );
    assert!(text("a.csv").contains("loop,10,gain,10,9.9,10.1"), "{}", text("a.csv"));
    assert!(text("a.txt").contains("blocking coefficient") && text("a.txt").contains("iowait 0."));
}

#[test]
fn the_caption_of_a_plot_has_its_own_command_and_that_of_its_table_while_the_table_is_as_it_was() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let sweep = ["sweep", "--cpu", "1ms", "--io", "9ms", "--vary", "beta=1,9", "--requests", "300"];
    let more = ["--replications", "2", "--set", "run.warmup=100ms", "--out", "s"];
    play_at(home.path(), &[&sweep[..], &more].concat()).ends(0, &[]);
    let caption = || {
        let args = ["plot", "s/result.csv", "xy", "--x", "beta", "--y", "p50", "-o", "c.txt"];
        let page = ["--theme", "paper", "--width", "ieee1"];
        play_at(home.path(), &[&args[..], &page].concat()).ends(0, &["wrote c.txt"]);
        std::fs::read_to_string(home.path().join("c.txt")).expect("a caption")
    };
    let first = caption();
    let own = "Made again by: iowait plot s/result.csv xy --x beta --y p50 -o c.txt --theme paper --width ieee1\n";
    assert!(first.contains(own), "{first}");
    assert!(first.contains("Data: s/result.csv (SHA-256 "), "{first}");
    assert!(
        first.contains("…), made again by: iowait sweep --cpu 1ms --io 9ms --vary beta=1,9"),
        "{first}"
    );
    assert!(first.contains("2 replications of each study, warm-up 100 ms"), "{first}");
    assert!(first.contains("95 % intervals of response time, median within ± "), "{first}");
    // Another table under that name is not what the folder tells of.
    let table = home.path().join("s/result.csv");
    let text = std::fs::read_to_string(&table).expect("a table");
    let shorter = text.trim_end().rsplit_once('\n').expect("lines").0.to_owned() + "\n";
    std::fs::write(&table, shorter).expect("written");
    let second = caption();
    assert!(second.contains("of which nothing else is known"), "{second}");
    assert!(!second.contains("seed") && !second.contains("iowait sweep"), "{second}");
    assert!(second.contains(own), "{second}");
}

#[test]
fn any_column_is_drawn_against_any_other() {
    let home = home();
    let args =
        ["plot", "t.csv", "xy", "--x", "beta", "--y", "p99", "--by", "runtime", "-o", "b.svg"];
    play_at(home.path(), &args).ends(0, &[]);
    let svg = std::fs::read_to_string(home.path().join("b.svg")).expect("a picture");
    for words in ["sync", "loop", "response time, p99 (s)", "blocking coefficient T_io/T_cpu"] {
        assert!(svg.contains(&format!("aria-label=\"{words}\"")), "{words}");
    }
}

#[test]
fn what_cannot_be_plotted_says_what_is_missing() {
    let home = home();
    let play = |args: &[&str], words: &[&str]| {
        play_at(home.path(), &[&["plot"], args].concat()).ends(2, words);
    };
    play(&["none.csv", "xy", "-o", "c.svg"], &["none.csv", "cannot be read"]);
    play(&["t.csv", "load", "-o", "c.svg"], &["no load", "load.rate", "--x"]);
    play(
        &["t.csv", "xy", "--x", "bta", "--y", "gain", "-o", "c.svg"],
        &["no column bta", "perhaps beta"],
    );
    play(&["t.csv", "heat", "-o", "c.svg"], &["two swept columns"]);
    play(&["t.csv", "tornado", "-o", "c.svg"], &["no column input"]);
    play(&["t.csv", "formula", "-o", "c.gif"], &["svg, png, pdf, tex, csv, txt"]);
    play(&["t.csv", "formula", "-o", "t.csv"], &["t.csv is the table that is drawn"]);
    play(&["t.csv", "pie", "-o", "c.svg"], &["formula, load, heat, tornado, xy"]);
    assert_eq!(names(home.path()), ["t.csv"]);
}

#[test]
fn a_trace_is_valid_for_its_viewers_and_its_timeline_is_what_the_screen_shows() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let model = ["--cpu", "2ms", "--io", "4ms", "--cores", "1", "--clients", "4"];
    let args = [&["trace"], &model[..], &["--for", "30ms", "--out", "t"]].concat();
    let played = play_at(home.path(), &args).ends(0, &["wrote 10 files to t"]);
    let read = |name: &str| std::fs::read_to_string(home.path().join("t").join(name)).expect(name);
    assert_eq!(read("timeline.txt"), played.out);
    assert!(played.out.contains("# CPU   - I/O   . waiting") && played.out.contains("CPU busy"));
    assert!(played.out.lines().all(|line| line.chars().count() <= 80), "{}", played.out);

    let trace: Value = serde_json::from_str(&read("trace.json")).expect("JSON");
    let events = trace["traceEvents"].as_array().expect("a list of events");
    let number =
        |event: &Value, key: &str| event[key].as_f64().unwrap_or_else(|| panic!("{key}: {event}"));
    let (mut starts, mut finishes) = (Vec::new(), Vec::new());
    for event in events {
        assert!(
            event["name"].is_string() && event["pid"].is_u64() && event["tid"].is_u64(),
            "{event}"
        );
        match event["ph"].as_str().expect("a phase") {
            "X" => {
                assert!(number(event, "ts") >= 0.0 && number(event, "dur") > 0.0, "{event}");
                assert!(number(event, "ts") + number(event, "dur") <= 30_000.001, "{event}");
            }
            "s" => starts.push(event["id"].as_u64()),
            "f" => finishes.push(event["id"].as_u64()),
            "M" => assert!(event["args"].is_object(), "{event}"),
            "i" => assert_eq!(event["s"], "t"),
            other => panic!("no such phase: {other}"),
        }
    }
    assert!(!starts.is_empty() && starts == finishes, "every arrow has two ends");
    // A track shows one thing at a time, or viewers would draw them over each other.
    let mut slices: Vec<(u64, u64, f64, f64)> = events
        .iter()
        .filter(|event| event["ph"] == "X")
        .map(|e| {
            (
                e["pid"].as_u64().unwrap_or(0),
                e["tid"].as_u64().unwrap_or(0),
                number(e, "ts"),
                number(e, "dur"),
            )
        })
        .collect();
    slices.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
    for pair in slices.windows(2) {
        let apart = (pair[0].0, pair[0].1) != (pair[1].0, pair[1].1);
        assert!(apart || pair[0].2 + pair[0].3 <= pair[1].2 + 1e-6, "{pair:?}");
    }
}

#[test]
fn a_window_may_begin_at_any_time() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let model = ["--cpu", "1ms", "--io", "9ms", "--cores", "2", "--clients", "20"];
    let args = [&["trace"], &model[..], &["--from", "2s", "--for", "50ms", "--no-files"]].concat();
    let played = play_at(home.path(), &args).ends(0, &[]);
    // The window opens on a system at work: its first request is in it from the first column on.
    let first = played.out.lines().nth(1).expect("a request");
    assert!(!first[15..16].trim().is_empty(), "{}", played.out);
    play_at(home.path(), &["trace", "--for", "0s"]).ends(2, &["no window"]);
}

#[test]
fn a_window_in_which_too_much_happens_ends_where_a_viewer_still_opens_it_and_says_so() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let model = ["--cpu", "0.1ms", "--io", "0.9ms", "--cores", "2", "--clients", "40"];
    let args = [&["trace"], &model[..], &["--for", "1h", "--out", "t"]].concat();
    let said = ["more happens than a viewer opens: the window ends after", "of 1h", "--from"];
    let played = play_at(home.path(), &args).ends(0, &said);
    assert!(played.out.contains("Note The window ends after"), "{}", played.out);
    assert!(played.out.contains("Note Drawn: the first 8 requests of each"), "{}", played.out);
    assert!(played.out.lines().all(|line| line.chars().count() <= 80), "{}", played.out);
    let read = |name: &str| std::fs::read(home.path().join("t").join(name)).expect(name);
    assert!(read("trace.json").len() < 200 << 20);
    let caption = String::from_utf8(read("timeline.caption.txt")).expect("text");
    assert!(caption.contains("Drawn: the first 8 requests of each runtime"), "{caption}");
    // More at once than can be told even of the first moment.
    let many = ["--cpu", "1ms", "--io", "9ms", "--clients", "600000", "--for", "1ms", "--no-files"];
    play_at(home.path(), &[&["trace"], &many[..]].concat()).ends(3, &["load.clients=100"]);
}

#[test]
fn cores_that_all_share_have_rows_as_well() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let args = ["trace", "--cpu", "2ms", "--io", "4ms", "--cores", "1", "--clients", "4"];
    let shared = ["--set", "host.scheduling=processor-sharing", "--for", "30ms", "--out", "t"];
    let played = play_at(home.path(), &[&args[..], &shared].concat()).ends(0, &[]);
    assert_eq!(played.out.matches(" core  ").count(), 3, "{}", played.out);
    assert_eq!(played.out.matches("CPU busy").count(), 3, "{}", played.out);
    let trace = std::fs::read_to_string(home.path().join("t/trace.json")).expect("a trace");
    assert!(trace.contains("shared by all that run"));
}
