"""Matrix products, softmax, attention, normalisation and sequences."""
import torch
import torch.nn.functional as F

from row import Row, mask, normal, positive

PRODUCTS = [((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)), ((5, 2, 3), (5, 3, 4)),
            ((2, 1, 2, 3), (5, 3, 4))]
EQUATIONS = [("ij,jk->ik", (2, 3), (3, 4)), ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)), ("ij,ij->", (2, 3), (2, 3)),
             ("i,j->ij", (3,), (4,)), ("ij,kj->ki", (2, 3), (4, 3)), ("ij,jk", (2, 3), (3, 4)),
             ("...ij,jk->...ik", (2, 2, 3), (3, 4))]


def products():
    for a, b in PRODUCTS:
        yield Row("matmul", {}, lambda a=a, b=b: [normal(*a), normal(*b)], torch.matmul)
    for prefix in ((), (4,), (2, 3)):
        yield Row("linear", {}, lambda p=prefix: [normal(*p, 5), normal(6, 5), normal(6)], F.linear)
        yield Row("bilinear", {}, lambda p=prefix: [normal(*p, 3), normal(*p, 4), normal(5, 3, 4), normal(5)],
                  F.bilinear)
    for equation, a, b in EQUATIONS:
        yield Row("einsum", {"equation": equation}, lambda a=a, b=b: [normal(*a), normal(*b)],
                  lambda x, y, e=equation: torch.einsum(e, x, y))
    for equation in ("ii->i", "ii->", "ij->ji", "ij->i"):
        yield Row("einsum", {"equation": equation}, lambda: [normal(4, 4)], lambda x, e=equation: torch.einsum(e, x))
    yield Row("einsum", {"equation": "ij,jk,kl->il"}, lambda: [normal(2, 3), normal(3, 4), normal(4, 5)],
              lambda x, y, z: torch.einsum("ij,jk,kl->il", x, y, z))


def softmaxes():
    for axis in (0, 1, -1):
        yield Row("softmax", {"axis": axis}, lambda: [normal(3, 4, 5) * 5], lambda x, a=axis: F.softmax(x, a))
        yield Row("log_softmax", {"axis": axis}, lambda: [normal(3, 4, 5) * 5], lambda x, a=axis: F.log_softmax(x, a))
        yield Row("masked_softmax", {"axis": axis}, lambda: [normal(3, 4, 5), some(mask(3, 4, 5))],
                  lambda x, m, a=axis: F.softmax(x.masked_fill(~m, float("-inf")), a))


def some(m):
    m[0], m[..., 0], m[:, 0] = True, True, True
    return m


def attentions():
    for prefix in ((), (2,), (2, 3)):
        qkv = lambda p=prefix: [normal(*p, 4, 8), normal(*p, 6, 8), normal(*p, 6, 5)]
        yield Row("attention", {}, qkv, F.scaled_dot_product_attention)
        yield Row("attention", {"scale": 0.3}, qkv, lambda q, k, v: F.scaled_dot_product_attention(q, k, v, scale=0.3))
        yield Row("attention", {"is_causal": True}, lambda p=prefix: [normal(*p, 5, 8) for _ in range(3)],
                  lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True))
        yield Row("attention", {}, lambda p=prefix: [*qkv_of(p), some(mask(4, 6))],
                  lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m))
        yield Row("attention", {"mask": "additive"}, lambda p=prefix: [*qkv_of(p), normal(4, 6)],
                  lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m))


        for start in (0, 2):  # as after `start` keys of a cache
            yield Row("attention", {"is_causal": True, "start": start}, lambda p=prefix: qkv_of(p),
                      lambda q, k, v, s=start: F.scaled_dot_product_attention(q, k, v, attn_mask=seen(q, k, s)))
            yield Row("attention", {"is_causal": True, "start": start}, lambda p=prefix: [*qkv_of(p), some(mask(4, 6))],
                      lambda q, k, v, m, s=start: F.scaled_dot_product_attention(q, k, v, attn_mask=m & seen(q, k, s)))
        yield Row("attention", {}, lambda p=prefix: [*qkv_of(p), one_row_blocked()],
                  lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m))


def seen(q, k, start):
    return torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).tril(start)


