"""Rows of a comparison, as Markdown."""
import dataclasses
import json
from collections import defaultdict


@dataclasses.dataclass
class Cell:
    """The cases of one op and one kind."""

    right: int = 0
    cases: int = 0
    judged: int = 0  # elements
    elements: int = 0
    mistrusted: int = 0  # cases that prove little: a single element, all zeros
    ulps: float = 0.0  # the largest error of those that agree

    def text(self):
        if not self.cases:
            return "– | – | –"
        remark = f" ({self.mistrusted} mistrusted)" if self.mistrusted else ""
        return f"{self.right} of {self.cases}{remark} | {self.judged} of {self.elements} | {self.ulps:.2f}"


class Table:
    def __init__(self, kinds):
        self.kinds = kinds  # e.g. values, gradients
        self.rows = defaultdict(lambda: {k: Cell() for k in kinds})
        self.differences = []

    def add(self, op, kind, verdict, what):
        cell = self.rows[op][kind]
        cell.right += verdict.right
        cell.cases += 1
        cell.judged += verdict.judged
        cell.elements += verdict.elements
        cell.mistrusted += verdict.mistrusted
        if verdict.right:
            cell.ulps = max(cell.ulps, verdict.ulps)
        else:
            self.differences.append((op, kind, what, verdict.name, verdict.text, verdict.exact, verdict.got))

    def markdown(self):
        """One row for each op, then one for each case that differs, with both values of its worst element."""
        columns = "{0}: agree of cases | {0}: elements judged of all | {0}: worst ulps"
        head = "| op | " + " | ".join(columns.format(k) for k in self.kinds) + " |"
        lines = [head, "|---|" + "---|---|---|" * len(self.kinds)]
        for op in sorted(self.rows):
            lines.append(f"| {op} | " + " | ".join(self.rows[op][k].text() for k in self.kinds) + " |")
        lines += ["", f"{len(self.differences)} cases differ.", ""]
        if self.differences:
            lines += ["| op | kind | case | verdict | exact | theirs |", "|---|---|---|---|---|---|"]
        for op, kind, what, name, _, exact, got in self.differences:
            values = " | ".join("–" if v is None else repr(v) for v in (exact, got))
            lines.append(f"| {op} | {kind} | `{what}` | {name} | {values} |")
        return "\n".join(lines)

    def show(self):
        print(self.markdown())
        for op, kind, what, name, text, _, _ in self.differences:
            print("\nDIFFERS", op, kind, what, name, "\n  ", text.replace("\n", "\n   "))

    def write(self, markdown, data):
        """The tables as Markdown, and the cells and differences as JSON; either file may be None."""
        if markdown:
            with open(markdown, "w", encoding="utf-8") as file:
                file.write(self.markdown() + "\n")
        if data:
            cells = {op: {k: dataclasses.asdict(c) for k, c in row.items()} for op, row in self.rows.items()}
            with open(data, "w", encoding="utf-8") as file:
                json.dump({"rows": cells, "differences": self.differences}, file, indent=1)

    def totals(self):
        return {k: (sum(r[k].right for r in self.rows.values()), sum(r[k].cases for r in self.rows.values()))
                for k in self.kinds}
