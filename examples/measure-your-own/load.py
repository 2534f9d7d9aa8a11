"""A closed load: so many clients, each with one request at a time. Python's standard library alone.

    python3 load.py --port 8001 --cpu-port 8002 --clients 1,2,4,8,16 --seconds 3 > runs.csv

One row a load, in the columns that `iowait fit` reads: clients, throughput, mean and percentiles
of the response time, and the CPU seconds of the server over the same window, asked of it at both
ends. The clients are one event loop: watch that it is not itself the limit (column load_cpu).
"""

import argparse
import asyncio
import time
import urllib.request

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
PERCENTS = [50, 75, 90, 95, 99]
# A level is measured again where a busy machine let nothing through.
ATTEMPTS = 3


def server_cpu(options):
    with urllib.request.urlopen(f"http://{options.host}:{options.cpu_port}/cpu") as answer:
        return float(answer.read())


async def client(options, stop, times):
    """Sends one request after another; only those that end inside the window are kept by the caller."""
    while time.perf_counter() < stop:
        start = time.perf_counter()
        try:
            reader, writer = await asyncio.open_connection(options.host, options.port)
            writer.write(REQUEST)
            body = await reader.read()
            writer.close()
            good = body.startswith(b"HTTP/1.1 200")
            why = None if good else f"answered {bytes(body[:30])!r}"
        except OSError as error:
            good, why = False, str(error)
        times.append((start, time.perf_counter(), good, why))


class NothingAnswered(Exception):
    """A window without a single good answer."""


def nothing_answered(clients, window, failures):
    """What to say then: a server that refuses is another matter than one that was kept from its core."""
    if failures:
        return (
            f"{clients} clients: {len(failures)} requests failed and none was answered, "
            f"the last with: {failures[-1]}; is the server there?"
        )
    return (
        f"{clients} clients: no request ended within {window:.1f} s; "
        "the server, or the load generator, was kept from its core"
    )


async def measure(options, clients):
    """A warm-up, then a window: `(row of figures)`."""
    begin = time.perf_counter()
    opens = begin + options.warmup
    stop = opens + options.seconds
    times = []
    tasks = [asyncio.create_task(client(options, stop, times)) for _ in range(clients)]
    loop = asyncio.get_running_loop()
    await asyncio.sleep(options.warmup)
    cpu_before, own_before = await loop.run_in_executor(None, server_cpu, options), time.process_time()
    first = time.perf_counter()
    await asyncio.sleep(options.seconds - (first - opens))
    cpu_after, own_after = await loop.run_in_executor(None, server_cpu, options), time.process_time()
    last = time.perf_counter()
    await asyncio.gather(*tasks)
    window = last - first
    ended = [(end - start, good) for start, end, good, _ in times if first <= end <= last]
    good = sorted(length for length, fine in ended if fine)
    if not good:
        raise NothingAnswered(nothing_answered(clients, window, [why for *_, why in times if why]))
    row = [clients, f"{len(good) / window:.2f}", f"{1000 * sum(good) / len(good):.3f}"]
    for percent in PERCENTS:
        enough = len(good) * (100 - percent) >= 1000
        rank = max(0, -(-len(good) * percent // 100) - 1)
        row.append(f"{1000 * good[rank]:.3f}" if enough else "")
    row += [f"{cpu_after - cpu_before:.4f}", f"{window:.4f}", len(ended), len(ended) - len(good)]
    row.append(f"{(own_after - own_before) / window:.3f}")
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--cpu-port", type=int, required=True)
    parser.add_argument("--clients", default="1,2,4,8,16")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--warmup", type=float, default=0.5)
    options = parser.parse_args()
    head = ["clients", "throughput_rps", "mean_ms"] + [f"p{percent}_ms" for percent in PERCENTS]
    print(",".join(head + ["cpu_seconds", "window_s", "requests", "errors", "load_cpu"]), flush=True)
    for clients in options.clients.split(","):
        for attempt in range(ATTEMPTS):
            try:
                print(",".join(map(str, asyncio.run(measure(options, int(clients))))), flush=True)
                break
            except NothingAnswered as why:
                if attempt + 1 == ATTEMPTS:
                    raise SystemExit(str(why))


if __name__ == "__main__":
    main()
