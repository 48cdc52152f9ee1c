"""Runs the ONNX standard's own node tests, forward, for every operator that maps to an op of ours.

python3 tests/references/onnx_table.py build/crosscheck/crosscheck [--operator GLOB] [--markdown FILE]
"""
import argparse
import fnmatch
import sys
from collections import Counter

import numpy as np
import onnx
from onnx.backend.test.case.node import collect_testcases as node_tests

from crosscheck import Crosscheck
from onnx_maps import MAPS, NotOurs
from table import Table

REAL = (np.float32, np.float64)
INDEXED = ("index_select", "gather")


def arrays_of(case, node, values):
    names = dict(zip([i.name for i in case.model.graph.input], values))
    return [names.get(name) for name in node.input]


def as_ours(x):
    """Booleans and floats as they are, other integers as int64: indices."""
    if x is None or x.dtype in REAL or x.dtype == np.bool_:
        return x
    return x.astype(np.int64)


def translate(case):
    """(op, attributes, inputs, expected) of a case; NotOurs with the reason."""
    nodes = case.model.graph.node
    if len(nodes) != 1:
        raise NotOurs("several nodes")
    node = nodes[0]
    inputs, outputs = case.data_sets[0]
    inputs = arrays_of(case, node, inputs)
    if any(not isinstance(x, np.ndarray) for x in inputs if x is not None) or not isinstance(outputs[0], np.ndarray):
        raise NotOurs("values that are no tensors")
    if outputs[0].dtype.kind not in "fbiu" or outputs[0].dtype == np.float16:
        raise NotOurs(f"results in {outputs[0].dtype}")
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    attributes = {k: v.decode() if isinstance(v, bytes) else list(v) if isinstance(v, (tuple, list)) else v
                  for k, v in attributes.items()}
    op, found, ours = MAPS[node.op_type](attributes, inputs)
    while ours and ours[-1] is None:
        ours = ours[:-1]
    if any(x is None for x in ours):
        raise NotOurs("an input left out in the middle")
    if any(x.dtype.kind not in "fbiu" or x.dtype == np.float16 for x in ours):
        raise NotOurs("inputs of other types")
    if any(x.dtype.kind in "iu" for x in ours) and op not in INDEXED:
        raise NotOurs("integer arithmetic")
    return op, found, [as_ours(x) for x in ours], outputs[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--operator", default="*")
    parser.add_argument("--markdown")
    arguments = parser.parse_args()
    program, table, left = Crosscheck(arguments.program), Table(["values"]), Counter()
    for case in node_tests(None):
        operator = case.model.graph.node[0].op_type if case.model.graph.node else ""
        if operator not in MAPS or not fnmatch.fnmatch(operator, arguments.operator):
            continue
        try:
            op, attributes, inputs, expected = translate(case)
        except NotOurs as reason:
            left[f"{operator}: {reason}"] += 1
            continue
        if expected.dtype.kind in "biu":
            expected = expected.astype(np.float32)
        table.add(operator, "values", program.check(op, attributes, inputs, expected, claims=["ties=any"]), case.name)
    text = table.markdown()
    print(text)
    for difference in table.differences:
        print("\nDIFFERS", *difference[:4], "\n  ", difference[4].replace("\n", "\n   "))
    print("\nleft out:", *(f"\n  {n} × {why}" for why, n in sorted(left.items())))
    right, count = table.totals()["values"]
    print(f"totals: {right} of {count} node tests agree, {len(table.rows)} operators, {sum(left.values())} left out")
    if arguments.markdown:
        with open(arguments.markdown, "w", encoding="utf-8") as file:
            file.write(text + "\n")
    return 1 if table.differences else 0


if __name__ == "__main__":
    sys.exit(main())
