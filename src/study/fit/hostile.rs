//! Whatever is given to the readers of a fit, and from them to what comes before the simulation: it answers
//! or refuses, and never panics.

use proptest::prelude::*;

use super::log::Log;
use super::{Known, Server, cells, skeleton};
use crate::input::accesslog::{self, Tally, Unit};
use crate::input::{loadtest, spans};

const RUNS: [&str; 9] = [
    include_str!("../../../tests/fit/k6-summary.json"),
    include_str!("../../../tests/fit/k6-export.json"),
    include_str!("../../../tests/fit/k6-machine.json"),
    include_str!("../../../tests/fit/oha.json"),
    include_str!("../../../tests/fit/vegeta.json"),
    include_str!("../../../tests/fit/wrk.txt"),
    include_str!("../../../tests/fit/wrk2.txt"),
    include_str!("../../../tests/fit/hey.csv"),
    include_str!("../../../tests/fit/runs.csv"),
];
const TRACES: [&str; 2] =
    [include_str!("../../../tests/fit/otlp.json"), include_str!("../../../tests/fit/jaeger.json")];
const LOG: &str = "10.0.0.1 - - [20/Nov/2025:10:15:00 +0000] \"GET /a HTTP/1.1\" 200 612 \"-\" \"curl\" 0.043 0.041\n\
                   {\"ts\":1763633700.0,\"duration\":0.043,\"status\":200}\n";

/// Words at which readers break: extremes, other signs, marks and halves of letters.
const WORDS: [&[u8]; 12] = [
    b"-1",
    b"0",
    b"1e308",
    b"18446744073709551616",
    b"NaN",
    b"inf",
    b"null",
    b"\"\"",
    b"\xef\xbb\xbf",
    b"\xff\xc3",
    b",,",
    b"\n\n",
];

/// Changes at places that are shares of the length: a word put in, so many bytes of the old taken out.
fn changes() -> impl Strategy<Value = Vec<(f64, usize, usize)>> {
    proptest::collection::vec((0.0..1.0f64, 0..WORDS.len(), 0..12usize), 1..6)
}

fn changed(sample: &str, changes: &[(f64, usize, usize)]) -> Vec<u8> {
    let mut bytes = sample.as_bytes().to_vec();
    for &(at, word, out) in changes {
        let from = (bytes.len() as f64 * at) as usize;
        let to = (from + out).min(bytes.len());
        bytes.splice(from..to, WORDS[word].iter().copied());
    }
    bytes
}

fn known() -> Known {
    let server = Server::find("gunicorn-sync:16");
    Known { cores: Some(2), server, cpu_s: Some(0.001), ..Known::default() }
}

fn read_runs(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for format in loadtest::FORMATS {
        let _ = (format.fits)(&text);
        if let Ok(found) = format.read("x", &text) {
            let _ = cells::prepare(&found, &known());
        }
    }
}

fn read_log(bytes: &[u8]) {
    for (_, unit) in Unit::WORDS {
        let (mut log, mut tally) = (Log::default(), Tally::default());
        let mut take = |entry: &accesslog::Entry, _: u64| {
            // A hundred and more, so that the log says enough.
            (0..120).for_each(|_| log.add(entry));
            true
        };
        let mut reader = bytes;
        accesslog::scan(&mut reader, unit, &mut tally, &mut take).expect("memory reads");
        if let Ok((one, _)) = log.measurement("x", &tally) {
            let _ = cells::prepare(&[one], &known());
        }
    }
}

fn read_traces(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for format in spans::FORMATS {
        let _ = (format.fits)(&text);
        if let Ok(traces) = format.read("x", &text) {
            let (_, found) = skeleton::of(&traces);
            for one in found {
                assert!(one.self_s() >= 0.0 && one.io_s() >= 0.0, "{one:?}");
                let _ = one.shape();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn runs_of_load_testers_never_panic(
        sample in 0..RUNS.len(), changes in changes(), bytes in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        read_runs(&changed(RUNS[sample], &changes));
        read_runs(&bytes);
    }

    #[test]
    fn lines_of_logs_never_panic(
        changes in changes(), bytes in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        read_log(&changed(LOG, &changes));
        read_log(&bytes);
    }

    #[test]
    fn spans_of_traces_never_panic(
        sample in 0..TRACES.len(), changes in changes(), bytes in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        read_traces(&changed(TRACES[sample], &changes));
        read_traces(&bytes);
    }
}
