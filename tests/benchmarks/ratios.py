"""Prints, for each workload of two result files, the time of the first over that of the second, by median and by p10."""
import json
import sys

ours, theirs = (json.load(open(path))["results"] for path in sys.argv[1:3])
print(f"{'ours / PyTorch':36s} {'median':>8s} {'p10':>8s}")
for name in ours:
    if name in theirs:
        ratio = {key: ours[name][key] / theirs[name][key] for key in ("median_s", "p10_s")}
        print(f"{name:36s} {ratio['median_s']:8.2f} {ratio['p10_s']:8.2f}")
