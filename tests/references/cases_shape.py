"""Ops that move elements."""
import torch
import torch.nn.functional as F

from row import Row, index, normal

X = lambda: [normal(3, 4, 5)]


def pieces():
    for k in range(2):
        yield Row("split", {"axis": 1, "sizes": [1, 3], "index": k}, X,
                  lambda x, k=k: torch.split(x, [1, 3], 1)[k])
    for start, stop, step in ((0, 2, 1), (1, 5, 2), (-3, -1, 1)):
        yield Row("slice", {"axis": 2, "start": start, "stop": stop, "step": step}, X,
                  lambda x, a=start, b=stop, c=step: x[:, :, a:b:c])
    for axis in (0, 1, -1):
        yield Row("concat", {"axis": axis}, lambda: [normal(3, 4, 5), normal(3, 4, 5)],
                  lambda a, b, d=axis: torch.cat([a, b], d))
        yield Row("stack", {"axis": axis}, lambda: [normal(3, 4), normal(3, 4)],
                  lambda a, b, d=axis: torch.stack([a, b], d))


def reorderings():
    yield Row("reshape", {"shape": [5, 12]}, X, lambda x: x.reshape(5, 12))
    yield Row("reshape", {"shape": [-1, 2]}, X, lambda x: x.reshape(-1, 2))
    for start, end in ((0, -1), (1, 2), (0, 1)):
        yield Row("flatten", {"start": start, "end": end}, X, lambda x, s=start, e=end: torch.flatten(x, s, e))
    for axes in ([2, 0, 1], [1, 0, 2]):
        yield Row("permute", {"axes": axes}, X, lambda x, a=axes: x.permute(a))
    for a, b in ((0, 1), (-1, 0)):
        yield Row("transpose", {"dim0": a, "dim1": b}, X, lambda x, a=a, b=b: x.transpose(a, b))
    yield Row("broadcast_to", {"shape": [2, 3, 4]}, lambda: [normal(3, 1)], lambda x: x.broadcast_to(2, 3, 4))
    yield Row("expand_dims", {"axis": [1]}, X, lambda x: x.unsqueeze(1))
    yield Row("squeeze", {"axis": [1]}, lambda: [normal(3, 1, 5)], lambda x: x.squeeze(1))
    for axes in ([0], [1, 2], [-1]):
        yield Row("flip", {"axes": axes}, X, lambda x, a=axes: x.flip(a))
    for shifts, axes in (([1], [0]), ([2, -1], [1, 2])):
        yield Row("roll", {"shift": shifts, "axis": axes}, X, lambda x, s=shifts, a=axes: torch.roll(x, s, a))
    yield Row("tile", {"reps": [2, 1, 3]}, X, lambda x: x.tile((2, 1, 3)))
    for axis in (0, -1):
        yield Row("repeat_interleave", {"repeats": 3, "axis": axis}, X,
                  lambda x, a=axis: torch.repeat_interleave(x, 3, a))
    for diagonal in (-1, 0, 2):
        yield Row("triu", {"diagonal": diagonal}, X, lambda x, d=diagonal: torch.triu(x, d))
        yield Row("tril", {"diagonal": diagonal}, X, lambda x, d=diagonal: torch.tril(x, d))
        yield Row("diagonal", {"offset": diagonal, "axis1": 1, "axis2": 2}, X,
                  lambda x, d=diagonal: torch.diagonal(x, d, 1, 2))


def padding():
    yield Row("pad", {"padding": [0, 0, 1, 2, 2, 1]}, X, lambda x: F.pad(x, (2, 1, 1, 2)))
    yield Row("pad", {"padding": [0, 0, 1, 2, 2, 1], "value": 1.5}, X,
              lambda x: F.pad(x, (2, 1, 1, 2), value=1.5))
    for mode in ("reflect", "replicate"):
        yield Row("pad", {"padding": [0, 0, 1, 2, 2, 1], "mode": mode}, X,
                  lambda x, m=mode: F.pad(x[None], (2, 1, 1, 2), mode=m)[0])


def indexing():
    for axis, extent in ((0, 3), (1, 4), (-1, 5)):
        shape = [3, 4, 5]
        shape[axis] = 6
        yield Row("gather", {"axis": axis}, lambda e=extent, s=shape: [normal(3, 4, 5), index(e, *s)],
                  lambda x, i, a=axis: torch.gather(x, a, i))
        yield Row("take_along_axis", {"axis": axis}, lambda e=extent, s=shape: [normal(3, 4, 5), index(e, *s)],
                  lambda x, i, a=axis: torch.take_along_dim(x, i, a))
        yield Row("index_select", {"axis": axis}, lambda e=extent: [normal(3, 4, 5), index(e, 6)],
                  lambda x, i, a=axis: torch.index_select(x, a, i))
        yield Row("scatter_add", {"axis": axis},
                  lambda e=extent, s=shape: [normal(3, 4, 5), index(e, *s), normal(*s)],
                  lambda x, i, v, a=axis: torch.scatter_add(x, a, i, v))
    yield Row("one_hot", {"num_classes": 7}, lambda: [index(7, 3, 4)], lambda i: F.one_hot(i, 7))
    yield Row("embedding", {}, lambda: [index(7, 4, 2), normal(7, 3)], F.embedding)


def rows():
    for part in (pieces, reorderings, padding, indexing):
        yield from part()
