"""Compares every op that PyTorch has: its float64 values and gradients, judged by `crosscheck check`.

python3 tests/references/torch_table.py build/crosscheck/crosscheck [--op GLOB] [--markdown FILE] [--json FILE]
"""
import argparse
import fnmatch
import sys
import zlib
from collections import Counter

import numpy as np
import torch

import cases_activation
import cases_linear
import cases_loss
import cases_optim
import cases_reduce
import cases_shape
import cases_window
from crosscheck import Crosscheck
from table import Table

MODULES = (cases_activation, cases_reduce, cases_shape, cases_linear, cases_window, cases_loss)


def as_array(x):
    return x.detach().contiguous().numpy() if isinstance(x, torch.Tensor) else np.asarray(x)


def compare(program, table, row, seed):
    """One attribute combination of one op: the value, then the gradients for a random cotangent."""
    torch.manual_seed(seed)
    inputs = row.make()
    leaves = [i for i in (row.grad if row.grad is not None else range(len(inputs)))
              if inputs[i].is_floating_point()]
    for i in leaves:
        inputs[i].requires_grad_(True)
    y = row.function(*inputs)
    value = y.to(torch.float64) if not y.is_floating_point() else y
    arrays = [as_array(x) for x in inputs]
    what = f"{row.op} {row.attributes} {[list(x.shape) for x in inputs]}"
    table.add(row.op, "values", program.check(row.op, row.attributes, arrays, as_array(value), claims=row.claims), what)
    if not leaves or not y.requires_grad or y.numel() == 0:
        return
    ct = torch.randn_like(y)
    gradients = torch.autograd.grad(y, [inputs[i] for i in leaves], ct, allow_unused=True)
    got = [as_array(g if g is not None else torch.zeros_like(inputs[i])) for i, g in zip(leaves, gradients)]
    verdict = program.check(row.op, row.attributes, arrays, got, ct=as_array(ct), claims=row.claims)
    table.add(row.op, "gradients", verdict, what)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--op", default="*")
    parser.add_argument("--markdown")
    parser.add_argument("--json")
    arguments = parser.parse_args()
    program, table = Crosscheck(arguments.program), Table(["values", "gradients"])
    rows = [r for m in MODULES for r in m.rows() if fnmatch.fnmatch(r.op, arguments.op)]
    seen = Counter()
    for row in rows:
        name = f"{row.op} {row.attributes}"
        seen[name] += 1
        compare(program, table, row, zlib.crc32(f"{name} {seen[name]}".encode()))  # whichever rows run beside it
    cases_optim.compare_all(program, table, arguments.op)
    missing = sorted({o["name"] for o in program.ops()} - set(table.rows))
    table.show()
    print("\nops without a PyTorch counterpart here:", ", ".join(missing))
    print("totals:", ", ".join(f"{k} {a} of {n} agree" for k, (a, n) in table.totals().items()))
    table.write(arguments.markdown, arguments.json)
    return 1 if table.differences else 0


if __name__ == "__main__":
    sys.exit(main())
