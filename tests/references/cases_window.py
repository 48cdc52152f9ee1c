"""Convolutions, pools and resampling."""
import torch
import torch.nn.functional as F

from row import Row, distinct, normal

SIZES = {1: (9,), 2: (7, 8), 3: (5, 6, 5)}
FORMS = [{}, {"stride": 2}, {"padding": 1}, {"dilation": 2}, {"stride": 2, "padding": 2, "dilation": 2}]


def convolutions():
    for k, function in ((1, F.conv1d), (2, F.conv2d), (3, F.conv3d)):
        for form in FORMS:
            for groups in (1, 2):
                yield Row(f"conv{k}d", {**form, "groups": groups},
                          lambda k=k, g=groups: [normal(2, 4, *SIZES[k]), normal(6, 4 // g, *(2,) * k), normal(6)],
                          lambda x, w, b, f=function, form=form, g=groups: f(x, w, b, groups=g, **form))
        yield Row(f"conv{k}d", {}, lambda k=k: [normal(2, 4, *SIZES[k]), normal(6, 4, *(3,) * k)], function)
        sides = [(1, 2), (0, 1), (2, 0)][:k]  # before and after each axis; F.pad begins with the last
        theirs = [n for side in sides[::-1] for n in side]
        yield Row(f"conv{k}d", {"padding": [n for side in sides for n in side], "stride": 2},
                  lambda k=k: [normal(2, 4, *SIZES[k]), normal(6, 4, *(3,) * k)],
                  lambda x, w, f=function, p=theirs: f(F.pad(x, p), w, stride=2))
    for k, function in ((1, F.conv_transpose1d), (2, F.conv_transpose2d)):
        for form in (*FORMS, {"stride": 2, "output_padding": 1}, {"stride": 3, "padding": 1, "output_padding": 2}):
            for groups in (1, 2):
                yield Row(f"conv_transpose{k}d", {**form, "groups": groups},
                          lambda k=k, g=groups: [normal(2, 4, *SIZES[k]), normal(4, 6 // g, *(3,) * k), normal(6)],
                          lambda x, w, b, f=function, form=form, g=groups: f(x, w, b, groups=g, **form))


def pools():
    for k, function in ((1, F.max_pool1d), (2, F.max_pool2d)):
        for form in ({}, {"stride": 1}, {"stride": 2, "padding": 1}, {"stride": 2, "ceil_mode": True},
                     {"stride": 1, "dilation": 2}):
            yield Row(f"max_pool{k}d", {"kernel": 3, **form}, lambda k=k: [distinct(2, 3, *SIZES[k])],
                      lambda x, f=function, form=form: f(x, 3, **form))
    for k, function in ((1, F.avg_pool1d), (2, F.avg_pool2d)):
        for form in ({}, {"stride": 1}, {"stride": 2, "padding": 1}, {"stride": 2, "ceil_mode": True, "padding": 1},
                     {"stride": 2, "padding": 1, "count_include_pad": False}):
            yield Row(f"avg_pool{k}d", {"kernel": 3, **form}, lambda k=k: [normal(2, 3, *SIZES[k])],
                      lambda x, f=function, form=form: f(x, 3, **form))
    yield Row("avg_pool2d", {"kernel": 3, "divisor_override": 5}, lambda: [normal(2, 3, 7, 8)],
              lambda x: F.avg_pool2d(x, 3, divisor_override=5))
    for out in ([1, 1], [2, 3], [5, 4], [7, 8], [9, 10]):
        yield Row("adaptive_avg_pool2d", {"output_size": out}, lambda: [normal(2, 3, 7, 8)],
                  lambda x, o=out: F.adaptive_avg_pool2d(x, o))
        yield Row("adaptive_max_pool2d", {"output_size": out}, lambda: [distinct(2, 3, 7, 8)],
                  lambda x, o=out: F.adaptive_max_pool2d(x, o))
    yield Row("global_avg_pool2d", {"keepdim": False}, lambda: [normal(2, 3, 7, 8)], lambda x: x.mean((2, 3)))
    yield Row("lp_pool2d", {"norm_type": 2.0, "kernel": 3, "stride": 2, "ceil_mode": True},
              lambda: [distinct(2, 3, 8, 8).abs() + 0.1], lambda x: F.lp_pool2d(x, 2.0, 3, 2, ceil_mode=True))
    for p in (1.0, 2.0, 3.0):
        yield Row("lp_pool2d", {"norm_type": p, "kernel": 2}, lambda: [distinct(2, 3, 7, 8).abs() + 0.1],
                  lambda x, p=p: F.lp_pool2d(x, p, 2))


def at_ties():
    for k, function in ((1, F.max_pool1d), (2, F.max_pool2d)):
        yield Row(f"max_pool{k}d", {"kernel": 3, "stride": 1}, lambda k=k: [tied(2, 3, *SIZES[k])],
                  lambda x, f=function: f(x, 3, 1))
    yield Row("adaptive_max_pool2d", {"output_size": [2, 3]}, lambda: [tied(2, 3, 7, 8)],
              lambda x: F.adaptive_max_pool2d(x, [2, 3]))


def tied(*shape):
    return torch.randint(0, 3, shape).to(torch.float64)


def resampling():
    for size in ([14, 16], [5, 11], [7, 8]):
        yield Row("upsample_nearest2d", {"size": size}, lambda: [normal(2, 3, 7, 8)],
                  lambda x, s=size: F.interpolate(x, s, mode="nearest"))
        for align in (False, True):
            yield Row("upsample_bilinear2d", {"size": size, "align_corners": align}, lambda: [normal(2, 3, 7, 8)],
                      lambda x, s=size, a=align: F.interpolate(x, s, mode="bilinear", align_corners=a))
    for r in (1, 2, 3):
        yield Row("pixel_shuffle", {"upscale_factor": r}, lambda r=r: [normal(2, 2 * r * r, 3, 4)],
                  lambda x, r=r: F.pixel_shuffle(x, r))


def rows():
    for part in (convolutions, pools, at_ties, resampling):
        yield from part()
