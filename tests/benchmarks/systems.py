"""All detectors on the bundled 8x8 digits, one class at a time: AUROC and CPU seconds.

Read from the stored results, which `cance-edu reproduce digits` makes and goes on with: mean and
least AUROC over the ten classes, each a mean over seeds, in percent, and the CPU seconds to fit one
class and to score its test part, where the result says them. A system that is given a
representation says the time without it.
"""

import math
from collections.abc import Iterator

from cance_edu.experiments.blocks import DIGITS
from cance_edu.experiments.results import file_name, frame, read
from cance_edu.files import PROJECT


def table() -> Iterator[str]:
    records, _ = read(PROJECT / "data" / "results" / file_name("digits"))
    results = frame(records)
    results = results[results["measure"] == "auroc"]
    yield "| system | mean AUROC | least | seeds | CPU s a class |"
    yield "|---|---|---|---|---|"
    all_seconds = 0.0
    for name, system in DIGITS[0].ours.items():
        of_system = results[results["system"] == system]
        if of_system.empty:
            yield f"| {name} | not run | | | |"
            continue
        classes = 100 * of_system.groupby("split")["value"].mean()
        seeds, seconds = of_system["seed"].nunique(), of_system["seconds"].mean()
        all_seconds += 10 * seconds
        cost = "not kept" if math.isnan(seconds) else f"{seconds:.1f}"
        yield f"| {name} | {classes.mean():.1f} | {classes.min():.1f} | {seeds} | {cost} |"
    yield ""
    yield (
        f"All of them on ten classes, one seed: {all_seconds / 60:.1f} CPU minutes, half of that "
        "on two cores; the target is 10 minutes."
    )
