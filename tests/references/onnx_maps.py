"""How ONNX operators are said in ours: node attributes and inputs → (op, attributes, inputs), or why not.

A map may return a list instead, one entry for each result that has an op of ours: (op, attributes, inputs, expected),
where `expected` takes the node's outputs, None where the node leaves one out, to the array that ours is to give.
"""
from functools import partial

import numpy as np

from onnx_base import need, output
from onnx_models import (
    attention, batch_norm, cell_states, dropout, gemm, group_norm, gru_form, hidden_states, layer_norm,
    lp_normalization, nll, no_attributes, one_hot, recurrence, rms_norm, softmax_cross_entropy)
from onnx_windows import (
    conv, conv_transpose, depth_to_space, global_average, global_max, lp_pool, lrn, one_axis_pad, pool, resize,
    upsample)


def same(op, **renamed):
    """The same inputs; attributes `ours=(theirs, default)`."""

    def translate(attributes, inputs):
        return op, {ours: attributes.get(theirs, default) for ours, (theirs, default) in renamed.items()}, inputs

    return translate


def reduction(op):
    def translate(attributes, inputs):
        axes = inputs[1].tolist() if len(inputs) > 1 and inputs[1].size else attributes.get("axes", [])
        need(axes or not attributes.get("noop_with_empty_axes", 0), "empty axes mean none")
        return op, {"axes": axes, "keepdim": bool(attributes.get("keepdims", 1))}, inputs[:1]

    return translate


def winner(op):
    def translate(attributes, inputs):
        need(not attributes.get("select_last_index", 0), "the last winner")
        return op, {"axis": attributes.get("axis", 0), "keepdim": bool(attributes.get("keepdims", 1))}, inputs

    return translate


def norm_of(p):
    def translate(attributes, inputs):
        op, found, inputs = reduction("norm")(attributes, inputs)
        return op, {**found, "p": p}, inputs

    return translate


def clip(attributes, inputs):
    low = float(inputs[1]) if len(inputs) > 1 and inputs[1] is not None else -np.inf
    high = float(inputs[2]) if len(inputs) > 2 and inputs[2] is not None else np.inf
    need(low <= high, "an empty interval")
    return "clamp", {"min": low, "max": high}, inputs[:1]


def transpose(attributes, inputs):
    return "permute", {"axes": attributes.get("perm", list(range(inputs[0].ndim))[::-1])}, inputs


def reshape(attributes, inputs):
    shape = inputs[1].tolist()
    if not attributes.get("allowzero", 0):
        shape = [inputs[0].shape[i] if n == 0 else n for i, n in enumerate(shape)]
    return "reshape", {"shape": shape}, inputs[:1]


def squeeze(op):
    def translate(attributes, inputs):
        need(len(inputs) > 1, "axes left out")
        return op, {"axis": inputs[1].tolist()}, inputs[:1]

    return translate


def expand(attributes, inputs):
    shape = np.broadcast_shapes(inputs[0].shape, tuple(inputs[1].tolist()))
    return "broadcast_to", {"shape": list(shape)}, inputs[:1]


def gather(attributes, inputs):
    """index_select by the index as a vector."""
    x, i = inputs
    axis = attributes.get("axis", 0) % x.ndim
    shape = (*x.shape[:axis], i.size, *x.shape[axis + 1:])
    return [("index_select", {"axis": axis}, [x, np.where(i < 0, i + x.shape[axis], i).reshape(-1)],
             output(0, lambda y: y.reshape(shape)))]


def gather_elements(attributes, inputs):
    x, i = inputs
    axis = attributes.get("axis", 0)
    return "gather", {"axis": axis}, [x, np.where(i < 0, i + x.shape[axis], i)]


def tile(attributes, inputs):
    return "tile", {"reps": inputs[1].tolist()}, inputs[:1]


def trilu(attributes, inputs):
    diagonal = int(inputs[1]) if len(inputs) > 1 and inputs[1] is not None else 0
    return ("triu" if attributes.get("upper", 1) else "tril"), {"diagonal": diagonal}, inputs[:1]


