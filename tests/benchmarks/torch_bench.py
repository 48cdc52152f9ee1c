"""Times PyTorch on the workloads of workloads.h: one line each, median seconds and spread, float32, TF32 off.

Usage: torch_bench.py [--threads 2] [--seconds 2] [--only NAME,...] [--json FILE] [--memory]
A workload is a training step (forward, backward, optimiser) in eager mode, or one op. --memory: what the peak of
resident memory gains by making a training workload and five steps of it, each in a process of its own.
"""
import argparse
import json
import os
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
parser.add_argument("--memory", action="store_true")
options, _ = parser.parse_known_args()
torch.set_num_threads(options.threads)
torch.manual_seed(0)


def mlp(*sizes):
    layers = []
    for i, o in zip(sizes, sizes[1:]):
        layers += [nn.Linear(i, o), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def lenet():
    def block(i, o):
        return [nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU(), nn.MaxPool2d(2)]

    return nn.Sequential(*block(1, 16), *block(16, 32), nn.Flatten(), nn.Linear(32 * 49, 10))


class Block(nn.Module):
    """relu(norm(conv(relu(norm(conv x)))) + shortcut x)"""

    def __init__(self, i, o, stride):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU(),
            nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o))
        same = stride == 1 and i == o
        resized = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))
        self.shortcut = nn.Identity() if same else resized

    def forward(self, x):
        return F.relu(self.main(x) + self.shortcut(x))


class ResNet18(nn.Module):
    """For 32 x 32 images: a 3 x 3 first convolution, no first pool."""

    def __init__(self):
        super().__init__()
        blocks = [Block(64, 64, 1), Block(64, 64, 1)]
        for i, o in ((64, 128), (128, 256), (256, 512)):
            blocks += [Block(i, o, 2), Block(o, o, 1)]
        self.stem = nn.Sequential(nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU())
        self.blocks, self.head = nn.Sequential(*blocks), nn.Linear(512, 10)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)).mean((2, 3)))