def one_row_blocked():
    m = some(mask(4, 6))
    m[2] = False
    return m


def qkv_of(p):
    return [normal(*p, 4, 8), normal(*p, 6, 8), normal(*p, 6, 5)]


def norms():
    for eps in (1e-5, 1e-3):
        for slice_ in ([5], [4, 5]):
            yield Row("layer_norm", {"normalized_shape": slice_, "eps": eps},
                      lambda s=slice_: [normal(3, 4, 5), normal(*s), normal(*s)],
                      lambda x, w, b, s=slice_, e=eps: F.layer_norm(x, s, w, b, e))
            yield Row("rms_norm", {"normalized_shape": slice_, "eps": eps},
                      lambda s=slice_: [normal(3, 4, 5), normal(*s)],
                      lambda x, w, s=slice_, e=eps: F.rms_norm(x, s, w, e))
        for spatial in ((), (5,), (3, 4)):
            shape = (6, 4, *spatial)
            yield Row("batch_norm", {"eps": eps, "training": True}, lambda s=shape: [normal(*s), normal(4), normal(4)],
                      lambda x, w, b, e=eps: F.batch_norm(x, None, None, w, b, True, 0.1, e))
            yield Row("batch_norm", {"eps": eps, "training": False},
                      lambda s=shape: [normal(*s), normal(4), positive(4), normal(4), normal(4)],
                      lambda x, m, v, w, b, e=eps: F.batch_norm(x, m, v, w, b, False, 0.1, e), grad=[0])
            # PyTorch has no derivative of the running statistics; by formula there is one.
            yield Row("batch_norm", {"eps": eps, "training": False},
                      lambda s=shape: [normal(*s), normal(4), positive(4), normal(4), normal(4)],
                      lambda x, *c, e=eps: by_channel(x, *c, e))
            if spatial:
                yield Row("instance_norm", {"eps": eps}, lambda s=shape: [normal(*s), normal(4), normal(4)],
                          lambda x, w, b, e=eps: F.instance_norm(x, weight=w, bias=b, eps=e))
            for groups in (1, 2, 4):
                yield Row("group_norm", {"num_groups": groups, "eps": eps},
                          lambda s=shape: [normal(*s), normal(4), normal(4)],
                          lambda x, w, b, g=groups, e=eps: F.group_norm(x, g, w, b, e))
    for size in (1, 2, 3, 5):
        yield Row("local_response_norm", {"size": size, "alpha": 0.1, "beta": 0.75, "k": 1.0},
                  lambda: [normal(2, 6, 3, 4)], lambda x, s=size: F.local_response_norm(x, s, 0.1, 0.75, 1.0))
    for axis in (0, 1, -1):
        yield Row("l2_normalize", {"axis": axis}, lambda: [normal(3, 4, 5)], lambda x, a=axis: F.normalize(x, dim=a))


def by_channel(x, mean, variance, w, b, eps):
    mean, variance, w, b = (v.reshape(-1, *(1,) * (x.dim() - 2)) for v in (mean, variance, w, b))
    return (x - mean) / torch.sqrt(variance + eps) * w + b


def statistics():
    """The buffers of PyTorch's BatchNorm after one forward pass; momentum None is the cumulative average."""
    for which in ("mean", "var"):
        for spatial in ((), (5,), (3, 4)):
            for momentum in (0.1, 0.75):
                yield Row(f"batch_norm_running_{which}", {"momentum": momentum},
                          lambda s=(6, 4, *spatial): [normal(*s), positive(4)],
                          lambda x, old, m=momentum, k=which: updated(x, old, m, k), grad=[])
            yield Row(f"batch_norm_running_{which}", {"momentum": 0.0},
                      lambda s=(6, 4, *spatial): [normal(*s), positive(4), torch.tensor(3.0, dtype=torch.float64)],
                      lambda x, old, n, k=which: updated(x, old, None, k, int(n)), grad=[])


def updated(x, old, momentum, which, batches=0):
    kind = {2: torch.nn.BatchNorm1d, 3: torch.nn.BatchNorm1d, 4: torch.nn.BatchNorm2d}[x.dim()]
    norm = kind(x.shape[1], momentum=momentum, dtype=torch.float64)
    getattr(norm, f"running_{which}").copy_(old)
    norm.num_batches_tracked.fill_(batches)
    norm(x)
    return getattr(norm, f"running_{which}").clone()


