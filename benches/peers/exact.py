"""Exact answers of the workloads: mean value analysis and Erlang C."""


def closed(clients, visits, cpu, io):
    """One FIFO core visited `visits` times, and waits without a queue.

    Reiser and Lavenberg, "Mean-value analysis of closed multichain queueing networks", 1980. Returns
    the mean response of a request and the mean residence of one visit to the core.
    """
    queue = 0.0
    for population in range(1, clients + 1):
        residence = cpu * (1 + queue)
        response = visits * (residence + io)
        queue = population / response * visits * residence
    return response, residence


def erlang_c(servers, load):
    """The probability that an arrival waits, by the recursion of Erlang B."""
    blocking = 1.0
    for server in range(1, servers + 1):
        blocking = load * blocking / (server + load * blocking)
    share = load / servers
    return blocking / (1 - share * (1 - blocking))


def open_wait(servers, rate, service):
    """The mean wait of M/M/c."""
    load = rate * service
    return erlang_c(servers, load) * service / (servers - load)


# What each peer's `mean_ms` and, where it is known, `cpu_ms` must be. In W4 the one core is busy all
# the time: 100 clients, 1.5 ms each.
EXACT = {
    "w1": closed(100, 3, 1.0, 20.0),
    "w2": (open_wait(8, 6.4, 1.0), 1.0 + open_wait(8, 6.4, 1.0)),
    "w3": closed(100_000, 1, 0.05, 10_000.0),
    "w4": (100 * 1.5, None),
}
