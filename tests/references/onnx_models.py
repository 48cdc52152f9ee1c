"""ONNX norms, losses, attention and recurrent layers in our words."""
import numpy as np

from onnx_base import need, output


def lp_normalization(attributes, inputs):
    need(attributes.get("p", 2) == 2, "a norm other than the second")
    return "l2_normalize", {"axis": attributes.get("axis", -1)}, inputs


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
