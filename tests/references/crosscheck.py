"""The crosscheck program as a function: is this array the result of that op?"""
import json
import pathlib
import subprocess
import tempfile

import numpy as np


class Verdict:
    """What `crosscheck check` said: its verdict, the largest error in ulps, how many elements it judged, its text."""

    def __init__(self, code, report, text):
        self.code, self.text = code, text
        totals = report["totals"] if report else {}
        kinds = ("fail", "suspect", "crash", "undecided", "pass", "mistrusted")
        self.name = next((k for k in kinds if totals.get(k)), "refused")
        cells = report["cells"] if report else []
        self.ulps = max((c["max_ulp"] for c in cells), default=0.0)
        self.elements = totals.get("elements", 0)
        self.judged = self.elements - sum(c["unjudged_elements"] for c in cells)
        worst = max((f for f in report["findings"] if f["element"] is not None) if report else (),
                    key=lambda f: f["ratio"] or 0, default=None)
        # The worst element: what was expected, and what came.
        self.exact = middle(worst["exact"]) if worst and worst["exact"] else None
        self.got = float.fromhex(worst["got"]) if worst and worst["got"] else None

    @property
    def mistrusted(self):
        return self.name == "mistrusted"

    @property
    def right(self):
        # Mistrusted data prove little (a single element, all zeros), but nothing in them differs. Where no element
        # could be judged nothing was compared.
        return self.name in ("pass", "mistrusted") and (self.judged > 0 or self.elements == 0)


def middle(enclosure):
    low, high = (float.fromhex(enclosure[k]) for k in ("lo", "hi"))
    return low + (high - low) / 2


def attribute_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(attribute_text(v) for v in value) + "]"
    return repr(value) if isinstance(value, float) else str(value)


class Crosscheck:
    def __init__(self, program):
        self.program = str(pathlib.Path(program).resolve())

    def run(self, arguments, folder):
        return subprocess.run([self.program, *arguments], cwd=folder, capture_output=True, text=True)

    def ops(self):
        return json.loads(self.run(["list", "ops", "--json"], None).stdout)["ops"]

    def check(self, op, attributes, inputs, got, ct=None, claims=()):
        """Judges `got`: an array, the result; or a list: the tensors after a step, gradients for the cotangent `ct`."""
        with tempfile.TemporaryDirectory() as folder:
            where = pathlib.Path(folder)
            arguments = ["check", op, *(f"{k}={attribute_text(v)}" for k, v in attributes.items())]
            for i, x in enumerate(inputs):
                np.save(where / f"x{i}.npy", x)
                arguments.append(f"x{i}.npy")
            if ct is not None:
                np.save(where / "ct.npy", ct)
                arguments += ["--vjp", "ct.npy"]
            for i, g in enumerate(got if isinstance(got, list) else [got]):
                np.save(where / f"got{i}.npy", g)
                arguments += ["--got", f"got{i}.npy"]
            for claim in claims:
                arguments += ["--claim", claim]
            done = self.run([*arguments, "--json", "report.json"], folder)
            file = where / "report.json"
            report = json.loads(file.read_text()) if file.exists() else None
            return Verdict(done.returncode, report, (done.stderr or done.stdout).strip())

    def evaluate(self, op, attributes, inputs):
        """The exact result, correctly rounded to float64; or the error text."""
        with tempfile.TemporaryDirectory() as folder:
            where = pathlib.Path(folder)
            arguments = ["eval", op, *(f"{k}={attribute_text(v)}" for k, v in attributes.items())]
            for i, x in enumerate(inputs):
                np.save(where / f"x{i}.npy", x)
                arguments.append(f"x{i}.npy")
            done = self.run([*arguments, "--out", "y.npy"], folder)
            return np.load(where / "y.npy") if done.returncode == 0 else done.stderr.strip()
