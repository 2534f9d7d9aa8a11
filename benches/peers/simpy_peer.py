"""SimPy: a process for each client, resources for the cores. `simpy_peer.py WORKLOAD REQUESTS SEED`.

Beside W1 to W4 `web`, the default model of iowait, and `w1-sync`, `web-sync` under sync workers.

Prints one line of JSON, like the Rust peers, and the seconds that its own loop took: without the
start of the interpreter and the imports, which is in SimPy's favour.
"""

import json
import random
import sys
import time

import simpy

MS = 1e-3
exponential = random.expovariate


class Tally:
    """Sums since the warm-up, which is the first twentieth of the requests."""

    def __init__(self, env, requests):
        self.env = env
        self.requests = requests
        self.warmup = requests // 20
        self.completed = 0
        self.opened = 0.0
        self.full = env.event()
        self.reset()

    def reset(self):
        self.visits = 0
        self.residence = 0.0
        self.waited = 0.0
        self.responses = []

    def burst(self, since, begun):
        now = self.env.now
        self.visits += 1
        self.residence += now - since
        self.waited += begun - since

    def complete(self, arrived):
        now = self.env.now
        self.completed += 1
        self.responses.append(now - arrived)
        if self.completed == self.warmup:
            self.opened = now
            self.reset()
        if self.completed == self.requests:
            self.full.succeed()

    def report(self, clients):
        visits = self.visits
        if clients:
            mean = clients * (self.env.now - self.opened) / (self.completed - self.warmup)
        else:
            mean = self.waited / visits
        self.responses.sort()
        return {
            "requests": self.completed,
            "mean_ms": mean / MS,
            "cpu_ms": self.residence / visits / MS if visits else None,
            "p99_ms": self.responses[int(0.99 * len(self.responses))] / MS,
        }


def burst(env, cores, mean, tally):
    since = env.now
    with cores.request() as granted:
        yield granted
        begun = env.now
        yield env.timeout(exponential(1 / mean))
    tally.burst(since, begun)


def alternating(env, cores, tally, rounds, cpu, io, waits_first):
    if waits_first:
        yield env.timeout(exponential(1 / io))
        tally.complete(0.0)
    while True:
        arrived = env.now
        for _ in range(rounds):
            yield from burst(env, cores, cpu, tally)
            yield env.timeout(exponential(1 / io))
        tally.complete(arrived)


def customer(env, cores, tally):
    arrived = env.now
    yield from burst(env, cores, MS, tally)
    tally.complete(arrived)


def arrivals(env, cores, tally):
    while True:
        yield env.timeout(exponential(6400))
        env.process(customer(env, cores, tally))


def branch(env, cores, tally):
    yield env.timeout(exponential(1 / (20 * MS)))
    yield from burst(env, cores, 0.1 * MS, tally)


def fan_out(env, cores, tally):
    while True:
        arrived = env.now
        yield from burst(env, cores, MS, tally)
        yield env.all_of([env.process(branch(env, cores, tally)) for _ in range(5)])
        tally.complete(arrived)


def sync(env, workers, tally, rounds, cpu, io):
    """A client of sync workers: one worker for all steps, and a core for each of them."""
    while True:
        arrived = env.now
        with workers.request() as granted:
            yield granted
            for _ in range(rounds):
                yield env.timeout(exponential(1 / cpu))
                yield env.timeout(exponential(1 / io))
        tally.complete(arrived)


# Closed models by clients, cores and rounds of CPU and I/O: W1 and the default model of iowait.
CLOSED = {"w1": (100, 1, 3, MS, 20 * MS), "web": (648, 8, 20, 0.05 * MS, 4 * MS)}


def simulate_closed(workload, requests):
    """Threads, or with `-sync` behind the name as many sync workers as there are cores."""
    name, _, runtime = workload.partition("-")
    clients, cores, rounds, cpu, io = CLOSED[name]
    env = simpy.Environment()
    pool = simpy.Resource(env, capacity=cores)
    tally = Tally(env, requests)
    for _ in range(clients):
        if runtime:
            env.process(sync(env, pool, tally, rounds, cpu, io))
        else:
            env.process(alternating(env, pool, tally, rounds, cpu, io, False))
    env.run(until=tally.full)
    return tally.report(clients)


def simulate(workload, requests):
    if workload.partition("-")[0] in CLOSED:
        return simulate_closed(workload, requests)
    env = simpy.Environment()
    cores = simpy.Resource(env, capacity=8 if workload == "w2" else 1)
    tally = Tally(env, requests)
    clients = {"w2": 0, "w3": 100_000, "w4": 100}[workload]
    for _ in range(clients):
        if workload == "w3":
            env.process(alternating(env, cores, tally, 1, 0.05 * MS, 10.0, True))
        else:
            env.process(fan_out(env, cores, tally))
    if workload == "w2":
        env.process(arrivals(env, cores, tally))
    env.run(until=tally.full)
    return tally.report(clients)


def main():
    workload, requests, seed = sys.argv[1:]
    random.seed(int(seed))
    began, cpu = time.perf_counter(), time.process_time()
    found = simulate(workload, int(requests))
    found["wall_s"] = time.perf_counter() - began
    found["cpu_s"] = time.process_time() - cpu
    print(json.dumps(found))


main()
