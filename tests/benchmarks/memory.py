"""A 2 GB float32 memory map: one epoch of each stage, then scores, in one process.

Peak resident memory is the process's own high-water mark; file pages that the kernel maps in
count in "peak, with file pages", and can be dropped by it at any time.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

SHAPE = (637_755, 1, 28, 28)

CHILD = """
import sys, time, numpy as np
from cance_edu import CANCE

def status(key):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(key))

images = np.load(sys.argv[1], mmap_mode="r")
import threading
peak, running = 0.0, True
def watch():
    global peak
    while running:
        peak = max(peak, status("RssAnon"))
        time.sleep(0.05)
thread = threading.Thread(target=watch); thread.start()
before, start = status("RssAnon"), time.perf_counter()
detector = CANCE(epochs=(1, 1), steps=500, batch_size=512, random_state=0, verbose=True).fit(images)
fitted = time.perf_counter()
detector.anomaly_score(images)
scored = time.perf_counter(); running = False; thread.join()
print(before, peak, status("VmHWM"), fitted - start, scored - fitted)
"""


def table() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.npy"
        images = np.lib.format.open_memmap(path, "w+", np.float32, SHAPE)
        rng = np.random.default_rng(0)
        for start in range(0, SHAPE[0], 50_000):
            block = images[start : start + 50_000]
            block[:] = rng.random((len(block), *SHAPE[1:]), dtype=np.float32)
        images.flush()
        size = path.stat().st_size / 1e9
        del images
        command = [sys.executable, "-c", CHILD, str(path)]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    before, peak, high, fit, score = map(float, output.split())
    yield "| file, GB | before, MiB | peak, MiB | peak with file pages, MiB | fit s | score s |"
    yield "|---|---|---|---|---|---|"
    yield f"| {size:.2f} | {before:.0f} | {peak:.0f} | {high:.0f} | {fit:.0f} | {score:.0f} |"
