"""Writes the results of torch_table.py and onnx_table.py (--json of each) into README.md, one row for each op.

python3 tests/references/readme_table.py torch.json onnx.json
"""
import json
import pathlib
import sys

README = pathlib.Path(__file__).with_name("README.md")
FIRST, LAST = "<!-- results -->", "<!-- end of results -->"
COLUMNS = (("PyTorch values", 0, "values"), ("PyTorch gradients", 0, "gradients"), ("ONNX", 1, "values"))


def cell(row, kind):
    c = row.get(kind) if row else None
    if not c or not c["cases"]:
        return "– | –"
    text = f"{c['right']}/{c['cases']}" + (f" ({c['mistrusted']} m)" if c["mistrusted"] else "")
    return f"{text} | {c['judged']}/{c['elements']}"


def main():
    results = [json.loads(pathlib.Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:3]]
    lines = ["| op | " + " | ".join(f"{name}: cases | elements" for name, _, _ in COLUMNS) + " |",
             "|---|" + "---|---|" * len(COLUMNS)]
    for op in sorted(set(results[0]["rows"]) | set(results[1]["rows"])):
        lines.append(f"| {op} | " + " | ".join(cell(results[i]["rows"].get(op), k) for _, i, k in COLUMNS) + " |")
    lines += ["", "Cases that differ, each with the worst element:", "",
              "| op | of | case | exact | theirs |", "|---|---|---|---|---|"]
    for name, result in zip(("PyTorch", "ONNX"), results):
        for op, kind, what, verdict, _, exact, got in result["differences"]:
            values = "refused here | –" if verdict == "refused" else f"{exact!r} | {got!r}"
            lines.append(f"| {op} | {name} {kind} | `{what}` | {values} |")
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(FIRST)
    README.write_text(before + FIRST + "\n" + "\n".join(lines) + "\n" + LAST + rest.split(LAST)[1], encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
