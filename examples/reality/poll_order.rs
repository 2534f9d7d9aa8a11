//! The order of requests in a poll, by hand: what the simulator has in the order of arrival, epoll has in
//! the order of its ready list.
//!
//! A loop runs a batch, then polls once and runs what was read as the next batch. The client that is
//! answered last has not sent again when the poll comes: it is late by a turn. A socket that was reported
//! stays in the list where it stood (level-triggered), one that fires afterwards goes to its end: so who
//! was late is last again, and late again. With n clients n - 2 take n - 1 bursts and two take turns at
//! 2 (n - 1), which is what was measured of uvloop. asyncio polls again before it runs what it has read.

/// The response time in milliseconds that a share does not exceed: `clients` that send again `network`
/// after an answer, each request a burst of `cpu`.
#[must_use]
pub fn quantile(share: f64, clients: u32, (cpu, network): (f64, f64)) -> f64 {
    const TURNS: u32 = 400;
    let n = clients as usize;
    // When each client's request comes, and the list of sockets.
    let mut sent: Vec<f64> = vec![0.0; n];
    let mut list: Vec<usize> = (0..n).collect();
    let (mut now, mut times): (f64, Vec<f64>) = (0.0, Vec::new());
    for _ in 0..TURNS {
        let ready: Vec<usize> = list.iter().copied().filter(|&one| sent[one] <= now).collect();
        let mut late: Vec<usize> = (0..n).filter(|one| !ready.contains(one)).collect();
        late.sort_by(|&a, &b| sent[a].total_cmp(&sent[b]));
        for &one in &ready {
            now += cpu;
            times.push(now - sent[one]);
            sent[one] = now + network;
        }
        if ready.is_empty() {
            now = sent.iter().copied().fold(f64::INFINITY, f64::min);
        }
        list = ready.into_iter().chain(late).collect();
    }
    // The first turns begin all at once.
    let mut times = times.split_off(times.len() / 4);
    times.sort_by(f64::total_cmp);
    let rank = (times.len() as f64 * share).ceil() as usize;
    times[rank.clamp(1, times.len()) - 1]
}
