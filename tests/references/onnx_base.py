"""What the maps from ONNX share: a refusal, and the choice of one of a node's outputs."""


class NotOurs(Exception):
    """The node uses something that has no counterpart."""


def need(condition, why):
    if not condition:
        raise NotOurs(why)


def output(k, arrange=lambda y: y):
    return lambda outputs: None if len(outputs) <= k or outputs[k] is None else arrange(outputs[k])
