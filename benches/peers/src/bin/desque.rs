//! desque: events are types, boxed, on a binary heap.

use std::process::ExitCode;

use desque::SimState;
use desque::serial::{OkEvent, Simulation};
use iowait_peers::{Happening, Order, Plant};

struct State(Plant);

impl SimState<u64> for State {
    fn is_complete(&self, _: &u64) -> bool {
        self.0.tally.is_full()
    }
}

#[derive(Debug)]
struct Event(Happening);

impl OkEvent<State, u64> for Event {
    fn execute(&mut self, simulation: &mut Simulation<State, u64>) {
        let now = *simulation.current_time();
        // What follows is scheduled once the state is no longer borrowed; an event has at most five
        // successors, and the next arrival or the next job.
        let mut next = [(0, Happening::Arrives); 8];
        let mut count = 0;
        simulation.state_mut().0.handle(now, self.0, &mut |time, what| {
            next[count] = (time, what);
            count += 1;
        });
        for &(time, what) in &next[..count] {
            simulation.schedule(Event(what), time).expect("nothing lies in the past");
        }
    }
}

fn main() -> ExitCode {
    let order = match Order::read(&[]) {
        Ok((order, _)) => order,
        Err(usage) => {
            eprintln!("{usage}");
            return ExitCode::from(2);
        }
    };
    let mut simulation = Simulation::new(State(Plant::new(order)), 0);
    let mut first = Vec::new();
    simulation.state_mut().0.start(&mut |time, what| first.push((time, what)));
    for (time, what) in first {
        simulation.schedule(Event(what), time).expect("nothing lies in the past");
    }
    simulation.run().expect("the workloads end");
    println!("{}", simulation.state().0.tally.report());
    ExitCode::SUCCESS
}
