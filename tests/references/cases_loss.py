"""Losses with their reductions."""
import torch
import torch.nn.functional as F

from row import Row, index, normal, positive, within

REDUCTIONS = ("none", "mean", "sum")
PAIR = lambda: [normal(4, 5), normal(4, 5)]


def regressions(r):
    yield Row("mse", {"reduction": r}, PAIR, lambda x, y: F.mse_loss(x, y, reduction=r))
    yield Row("l1", {"reduction": r}, PAIR, lambda x, y: F.l1_loss(x, y, reduction=r))
    for d in (1.0, 0.4):
        yield Row("huber", {"delta": d, "reduction": r}, PAIR, lambda x, y, d=d: F.huber_loss(x, y, r, d))
        yield Row("smooth_l1", {"beta": d, "reduction": r}, PAIR,
                  lambda x, y, d=d: F.smooth_l1_loss(x, y, reduction=r, beta=d))
    for log_input in (True, False):
        for full in (False, True):
            yield Row("poisson_nll", {"log_input": log_input, "full": full, "reduction": r},
                      lambda: [positive(4, 5), torch.randint(0, 9, (4, 5)).to(torch.float64)],
                      lambda x, y, a=log_input, b=full: F.poisson_nll_loss(x, y, a, b, reduction=r), grad=[0])
            # Counts of 0 and 1 are where the full term begins; only beside them is a target's gradient defined.
            yield Row("poisson_nll", {"log_input": log_input, "full": full, "reduction": r},
                      lambda: [positive(4, 5), within(1.5, 9, 4, 5)],
                      lambda x, y, a=log_input, b=full: F.poisson_nll_loss(x, y, a, b, reduction=r))
    for full in (False, True):
        yield Row("gaussian_nll", {"full": full, "reduction": r}, lambda: [*PAIR(), positive(4, 5)],
                  lambda x, y, v, b=full: F.gaussian_nll_loss(x, y, v, full=b, reduction=r))
    yield Row("hinge", {"reduction": r}, lambda: [normal(4, 5), signs(4, 5)],
              lambda x, t: reduced(F.relu(1 - t * x), r), grad=[0])
    yield Row("log_cosh", {"reduction": r}, PAIR,
              lambda x, y: reduced(torch.log((torch.exp(x - y) + torch.exp(y - x)) / 2), r))
    for margin in (0.0, 0.3):  # the target, a sign, has no derivative
        yield Row("cosine_embedding", {"margin": margin, "reduction": r},
                  lambda: [normal(4, 5), normal(4, 5), torch.tensor([1.0, -1, 1, -1], dtype=torch.float64)],
                  lambda a, b, y, m=margin: F.cosine_embedding_loss(a, b, y, m, reduction=r), grad=[0, 1])


def classifications(r):
    for smoothing in (0.0, 0.2):
        yield Row("cross_entropy_index", {"reduction": r, "label_smoothing": smoothing},
                  lambda: [normal(6, 5), index(5, 6)],
                  lambda x, y, s=smoothing: F.cross_entropy(x, y, reduction=r, label_smoothing=s))
        yield Row("cross_entropy", {"axis": 1, "reduction": r, "label_smoothing": smoothing},
                  lambda: [normal(6, 5), torch.softmax(normal(6, 5), 1)],
                  lambda x, y, s=smoothing: F.cross_entropy(x, y, reduction=r, label_smoothing=s))
    yield Row("nll", {"reduction": r}, lambda: [F.log_softmax(normal(6, 5), 1), index(5, 6)],
              lambda x, y: F.nll_loss(x, y, reduction=r))
    yield Row("bce", {"reduction": r}, lambda: [within(0.05, 0.95, 4, 5), within(0, 1, 4, 5)],
              lambda x, y: F.binary_cross_entropy(x, y, reduction=r))
    yield Row("bce_with_logits", {"reduction": r}, lambda: [normal(4, 5) * 4, within(0, 1, 4, 5)],
              lambda x, y: F.binary_cross_entropy_with_logits(x, y, reduction=r))


