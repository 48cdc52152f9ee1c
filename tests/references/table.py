"""Rows of a comparison, as Markdown."""
from collections import defaultdict


class Table:
    def __init__(self, kinds):
        self.kinds = kinds  # e.g. values, gradients
        self.rows = defaultdict(lambda: {k: [0, 0, 0.0] for k in kinds})  # op → right, all, worst ulps
        self.differences = []

    def add(self, op, kind, verdict, what):
        cell = self.rows[op][kind]
        cell[0] += verdict.right
        cell[1] += 1
        if verdict.right:
            cell[2] = max(cell[2], verdict.ulps)
        else:
            self.differences.append((op, kind, what, verdict.name, verdict.text))

    def markdown(self):
        head = "| op | " + " | ".join(f"{k}: agree of cases | worst ulps" for k in self.kinds) + " |"
        lines = [head, "|---|" + "---|---|" * len(self.kinds)]
        for op in sorted(self.rows):
            cells = []
            for kind in self.kinds:
                right, count, ulps = self.rows[op][kind]
                cells.append(f"{right} of {count} | {ulps:.2f}" if count else "– | –")
            lines.append(f"| {op} | " + " | ".join(cells) + " |")
        return "\n".join(lines)

    def totals(self):
        return {k: (sum(r[k][0] for r in self.rows.values()), sum(r[k][1] for r in self.rows.values()))
                for k in self.kinds}