class Encoder(nn.Module):
    def __init__(self, d, heads, hidden, layers, steps, classes):
        super().__init__()
        layer = nn.TransformerEncoderLayer(d, heads, hidden, 0.0, "gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.head = nn.Linear(steps * d, classes)

    def forward(self, x):
        return self.head(self.encoder(x).flatten(1))


class Lstm(nn.Module):
    def __init__(self, i, h, classes):
        super().__init__()
        self.lstm, self.head = nn.LSTM(i, h), nn.Linear(h, classes)

    def forward(self, x):
        return self.head(self.lstm(x)[0][-1])


class Chain(nn.Module):
    """n dependent ops on one number: the cost of a node."""

    def __init__(self, n):
        super().__init__()
        self.n, self.w = n, nn.Parameter(torch.tensor([1.0]))

    def forward(self, x):
        y = x * self.w
        for _ in range(self.n // 2):
            y = torch.tanh(y + x)
        return y


def train(model, x, y, loss=F.cross_entropy, optimiser=torch.optim.Adam):
    steps = optimiser(model.parameters(), lr=1e-3)

    def step():
        steps.zero_grad()
        loss(model(x), y).backward()
        steps.step()

    return step


def labels(n):
    return torch.randint(0, 10, (n,))


def forward(f, *xs):
    def run():
        with torch.no_grad():
            return f(*xs)

    return run


def backward(f, *xs):
    xs = [x.requires_grad_() for x in xs]
    ones = torch.ones_like(f(*xs))
    return lambda: torch.autograd.grad(f(*xs), xs, ones)


def conv(x, w):
    return F.conv2d(x, w, padding=1)


R, sgd = torch.randn, torch.optim.SGD
images, filters, heads = (16, 64, 32, 32), (64, 64, 3, 3), (8, 8, 128, 32)
training = {
    "train_mlp_784_256_128_10_b64": lambda: train(mlp(784, 256, 128, 10), R(64, 784), labels(64)),
    "train_mlp_1024x2048x4_b128": lambda: train(mlp(1024, 2048, 2048, 2048, 1024, 10), R(128, 1024), labels(128)),
    "train_lenet_28x28_b64": lambda: train(lenet(), R(64, 1, 28, 28), labels(64)),
    "train_resnet18_32x32_b16": lambda: train(ResNet18(), R(16, 3, 32, 32), labels(16), optimiser=sgd),
    "train_encoder_d256_h8_l4_t128_b8": lambda: train(Encoder(256, 8, 1024, 4, 128, 10), R(8, 128, 256), labels(8)),
    "train_lstm_t64_b32_128_256": lambda: train(Lstm(128, 256, 10), R(64, 32, 128), labels(32)),
    "train_chain_10000_scalar": lambda: train(Chain(10000), R(1), torch.zeros(1), F.mse_loss, sgd),
}
ops = {
    "matmul_1024": lambda: forward(torch.matmul, R(1024, 1024), R(1024, 1024)),
    "matmul_64x784x256": lambda: forward(torch.matmul, R(64, 784), R(784, 256)),
    "bmm_64x128x32x128": lambda: forward(torch.bmm, R(64, 128, 32), R(64, 32, 128)),
    "conv2d_16x64x32x32_64_3x3": lambda: forward(conv, R(*images), R(*filters)),
    "conv2d_grad_16x64x32x32_64_3x3": lambda: backward(conv, R(*images), R(*filters)),
    "softmax_4096x1024": lambda: forward(lambda x: torch.softmax(x, -1), R(4096, 1024)),
    "layer_norm_4096x1024": lambda: forward(lambda x: F.layer_norm(x, (1024,)), R(4096, 1024)),
    "layer_norm_grad_4096x1024": lambda: backward(lambda x: F.layer_norm(x, (1024,)), R(4096, 1024)),
    "gelu_4096x1024": lambda: forward(F.gelu, R(4096, 1024)),
    "exp_4096x1024": lambda: forward(torch.exp, R(4096, 1024)),
    "add_4096x1024": lambda: forward(torch.add, R(4096, 1024), R(4096, 1024)),
    "sum_rows_4096x1024": lambda: forward(lambda x: x.sum(-1), R(4096, 1024)),
    "transpose_copy_2048x2048": lambda: forward(lambda x: x.t().contiguous(), R(2048, 2048)),
    "max_pool_16x64x32x32": lambda: forward(lambda x: F.max_pool2d(x, 2), R(*images)),
    "attention_b8_h8_t128_d32": lambda: forward(F.scaled_dot_product_attention, R(*heads), R(*heads), R(*heads)),
    "embedding_50000x256_8x512": lambda: forward(F.embedding, torch.randint(0, 50000, (8, 512)), R(50000, 256)),
}


def resident(field):
    """VmRSS or VmHWM of this process, in MiB."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field + ":")) / 1024


def print_memory(name, make):
    child = os.fork()
    if child == 0:
        before = resident("VmRSS")
        run = make()
        for _ in range(5):
            run()
        peak = resident("VmHWM")
        print(f"{name:36s} {peak - before:9.1f} MiB   peak {peak:9.1f}", flush=True)
        os._exit(0)
    os.waitpid(child, 0)


results = {}
for name, make in (training if options.memory else training | ops).items():
    if options.only and name not in options.only.split(","):
        continue
    if options.memory:
        print_memory(name, make)
        continue
    run = make()
    for _ in range(3):
        run()
    times, stop, spent = [], time.perf_counter() + options.seconds, time.process_time()
    while (time.perf_counter() < stop and len(times) < 2000) or len(times) < 5:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    cpu = (time.process_time() - spent) / len(times)
    times.sort()
    median, p10, p90 = statistics.median(times), times[len(times) // 10], times[len(times) * 9 // 10]
    results[name] = {"median_s": median, "p10_s": p10, "p90_s": p90, "cpu_s": cpu}
    print(f"{name:36s} {median * 1e3:10.3f} ms   p10 {p10 * 1e3:9.3f}  p90 {p90 * 1e3:9.3f}  cpu {cpu * 1e3:9.3f}"
          f"  n={len(times)}", flush=True)
if options.json:
    with open(options.json, "w") as file:
        json.dump({"torch": torch.__version__, "threads": options.threads, "results": results}, file, indent=1)
