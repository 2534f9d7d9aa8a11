//! An outcome as one JSON object.

use std::io::{self, Write};

use crate::study::result::Outcome;

/// Writes the outcome as indented JSON and ends the line. Numbers have the shortest digits that
/// read back as the same bits; what is not finite is null.
///
/// # Errors
///
/// Those of the writer.
pub fn write(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *to, outcome)?;
    to.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::fixture;
    use super::*;

    fn text(outcome: &Outcome) -> String {
        let mut bytes = Vec::new();
        write(outcome, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// The keys of the object that begins after this mark, in the order of the text.
    fn keys<'a>(text: &'a str, mark: &str, indent: usize) -> Vec<&'a str> {
        let lead = format!("\n{}\"", " ".repeat(indent));
        let from = text.find(mark).unwrap();
        let body = &text[from..];
        let end = body.find(&format!("\n{}}}", " ".repeat(indent - 2))).unwrap();
        body[..end].split(&lead).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
    }

    #[test]
    fn the_keys_are_those_of_the_documentation_in_its_order() {
        let text = text(&fixture::web_request());
        assert_eq!(
            keys(&text, "{", 2).join(" "),
            "iowait model model_sha256 seed replications warmup_s command workload baseline runtimes scenarios"
        );
        assert_eq!(
            keys(&text, "    {\n      \"name\"", 6).join(" "),
            "name kind workload requests throughput_rps response_s classes accept_wait_s breakdown_s \
             breakdown_tail_s in_flight utilization loop_lag_s memory_bytes wasted makespan_s cost gain \
             fewer_requests theory bottleneck slo steady warnings events"
        );
        assert_eq!(keys(&text, "\"response_s\"", 8).join(" "), "mean p50 p75 p90 p95 p99 p999 max");
        assert_eq!(
            keys(&text, "\"gain\"", 8).join(" "),
            "simulated formula formula_n bound exact over_formula explained"
        );
        assert_eq!(
            keys(&text, "\"requests\"", 8).join(" "),
            "in_flight_at_start issued completed refused timed_out failed in_flight retries"
        );
    }

    #[test]
    fn what_has_no_meaning_is_null_and_never_absent() {
        let value: Value = serde_json::from_str(&text(&fixture::web_request())).unwrap();
        let sync = &value["runtimes"][0];
        for key in ["loop_lag_s", "makespan_s"] {
            assert_eq!(sync.get(key), Some(&Value::Null), "{key}");
        }
        assert_eq!(sync["classes"], serde_json::json!([]));
        assert_eq!(value["runtimes"][1]["throughput_rps"]["value"], 7772.3);
    }

    #[test]
    fn theory_alone_has_the_same_object_with_every_simulated_value_null() {
        let value: Value = serde_json::from_str(&text(&fixture::theory_only())).unwrap();
        let loops = &value["runtimes"][2];
        assert_eq!(loops["throughput_rps"], serde_json::json!({"value": null, "ci95": null}));
        assert_eq!(loops["theory"]["exact"]["method"], "MVA");
        assert_eq!(loops["steady"], Value::Null);
    }

    #[test]
    fn what_is_not_finite_is_null() {
        let value: Value = serde_json::from_str(&text(&fixture::not_finite())).unwrap();
        assert_eq!(value["workload"]["t_cpu_s"], Value::Null);
        assert_eq!(value["runtimes"][1]["gain"]["bound"], Value::Null);
    }
}
