//! What makes real servers differ from ideal ones, each by itself with its known answer.

use iowait::input::Document;
use iowait::model::{Model, Overrides};
use iowait::simulation::{Control, Replication, Setup, Window, replicate};

/// A batch of requests on one core, from the lines of `[host]`, the steps and the runtime.
fn batch(count: u32, host: &str, steps: &str, runtime: &str) -> Replication {
    let text = format!(
        "[host]\n{host}\n[load]\nkind = \"batch\"\ncount = {count}\n\
         [[request]]\nsteps = [{steps}]\n[[runtime]]\n{runtime}\n"
    );
    let document = Document::from_text("model.toml", &text);
    let model = match Model::read(&document, &Overrides::default()) {
        Ok(model) => model,
        Err(problems) => panic!("{problems:?}"),
    };
    let setup = Setup::new(&model, &model.runtimes[0]);
    assert!(!setup.is_computed_ahead(), "the fast path knows nothing of it: {text}");
    replicate(&setup, 0, Window::WHOLE, &Control::default())
}

/// The longest response in microseconds.
fn last_us(found: &Replication) -> u64 {
    found.last_end.0 / 1_000
}

const EEVDF: &str = "scheduling = \"eevdf\"\ntimeslice = \"1.4 ms\"\ntick = \"4 ms\"";
const TIMER: &str = "{ cpu = \"1 ms\" }, { io = \"2.5 ms\", timer = true }, { cpu = \"1 ms\" }";

#[test]
fn a_slice_ends_with_the_tick_at_which_it_is_used_up() {
    // 0-4 the one, 4-8 the other, 8-12 and 12-16 again: slices of 1.4 ms are looked at every 4 ms.
    let found = batch(2, EEVDF, "{ cpu = \"8 ms\" }", "kind = \"sync-worker\"\nworkers = 2");
    let ends: Vec<u64> = found.response.points().map(|(nanos, _)| nanos as u64 / 100_000).collect();
    assert_eq!(last_us(&found), 16_000);
    assert_eq!((ends[0] + 5) / 10, 12, "{ends:?}");
}

#[test]
fn short_bursts_go_ahead_of_a_long_one_when_they_wake() {
    // Measured (`os_wakeup`): a sleeper with bursts of 0.05 ms beside one CPU-bound process gets the
    // core at once; in order of arrival each burst would wait for the end of a slice.
    let short_mean_ms = |scheduling: &str| {
        let text = format!(
            "[host]\n{scheduling}\n[load]\nkind = \"closed\"\nclients = 2\n\
             [[request]]\nname = \"long\"\nsteps = [{{ cpu = \"60 ms\" }}]\n\
             [[request]]\nname = \"short\"\n\
             steps = [{{ repeat = 40, steps = [{{ io = \"1 ms\" }}, {{ cpu = \"0.05 ms\" }}] }}]\n\
             [[runtime]]\nkind = \"sync-worker\"\nworkers = 2\n"
        );
        let document = Document::from_text("model.toml", &text);
        let model = Model::read(&document, &Overrides::default()).expect("a valid model");
        let setup = Setup::new(&model, &model.runtimes[0]);
        let window = Window { requests: 2_000, ..Window::WHOLE };
        let found = replicate(&setup, 0, window, &Control::default());
        found.classes[1].mean().expect("half of them are short") / 1e6
    };
    let (fair, in_turn) = (short_mean_ms(EEVDF), short_mean_ms("timeslice = \"4 ms\""));
    assert!(fair < 55.0, "40 x 1.05 ms and little more: {fair}");
    assert!(in_turn > 65.0, "a slice more for most, while a long one runs: {in_turn}");
}

#[test]
fn a_loop_that_sleeps_wakes_at_whole_multiples_of_its_grain() {
    let one = |keys: &str| last_us(&batch(1, "", TIMER, &format!("kind = \"event-loop\"\n{keys}")));
    // Asleep from 1 ms on for 2.5 ms, which become 3.
    assert_eq!(one("timer_grain = \"1 ms\""), 5_000);
    // 2.5 ms become 2, the even neighbour.
    assert_eq!(one("timer_grain = \"1 ms\"\ntimer_rounding = \"nearest\""), 4_000);
    assert_eq!(one("timer_grain = \"1 ms\"\ntimer_overshoot = \"0.1 ms\""), 5_100);
    assert_eq!(one("timer_overshoot = \"0.1 ms\""), 4_600);
}

#[test]
fn a_busy_loop_sees_its_timers_on_time() {
    // Two requests start at 0: bursts at 0-1 and 1-2, timers due at 3.5 and 4.5. Asleep from 2 on, the
    // loop wakes at 4 for the first, which ends at 5; the second is due by then, and ends at 6.
    let found = batch(2, "", TIMER, "kind = \"event-loop\"\ntimer_grain = \"1 ms\"");
    assert_eq!(last_us(&found), 6_000);
}

#[test]
fn a_thread_sleeps_longer_than_it_asked_for() {
    let found = batch(1, "", TIMER, "kind = \"sync-worker\"\ntimer_overshoot = \"0.1 ms\"");
    assert_eq!(last_us(&found), 4_600);
}

#[test]
fn a_burst_on_a_core_that_idled_pays_for_cold_caches() {
    let steps = "{ cpu = \"1 ms\" }, { io = \"20 ms\" }, { cpu = \"1 ms\" }";
    let runtime = "kind = \"sync-worker\"\ncold_cost = \"1 ms\"\ncold_after = \"20 ms\"";
    let found = batch(1, "", steps, runtime);
    // 1 - 1/e of it after one `cold_after`; and it is no useful work.
    assert_eq!(last_us(&found), 22_632);
    assert_eq!(found.cpu_useful, 2_000_000);
}

