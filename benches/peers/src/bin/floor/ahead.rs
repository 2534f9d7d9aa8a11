//! Ends computed ahead: a FIFO pool that nothing interrupts knows the end of a job when it arrives,
//! and a wait without a queue chains on. Only arrivals at the cores are events, in W2 none at all.

use crate::Queue;
use iowait_peers::{Draw, Order, Tally, Workload};

/// Simulates a workload.
pub fn run(order: Order, queue: &mut impl Queue) -> String {
    let (draw, tally) = (Draw::new(order.seed), Tally::new(order));
    match order.workload {
        Workload::W1 | Workload::W3 => alternating(order.workload, draw, tally, queue),
        Workload::W2 => eight_servers(draw, tally),
        Workload::W4 => fan_out(draw, tally, queue),
    }
}

/// One core: when it is free.
struct Core(u64);

impl Core {
    /// The end of a burst that arrives at `now`.
    fn serve(&mut self, now: u64, burst: u64, tally: &mut Tally) -> u64 {
        let begun = self.0.max(now);
        self.0 = begun + burst;
        tally.burst(self.0, now, begun);
        self.0
    }
}

fn alternating(
    workload: Workload,
    mut draw: Draw,
    mut tally: Tally,
    queue: &mut impl Queue,
) -> String {
    let rounds = u32::from(workload.rounds());
    // W3 begins in the midst of the waits that end a request.
    let first = if workload == Workload::W3 { rounds } else { 0 };
    let mut requests = vec![(0u64, first); workload.clients() as usize];
    for task in 0..workload.clients() {
        queue.push(if first > 0 { draw.exp(workload.wait()) } else { 0 }, task);
    }
    let mut core = Core(0);
    while !tally.is_full()
        && let Some((now, task)) = queue.pop()
    {
        let (arrived, round) = &mut requests[task as usize];
        if *round == rounds {
            tally.complete(now, *arrived);
            (*arrived, *round) = (now, 0);
        }
        *round += 1;
        let end = core.serve(now, draw.exp(workload.burst()), &mut tally);
        queue.push(end + draw.exp(workload.wait()), task);
    }
    tally.report()
}

fn eight_servers(mut draw: Draw, mut tally: Tally) -> String {
    let mut free = [0u64; 8];
    let mut now = 0;
    while !tally.is_full() {
        now += draw.exp(Workload::GAP);
        let mut first = 0;
        for server in 1..free.len() {
            first = if free[server] < free[first] { server } else { first };
        }
        let begun = free[first].max(now);
        free[first] = begun + draw.exp(Workload::W2.burst());
        tally.burst(free[first], now, begun);
        tally.complete(free[first], now);
    }
    tally.report()
}

fn fan_out(mut draw: Draw, mut tally: Tally, queue: &mut impl Queue) -> String {
    const FAMILY: u32 = 1 + Workload::BRANCHES;
    let workload = Workload::W4;
    let mut requests = vec![(0u64, 0u32); workload.clients() as usize];
    (0..workload.clients()).for_each(|client| queue.push(0, client * FAMILY));
    let mut core = Core(0);
    let mut started = 0;
    while !tally.is_full()
        && let Some((now, task)) = queue.pop()
    {
        let (arrived, open) = &mut requests[(task / FAMILY) as usize];
        if task.is_multiple_of(FAMILY) {
            // The client's next request arrives as its last one ends.
            if started >= workload.clients() {
                tally.complete(now, *arrived);
            }
            started += 1;
            (*arrived, *open) = (now, Workload::BRANCHES);
            let end = core.serve(now, draw.exp(workload.burst()), &mut tally);
            for branch in task + 1..task + FAMILY {
                queue.push(end + draw.exp(workload.wait()), branch);
            }
        } else {
            let end = core.serve(now, draw.exp(Workload::BRANCH_BURST), &mut tally);
            *open -= 1;
            if *open == 0 {
                queue.push(end, task - task % FAMILY);
            }
        }
    }
    tally.report()
}
