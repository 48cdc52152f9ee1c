"""Prints, for each workload of two result files, what the first takes over what the second takes.

By median, by p10, and by processor time, which other work on the machine changes least when both have one thread. The
last line is the geometric mean of the ratios.
"""
import json
import math
import sys

ours, theirs = (json.load(open(path))["results"] for path in sys.argv[1:3])
common = [name for name in ours if name in theirs]
keys = ("median_s", "p10_s", "cpu_s")
ratios = {key: [ours[name][key] / theirs[name][key] for name in common] for key in keys}
print(f"{'ours / PyTorch':36s} {'median':>8s} {'p10':>8s} {'cpu':>8s}")
for i, name in enumerate(common):
    print(f"{name:36s} " + " ".join(f"{ratios[key][i]:8.2f}" for key in keys))
if common:
    means = [math.exp(sum(map(math.log, ratios[key])) / len(common)) for key in keys]
    print(f"{'geometric mean':36s} " + " ".join(f"{mean:8.2f}" for mean in means))
