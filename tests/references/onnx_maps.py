"""How ONNX operators are said in ours: node attributes and inputs → (op, attributes, inputs), or why not.

A map may return a list instead, one entry for each result that has an op of ours: (op, attributes, inputs, expected),
where `expected` takes the node's outputs, None where the node leaves one out, to the array that ours is to give.
"""
from functools import partial

import numpy as np


class NotOurs(Exception):
    """The node uses something that has no counterpart."""


def need(condition, why):
    if not condition:
        raise NotOurs(why)


def same(op, **renamed):
    """The same inputs; attributes `ours=(theirs, default)`."""

    def translate(attributes, inputs):
        return op, {ours: attributes.get(theirs, default) for ours, (theirs, default) in renamed.items()}, inputs

    return translate


def output(k, arrange=lambda y: y):
    return lambda outputs: None if len(outputs) <= k or outputs[k] is None else arrange(outputs[k])


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


def window(attributes, spatial):
    need(attributes.get("auto_pad", "NOTSET") in ("NOTSET", "VALID"), "auto_pad")
    pads = attributes.get("pads", [0] * 2 * spatial)
    ordered = [pads[i + j * spatial] for i in range(spatial) for j in (0, 1)]
    return {"stride": attributes.get("strides", [1] * spatial), "padding": ordered}


def conv(attributes, inputs):
    k = inputs[0].ndim - 2
    need(1 <= k <= 3, f"{k} spatial axes")
    found = {**window(attributes, k), "dilation": attributes.get("dilations", [1] * k),
             "groups": attributes.get("group", 1)}
    return f"conv{k}d", found, inputs


def pool(kind):
    def translate(attributes, inputs):
        k = inputs[0].ndim - 2
        need(k in (1, 2), f"{k} spatial axes")
        found = {**window(attributes, k), "kernel": attributes["kernel_shape"],
                 "ceil_mode": bool(attributes.get("ceil_mode", 0))}
        if kind == "max":
            found["dilation"] = attributes.get("dilations", [1] * k)
        else:
            need(set(attributes.get("dilations", [1])) == {1}, "dilated average")
            found["count_include_pad"] = bool(attributes.get("count_include_pad", 0))
        return f"{kind}_pool{k}d", found, inputs

    return translate


def global_average(attributes, inputs):
    need(inputs[0].ndim == 4, "spatial axes other than two")
    return "global_avg_pool2d", {}, inputs


def global_max(attributes, inputs):
    return "max", {"axes": list(range(2, inputs[0].ndim)), "keepdim": True}, inputs


def conv_transpose(attributes, inputs):
    k = inputs[0].ndim - 2
    need(k in (1, 2), f"{k} spatial axes")
    need("output_shape" not in attributes, "output_shape")
    found = {**window(attributes, k), "dilation": attributes.get("dilations", [1] * k),
             "output_padding": attributes.get("output_padding", [0] * k), "groups": attributes.get("group", 1)}
    return f"conv_transpose{k}d", found, inputs


def lp_pool(attributes, inputs):
    need(inputs[0].ndim == 4, f"{inputs[0].ndim - 2} spatial axes")
    found = window(attributes, 2)
    need(not any(found.pop("padding")), "padding")
    need(set(attributes.get("dilations", [1])) == {1}, "dilation")
    return "lp_pool2d", {**found, "kernel": attributes["kernel_shape"], "norm_type": float(attributes.get("p", 2)),
                         "ceil_mode": bool(attributes.get("ceil_mode", 0)), "absolute": True}, inputs


def lp_normalization(attributes, inputs):
    need(attributes.get("p", 2) == 2, "a norm other than the second")
    return "l2_normalize", {"axis": attributes.get("axis", -1)}, inputs


def extents_of(attributes, inputs):
    """The spatial extents of a resized image, and whether they are the old ones times the scales exactly."""
    x = inputs[0]
    need(x.ndim == 4, "not two spatial axes")
    axes = [a % x.ndim for a in attributes.get("axes", range(x.ndim))]
    scales, sizes = (inputs[i] if len(inputs) > i else None for i in (2, 3))
    new, exact = list(x.shape), True
    if sizes is not None and sizes.size:
        need(attributes.get("keep_aspect_ratio_policy", "stretch") == "stretch", "a kept aspect ratio")
        for axis, size in zip(axes, sizes):
            new[axis] = int(size)
    else:
        for axis, scale in zip(axes, scales):
            new[axis] = int(np.floor(x.shape[axis] * scale))
            exact = exact and new[axis] == x.shape[axis] * scale
    need(new[:2] == list(x.shape[:2]), "resized channels")
    return new[2:], exact


