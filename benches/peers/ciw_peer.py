"""Ciw: a network of nodes, what it was made for. `ciw_peer.py WORKLOAD REQUESTS SEED`, W1 and W2.

Beside them `web`, the default model of iowait, and `w1-sync`, `web-sync` under sync workers.

Ciw has no closed networks; W1 starts 100 customers at time zero who never leave, and a request is
three visits to the core and three waits. W3 is left out: Ciw looks at every customer at each event, and 100 000 of
them take hours. Prints one line of JSON with the seconds of its own loop, imports not counted.
"""

import json
import sys
import time

import ciw

MS = 1e-3


# Closed models by clients, cores and rounds of CPU and I/O: W1 and the default model of iowait.
CLOSED = {"w1": (100, 1, 3, MS, 20 * MS), "web": (648, 8, 20, 0.05 * MS, 4 * MS)}


class Whole(ciw.dists.Distribution):
    """All steps of a request, one after the other, as a sync worker does them."""

    def __init__(self, rounds, cpu, io):
        super().__init__()
        self.steps = [ciw.dists.Exponential(1 / cpu), ciw.dists.Exponential(1 / io)] * rounds

    def sample(self, t=None, ind=None):
        return sum(step.sample(t, ind) for step in self.steps)


def closed(name, runtime, requests):
    """Customers for ever between cores (node 1) and waits (node 2), or at sync workers alone."""
    clients, cores, rounds, cpu, io = CLOSED[name]
    if runtime:
        services, routing = [Whole(rounds, cpu, io)], [[1.0]]
        servers, visits = [cores], 1
        rate = cores / (rounds * (cpu + io))
    else:
        services = [ciw.dists.Exponential(1 / cpu), ciw.dists.Exponential(1 / io)]
        servers, visits = [cores, float("inf")], 2 * rounds
        routing = [[0.0, 1.0], [1.0, 0.0]]
        rate = min(cores / (rounds * cpu), clients / (rounds * (cpu + io)))
    others = [None] * (len(services) - 1)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([0.0, float("inf")]), *others],
        batching_distributions=[ciw.dists.Deterministic(clients)]
        + [ciw.dists.Deterministic(1) for _ in others],
        service_distributions=services,
        routing=routing,
        number_of_servers=servers,
    )
    simulation = ciw.Simulation(network)
    until = requests / rate
    simulation.simulate_until_max_time(until)
    opened = until / 20
    customers = {}
    residence, bursts = 0.0, 0
    for record in simulation.get_all_records():
        customers.setdefault(record.id_number, []).append(record)
        if record.node == 1 and record.service_end_date > opened:
            residence += record.service_end_date - record.arrival_date
            bursts += 1
    responses, ended = [], 0
    for records in customers.values():
        records.sort(key=lambda record: record.arrival_date)
        for last in range(visits - 1, len(records), visits):
            end = records[last].service_end_date
            ended += 1
            if end > opened:
                responses.append(end - records[last - visits + 1].arrival_date)
    responses.sort()
    return {
        "requests": ended,
        "mean_ms": clients * (until - opened) / len(responses) / MS,
        "cpu_ms": residence / bursts / MS,
        "p99_ms": responses[int(0.99 * len(responses))] / MS,
    }


def open_load(requests):
    """M/M/8."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(6400)],
        service_distributions=[ciw.dists.Exponential(1 / MS)],
        number_of_servers=[8],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(requests, method="Complete")
    records = simulation.get_all_records()
    records.sort(key=lambda record: record.exit_date)
    counted = records[len(records) // 20 :]
    responses = sorted(record.exit_date - record.arrival_date for record in counted)
    return {
        "requests": len(records),
        "mean_ms": sum(record.waiting_time for record in counted) / len(counted) / MS,
        "cpu_ms": sum(responses) / len(counted) / MS,
        "p99_ms": responses[int(0.99 * len(responses))] / MS,
    }


def main():
    workload, requests, seed = sys.argv[1:]
    ciw.seed(int(seed))
    began, cpu = time.perf_counter(), time.process_time()
    name, _, runtime = workload.partition("-")
    found = open_load(int(requests)) if name == "w2" else closed(name, runtime, int(requests))
    found["wall_s"] = time.perf_counter() - began
    found["cpu_s"] = time.process_time() - cpu
    print(json.dumps(found))


main()
