"""Ciw: a network of nodes, what it was made for. `ciw_peer.py WORKLOAD REQUESTS SEED`, W1 and W2.

Ciw has no closed networks; W1 starts 100 customers at time zero who never leave, and a request is
three visits to the core. W3 is left out: Ciw looks at every customer at each event, and 100 000 of
them take hours. Prints one line of JSON with the seconds of its own loop, imports not counted.
"""

import json
import sys
import time

import ciw

MS = 1e-3


def closed(requests):
    """100 customers for ever between a core (node 1) and waits (node 2)."""
    clients = 100
    network = ciw.create_network(
        arrival_distributions=[
            ciw.dists.Sequential([0.0, float("inf")]),
            None,
        ],
        batching_distributions=[ciw.dists.Deterministic(clients), ciw.dists.Deterministic(1)],
        service_distributions=[ciw.dists.Exponential(1 / MS), ciw.dists.Exponential(1 / (20 * MS))],
        routing=[[0.0, 1.0], [1.0, 0.0]],
        number_of_servers=[1, float("inf")],
    )
    simulation = ciw.Simulation(network)
    until = requests * 3 * MS
    simulation.simulate_until_max_time(until)
    opened = until / 20
    visits = [
        record
        for record in simulation.get_all_records()
        if record.node == 1 and record.service_end_date > opened
    ]
    waits = sum(
        1
        for record in simulation.get_all_records()
        if record.node == 2 and record.service_end_date > opened
    )
    residence = sum(record.service_end_date - record.arrival_date for record in visits)
    return {
        "requests": round(waits / 3 * until / (until - opened)),
        "mean_ms": clients * (until - opened) / (waits / 3) / MS,
        "cpu_ms": residence / len(visits) / MS,
        "p99_ms": None,
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
    found = {"w1": closed, "w2": open_load}[workload](int(requests))
    found["wall_s"] = time.perf_counter() - began
    found["cpu_s"] = time.process_time() - cpu
    print(json.dumps(found))


main()
