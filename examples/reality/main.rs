//! How right the simulator is about measured servers.

mod cells;
mod predict;

use cells::{Cell, Figures, Region};
use predict::Given;
use rayon::prelude::*;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let all = cells::read(&cells::folder()).expect("the measurements are in the repository");
    let host: &'static str = Box::leak(std::env::var("HOST").unwrap_or("cores = 1\nscheduling = \"eevdf\"\ntimeslice = \"1.4 ms\"\ntick = \"4 ms\"".into()).into_boxed_str());
    let env = |n: &str, d: &str| -> &'static str { Box::leak(std::env::var(n).unwrap_or(d.into()).into_boxed_str()) };
    let noise: f64 = std::env::var("NOISE").ok().and_then(|s| s.parse().ok()).unwrap_or(0.03);
    let (sync, thr, asy, uvl) = (env("SYNC", "timer_overshoot = \"0.1 ms\""), env("GTHREAD", "timer_overshoot = \"0.1 ms\"\ngil_order = \"random\"\ndispatch = \"0.02 ms\""), env("ASYNCIO", "timer_overshoot = \"0.1 ms\"\ntimer_grain = \"1 ms\""), env("UVLOOP", "timer_overshoot = \"0.1 ms\"\ntimer_grain = \"1 ms\"\ntimer_rounding = \"nearest\""));
    let filter = args.get(1).cloned().unwrap_or_default();
    let results: Vec<(Cell, Figures)> = all.into_par_iter().filter(|c| c.runtime.starts_with(&filter)).map(|cell| {
        let runtime = match cell.model.as_str() { "sync" => sync, "gthread" => thr, "asyncio" => asy, _ => uvl };
        let given = Given { cpu: cell.cpu, host, runtime, network: 0.02, dispatch: if runtime.contains("dispatch") { 0.02 } else { 0.0 }, noise };
        let found = predict::predict(&cell, &given).unwrap();
        (cell, found)
    }).collect();
    if args.get(2).is_some() {
        for (cell, f) in &results {
            let m = cell.figures;
            let e = |a: f64, b: f64| format!("{:+.1}%", (a / b - 1.0) * 100.0);
            println!("{:60} {:10} X {:7.1} {:7.1} {:>7} mean {:7.2} {:7.2} {:>7} p50 {:7.2} {:7.2} {:>7} p95 {:7.2} {:7.2} {:>7} p99 {:7.2} {:7.2} {:>7}", cell.label(), cell.region().name(), m.throughput, f.throughput, e(f.throughput, m.throughput), m.mean, f.mean, e(f.mean, m.mean), m.p50, f.p50, e(f.p50, m.p50), m.p95, f.p95, e(f.p95, m.p95), m.p99, f.p99, e(f.p99, m.p99));
        }
    }
    let med = |mut v: Vec<f64>| { v.sort_by(f64::total_cmp); if v.is_empty() { f64::NAN } else { v[v.len() / 2] * 100.0 } };
    let show = |name: &str, s: Vec<&(Cell, Figures)>| {
        let e = |g: fn(&Figures) -> f64| med(s.iter().map(|(c, f)| (g(f) / g(&c.figures) - 1.0).abs()).collect());
        println!("{name:30} n {:3}  X {:5.1} mean {:5.1} p50 {:5.1} p95 {:5.1} p99 {:5.1}", s.len(), e(|f| f.throughput), e(|f| f.mean), e(|f| f.p50), e(|f| f.p95), e(|f| f.p99));
    };
    for model in ["sync", "gthread", "asyncio", "uvloop", ""] {
        for region in Region::ALL {
            show(&format!("{model} {}", region.name()), results.iter().filter(|(c, _)| c.region() == region && (model.is_empty() || c.model == model)).collect());
        }
        show(model, results.iter().filter(|(c, _)| model.is_empty() || c.model == model).collect());
    }
}
