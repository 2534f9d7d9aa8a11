"""A server to measure: CPU, a wait, CPU, and an answer. Python's standard library alone.

    python3 server.py --kind threads --width 4 --port 8001 --cpu-ms 2 --io-ms 20
    python3 server.py --kind asyncio --port 8001 --cpu-ms 2 --io-ms 20

`threads` is a pool of so many threads, each with one connection for one request at a time, as a
threaded worker of a WSGI server has; `asyncio` one event loop. GET / is the request. GET /cpu
answers how many seconds of CPU the process has used, which is what a model cannot do without.
"""

import argparse
import asyncio
import queue
import socket
import threading
import time

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"


def spin(seconds):
    """Computes for so much CPU of this thread, whatever else runs meanwhile."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(range(50))


def answer(text):
    body = text.encode()
    return OK % (len(body), body)


def threads(options):
    """A pool of threads behind one queue of accepted connections."""
    half, wait = options.cpu_ms / 2000, options.io_ms / 1000
    waiting = queue.SimpleQueue()

    def serve():
        while True:
            connection = waiting.get()
            try:
                with connection:
                    request = connection.recv(4096)
                    spin(half)
                    time.sleep(wait)
                    spin(half)
                    if request:
                        connection.sendall(answer("ok"))
            except OSError:
                pass

    for _ in range(options.width):
        threading.Thread(target=serve, daemon=True).start()
    listener = socket.create_server((options.host, options.port), backlog=1024)
    ready(listener.getsockname()[1])
    while True:
        connection, _ = listener.accept()
        waiting.put(connection)


def event_loop(options):
    """One event loop; computing holds it up, waiting does not."""
    half, wait = options.cpu_ms / 2000, options.io_ms / 1000

    async def serve(reader, writer):
        try:
            request = await reader.read(4096)
            spin(half)
            await asyncio.sleep(wait)
            spin(half)
            if request:
                writer.write(answer("ok"))
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def main():
        server = await asyncio.start_server(serve, options.host, options.port, backlog=1024)
        ready(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


def clock(options):
    """Answers GET /cpu on a port of its own, so that asking does not queue with the requests."""
    listener = socket.create_server((options.host, options.cpu_port), backlog=8)
    print(f"cpu {listener.getsockname()[1]}", flush=True)
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(answer(f"{time.process_time():.6f}"))


def ready(port):
    print(f"ready {port}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=["threads", "asyncio"], default="threads")
    parser.add_argument("--width", type=int, default=4, help="threads of the pool")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes any that is free")
    parser.add_argument("--cpu-port", type=int, default=0)
    parser.add_argument("--cpu-ms", type=float, default=2.0)
    parser.add_argument("--io-ms", type=float, default=20.0)
    options = parser.parse_args()
    threading.Thread(target=clock, args=(options,), daemon=True).start()
    {"threads": threads, "asyncio": event_loop}[options.kind](options)


if __name__ == "__main__":
    main()
