//! SimCore, the published core of DSLab: components get boxed events by their context.

use std::cell::RefCell;
use std::process::ExitCode;
use std::rc::Rc;

use iowait_peers::{Happening, Order, Plant};
use serde::Serialize;
use simcore::{Event, EventHandler, Simulation, SimulationContext, cast};

#[derive(Clone, Serialize)]
struct Arrives {}

#[derive(Clone, Serialize)]
struct BurstEnds {
    task: u32,
}

#[derive(Clone, Serialize)]
struct WaitEnds {
    task: u32,
}

struct Server {
    plant: Plant,
    context: SimulationContext,
}

/// Sends the server what is to happen to it. Its clock counts in seconds.
fn emit(context: &SimulationContext, now: u64, time: u64, what: Happening) {
    let delay = (time - now) as f64 * 1e-9;
    match what {
        Happening::Arrives => context.emit_self(Arrives {}, delay),
        Happening::BurstEnds(task) => context.emit_self(BurstEnds { task }, delay),
        Happening::WaitEnds(task) => context.emit_self(WaitEnds { task }, delay),
    };
}

impl Server {
    fn handle(&mut self, what: Happening) {
        let now = (self.context.time() * 1e9).round() as u64;
        let context = &self.context;
        self.plant.handle(now, what, &mut |time, next| emit(context, now, time, next));
    }
}

impl EventHandler for Server {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            BurstEnds { task } => {
                self.handle(Happening::BurstEnds(task))
            }
            WaitEnds { task } => {
                self.handle(Happening::WaitEnds(task))
            }
            Arrives {} => {
                self.handle(Happening::Arrives)
            }
        })
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
    let mut simulation = Simulation::new(order.seed);
    let context = simulation.create_context("server");
    let mut plant = Plant::new(order);
    plant.start(&mut |time, what| emit(&context, 0, time, what));
    let server = Rc::new(RefCell::new(Server { plant, context }));
    simulation.add_handler("server", server.clone());
    while !server.borrow().plant.tally.is_full() && simulation.step() {}
    println!("{}", server.borrow().plant.tally.report());
    ExitCode::SUCCESS
}
