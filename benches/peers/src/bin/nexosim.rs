//! NeXosim: models that send each other messages through ports, here clients, cores and a delay, on
//! one thread. W4 is not written for it.

use std::collections::VecDeque;
use std::process::ExitCode;
use std::time::Duration;

use iowait_peers::{Draw, Order, Tally, Workload};
use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSinkReader, Output, SinkState, event_slot};
use nexosim::simulation::{Mailbox, SimInit, SimulationError};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};

/// A request on its way between the models.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Job {
    arrived: u64,
    since: u64,
    begun: u64,
    ended: u64,
    round: u8,
}

fn nanoseconds<M: Model>(context: &Context<M>) -> u64 {
    let time = context.time();
    time.as_secs() as u64 * 1_000_000_000 + u64::from(time.subsec_nanos())
}

/// NeXosim refuses a delay of zero.
fn delay(draw: &mut Draw, mean: f64) -> Duration {
    Duration::from_nanos(draw.exp(mean).max(1))
}

/// Who sends requests and counts those that are complete.
#[derive(Serialize, Deserialize)]
struct Clients {
    workload: Workload,
    draw: Draw,
    tally: Tally,
    to_cores: Output<Job>,
    to_delay: Output<Job>,
    report: Output<String>,
}

#[Model]
impl Clients {
    #[nexosim(init)]
    async fn init(&mut self, context: &Context<Self>) {
        if self.workload == Workload::W2 {
            self.plan_arrival(context);
        }
        for _ in 0..self.workload.clients() {
            match self.workload {
                Workload::W3 => self.to_delay.send(Job::default()).await,
                _ => self.to_cores.send(Job::default()).await,
            }
        }
    }

    fn plan_arrival(&mut self, context: &Context<Self>) {
        let gap = delay(&mut self.draw, Workload::GAP);
        context.schedule_event(gap, schedulable!(Self::arrive), ()).expect("the gap is positive");
    }

    #[nexosim(schedulable)]
    async fn arrive(&mut self, _: (), context: &Context<Self>) {
        self.plan_arrival(context);
        self.to_cores.send(Job { arrived: nanoseconds(context), ..Job::default() }).await;
    }

    async fn back(&mut self, mut job: Job, context: &Context<Self>) {
        let now = nanoseconds(context);
        if job.ended > 0 {
            self.tally.burst(job.ended, job.since, job.begun);
        }
        job.round += 1;
        if job.round >= self.workload.rounds() && !self.tally.is_full() {
            self.tally.complete(now, job.arrived);
            if self.tally.is_full() {
                self.report.send(self.tally.report()).await;
            }
            job = Job { arrived: now, ..Job::default() };
        }
        if self.workload != Workload::W2 {
            self.to_cores.send(job).await;
        }
    }
}

/// Cores with one queue, first come, first served.
#[derive(Serialize, Deserialize)]
struct Cores {
    draw: Draw,
    mean: f64,
    idle: u32,
    waiting: VecDeque<Job>,
    done: Output<Job>,
}

#[Model]
impl Cores {
    async fn take(&mut self, mut job: Job, context: &Context<Self>) {
        job.since = nanoseconds(context);
        if self.idle > 0 {
            self.idle -= 1;
            self.begin(job, context);
        } else {
            self.waiting.push_back(job);
        }
    }

    fn begin(&mut self, mut job: Job, context: &Context<Self>) {
        job.begun = nanoseconds(context);
        let burst = delay(&mut self.draw, self.mean);
        context.schedule_event(burst, schedulable!(Self::end), job).expect("bursts are positive");
    }

    #[nexosim(schedulable)]
    async fn end(&mut self, mut job: Job, context: &Context<Self>) {
        job.ended = nanoseconds(context);
        self.done.send(job).await;
        match self.waiting.pop_front() {
            Some(next) => self.begin(next, context),
            None => self.idle += 1,
        }
    }
}

/// Waits that nothing limits.
#[derive(Serialize, Deserialize)]
struct Delay {
    draw: Draw,
    mean: f64,
    over: Output<Job>,
}

#[Model]
impl Delay {
    fn take(&mut self, job: Job, context: &Context<Self>) {
        let wait = delay(&mut self.draw, self.mean);
        context.schedule_event(wait, schedulable!(Self::leave), job).expect("waits are positive");
    }

    #[nexosim(schedulable)]
    async fn leave(&mut self, job: Job) {
        self.over.send(job).await;
    }
}

fn simulate(order: Order) -> Result<String, SimulationError> {
    let workload = order.workload;
    // A seed of its own for each model: they draw in an order that the engine decides.
    let draw = |who: u64| Draw::new(order.seed * 3 + who);
    let mut clients = Clients {
        workload,
        draw: draw(0),
        tally: Tally::new(order),
        to_cores: Output::default(),
        to_delay: Output::default(),
        report: Output::default(),
    };
    let mut cores = Cores {
        draw: draw(1),
        mean: workload.burst(),
        idle: workload.cores(),
        waiting: VecDeque::new(),
        done: Output::default(),
    };
    let mut waits = Delay { draw: draw(2), mean: workload.wait(), over: Output::default() };
    let (at_clients, at_cores, at_delay) = (Mailbox::new(), Mailbox::new(), Mailbox::new());
    clients.to_cores.connect(Cores::take, &at_cores);
    clients.to_delay.connect(Delay::take, &at_delay);
    if workload == Workload::W2 {
        cores.done.connect(Clients::back, &at_clients);
    } else {
        cores.done.connect(Delay::take, &at_delay);
    }
    waits.over.connect(Clients::back, &at_clients);
    let (sink, mut report) = event_slot(SinkState::Enabled);
    clients.report.connect_sink(sink);
    let mut simulation = SimInit::with_num_threads(1)
        .add_model(clients, at_clients, "clients")
        .add_model(cores, at_cores, "cores")
        .add_model(waits, at_delay, "delay")
        .init(MonotonicTime::EPOCH)?;
    loop {
        simulation.step_until(Duration::from_secs(1))?;
        if let Some(report) = report.try_read() {
            return Ok(report);
        }
    }
}

fn main() -> ExitCode {
    let order = match Order::read(&[]) {
        Ok((order, _)) if order.workload != Workload::W4 => order,
        Ok(_) => {
            eprintln!("W4 is not written for NeXosim");
            return ExitCode::from(2);
        }
        Err(usage) => {
            eprintln!("{usage}");
            return ExitCode::from(2);
        }
    };
    match simulate(order) {
        Ok(report) => println!("{report}"),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
