//! Hand-written floors: what a loop without any generality costs.
//!
//! `std` is `std::collections::BinaryHeap` with every completion as an event; `calendar` the same on
//! a calendar queue whose day is set by the workload; `ahead` computes the end of a FIFO job when it
//! arrives, so that only arrivals at the cores are events.

mod ahead;
mod calendar;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::process::ExitCode;

use calendar::Calendar;
use iowait_peers::{Happening, Order, Plant};

/// What a floor asks of its queue: events are numbers.
pub trait Queue {
    /// Adds an event.
    fn push(&mut self, time: u64, event: u32);
    /// Takes the earliest.
    fn pop(&mut self) -> Option<(u64, u32)>;
}

#[derive(Default)]
struct Heap(BinaryHeap<Reverse<(u64, u32)>>);

impl Queue for Heap {
    fn push(&mut self, time: u64, event: u32) {
        self.0.push(Reverse((time, event)));
    }

    fn pop(&mut self) -> Option<(u64, u32)> {
        self.0.pop().map(|Reverse(first)| first)
    }
}

const ARRIVES: u32 = u32::MAX;

const fn number(what: Happening) -> u32 {
    match what {
        Happening::Arrives => ARRIVES,
        Happening::BurstEnds(task) => task << 1,
        Happening::WaitEnds(task) => (task << 1) | 1,
    }
}

const fn happening(number: u32) -> Happening {
    match number {
        ARRIVES => Happening::Arrives,
        number if number & 1 == 0 => Happening::BurstEnds(number >> 1),
        number => Happening::WaitEnds(number >> 1),
    }
}

/// Every completion is an event.
fn every_event(order: Order, queue: &mut impl Queue) -> String {
    let mut plant = Plant::new(order);
    plant.start(&mut |time, what| queue.push(time, number(what)));
    while !plant.tally.is_full()
        && let Some((now, event)) = queue.pop()
    {
        plant.handle(now, happening(event), &mut |time, what| queue.push(time, number(what)));
    }
    plant.tally.report()
}

fn main() -> ExitCode {
    let (order, variant) = match Order::read(&["std", "calendar", "ahead"]) {
        Ok(order) => order,
        Err(usage) => {
            eprintln!("{usage}");
            return ExitCode::from(2);
        }
    };
    let report = match variant.as_str() {
        "std" => every_event(order, &mut Heap::default()),
        "calendar" => every_event(order, &mut Calendar::of(order.workload)),
        _ => ahead::run(order, &mut Calendar::of(order.workload)),
    };
    println!("{report}");
    ExitCode::SUCCESS
}
