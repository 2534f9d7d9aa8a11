//! The lines above the tables: what was asked, of what, how often.

use super::super::number::{duration, figure};
use super::Source;

/// Model and host, demands and load, replications: three lines, each of several pieces.
pub fn lines(source: &Source<'_>) -> Vec<Vec<String>> {
    let summary = source.summary;
    let what = match source.scenario {
        None => vec![
            source.outcome.model.clone(),
            summary.request.clone(),
            summary.host.clone(),
            format!("seed {}", source.outcome.seed),
        ],
        Some(name) => {
            vec![format!("scenario {name}"), summary.request.clone(), summary.host.clone()]
        }
    };
    let mut lines = vec![what, demands(source)];
    if source.simulated() {
        lines.push(effort(source));
    } else {
        lines.push(vec!["by theory alone, nothing simulated".to_owned()]);
    }
    lines
}

/// `T_cpu 1 ms`, `T_io 80 ms`, `ratio 80`, the load.
fn demands(source: &Source<'_>) -> Vec<String> {
    let workload = source.workload;
    let ratio = workload.blocking_coefficient.map_or_else(
        || "no CPU, so no ratio".to_owned(),
        |beta| format!("ratio {}", figure(beta, 3)),
    );
    vec![
        format!("T_cpu {}", duration(workload.t_cpu_s, None)),
        format!("T_io {}", duration(workload.t_io_s, None)),
        ratio,
        source.summary.load.clone(),
    ]
}

/// How often, and what the signs mean.
fn effort(source: &Source<'_>) -> Vec<String> {
    let warmup = if source.warmup_s > 0.0 {
        format!(" after {} of warm-up", duration(source.warmup_s, None))
    } else {
        String::new()
    };
    match source.outcome.replications {
        1 => vec![format!("1 replication{warmup}, so no intervals")],
        n => vec![format!("{n} replications{warmup}; ± is half a 95 % interval")],
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture;
    use super::super::sections;

    #[test]
    fn the_head_names_model_demands_load_and_effort() {
        let head = &sections(&fixture::web_request())[0].head;
        assert_eq!(
            head[0].join(" | "),
            "web-request | 20 x (0.05 ms CPU + 4 ms wait), exponential | 8 cores | seed 42"
        );
        assert_eq!(
            head[1].join(" | "),
            "T_cpu 1 ms | T_io 80 ms | ratio 80 | closed load, 648 clients = 8 x (1 + 80)"
        );
        assert_eq!(head[2][0], "10 replications after 1.2 s of warm-up; ± is half a 95 % interval");
    }

    #[test]
    fn a_single_replication_and_theory_alone_say_so() {
        let mut outcome = fixture::web_request();
        outcome.replications = 1;
        assert!(sections(&outcome)[0].head[2][0].ends_with("so no intervals"));
        let head = &sections(&fixture::theory_only())[0].head;
        assert_eq!(head[2][0], "by theory alone, nothing simulated");
    }

    #[test]
    fn a_model_without_cpu_has_no_ratio() {
        let mut outcome = fixture::web_request();
        outcome.workload.blocking_coefficient = None;
        assert_eq!(sections(&outcome)[0].head[1][2], "no CPU, so no ratio");
    }
}
