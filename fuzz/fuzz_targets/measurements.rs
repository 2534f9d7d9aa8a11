//! Any bytes as what a load tester, an access log or a tracing system wrote: read or refused in words, and what is
//! read is finite.

#![no_main]

use iowait::input::{accesslog, loadtest, spans};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for format in loadtest::FORMATS {
        // By its own reader, whether it looks like the format or not.
        let _ = (format.fits)(&text);
        match format.read("fuzzed", &text) {
            Ok(runs) => {
                for run in runs {
                    let numbers = [run.throughput_rps, run.offered_rps, run.mean_s, run.requests, run.failed];
                    assert!(numbers.iter().flatten().all(|number| number.is_finite()), "{run:?}");
                    assert!(run.percentiles.iter().all(|each| each.value.is_finite()), "{run:?}");
                }
            }
            Err(problems) => assert!(!problems.to_string().is_empty()),
        }
    }
    for unit in [accesslog::Unit::Seconds, accesslog::Unit::Millis, accesslog::Unit::Micros] {
        let mut tally = accesslog::Tally::default();
        let mut entries = 0;
        accesslog::scan(&mut &*data, unit, &mut tally, &mut |entry, bytes| {
            assert!(entry.request_s.is_finite() && entry.request_s >= 0.0, "{entry:?}");
            assert!(bytes <= data.len() as u64);
            entries += 1;
            true
        })
        .expect("memory is read");
        assert_eq!(tally.lines, entries + tally.bad);
    }
    for format in spans::FORMATS {
        let _ = (format.fits)(&text);
        match format.read("fuzzed", &text) {
            Ok(traces) => {
                for trace in traces {
                    assert!(trace.is_sorted_by_key(|span| span.start));
                }
            }
            Err(problems) => assert!(!problems.to_string().is_empty()),
        }
    }
});