def weighted(r):
    """Class weights, an ignored label, weights of elements. PyTorch has no derivative of a weight."""
    for smoothing in (0.0, 0.2):
        yield Row("cross_entropy_index", {"axis": 1, "reduction": r, "label_smoothing": smoothing},
                  lambda: [normal(6, 5), index(5, 6), positive(5)],
                  lambda x, y, w, s=smoothing: F.cross_entropy(x, y, w, reduction=r, label_smoothing=s), grad=[0])
        yield Row("cross_entropy_index", {"axis": 1, "reduction": r, "label_smoothing": smoothing, "ignore_index": 2},
                  lambda: [normal(3, 5, 4), some_ignored(3, 4), positive(5)],
                  lambda x, y, w, s=smoothing: F.cross_entropy(x, y, w, reduction=r, label_smoothing=s,
                                                               ignore_index=2), grad=[0])
        yield Row("cross_entropy", {"axis": 1, "reduction": r, "label_smoothing": smoothing},
                  lambda: [normal(6, 5), torch.softmax(normal(6, 5), 1), positive(5)],
                  lambda x, y, w, s=smoothing: F.cross_entropy(x, y, w, reduction=r, label_smoothing=s), grad=[0, 1])
    yield Row("nll", {"axis": 1, "reduction": r}, lambda: [F.log_softmax(normal(6, 5), 1), index(5, 6), positive(5)],
              lambda x, y, w: F.nll_loss(x, y, w, reduction=r), grad=[0])
    for extra in ((), (3, 2)):
        yield Row("nll", {"axis": 1, "reduction": r, "ignore_index": 2},
                  lambda e=extra: [F.log_softmax(normal(6, 5, *e), 1), some_ignored(6, *e), positive(5)],
                  lambda x, y, w: F.nll_loss(x, y, w, reduction=r, ignore_index=2), grad=[0])
    for shape in ((4, 5), (5,), (4, 1)):
        yield Row("bce", {"reduction": r},
                  lambda s=shape: [within(0.05, 0.95, 4, 5), within(0, 1, 4, 5), positive(*s)],
                  lambda x, y, w: F.binary_cross_entropy(x, y, w, reduction=r), grad=[0, 1])
        yield Row("bce_with_logits", {"reduction": r},
                  lambda s=shape: [normal(4, 5) * 4, within(0, 1, 4, 5), positive(*s)],
                  lambda x, y, w: F.binary_cross_entropy_with_logits(x, y, w, reduction=r), grad=[0, 1])
        yield Row("bce_with_logits", {"reduction": r},
                  lambda s=shape: [normal(4, 5) * 4, within(0, 1, 4, 5), positive(*s), positive(5) * 3],
                  lambda x, y, w, p: F.binary_cross_entropy_with_logits(x, y, w, reduction=r, pos_weight=p),
                  grad=[0, 1])


def some_ignored(*shape):
    y = index(5, *shape)
    y.view(-1)[0], y.view(-1)[1] = 2, 3
    return y


def signs(*shape):
    return 2.0 * index(2, *shape).to(torch.float64) - 1


def reduced(terms, reduction):
    return terms if reduction == "none" else getattr(terms, reduction)()


def similarities():
    for axis in (0, 1, -1):
        for eps in (1e-8, 2.0):
            yield Row("cosine_similarity", {"axis": axis, "eps": eps}, lambda: [normal(3, 4, 5), normal(3, 4, 5)],
                      lambda a, b, d=axis, e=eps: F.cosine_similarity(a, b, d, e))


def divergences():
    for r in (*REDUCTIONS, "batchmean"):
        for log_target in (False, True):
            yield Row("kl_div", {"reduction": r, "log_target": log_target},
                      lambda t=log_target: [F.log_softmax(normal(4, 5), 1),
                                            (F.log_softmax if t else F.softmax)(normal(4, 5), 1)],
                      lambda x, y, t=log_target, r=r: F.kl_div(x, y, reduction=r, log_target=t))


def rows():
    for r in REDUCTIONS:
        yield from regressions(r)
        yield from classifications(r)
        yield from weighted(r)
    yield from similarities()
    yield from divergences()