#[test]
fn a_main_thread_hands_requests_over_before_the_pool_runs() {
    let runtime = "kind = \"thread-pool\"\nthreads = 2\ngil = true\ndispatch = \"0.5 ms\"";
    // 3 x 0.5 ms for all that came at once, then one after the other under the lock.
    let found = batch(3, "", "{ cpu = \"1 ms\" }", runtime);
    assert_eq!(last_us(&found), 4_500);
    assert_eq!(found.counts.completed, 3);
}

/// The response times in microseconds of a closed load of two clients or more, ascending, each with its count.
fn closed(clients: u32, load: &str, steps: &str, runtime: &str) -> Vec<(u64, u64)> {
    let text = format!(
        "[load]\nkind = \"closed\"\nclients = {clients}\n{load}\n\
         [[request]]\nsteps = [{steps}]\n[[runtime]]\n{runtime}\n"
    );
    let document = Document::from_text("model.toml", &text);
    let model = Model::read(&document, &Overrides::default()).expect("a valid model");
    let setup = Setup::new(&model, &model.runtimes[0]);
    let window =
        Window { warmup: iowait::units::Span::from_millis(200), requests: 3_000, ..Window::WHOLE };
    let found = replicate(&setup, 0, window, &Control::default());
    found.response.points().map(|(nanos, count)| (nanos as u64 / 1_000, count)).collect()
}

#[test]
fn a_client_that_misses_a_poll_is_last_in_the_next_and_misses_it_again() {
    // 4 clients, 1 ms each, 20 us until they send again. In the order of arrival the one answered last
    // comes first next time. As epoll lists sockets it comes last, misses the poll and waits for a turn
    // more: two of four clients take turns at 6 ms, the others have 3.
    let of = |keys: &str| {
        let runtime = format!("kind = \"event-loop\"\n{keys}");
        closed(4, "think = \"20 us\"", "{ cpu = \"1 ms\" }", &runtime)
    };
    let slowest = |points: &[(u64, u64)]| points.last().expect("responses").0;
    let (arrival, listed) = (of(""), of("poll_order = \"listed\""));
    assert!(slowest(&arrival) < 5_100, "{arrival:?}");
    assert!(slowest(&listed) > 5_900 && slowest(&listed) < 6_100, "{listed:?}");
    let long: u64 = listed.iter().filter(|(us, _)| *us > 5_900).map(|(_, count)| count).sum();
    let all: u64 = listed.iter().map(|(_, count)| count).sum();
    // One request in three of a turn's three.
    assert!((long as f64 / all as f64 - 1.0 / 3.0).abs() < 0.02, "{long} of {all}");
}

#[test]
fn who_misses_a_poll_by_its_timer_waits_for_half_a_cycle_more_where_timers_come_last() {
    // 16 clients, two bursts of 0.5 ms around a sleep of 1 ms. Their first bursts fill one iteration, their second ones the
    // next; the last two of an iteration still sleep as it ends. By time they come first in the iteration after the next, and
    // lose nothing: 16 ms. Behind the sockets they come last in it, behind the first bursts of all others: 22 ms.
    let of = |keys: &str| {
        let runtime = format!("kind = \"event-loop\"\n{keys}");
        let steps = "{ cpu = \"0.5 ms\" }, { io = \"1 ms\", timer = true }, { cpu = \"0.5 ms\" }";
        closed(16, "think = \"20 us\"", steps, &runtime)
    };
    let slowest = |points: &[(u64, u64)]| points.last().expect("responses").0;
    let (arrival, listed) = (of(""), of("poll_order = \"listed\""));
    assert!(slowest(&arrival) < 17_500, "{arrival:?}");
    assert!((21_500..22_500).contains(&slowest(&listed)), "{listed:?}");
}

#[test]
fn what_is_read_in_one_iteration_runs_in_the_next() {
    let of = |keys: &str| {
        let runtime = format!("kind = \"event-loop\"\n{keys}");
        let found = batch(2, "", "{ cpu = \"1 ms\" }", &runtime);
        found.response.points().map(|(nanos, _)| nanos as u64 / 1_000).collect::<Vec<_>>()
    };
    let near = |found: &[u64], wanted: [u64; 2]| {
        found.iter().zip(wanted).all(|(found, wanted)| found.abs_diff(wanted) <= 2)
    };
    // Both are read, 0.1 ms each, before the first one runs.
    let apart = of("read = \"0.1 ms\"");
    assert!(near(&apart, [1_200, 2_200]), "{apart:?}");
    let together = of("overhead = \"0.1 ms\"\npoll_order = \"listed\"");
    assert!(near(&together, [1_100, 2_200]), "{together:?}");
}

#[test]
fn an_answer_waits_for_whoever_took_the_lock_while_its_head_was_sent() {
    // Two threads on two cores, 1 ms with the lock each, then 10 us behind the head of the answer. With the
    // lock in hand a request that began first is answered after 1.01 ms of its own; sent without it, the
    // other has its whole burst first.
    let of = |keys: &str| {
        let runtime =
            format!("kind = \"thread-pool\"\nthreads = 2\ngil = true\ndispatch = \"1 us\"\n{keys}");
        batch(2, "cores = 2", "{ cpu = \"1 ms\" }", &runtime)
    };
    let first = |found: &Replication| {
        found.response.points().next().map_or(0, |(nanos, _)| nanos as u64 / 1_000)
    };
    let (kept, let_go) = (of(""), of("reply = \"10 us\""));
    assert!((first(&kept) as i64 - 1_002).abs() <= 2, "{}", first(&kept));
    assert!((first(&let_go) as i64 - 2_012).abs() <= 4, "{}", first(&let_go));
    assert!((last_us(&let_go) as i64 - 2_022).abs() <= 4, "{}", last_us(&let_go));
}
