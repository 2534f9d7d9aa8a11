//! What the screen shows: heads, tables and remarks within a terminal's width.

use std::io::{self, Write};

use super::style::{Style, Tone};
use super::view::{self, Kind, Remark, Section};
use super::wrap::{hanging, pieces};
use crate::study::result::Outcome;

mod widths;

pub use widths::widths;

/// Writes the base model and each scenario, one after the other, in lines of at most `style.width`
/// columns.
///
/// # Errors
///
/// Those of the writer.
pub fn write(outcome: &Outcome, style: &Style, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(render(outcome, style).as_bytes())
}

/// The same as one text.
#[must_use]
pub fn render(outcome: &Outcome, style: &Style) -> String {
    let sections = view::sections(outcome);
    let texts: Vec<String> = sections.iter().map(|section| show(section, style)).collect();
    texts.join("\n")
}

fn show(section: &Section, style: &Style) -> String {
    let mut blocks = vec![head(section, style)];
    blocks.extend(section.tables.iter().map(|table| table.lines(style)));
    blocks.push(section.remarks.iter().flat_map(|remark| say(remark, style)).collect());
    blocks.retain(|block| !block.is_empty());
    let blocks: Vec<String> = blocks.iter().map(|block| block.join("\n")).collect();
    blocks.join("\n\n") + "\n"
}

/// The first word stands out, the last line (how it was measured) steps back.
fn head(section: &Section, style: &Style) -> Vec<String> {
    let mut lines = Vec::new();
    for (i, line) in section.head.iter().enumerate() {
        for (j, text) in pieces(line, style.columns()).into_iter().enumerate() {
            lines.push(match (i, j) {
                (0, 0) => style.paint(Tone::Head, &text),
                (2, _) => style.paint(Tone::Faint, &text),
                _ => text,
            });
        }
    }
    lines
}

/// `  Why  …`, the word in colour.
fn say(remark: &Remark, style: &Style) -> Vec<String> {
    let word = remark.kind.word();
    let tone = if remark.kind == Kind::Warning { Tone::Warning } else { Tone::Head };
    let lead = format!("  {word} ");
    let mut lines = hanging(&lead, &remark.text, style.columns());
    if let Some(first) = lines.first_mut() {
        *first = first.replacen(word, &style.paint(tone, word), 1);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use crate::study::result::RequestCounts;

    #[test]
    fn the_screen_is_that_of_the_documentation() {
        assert_eq!(
            render(&fixture::web_request(), &Style::PLAIN),
            "\
web-request   20 x (0.05 ms CPU + 4 ms wait), exponential   8 cores   seed 42
T_cpu 1 ms   T_io 80 ms   ratio 80   closed load, 648 clients = 8 x (1 + 80)
10 replications after 1.2 s of warm-up; ± is half a 95 % interval

  runtime           req/s        cpu       p50      p99   queued for a worker
  sync    8        98.8 ± 0.2    1 %    6.56 s   6.69 s   99 % of the time
  threads 648   7 772   ± 7     97 %   82.0 ms   131 ms   -
  loops   8     7 384   ± 10    92 %   86.2 ms   135 ms   -

  gain over sync   simulated    exact   bound   formula   against the formula
  threads          78.7 ± 0.2   78.75      81        81                -2.8 %
  loops            74.7 ± 0.2   74.79      81        81                -7.7 %

  Why  sync: all 8 workers wait for I/O 98.8 % of the time.
  Why  Threads keep the cores 97 % busy.
  Why  loops: Each loop idles while others have work waiting. It misses 6.3 of
       the formula's 81: 6.2 because times vary, 4.0 because each loop serves
       only its own tasks; they overlap by 3.9.
  Note sync p99 is 640 queued clients; below saturation: iowait run --rate 60/s
"
        );
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_whatever_is_in_it() {
        let mut long = fixture::with_scenario();
        for (i, runtime) in long.runtimes.iter_mut().enumerate() {
            runtime.name = format!("{}{i}", "very-long-name-".repeat(8));
            runtime.width = 1_000_000;
            runtime.throughput_rps = fixture::about(123_456_789.123, 0.5);
            runtime.requests =
                Some(RequestCounts { refused: 1, failed: 1, ..RequestCounts::default() });
            fixture::share(runtime, &format!("resource.{}", "pool-".repeat(12)), 0.9);
            runtime.warnings = vec!["x".repeat(300)];
        }
        long.baseline = long.runtimes[0].name.clone();
        let mut extreme = fixture::web_request();
        for runtime in &mut extreme.runtimes {
            runtime.throughput_rps = fixture::about(1e300, 1.0);
            runtime.response_s.p99 = fixture::about(1e300, 1.0);
            runtime.response_s.p50 = fixture::about(1.0, 1e300);
            fixture::share(runtime, "cpu", -1e300);
            runtime.gain.simulated = fixture::about(1.0, 1e300);
            runtime.gain.formula = Some(1e-300);
            runtime.gain.exact = Some(f64::MAX);
            runtime.gain.over_formula = Some(1e300);
            runtime.memory_bytes.peak = Some(u64::MAX);
            runtime.requests =
                Some(RequestCounts { completed: u64::MAX / 8, ..RequestCounts::default() });
        }
        let all =
            [long, extreme, fixture::overloaded(), fixture::theory_only(), fixture::not_finite()];
        for outcome in &all {
            for width in [40, 60, 80, 120] {
                for line in render(outcome, &Style { color: false, width }).lines() {
                    assert!(line.chars().count() <= width, "{width}: {line}");
                    assert_eq!(line.trim_end(), line, "nothing trails");
                }
            }
        }
    }

    #[test]
    fn scenarios_follow_one_after_the_other() {
        let text = render(&fixture::with_scenario(), &Style::PLAIN);
        let at = text.find("\n\nscenario peak\n").unwrap();
        assert!(text[at..].contains("closed load, 900 clients"), "{text}");
        assert_eq!(text.matches("gain over sync").count(), 2);
    }

    #[test]
    fn colour_is_only_added() {
        let outcome = fixture::overloaded();
        let colored = render(&outcome, &Style { color: true, width: 80 });
        let mut bare = String::new();
        let mut rest = colored.as_str();
        while let Some((before, after)) = rest.split_once('\x1b') {
            bare += before;
            rest = after.split_once('m').unwrap().1;
        }
        bare += rest;
        // Padding inside a coloured last cell is the one difference.
        let lines = |text: &str| text.lines().map(|l| l.trim_end().to_owned()).collect::<Vec<_>>();
        assert_eq!(lines(&bare), lines(&render(&outcome, &Style::PLAIN)));
        assert!(colored.contains("\x1b[33mWarn\x1b[0m"));
    }
}
