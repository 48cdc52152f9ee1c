"""Optimisers, three steps each, and schedules: PyTorch's float64 states and rates, judged by `crosscheck check`."""
import fnmatch
import itertools

import numpy as np
import torch

STEPS = 3


def grid(**choices):
    """Every combination of the values of each attribute."""
    return [dict(zip(choices, values)) for values in itertools.product(*choices.values())]


def betas(attributes):
    rest = {k: v for k, v in attributes.items() if k not in ("beta1", "beta2")}
    return {**rest, "betas": (attributes["beta1"], attributes["beta2"])}


ADAM = grid(lr=[1e-3, 0.1], beta1=[0.9, 0.0], beta2=[0.999, 0.5], eps=[1e-8, 1e-3], weight_decay=[0.0, 0.25])
MOMENTS = ["exp_avg", "exp_avg_sq"]
SGD = [a for a in grid(lr=[1e-3, 0.5], momentum=[0.0, 0.9], dampening=[0.0, 0.25], weight_decay=[0.0, 0.01],
                       nesterov=[False, True])
       if not (a["nesterov"] and (a["momentum"] == 0 or a["dampening"] != 0))]


def rmsprop_states(a):
    return ["square_avg"] + (["grad_avg"] if a["centered"] else []) + (["momentum_buffer"] if a["momentum"] > 0 else [])


# Ours, its attributes, PyTorch's, how it names the attributes, and its state in the order of ours.
OPTIMISERS = [
    ("sgd", SGD, torch.optim.SGD, dict, lambda a: ["momentum_buffer"] if a["momentum"] else []),
    ("adam", ADAM, torch.optim.Adam, betas, lambda a: MOMENTS),
    ("adamw", ADAM, torch.optim.AdamW, betas, lambda a: MOMENTS),
    ("amsgrad", ADAM, torch.optim.Adam, lambda a: {**betas(a), "amsgrad": True},
     lambda a: [*MOMENTS, "max_exp_avg_sq"]),
    ("adamax", ADAM, torch.optim.Adamax, betas, lambda a: ["exp_avg", "exp_inf"]),
    ("nadam", [{**a, "momentum_decay": d} for a in ADAM for d in (4e-3, 0.25)], torch.optim.NAdam, betas,
     lambda a: MOMENTS),
    ("rmsprop", grid(lr=[1e-2, 0.5], alpha=[0.99, 0.5], eps=[1e-8, 1e-3], weight_decay=[0.0, 0.25],
                     momentum=[0.0, 0.9], centered=[False, True]), torch.optim.RMSprop, dict, rmsprop_states),
    ("adagrad", grid(lr=[1e-2, 0.5], lr_decay=[0.0, 0.25], weight_decay=[0.0, 0.25],
                     initial_accumulator_value=[0.0, 0.5], eps=[1e-10, 1e-3]), torch.optim.Adagrad, dict,
     lambda a: ["sum"]),
    ("adadelta", grid(lr=[1.0, 0.1], rho=[0.9, 0.5], eps=[1e-6, 1e-3], weight_decay=[0.0, 0.25]), torch.optim.Adadelta,
     dict, lambda a: ["acc_delta", "square_avg"]),
]


def schedule(name, torch_class, attributes, renamed=(), **fixed):
    names = dict(renamed)
    theirs = {names.get(k, k): v for k, v in attributes.items() if k != "lr"}
    return name, attributes, lambda o: torch_class(o, **theirs, **fixed)


