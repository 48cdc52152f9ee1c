"""A row of the comparison: an op with attributes, inputs and what PyTorch computes."""
import dataclasses
import typing

import torch


@dataclasses.dataclass
class Row:
    op: str
    attributes: dict
    make: typing.Callable  # → the inputs
    function: typing.Callable  # of the inputs
    grad: typing.Optional[typing.Sequence[int]] = None  # the differentiable inputs; None: every real one
    claims: typing.Sequence[str] = ()


def normal(*shape):
    return torch.randn(shape, dtype=torch.float64)


def positive(*shape):
    return torch.rand(shape, dtype=torch.float64) + 0.1


def within(low, high, *shape):
    return low + (high - low) * torch.rand(shape, dtype=torch.float64)


def distinct(*shape):
    """Values without ties, in random order."""
    n = int(torch.tensor(shape).prod()) if shape else 1
    return (torch.randperm(n).to(torch.float64) / 7 - n / 14).reshape(shape)


def index(extent, *shape):
    return torch.randint(0, extent, shape)


def mask(*shape):
    return torch.rand(shape) > 0.4


SHAPES = [(), (7,), (3, 5), (2, 3, 4)]
