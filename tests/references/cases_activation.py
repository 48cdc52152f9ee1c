"""Elementwise ops."""
import math

import torch
import torch.nn.functional as F

from row import SHAPES, Row, normal, positive, within, mask, distinct

ANY = {
    "neg": torch.neg, "abs": torch.abs, "sign": torch.sign, "square": torch.square, "exp": torch.exp,
    "exp2": torch.exp2, "expm1": torch.expm1, "sin": torch.sin, "cos": torch.cos, "tan": torch.tan,
    "tanh": torch.tanh, "atan": torch.atan, "sigmoid": torch.sigmoid, "log_sigmoid": F.logsigmoid, "relu": F.relu,
    "selu": F.selu, "silu": F.silu, "mish": F.mish, "softsign": F.softsign, "hardsigmoid": F.hardsigmoid,
    "hardswish": F.hardswish, "relu6": F.relu6, "erf": torch.erf, "floor": torch.floor, "ceil": torch.ceil,
    "round": torch.round, "trunc": torch.trunc, "detach": lambda x: x.detach(),
}
POSITIVE = {"reciprocal": torch.reciprocal, "sqrt": torch.sqrt, "rsqrt": torch.rsqrt, "log": torch.log,
            "log2": torch.log2, "log1p": torch.log1p,
            "cbrt": lambda x: torch.sign(x) * torch.abs(x) ** (1 / 3)}
PAIRS = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "maximum": torch.maximum, "minimum": torch.minimum,
    "atan2": torch.atan2, "less": torch.lt, "less_equal": torch.le, "greater": torch.gt, "greater_equal": torch.ge,
    "equal": torch.eq, "not_equal": torch.ne,
}
BROADCASTS = [((), ()), ((5,), (5,)), ((3, 1), (1, 4)), ((2, 3, 4), (3, 4)), ((2, 1, 4), (3, 1))]


def with_attributes():
    x = lambda: [normal(3, 5) * 4]
    for slope in (0.01, 0.3, -0.2):
        yield Row("leaky_relu", {"negative_slope": slope}, x, lambda v, s=slope: F.leaky_relu(v, s))
    for alpha in (1.0, 0.5, 2.0):
        yield Row("elu", {"alpha": alpha}, x, lambda v, a=alpha: F.elu(v, a))
        yield Row("celu", {"alpha": alpha}, x, lambda v, a=alpha: F.celu(v, a))
    for approximate in ("none", "tanh"):
        yield Row("gelu", {"approximate": approximate}, x, lambda v, a=approximate: F.gelu(v, approximate=a))
    for beta, threshold in ((1.0, 20.0), (2.0, 3.0), (0.5, 1.0)):
        yield Row("softplus", {"beta": beta, "threshold": threshold}, x,
                  lambda v, b=beta, t=threshold: F.softplus(v, b, t))
    for low, high in ((-1.0, 1.0), (-2.5, 0.5)):
        yield Row("hardtanh", {"min_val": low, "max_val": high}, x, lambda v, a=low, b=high: F.hardtanh(v, a, b))
        yield Row("clamp", {"min": low, "max": high}, x, lambda v, a=low, b=high: torch.clamp(v, a, b))
    for exponent in (2.0, 3.0, 0.5, -1.0, 0.0, 1.7):
        yield Row("pow_scalar", {"exponent": exponent}, lambda: [positive(3, 5)], lambda v, p=exponent: v ** p)


# By formula: PyTorch has no function of the name.
FORMULAS = [
    ("smooth_abs", {"eps": 0.01}, lambda x: torch.sqrt(x * x + 0.01)),
    ("normal_pdf", {}, lambda x: torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)),
    ("safe_log", {"eps": 0.01}, lambda x: torch.log(F.softplus(x, threshold=1e9) + 0.01)),
]
KINKED = {"relu": F.relu, "abs": torch.abs, "sign": torch.sign, "relu6": F.relu6, "hardsigmoid": F.hardsigmoid,
          "hardswish": F.hardswish, "softsign": F.softsign, "selu": F.selu, "leaky_relu": F.leaky_relu, "elu": F.elu,
          "celu": F.celu, "floor": torch.floor, "ceil": torch.ceil, "trunc": torch.trunc}


def at_kinks():
    """Whole numbers and halves: where branches meet, where operands tie, where rounding has two neighbours."""
    whole = lambda: [torch.randint(-7, 8, (6, 7)).to(torch.float64)]
    for op, function in KINKED.items():
        yield Row(op, {}, whole, function)
    yield Row("round", {}, lambda: [torch.arange(-9, 10).to(torch.float64) / 2], torch.round)
    yield Row("clamp", {"min": -2.0, "max": 3.0}, whole, lambda x: torch.clamp(x, -2.0, 3.0))
    yield Row("hardtanh", {"min_val": -2.0, "max_val": 3.0}, whole, lambda x: F.hardtanh(x, -2.0, 3.0))
    yield Row("softplus", {"beta": 1.0, "threshold": 3.0}, whole, lambda x: F.softplus(x, 1.0, 3.0))
    for op in ("maximum", "minimum", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal"):
        yield Row(op, {}, lambda: [whole()[0], whole()[0].sign()], PAIRS[op])
    yield Row("remainder", {}, lambda: [whole()[0], torch.full((7,), -3.0, dtype=torch.float64)], torch.remainder)


def rows():
    for op, attributes, function in FORMULAS:
        for shape in SHAPES:
            yield Row(op, attributes, lambda s=shape: [normal(*s) * 3], function)
    for shape in SHAPES:
        yield Row("safe_sqrt", {}, lambda s=shape: [positive(*s)], torch.sqrt)
    yield from at_kinks()
    # Its root lies near the middle of two doubles.
    yield Row("sqrt", {}, lambda: [torch.full((8,), float.fromhex("0x1.f961ff565c2edp-1"), dtype=torch.float64)],
              torch.sqrt)
    for op, function in ANY.items():
        for shape in SHAPES:
            yield Row(op, {}, lambda s=shape: [normal(*s) * 3], function)
    for op, function in POSITIVE.items():
        for shape in SHAPES:
            yield Row(op, {}, lambda s=shape: [positive(*s)], function)
    for op, function in PAIRS.items():
        for a, b in BROADCASTS:
            yield Row(op, {}, lambda a=a, b=b: [normal(*a), normal(*b)], function)
    for a, b in BROADCASTS:
        yield Row("div", {}, lambda a=a, b=b: [normal(*a), positive(*b)], torch.div)
        yield Row("pow", {}, lambda a=a, b=b: [positive(*a), normal(*b)], torch.pow)
        yield Row("remainder", {}, lambda a=a, b=b: [normal(*a) * 5, positive(*b)], torch.remainder)
        yield Row("lerp", {}, lambda a=a, b=b: [normal(*a), normal(*b), within(0, 1, *b)], torch.lerp)
        yield Row("where", {}, lambda a=a, b=b: [mask(*a), normal(*a), normal(*b)], torch.where)
        for op, function in (("logical_and", torch.logical_and), ("logical_or", torch.logical_or)):
            yield Row(op, {}, lambda a=a, b=b: [mask(*a), mask(*b)], function)
    yield Row("logical_not", {}, lambda: [mask(3, 5)], torch.logical_not)
    yield Row("equal", {}, lambda: [distinct(3, 5).round(), distinct(3, 5).round()], torch.eq)
    yield from with_attributes()
