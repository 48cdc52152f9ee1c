"""Samples per second of torch.autograd.gradcheck (float64, defaults) on the shapes of gradcheck_rate.cpp.

One thread, seconds of processor time.

Usage: gradcheck_rate.py [--seconds 1] [--only NAME]
"""
import argparse
import time

import torch
import torch.nn.functional as F
from torch.autograd import gradcheck

parser = argparse.ArgumentParser()
parser.add_argument("--seconds", type=float, default=1.0)
parser.add_argument("--only", default="")
options = parser.parse_args()
torch.set_num_threads(1)
torch.manual_seed(0)

samples = {
    "exp": (torch.exp, (2, 8)),
    "tanh": (torch.tanh, (2, 8)),
    "gelu": (F.gelu, (2, 8)),
    "silu": (F.silu, (2, 8)),
    "mul": (torch.mul, (2, 8), (2, 8)),
    "div": (torch.div, (2, 8), (2, 8)),
    "softmax": (lambda x: torch.softmax(x, -1), (2, 8)),
    "log_softmax": (lambda x: torch.log_softmax(x, -1), (2, 8)),
    "logsumexp": (lambda x: torch.logsumexp(x, -1), (2, 8)),
    "layer_norm": (lambda x, w, b: F.layer_norm(x, (8,), w, b), (2, 8), (8,), (8,)),
    "mse": (F.mse_loss, (2, 8), (2, 8)),
    "linear": (F.linear, (2, 8), (4, 8), (4,)),
    "matmul": (torch.matmul, (8, 8), (8, 8)),
    "conv2d": (F.conv2d, (2, 2, 5, 5), (3, 2, 3, 3), (3,)),
    "attention": (F.scaled_dot_product_attention, (4, 8, 8), (4, 8, 8), (4, 8, 8)),
}

each = []
for name, (f, *shapes) in samples.items():
    if options.only and name != options.only:
        continue
    inputs = [[torch.randn(*s, dtype=torch.float64, requires_grad=True) for s in shapes] for _ in range(16)]
    passed = gradcheck(f, inputs[0], raise_exception=False)  # not timed: the first call loads things
    begin, done = time.process_time(), 0
    while (spent := time.process_time() - begin) < options.seconds or done == 0:
        passed &= gradcheck(f, inputs[done % 16], raise_exception=False)
        done += 1
    each.append(spent / done)
    print(f"{name:12s} {done / spent:9.1f} samples/s{'' if passed else '  NOT ALL PASS'}", flush=True)
print(f"{'together':12s} {len(each) / sum(each):9.1f} samples/s")
