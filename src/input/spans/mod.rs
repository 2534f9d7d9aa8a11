//! Distributed traces as files: OpenTelemetry's JSON and Jaeger's, as trees of spans.

mod jaeger;
mod otlp;

use std::collections::BTreeMap;

use crate::input::problem::{Problem, Problems};

/// The most bytes of a file of traces (256 MiB).
pub const LONGEST: u64 = 256 << 20;

/// What a span is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Work inside a process, or nothing is said.
    #[default]
    Internal,
    /// A request as the service that serves it sees it.
    Server,
    /// A call as the service that waits for it sees it.
    Client,
}

/// One span.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Its trace.
    pub trace: String,
    /// Its own name in it.
    pub id: String,
    /// The span that it is inside of.
    pub parent: Option<String>,
    /// What it does.
    pub name: String,
    /// Who does it.
    pub service: String,
    /// What it is of.
    pub kind: Kind,
    /// Its start, in nanoseconds since 1970.
    pub start: u64,
    /// Its end.
    pub end: u64,
}

/// The spans of one trace, by their starts.
pub type Trace = Vec<Span>;

/// A format of traces.
#[derive(Debug)]
pub struct Format {
    /// What `--input-format` calls it.
    pub name: &'static str,
    /// One sentence for help.
    pub about: &'static str,
    /// Whether a text is of this format, by its first kibibytes.
    pub fits: fn(&str) -> bool,
    read: fn(&str) -> Result<Vec<Span>, Problem>,
}

/// Every format, a row each.
pub const FORMATS: &[Format] = &[
    Format {
        name: "otlp",
        about: "traces as OTLP JSON: the collector's file exporter, one object or one a line",
        fits: |text| text.contains("\"resourceSpans\""),
        read: otlp::read,
    },
    Format {
        name: "jaeger",
        about: "traces as Jaeger's query API and its UI give them, JSON",
        fits: |text| text.contains("\"traceID\"") && text.contains("\"spans\""),
        read: jaeger::read,
    },
];

impl Format {
    /// Reads a text; `name` is what messages call it.
    ///
    /// # Errors
    ///
    /// It is not JSON, or has no spans.
    pub fn read(&self, name: &str, text: &str) -> Result<Vec<Trace>, Problems> {
        let spans =
            (self.read)(text).and_then(|spans| match spans.len() {
                0 => Err(Problem::new("there are no spans in it")
                    .advice("export traces that have ended")),
                _ => Ok(spans),
            });
        Ok(traces(spans.map_err(|problem| Problems::of_source(name, problem))?))
    }
}

fn traces(spans: Vec<Span>) -> Vec<Trace> {
    let mut by_trace: BTreeMap<String, Trace> = BTreeMap::new();
    for span in spans {
        by_trace.entry(span.trace.clone()).or_default().push(span);
    }
    let mut traces: Vec<Trace> = by_trace.into_values().collect();
    for trace in &mut traces {
        trace.sort_by(|a, b| (a.start, &a.id).cmp(&(b.start, &b.id)));
        // A collector that was asked twice writes a span twice.
        trace.dedup_by(|a, b| a.id == b.id && a.kind == b.kind && a.start == b.start);
    }
    traces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAMPLES: [(&str, &str); 2] = [
        ("otlp", include_str!("../../../tests/fit/otlp.json")),
        ("jaeger", include_str!("../../../tests/fit/jaeger.json")),
    ];

    #[test]
    fn both_formats_give_the_same_tree() {
        let read = |(name, text): (&str, &str)| {
            let format = FORMATS.iter().find(|format| (format.fits)(text)).expect(name);
            assert_eq!(format.name, name);
            format.read("x", text).expect("traces")
        };
        let (otlp, jaeger) = (read(SAMPLES[0]), read(SAMPLES[1]));
        assert_eq!(otlp, jaeger);
        assert_eq!(otlp.len(), 1);
        let [root, query, ..] = otlp[0].as_slice() else { panic!("{otlp:?}") };
        assert_eq!(
            (root.kind, root.name.as_str(), root.parent.as_deref()),
            (Kind::Server, "GET /search", None)
        );
        assert_eq!((query.kind, query.parent.as_deref()), (Kind::Client, Some("00f067aa0ba902b7")));
        assert_eq!(root.end - root.start, 43_000_000);
        assert_eq!(root.service, "shop");
    }

    proptest! {
        #[test]
        fn nothing_panics_on_what_is_cut_or_changed(
            sample in 0..SAMPLES.len(),
            cut in 0.0..1.0f64,
            put in "[-0-9eE.,:{}\\[\\]\"a-z \n]{0,6}",
        ) {
            let letters: Vec<char> = SAMPLES[sample].1.chars().collect();
            let at = (letters.len() as f64 * cut) as usize;
            let text: String = letters[..at].iter().copied().chain(put.chars()).chain(letters[at..].iter().copied()).collect();
            let start: String = letters[..at].iter().collect();
            for format in FORMATS {
                let _ = format.read("x", &text);
                let _ = format.read("x", &start);
            }
        }
    }
}
