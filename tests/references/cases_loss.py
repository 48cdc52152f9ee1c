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
    for full in (False, True):
        yield Row("gaussian_nll", {"full": full, "reduction": r}, lambda: [*PAIR(), positive(4, 5)],
                  lambda x, y, v, b=full: F.gaussian_nll_loss(x, y, v, full=b, reduction=r))
    for margin in (0.0, 0.3):
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
              lambda x, y: F.binary_cross_entropy(x, y, reduction=r), grad=[0])
    yield Row("bce_with_logits", {"reduction": r}, lambda: [normal(4, 5) * 4, within(0, 1, 4, 5)],
              lambda x, y: F.binary_cross_entropy_with_logits(x, y, reduction=r))


def divergences():
    for r in (*REDUCTIONS, "batchmean"):
        for log_target in (False, True):
            yield Row("kl_div", {"reduction": r, "log_target": log_target},
                      lambda t=log_target: [F.log_softmax(normal(4, 5), 1),
                                            (F.log_softmax if t else F.softmax)(normal(4, 5), 1)],
                      lambda x, y, t=log_target, r=r: F.kl_div(x, y, reduction=r, log_target=t), grad=[0])


def rows():
    for r in REDUCTIONS:
        yield from regressions(r)
        yield from classifications(r)
    yield from divergences()