def schedules():
    s = torch.optim.lr_scheduler
    for lr in (0.1, 1e-3):
        for factor, total in itertools.product((0.5, 1 / 3), (2, 5)):
            yield schedule("constant", s.ConstantLR, dict(lr=lr, factor=factor, total_iters=total))
        for size, gamma in itertools.product((1, 3), (0.1, 0.9)):
            yield schedule("step", s.StepLR, dict(lr=lr, step_size=size, gamma=gamma))
        for milestones in ([], [2, 5, 5, 11]):
            yield schedule("multi_step", s.MultiStepLR, dict(lr=lr, milestones=milestones, gamma=0.3))
        for gamma in (0.9, 0.5, 1.0):
            yield schedule("exponential", s.ExponentialLR, dict(lr=lr, gamma=gamma))
        for total, low in itertools.product((5, 40), (0.0, 1e-4)):
            yield schedule("cosine", s.CosineAnnealingLR, dict(lr=lr, T_max=total, eta_min=low))
        for first, times in itertools.product((3, 10), (1, 2)):
            yield schedule("cosine_warm_restarts", s.CosineAnnealingWarmRestarts,
                           dict(lr=lr, T_0=first, T_mult=times, eta_min=1e-5))
        for total, power in itertools.product((5, 20), (1.0, 2.0, 0.5)):
            yield schedule("polynomial", s.PolynomialLR, dict(lr=lr, total_iters=total, power=power))
        for word, phases, start in itertools.product(("cos", "linear"), (False, True), (0.3, 0.25)):
            yield schedule("one_cycle", s.OneCycleLR,
                           dict(max_lr=lr, total_steps=40, pct_start=start, anneal_strategy=word, div_factor=25.0,
                                final_div_factor=1e4, three_phase=phases), cycle_momentum=False)
        for mode in ("triangular", "triangular2", "exp_range"):
            yield schedule("cyclic", s.CyclicLR,
                           dict(base_lr=lr / 10, max_lr=lr, step_size_up=4, step_size_down=7, mode=mode, gamma=0.95),
                           cycle_momentum=False)


def stated(optimiser, parameter, names):
    """Copies of the parameter and of its state; zeros before the first step."""
    state = optimiser.state.get(parameter, {})
    tensors = [state[n] if isinstance(state.get(n), torch.Tensor) else torch.zeros_like(parameter) for n in names]
    return [parameter.detach().numpy().copy(), *(t.detach().numpy().copy() for t in tensors)]


def compare_steps(program, table, name, attributes, make, states):
    parameter = torch.randn(4, 3, dtype=torch.float64).requires_grad_(True)
    optimiser = make([parameter])
    for t in range(1, STEPS + 1):
        parameter.grad = torch.randn(4, 3, dtype=torch.float64)
        old = stated(optimiser, parameter, states)
        gradient = parameter.grad.numpy().copy()
        optimiser.step()
        got = stated(optimiser, parameter, states)
        verdict = program.check(name, {**attributes, "t": t}, [old[0], gradient, *old[1:]], got)
        table.add(name, "values", verdict, f"{name} {attributes}, step {t}")


def compare_rates(program, table, name, attributes, make, steps=40):
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=attributes.get("lr", 1.0))
    scheduler = make(optimiser)
    rates = []
    for k in range(steps):
        rates.append(float(optimiser.param_groups[0]["lr"]))
        if k + 1 < steps:
            optimiser.step()
            scheduler.step()
    rates, theirs = np.array(rates), {**attributes, "steps": steps}
    verdict = program.check(name, theirs, [], rates)
    table.add(f"{name} (rates)", "values", verdict, f"{name} {attributes}")


def compare_all(program, table, pattern="*"):
    # NAdam keeps the product of its momenta in the default dtype: in float32 its float64 steps are wrong by 1e-8.
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        compare_each(program, table, pattern)
    finally:
        torch.set_default_dtype(before)


def compare_each(program, table, pattern):
    for name, all_attributes, torch_class, theirs, states in OPTIMISERS:
        if not fnmatch.fnmatch(name, pattern):
            continue
        for seed, attributes in enumerate(all_attributes):
            torch.manual_seed(seed)
            compare_steps(program, table, name, attributes, lambda p: torch_class(p, **theirs(attributes)),
                          states(attributes))
    for name, attributes, make in schedules():
        if fnmatch.fnmatch(name, pattern):
            compare_rates(program, table, name, attributes, make)
