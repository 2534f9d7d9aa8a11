"""What the scripts of this folder share: times and peak memory of a process, and who the machine is."""

import datetime
import os
import pathlib
import platform
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
IOWAIT = os.environ.get("IOWAIT", str(ROOT / "target/release/iowait"))


def build_iowait():
    """Builds the program, unless the environment names another by IOWAIT."""
    if "IOWAIT" not in os.environ:
        subprocess.run(["cargo", "build", "--quiet", "--release", "--locked"], cwd=ROOT, check=True)


def run(command):
    """Runs a program to its end: its standard output, wall and CPU time in seconds."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        output = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if child.returncode != 0:
        raise SystemExit(f"exit status {child.returncode}: {' '.join(map(str, command))}")
    return output, wall, used.ru_utime + used.ru_stime


def peak_mib(command):
    """The peak resident memory of a run in MiB, read while it runs; None where there is no /proc.

    What wait4 tells is no less than the memory of the process that forked, so it cannot be used.
    """
    found = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        while child.poll() is None:
            try:
                status = pathlib.Path(f"/proc/{child.pid}/status").read_text()
            except OSError:
                return None
            line = next((line for line in status.splitlines() if line.startswith("VmHWM")), "")
            found = int(line.split()[1]) if line else found
            time.sleep(0.002)
    if child.returncode != 0:
        raise SystemExit(f"exit status {child.returncode}: {' '.join(map(str, command))}")
    return found / 1024


def machine():
    """Date, processor, compiler and interpreter in a line."""
    names = {"model name": platform.machine()}
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            key, _, value = line.partition(":")
            names[key.strip()] = value.strip()
    except OSError:
        pass
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True)
    rust = " ".join(rust.stdout.split()[:2])
    processor = f"{names['model name']}, {os.cpu_count()} cores"
    return f"{datetime.date.today()}, {processor}, {rust}, Python {platform.python_version()}"


def number(value):
    """Three digits at least, thousands apart."""
    return f"{value:,.0f}".replace(",", " ") if value >= 100 else f"{value:.3g}"
