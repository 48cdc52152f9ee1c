"""Prints, for each workload of two result files, the time of the first over that of the second, by median and by p10.

The last line is the geometric mean of the ratios.
"""
import json
import math
import sys

ours, theirs = (json.load(open(path))["results"] for path in sys.argv[1:3])
common = [name for name in ours if name in theirs]
print(f"{'ours / PyTorch':36s} {'median':>8s} {'p10':>8s}")
ratios = {}
for key in ("median_s", "p10_s"):
    ratios[key] = [ours[name][key] / theirs[name][key] for name in common]
for i, name in enumerate(common):
    print(f"{name:36s} {ratios['median_s'][i]:8.2f} {ratios['p10_s'][i]:8.2f}")
if common:
    means = [math.exp(sum(map(math.log, r)) / len(r)) for r in ratios.values()]
    print(f"{'geometric mean':36s} {means[0]:8.2f} {means[1]:8.2f}")