def with_states():
    for batch in ((), (2,)):
        for bias in (True, False):
            for state in (True, False):
                if bias and not state:
                    continue
                for op, kind, gates in (("rnn", torch.nn.RNN, 1), ("gru", torch.nn.GRU, 3), ("lstm", torch.nn.LSTM, 4)):
                    make = lambda b=batch, g=gates, w=bias, n=state * (2 if op == "lstm" else 1): [
                        *weights(g, b)[:5 if w else 3], *(normal(*b, 4) for _ in range(n))]
                    yield Row(op, {"bias": bias}, make,
                              lambda *w, k=kind, b=bias: by_torch(k, w, bias=b)[0])
                yield Row("lstm", {"bias": bias, "output": "cell"}, lambda b=batch, w=bias, n=state: [
                    *weights(4, b)[:5 if w else 3], *(normal(*b, 4) for _ in range(2 * n))],
                    lambda *w, b=bias: cells(w, b))


def cells(w, bias):
    """All c_t, one step of the LSTM at a time."""
    count = 5 if bias else 3
    state = list(w[count:]) or [torch.zeros(*w[0].shape[1:-1], 4, dtype=torch.float64) for _ in range(2)]
    out = []
    for t in range(w[0].shape[0]):
        _, (h, c) = by_torch(torch.nn.LSTM, [w[0][t:t + 1], *w[1:count], *state], bias=bias)
        state = [h[0], c[0]]
        out.append(c[0])
    return torch.stack(out)


def recurrent():
    for batch in ((), (2,)):
        for nonlinearity in ("tanh", "relu"):
            yield Row("rnn", {"nonlinearity": nonlinearity}, lambda b=batch: weights(1, b),
                      lambda *w, n=nonlinearity: by_torch(torch.nn.RNN, w, nonlinearity=n)[0])
        yield Row("gru", {}, lambda b=batch: weights(3, b), lambda *w: by_torch(torch.nn.GRU, w)[0])
        yield Row("rope", {"start": 3}, lambda b=batch: [normal(*b, 5, 6)], lambda x: rotated(x, 3, True))
        yield Row("rope", {"interleaved": False}, lambda b=batch: [normal(*b, 5, 7)], lambda x: rotated(x, 0, False))
        yield Row("lstm", {}, lambda b=batch: weights(4, b), lambda *w: by_torch(torch.nn.LSTM, w)[0])


def rotated(x, start, interleaved):
    """Pairs of the last axis rotated by position * 10000^(-2i/d), positions along the axis before it."""
    d, pairs = x.shape[-1], x.shape[-1] // 2
    rate = 10000.0 ** (-2 * torch.arange(pairs, dtype=x.dtype) / d)
    angle = (start + torch.arange(x.shape[-2], dtype=x.dtype))[:, None] * rate
    even = 2 * pairs
    first, second = (x[..., 0:even:2], x[..., 1:even:2]) if interleaved else (x[..., :pairs], x[..., pairs:even])
    turned = (first * angle.cos() - second * angle.sin(), first * angle.sin() + second * angle.cos())
    pieces = torch.stack(turned, -1).flatten(-2) if interleaved else torch.cat(turned, -1)
    return torch.cat([pieces, x[..., 2 * pairs:]], -1)


def weights(gates, batch, steps=5, width=3, hidden=4):
    return [normal(steps, *batch, width), normal(gates * hidden, width), normal(gates * hidden, hidden),
            normal(gates * hidden), normal(gates * hidden)]


def by_torch(kind, w, **options):
    """A one-layer module of PyTorch with the given weights, as a function of them."""
    module = kind(w[0].shape[-1], w[2].shape[-1], dtype=torch.float64, **options)
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")[:4 if options.get("bias", True) else 2]
    states = [s[None] for s in w[1 + len(names):]]  # PyTorch's have an axis of layers
    given = (tuple(states) if len(states) == 2 else states[0],) if states else ()
    return torch.func.functional_call(module, dict(zip(names, w[1:])), (w[0], *given))


def rows():
    for part in (products, softmaxes, attentions, norms, statistics, recurrent, with_states):
        yield from part()
