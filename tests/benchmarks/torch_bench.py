"""Times PyTorch on the workloads of runtime_bench.cpp: one line each, median seconds and spread, float32, TF32 off.

Usage: torch_bench.py [--threads 2] [--seconds 2] [--only NAME,...] [--json FILE]
"""
import argparse
import json
import statistics
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--seconds", type=float, default=2.0)
parser.add_argument("--only", default="")
parser.add_argument("--json", default="")
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(0)


def train_mlp(sizes, batch):
    layers = []
    for i, o in zip(sizes, sizes[1:]):
        layers += [nn.Linear(i, o), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    x, y = torch.randn(batch, sizes[0]), torch.randint(0, sizes[-1], (batch,))

    def step():
        optimiser.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimiser.step()

    return step


def forward(f, *shapes):
    xs = [torch.randn(*s) for s in shapes]

    def run():
        with torch.no_grad():
            return f(*xs)

    return run


def backward(f, *shapes):
    xs = [torch.randn(*s, requires_grad=True) for s in shapes]
    ones = torch.ones_like(f(*xs))
    return lambda: torch.autograd.grad(f(*xs), xs, ones)


def conv(x, w):
    return F.conv2d(x, w, padding=1)


big, images, filters = (4096, 1024), (16, 64, 32, 32), (64, 64, 3, 3)
workloads = {
    "train_mlp_784_256_128_10_b64": lambda: train_mlp([784, 256, 128, 10], 64),
    "matmul_1024": lambda: forward(torch.matmul, (1024, 1024), (1024, 1024)),
    "matmul_64x784x256": lambda: forward(torch.matmul, (64, 784), (784, 256)),
    "bmm_64x128x32x128": lambda: forward(torch.bmm, (64, 128, 32), (64, 32, 128)),
    "conv2d_16x64x32x32_64_3x3": lambda: forward(conv, images, filters),
    "conv2d_grad_16x64x32x32_64_3x3": lambda: backward(conv, images, filters),
    "softmax_4096x1024": lambda: forward(lambda x: torch.softmax(x, -1), big),
    "layer_norm_4096x1024": lambda: forward(lambda x: F.layer_norm(x, (1024,)), big),
    "layer_norm_grad_4096x1024": lambda: backward(lambda x: F.layer_norm(x, (1024,)), big),
    "gelu_4096x1024": lambda: forward(F.gelu, big),
    "exp_4096x1024": lambda: forward(torch.exp, big),
    "add_4096x1024": lambda: forward(torch.add, big, big),
    "sum_rows_4096x1024": lambda: forward(lambda x: x.sum(-1), big),
    "transpose_copy_2048x2048": lambda: forward(lambda x: x.t().contiguous(), (2048, 2048)),
    "max_pool_16x64x32x32": lambda: forward(lambda x: F.max_pool2d(x, 2), images),
}

results = {}
for name, make in workloads.items():
    if options.only and name not in options.only.split(","):
        continue
    run = make()
    for _ in range(3):
        run()
    times, stop = [], time.perf_counter() + options.seconds
    while (time.perf_counter() < stop and len(times) < 2000) or len(times) < 5:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    times.sort()
    median, p10, p90 = statistics.median(times), times[len(times) // 10], times[len(times) * 9 // 10]
    results[name] = {"median_s": median, "p10_s": p10, "p90_s": p90}
    print(f"{name:36s} {median * 1e3:10.3f} ms   p10 {p10 * 1e3:9.3f}  p90 {p90 * 1e3:9.3f}  n={len(times)}", flush=True)
if options.json:
    with open(options.json, "w") as file:
        json.dump({"torch": torch.__version__, "threads": options.threads, "results": results}, file, indent=1)
