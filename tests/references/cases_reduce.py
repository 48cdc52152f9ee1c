"""Reductions, scans and what orders elements."""
import torch

from row import Row, distinct, index, mask, normal, positive

AXES = [[], [0], [1], [-1], [0, 2], [0, 1, 2]]


def over(axes):
    return tuple(axes) if axes else None


def sets_of_axes():
    functions = {
        "sum": lambda x, a, k: torch.sum(x, over(a), k) if a else torch.sum(x, (0, 1, 2), k),
        "mean": lambda x, a, k: torch.mean(x, over(a) or (0, 1, 2), k),
        "max": lambda x, a, k: torch.amax(x, over(a) or (0, 1, 2), k),
        "min": lambda x, a, k: torch.amin(x, over(a) or (0, 1, 2), k),
        "logsumexp": lambda x, a, k: torch.logsumexp(x, over(a) or (0, 1, 2), k),
    }
    for op, function in functions.items():
        for axes in AXES:
            for keepdim in (False, True):
                yield Row(op, {"axes": axes, "keepdim": keepdim}, lambda: [normal(3, 4, 5)],
                          lambda x, f=function, a=axes, k=keepdim: f(x, a, k))
    for axes in AXES:
        for correction in (0, 1):
            for op, function in (("var", torch.var), ("std", torch.std)):
                yield Row(op, {"axes": axes, "correction": correction, "keepdim": True}, lambda: [normal(3, 4, 5)],
                          lambda x, f=function, a=axes, c=correction: f(x, over(a) or (0, 1, 2), correction=c,
                                                                        keepdim=True))
        for p in (1.0, 2.0, 3.0, 2.5, float("inf"), float("-inf"), 0.0):
            yield Row("norm", {"p": p, "axes": axes}, lambda: [normal(3, 4, 5)],
                      lambda x, p=p, a=axes: torch.linalg.vector_norm(x, p, over(a)))
        yield Row("any", {"axes": axes}, lambda: [mask(3, 4, 5)],
                  lambda x, a=axes: torch.any(x, over(a)) if a else torch.any(x))
        yield Row("all", {"axes": axes}, lambda: [mask(3, 4, 5)],
                  lambda x, a=axes: torch.all(x, over(a)) if a else torch.all(x))


def along_one_axis():
    for axis in (0, 1, -1):
        for keepdim in (False, True):
            for op, function in (("argmax", torch.argmax), ("argmin", torch.argmin)):
                yield Row(op, {"axis": axis, "keepdim": keepdim}, lambda: [distinct(3, 4, 5)],
                          lambda x, f=function, a=axis, k=keepdim: f(x, a, k))
            yield Row("prod", {"axes": [axis], "keepdim": keepdim}, lambda: [normal(3, 4, 5)],
                      lambda x, a=axis, k=keepdim: torch.prod(x, a, k))
        yield Row("prod", {"axes": [axis]}, with_zeros, lambda x, a=axis: torch.prod(x, a))
        yield Row("cumsum", {"axis": axis}, lambda: [normal(3, 4, 5)], lambda x, a=axis: torch.cumsum(x, a))
        yield Row("cumprod", {"axis": axis}, lambda: [positive(3, 4, 5)], lambda x, a=axis: torch.cumprod(x, a))
        for descending in (False, True):
            yield Row("sort", {"axis": axis, "descending": descending}, lambda: [distinct(3, 4, 5)],
                      lambda x, a=axis, d=descending: torch.sort(x, a, d)[0])
            yield Row("argsort", {"axis": axis, "descending": descending}, lambda: [distinct(3, 4, 5)],
                      lambda x, a=axis, d=descending: torch.argsort(x, a, d))
        for largest in (False, True):
            yield Row("topk", {"k": 2, "axis": axis, "largest": largest}, lambda: [distinct(3, 4, 5)],
                      lambda x, a=axis, b=largest: torch.topk(x, 2, a, b)[0])
            yield Row("topk_indices", {"k": 2, "axis": axis, "largest": largest}, lambda: [distinct(3, 4, 5)],
                      lambda x, a=axis, b=largest: torch.topk(x, 2, a, b)[1])
        yield Row("median", {"axes": [axis]}, lambda: [distinct(3, 4, 5)], lambda x, a=axis: torch.median(x, a)[0])


def at_ties():
    """Equal elements: who wins, and who gets the gradient."""
    ties = lambda: [torch.randint(0, 3, (3, 4, 5)).to(torch.float64)]
    for axis in (0, 1, -1):
        for op, function in (("argmax", torch.argmax), ("argmin", torch.argmin)):
            yield Row(op, {"axis": axis}, ties, lambda x, f=function, a=axis: f(x, a))
        for descending in (False, True):
            attributes = {"axis": axis, "descending": descending, "stable": True}
            yield Row("sort", attributes, ties,
                      lambda x, a=axis, d=descending: torch.sort(x, stable=True, dim=a, descending=d)[0])
            yield Row("argsort", attributes, ties,
                      lambda x, a=axis, d=descending: torch.sort(x, stable=True, dim=a, descending=d)[1])
        yield Row("topk", {"k": 2, "axis": axis}, ties, lambda x, a=axis: torch.topk(x, 2, a)[0], grad=[])
    for axes in AXES:
        yield Row("max", {"axes": axes}, ties, lambda x, a=axes: torch.amax(x, over(a) or (0, 1, 2)))
        yield Row("min", {"axes": axes}, ties, lambda x, a=axes: torch.amin(x, over(a) or (0, 1, 2)))
        for p in (1.0, 2.0, float("inf"), float("-inf"), 0.0):
            yield Row("norm", {"p": p, "axes": axes}, ties,
                      lambda x, p=p, a=axes: torch.linalg.vector_norm(x, p, over(a)))


def with_zeros():
    x = normal(3, 4, 5)
    x[0, 0, 0] = x[1, 2, 3] = x[1, 1, 3] = 0
    return [x]


def rows():
    yield from sets_of_axes()
    yield from along_one_axis()
    yield from at_ties()
