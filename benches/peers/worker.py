"""One peer in one form, in a process of its own: load the orders, then rate them each time a line arrives.

    worker.py MODULE FORM THREADS ORDERS.arrow ANSWER.npz

Each reply is a line of JSON. The first run also saves the answer and reports memory: what the process held once the
orders were loaded, and its peak while rating. Later runs find warm allocators, as a long-running process would.
"""

import gc
import hashlib
import importlib
import json
import resource
import sys
import time
from pathlib import Path

import pyarrow as pa

import rated

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def memory(field: str) -> int:
    """Bytes of `VmRSS` (now) or `VmHWM` (peak). Where there is no /proc, the lifetime peak stands in for both."""
    if not STATUS.exists():
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024


def reset_peak() -> None:
    if CLEAR.exists():
        CLEAR.write_text("5")


def digest(answer: dict) -> str:
    sha = hashlib.sha256()
    for name, column in answer.items():
        sha.update(name.encode())
        sha.update(column.tobytes())
    return sha.hexdigest()


def load(path: str) -> pa.Table:
    with pa.OSFile(path) as file:
        return pa.ipc.open_file(file).read_all()


def main() -> None:
    module, form, threads, orders, answer_path = sys.argv[1:]
    rate = importlib.import_module(module).prepare(load(orders), form, int(threads))
    gc.collect()
    pa.default_memory_pool().release_unused()
    print(json.dumps({"ready": True}), flush=True)
    first = True
    for _ in sys.stdin:
        if first:
            reset_peak()
            held = memory("VmRSS")
        wall, cpu = time.perf_counter(), time.process_time()
        result: rated.Rated = rate()
        reply = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
        if first:
            reply |= {"held_bytes": held, "peak_bytes": memory("VmHWM")}
            result.save(Path(answer_path))
            first = False
        reply["digest"] = digest(result.canonical())
        del result
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