def cumulative(op, attributes, inputs):
    found = {k: bool(attributes.get(k, 0)) for k in ("exclusive", "reverse")}
    return op, {"axis": int(inputs[1].item()), **found}, inputs[:1]


def flatten(attributes, inputs):
    axis = attributes.get("axis", 1)
    axis += inputs[0].ndim if axis < 0 else 0
    rows = int(np.prod(inputs[0].shape[:axis]))
    return "reshape", {"shape": [rows, inputs[0].size // max(rows, 1)]}, inputs


def power(attributes, inputs):
    need(all(x.dtype.kind == "f" for x in inputs), "integers")
    return "pow", {}, inputs


def modulus(attributes, inputs):
    need(not attributes.get("fmod", 0), "the remainder of C")
    return "remainder", {}, inputs


def einsum(attributes, inputs):
    return "einsum", {"equation": attributes["equation"].replace(" ", "")}, inputs


def hard_sigmoid(attributes, inputs):
    need(abs(attributes.get("alpha", 0.2) - 1 / 6) < 2**-20 and attributes.get("beta", 0.5) == 0.5, "other slopes")
    return "hardsigmoid", {}, inputs


def binary(op):
    def translate(attributes, inputs):
        need(len(inputs) == 2, f"{len(inputs)} operands")
        return op, {}, inputs

    return translate


def selu(attributes, inputs):
    ours = {"alpha": 1.67326319217681884765625, "gamma": 1.05070102214813232421875}
    need(all(attributes.get(k, v) == v for k, v in ours.items()), "other constants")
    return "selu", {}, inputs


def swish(attributes, inputs):
    need(attributes.get("alpha", 1.0) == 1.0, "another slope")
    return "silu", {}, inputs


def top_k(attributes, inputs):
    found = {"k": int(inputs[1].item()), "axis": attributes.get("axis", -1),
             "largest": bool(attributes.get("largest", 1)), "sorted": bool(attributes.get("sorted", 1))}
    need(inputs[0].dtype.kind == "f", "integer arithmetic")
    return [("topk", found, inputs[:1], output(0)), ("topk_indices", found, inputs[:1], output(1))]


def split(attributes, inputs):
    x, axis, count = inputs[0], attributes.get("axis", 0), attributes["count of outputs"]
    if len(inputs) > 1 and inputs[1] is not None:
        sizes = inputs[1].tolist()
    else:
        each = -(-x.shape[axis] // count)
        sizes = [min(each, x.shape[axis] - i * each) for i in range(count)]
    return [("split", {"axis": axis, "sizes": sizes, "index": i}, [x], output(i)) for i in range(count)]


def slices(attributes, inputs):
    """Ours slices one axis: the last; NumPy has sliced the others before."""
    x, starts, ends = inputs[0], inputs[1].tolist(), inputs[2].tolist()
    axes = inputs[3].tolist() if len(inputs) > 3 and inputs[3] is not None else list(range(len(starts)))
    steps = inputs[4].tolist() if len(inputs) > 4 and inputs[4] is not None else [1] * len(starts)
    for axis, start, end, step in list(zip(axes, starts, ends, steps))[:-1]:
        x = x[(slice(None),) * (axis % x.ndim) + (slice(start, end, step),)]
    need(steps[-1] > 0, "a negative step")
    return "slice", {"axis": axes[-1], "start": starts[-1], "stop": ends[-1], "step": steps[-1]}, [x]


def scatter_elements(attributes, inputs):
    need(attributes.get("reduction", "none") == "add", f"reduction {attributes.get('reduction', 'none')}")
    x, i, updates = inputs
    axis = attributes.get("axis", 0)
    return "scatter_add", {"axis": axis}, [x, np.where(i < 0, i + x.shape[axis], i), updates]


MAPS = {
    **{theirs: same(ours) for theirs, ours in {
        "Abs": "abs", "Neg": "neg", "Exp": "exp", "Log": "log", "Sqrt": "sqrt", "Sin": "sin", "Cos": "cos",
        "Tan": "tan", "Tanh": "tanh", "Atan": "atan", "Sigmoid": "sigmoid", "Relu": "relu", "Erf": "erf",
        "Sign": "sign", "Reciprocal": "reciprocal", "Floor": "floor", "Ceil": "ceil", "Round": "round",
        "Softplus": "softplus", "Softsign": "softsign", "HardSwish": "hardswish", "Mish": "mish", "Add": "add",
        "Sub": "sub", "Mul": "mul", "Div": "div", "Less": "less", "LessOrEqual": "less_equal", "Greater": "greater",
        "GreaterOrEqual": "greater_equal", "Equal": "equal", "And": "logical_and", "Or": "logical_or",
        "Not": "logical_not", "Where": "where", "MatMul": "matmul", "Identity": "detach"}.items()},
    "LeakyRelu": same("leaky_relu", negative_slope=("alpha", 0.01)),
    "Elu": same("elu", alpha=("alpha", 1.0)),
    "Celu": same("celu", alpha=("alpha", 1.0)),
    "Gelu": same("gelu", approximate=("approximate", "none")),
    "Softmax": same("softmax", axis=("axis", -1)),
    "LogSoftmax": same("log_softmax", axis=("axis", -1)),
    "Concat": same("concat", axis=("axis", 0)),
    "InstanceNormalization": same("instance_norm", eps=("epsilon", 1e-5)),
    "HardSigmoid": hard_sigmoid, "LRN": lrn, "Clip": clip, "Pow": power, "Mod": modulus, "Einsum": einsum,
    "ReduceSum": reduction("sum"), "ReduceMean": reduction("mean"), "ReduceMax": reduction("max"),
    "ReduceMin": reduction("min"), "ReduceProd": reduction("prod"), "ReduceLogSumExp": reduction("logsumexp"),
    "ReduceL1": norm_of(1.0), "ReduceL2": norm_of(2.0), "ArgMax": winner("argmax"), "ArgMin": winner("argmin"),
    "CumSum": partial(cumulative, "cumsum"), "CumProd": partial(cumulative, "cumprod"),
    "Transpose": transpose, "Reshape": reshape, "Flatten": flatten, "Expand": expand,
    "Squeeze": squeeze("squeeze"), "Unsqueeze": squeeze("expand_dims"), "Gather": gather,
    "GatherElements": gather_elements, "Pad": one_axis_pad, "Tile": tile, "Trilu": trilu, "Conv": conv,
    "MaxPool": pool("max"), "AveragePool": pool("avg"), "GlobalAveragePool": global_average,
    "BatchNormalization": batch_norm, "LayerNormalization": layer_norm, "RMSNormalization": rms_norm,
    "GroupNormalization": group_norm, "DepthToSpace": depth_to_space,
    "Max": binary("maximum"), "Min": binary("minimum"), "Sum": binary("add"), "Xor": same("not_equal"),
    "Selu": selu, "Swish": swish, "TopK": top_k, "Split": split, "Slice": slices, "ConvTranspose": conv_transpose,
    "LpPool": lp_pool, "LpNormalization": lp_normalization, "GlobalMaxPool": global_max, "OneHot": one_hot,
    "ScatterElements": scatter_elements, "NegativeLogLikelihoodLoss": nll,
    "SoftmaxCrossEntropyLoss": softmax_cross_entropy, "Resize": resize, "Upsample": upsample, "Dropout": dropout,
    "Gemm": gemm, "Attention": attention,
    # ONNX has the gates in the orders z r h and i o f c, ours are r z n and i f g o.
    "RNN": recurrence("rnn", [0], 1, {0: no_attributes, 1: no_attributes}),
    "GRU": recurrence("gru", [1, 0, 2], 1, {0: gru_form, 1: gru_form}),
    "LSTM": recurrence("lstm", [0, 2, 3, 1], 2, {0: hidden_states, 1: hidden_states, 2: cell_states}),
}
# Why operators that resemble ops of ours are no counterparts.
OTHERS = {
    "RotaryEmbedding": "angles are an input", "Hardmax": "one-hot of argmax", "PRelu": "a slope for each element",
    "ReduceSumSquare": "several ops", "ReduceLogSum": "several ops", "MeanVarianceNormalization": "several ops",
    "Mean": "several ops", "SpaceToDepth": "the way back of pixel_shuffle", "Momentum": "other optimisers",
    "Adam": "other optimisers", "Adagrad": "other optimisers",
}
