"""Runs the ONNX standard's own node tests, forward, for every operator that maps to an op of ours.

python3 tests/references/onnx_table.py build/crosscheck/crosscheck [--operator GLOB] [--markdown FILE] [--json FILE]
"""
import argparse
import fnmatch
import sys
from collections import Counter

import numpy as np
import onnx
from onnx.backend.test.case.node import collect_testcases as node_tests

from crosscheck import Crosscheck
from onnx_base import NotOurs
from onnx_maps import MAPS, OTHERS
from table import Table

REAL = (np.float32, np.float64)
INDEXED = ("index_select", "gather", "scatter_add", "one_hot", "nll", "cross_entropy_index")


def arrays_of(names, graph_names, values):
    """In the order of the node; None where it leaves one out."""
    found = dict(zip(graph_names, values))
    return [found.get(name) for name in names]


def as_ours(x):
    """Booleans and floats as they are, other integers as int64: indices."""
    if x is None or x.dtype in REAL or x.dtype == np.bool_:
        return x
    return x.astype(np.int64)


def prepared(op, inputs):
    while inputs and inputs[-1] is None:
        inputs = inputs[:-1]
    if any(x is None for x in inputs):
        raise NotOurs("an input left out in the middle")
    if any(x.dtype.kind not in "fbiu" or x.dtype == np.float16 for x in inputs):
        raise NotOurs("inputs of other types")
    if any(x.dtype.kind in "iu" for x in inputs) and op not in INDEXED:
        raise NotOurs("integer arithmetic")
    return [np.array(as_ours(x), order="C") for x in inputs]


def translate(case):
    """(op, attributes, inputs, expected) for each result of a case that has an op of ours; NotOurs with the reason."""
    nodes, graph = case.model.graph.node, case.model.graph
    if len(nodes) != 1:
        raise NotOurs("several nodes")
    node = nodes[0]
    inputs, outputs = case.data_sets[0]
    if not all(isinstance(x, np.ndarray) or np.isscalar(x) for x in (*inputs, *outputs)):
        raise NotOurs("values that are no tensors")
    inputs = arrays_of(node.input, [i.name for i in graph.input], [np.asarray(x) for x in inputs])
    outputs = arrays_of(node.output, [o.name for o in graph.output], [np.asarray(x) for x in outputs])
    for y in outputs:
        if y is not None and (y.dtype.kind not in "fbiu" or y.dtype == np.float16):
            raise NotOurs(f"results in {y.dtype}")
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    attributes = {k: v.decode() if isinstance(v, bytes) else list(v) if isinstance(v, (tuple, list)) else v
                  for k, v in attributes.items()}
    if node.op_type == "Split":
        attributes["count of outputs"] = len(outputs)
    said = MAPS[node.op_type](attributes, inputs)
    results = said if isinstance(said, list) else [(*said, lambda given: given[0])]
    found = [(op, what, prepared(op, ours), expected(outputs)) for op, what, ours, expected in results]
    return [result for result in found if result[3] is not None]


def judge(program, table, case, operator):
    for op, attributes, inputs, expected in translate(case):
        expected = np.array(expected, order="C")
        if expected.dtype.kind in "biu":
            expected = expected.astype(np.float32)
        verdict = program.check(op, attributes, inputs, expected, claims=["ties=any"])
        table.add(op, "values", verdict, f"{operator} {case.name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--operator", default="*")
    parser.add_argument("--markdown")
    parser.add_argument("--json")
    arguments = parser.parse_args()
    program, table, left, unknown = Crosscheck(arguments.program), Table(["values"]), Counter(), Counter()
    operators = set()
    for case in node_tests(None):
        nodes = case.model.graph.node
        operator = nodes[0].op_type if nodes else ""
        if not fnmatch.fnmatch(operator, arguments.operator):
            continue
        if operator not in MAPS:
            unknown[operator] += len(nodes) == 1
            continue
        try:
            judge(program, table, case, operator)
            operators.add(operator)
        except NotOurs as reason:
            left[f"{operator}: {reason}"] += 1
    table.show()
    print("\nleft out:", *(f"\n  {n} × {why}" for why, n in sorted(left.items())))
    unknown = {operator: n for operator, n in sorted(unknown.items()) if n}
    print(f"\nno op of ours: {len(unknown)} operators, {sum(unknown.values())} node tests:",
          ", ".join(f"{o} ({OTHERS[o]})" if o in OTHERS else o for o in unknown))
    right, count = table.totals()["values"]
    print(f"totals: {right} of {count} results of node tests agree, {len(operators)} operators, {len(table.rows)} ops, "
          f"{sum(left.values())} tests left out")
    table.write(arguments.markdown, arguments.json)
    return 1 if table.differences else 0


if __name__ == "__main__":
    sys.exit(main())