def resize(attributes, inputs):
    size, exact = extents_of(attributes, inputs)
    need(not attributes.get("antialias", 0), "antialias")
    need(exact, "scales that give no whole extent")
    how, mode = attributes.get("coordinate_transformation_mode", "half_pixel"), attributes.get("mode", "nearest")
    if mode == "nearest":
        rounding = attributes.get("nearest_mode", "round_prefer_floor")
        whole = all(new % old == 0 for new, old in zip(size, inputs[0].shape[2:]))
        floor = how == "asymmetric" and rounding == "floor"
        # Whole multiples have the same neighbours by half pixels.
        need(floor or (whole and how == "half_pixel" and rounding.startswith("round")), "nearest by another rule")
        return "upsample_nearest2d", {"size": size}, inputs[:1]
    need(mode == "linear", f"mode {mode}")
    need(how in ("half_pixel", "align_corners") or (how == "pytorch_half_pixel" and min(size) > 1),
         f"coordinates {how}")
    return "upsample_bilinear2d", {"size": size, "align_corners": how == "align_corners"}, inputs[:1]


def upsample(attributes, inputs):
    return resize({**attributes, "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
                  [inputs[0], None, inputs[1]])


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


def one_axis_pad(attributes, inputs):
    need(len(inputs) <= 3 or inputs[3] is None, "a subset of axes")
    mode = attributes.get("mode", "constant")
    pads = inputs[1].tolist()
    need(min(pads) >= 0 and mode in ("constant", "reflect", "edge"), f"mode {mode} or negative pads")
    rank = inputs[0].ndim
    around = [pads[a + side * rank] for a in range(rank) for side in (0, 1)]
    found = {"padding": around, "mode": "replicate" if mode == "edge" else mode}
    if mode == "constant" and len(inputs) > 2 and inputs[2] is not None:
        found["value"] = float(inputs[2])
    return "pad", found, inputs[:1]


def tile(attributes, inputs):
    return "tile", {"reps": inputs[1].tolist()}, inputs[:1]


def trilu(attributes, inputs):
    diagonal = int(inputs[1]) if len(inputs) > 1 and inputs[1] is not None else 0
    return ("triu" if attributes.get("upper", 1) else "tril"), {"diagonal": diagonal}, inputs[:1]


def cumulative(op, attributes, inputs):
    found = {k: bool(attributes.get(k, 0)) for k in ("exclusive", "reverse")}
    return op, {"axis": int(inputs[1].item()), **found}, inputs[:1]


def batch_norm(attributes, inputs):
    """In training the new mean, too; the new variance is of the population there, of the sample here."""
    x, scale, bias, mean, variance = inputs
    if attributes.get("training_mode", 0):
        found = {"eps": attributes.get("epsilon", 1e-5), "training": True}
        share = {"momentum": 1 - attributes.get("momentum", 0.9)}
        return [("batch_norm", found, [x, scale, bias], output(0)),
                ("batch_norm_running_mean", share, [x, mean], output(1))]
    return "batch_norm", {"eps": attributes.get("epsilon", 1e-5), "training": False}, [x, mean, variance, scale, bias]


def layer_norm(attributes, inputs):
    axis = attributes.get("axis", -1) % inputs[0].ndim
    return "layer_norm", {"normalized_shape": list(inputs[0].shape[axis:]),
                          "eps": attributes.get("epsilon", 1e-5)}, inputs


def rms_norm(attributes, inputs):
    op, found, inputs = layer_norm(attributes, inputs)
    return "rms_norm", found, inputs


def group_norm(attributes, inputs):
    return "group_norm", {"num_groups": attributes["num_groups"], "eps": attributes.get("epsilon", 1e-5)}, inputs


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


def lrn(attributes, inputs):
    return "local_response_norm", {"size": attributes["size"], "alpha": attributes.get("alpha", 1e-4),
                                   "beta": attributes.get("beta", 0.75), "k": attributes.get("bias", 1.0)}, inputs


def depth_to_space(attributes, inputs):
    need(attributes.get("mode", "DCR") == "CRD", "depth first")
    return "pixel_shuffle", {"upscale_factor": attributes["blocksize"]}, inputs


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


def one_hot(attributes, inputs):
    """Ours is 1 or 0 on the last axis; `values` say what stands for them."""
    i, depth = inputs[0].astype(np.int64), int(inputs[1].item())
    off, on = inputs[2].tolist()
    need(off != on and np.all((i >= -depth) & (i < depth)), "an index out of range")
    arrange = lambda y: np.where(np.moveaxis(y, attributes.get("axis", -1), -1) == on, 1.0, 0.0)
    return [("one_hot", {"num_classes": depth}, [np.where(i < 0, i + depth, i)], output(0, arrange))]


def labelled(attributes):
    return {"axis": 1, "reduction": attributes.get("reduction", "mean"),
            **({"ignore_index": attributes["ignore_index"]} if "ignore_index" in attributes else {})}


def nll(attributes, inputs):
    return "nll", labelled(attributes), inputs


def softmax_cross_entropy(attributes, inputs):
    return [("cross_entropy_index", labelled(attributes), inputs, output(0)),
            ("log_softmax", {"axis": 1}, inputs[:1], output(1))]


def dropout(attributes, inputs):
    need(len(inputs) < 3 or inputs[2] is None or not bool(inputs[2].item()), "training draws other numbers")
    return "dropout", {"training": False}, inputs[:1]


def gemm(attributes, inputs):
    """linear, where the sum is neither scaled nor has a bias for each row."""
    need(attributes.get("alpha", 1.0) == 1 and attributes.get("beta", 1.0) == 1, "scaled")
    a = inputs[0].T if attributes.get("transA", 0) else inputs[0]
    b = inputs[1] if attributes.get("transB", 0) else inputs[1].T
    if len(inputs) < 3 or inputs[2] is None:
        return "linear", {}, [a, b]
    need(inputs[2].ndim < 2 or inputs[2].shape[0] == 1, "a bias for each row")
    return "linear", {}, [a, b, np.broadcast_to(inputs[2].reshape(-1), b.shape[:1]).copy()]


def repeated(x, heads):
    return np.repeat(x, heads // x.shape[1], axis=1)


def attention(attributes, inputs):
    """Heads of one another's size, grouped ones repeated, keys of a cache before the new ones."""
    inputs = [*inputs, *[None] * (7 - len(inputs))]
    (q, k, v, mask), past = inputs[:4], inputs[4:6]
    need(inputs[6] is None, "keys of unequal number")
    need(not attributes.get("softcap", 0.0), "softcap")
    need(all(attributes.get(f"{side}_window_size", -1) == -1 for side in ("left", "right")), "a local window")
    join = lambda y: y
    if q.ndim == 3:
        apart = lambda x, n: x.reshape(*x.shape[:2], n, -1).transpose(0, 2, 1, 3)
        q, k, v = (apart(x, attributes[f"{n}_num_heads"]) for x, n in ((q, "q"), (k, "kv"), (v, "kv")))
        join = lambda y, n=q.shape[1]: y.reshape(*y.shape[:2], n, -1).transpose(0, 2, 1, 3)
    if past[0] is not None:
        k, v = np.concatenate([past[0], k], 2), np.concatenate([past[1], v], 2)
    k, v = repeated(k, q.shape[1]), repeated(v, q.shape[1])
    causal = bool(attributes.get("is_causal", 0))
    found = {"is_causal": causal, "start": past[0].shape[2] if causal and past[0] is not None else 0}
    if "scale" in attributes:
        found["scale"] = attributes["scale"]
    masks = [] if mask is None else [mask]
    if mask is not None:
        found["mask"] = "boolean" if mask.dtype == np.bool_ else "additive"
    results = [("attention", found, [q, k, v, *masks], output(0, join))]
    if attributes.get("qk_matmul_output_mode", 0) == 3:
        results.append(("attention_weights", found, [q, k, *masks], output(3)))
    return results


def one_direction(op, found, x, parts, order, states, expected):
    """Gates of the weights in our order: blocks of rows."""
    arrange = lambda w: np.concatenate([np.split(w, len(order))[g] for g in order])
    w, r, b = parts
    bias = [] if b is None else [arrange(part) for part in np.split(b, 2)]
    return op, {**found, "bias": b is not None}, [x, arrange(w), arrange(r), *bias, *states], expected


def recurrence(op, order, count, results):
    """`results`: for each output of the node what attributes of ours give it."""

    def translate(attributes, inputs):
        inputs = [*inputs, *[None] * (8 - len(inputs))]
        batch_first = attributes.get("layout", 0)
        x = inputs[0].swapaxes(0, 1) if batch_first else inputs[0]
        steps, batch = x.shape[:2]
        need(inputs[7] is None, "peepholes")
        need(inputs[4] is None or np.all(inputs[4] == steps), "sequences of unequal length")
        need(not {"activations", "clip"} & set(attributes), "other activations")
        direction = attributes.get("direction", "forward")
        need(steps == 1 or direction == "forward", "a way back through time")
        given = [s.swapaxes(0, 1) if batch_first else s for s in inputs[5:5 + count] if s is not None]
        hidden, found = inputs[2].shape[2], []
        for d in range(inputs[1].shape[0]):
            states = [s[d] for s in given]
            if len(given) not in (0, count):
                states.append(np.zeros((batch, hidden), x.dtype))
            parts = [None if inputs[i] is None else inputs[i][d] for i in (1, 2, 3)]
            for k, attributes_of in results.items():
                def expected(outputs, k=k, d=d):
                    y = output(k)(outputs)
                    if y is None:
                        return None
                    if k == 0:
                        return (y.transpose(1, 2, 0, 3) if batch_first else y)[:, d]
                    need(steps == 1, "the last state alone")
                    return (y[:, d] if batch_first else y[d])[None]
                found.append(one_direction(op, attributes_of(attributes), x, parts, order, states, expected))
        return found

    return translate


def gru_form(attributes):
    return {"reset_after": bool(attributes.get("linear_before_reset", 0))}


def hidden_states(attributes):
    return {"output": "hidden"}


def cell_states(attributes):
    return {"output": "cell"}


def no_attributes(attributes):
    return {}


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
    "CumSum": partial(cumulative, "cumsum"), "CumProd": partial(cumulative, "cumprod"), "Transpose": transpose, "Reshape": reshape, "Flatten": flatten, "Expand": expand,
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
