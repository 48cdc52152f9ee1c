"""How ONNX operators are said in ours: node attributes and inputs → (op, attributes, inputs), or why not."""
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
    x, i = inputs
    axis = attributes.get("axis", 0)
    need(i.ndim == 1, "an index that is no vector")
    return "index_select", {"axis": axis}, [x, np.where(i < 0, i + x.shape[axis], i)]


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


def cumulative(attributes, inputs):
    found = {k: bool(attributes.get(k, 0)) for k in ("exclusive", "reverse")}
    return "cumsum", {"axis": int(inputs[1]), **found}, inputs[:1]


def batch_norm(attributes, inputs):
    need(not attributes.get("training_mode", 0), "training mode has other outputs")
    x, scale, bias, mean, variance = inputs
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
    "CumSum": cumulative, "Transpose": transpose, "Reshape": reshape, "Flatten": flatten, "Expand": expand,
    "Squeeze": squeeze("squeeze"), "Unsqueeze": squeeze("expand_dims"), "Gather": gather,
    "GatherElements": gather_elements, "Pad": one_axis_pad, "Tile": tile, "Trilu": trilu, "Conv": conv,
    "MaxPool": pool("max"), "AveragePool": pool("avg"), "GlobalAveragePool": global_average,
    "BatchNormalization": batch_norm, "LayerNormalization": layer_norm, "RMSNormalization": rms_norm,
    "GroupNormalization": group_norm, "DepthToSpace": depth_to_space,
}
