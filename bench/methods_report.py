"""Tables and chart of bench/methods: percent off the truth, as bias and SD over the kidneys of all patients."""
import math
import os
import re
import shutil

MARK = "<!-- tables of bench/run methods --page -->\n"
QUANTITIES = ("tia", "dose", "bed")
AXES = ("points", "integrate", "tail", "kernel", "engine", "density", "vois")


def stats(values):
    mean = sum(values) / len(values)
    return mean, math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))


def gather(rows):
    """{(study, image, choices...): {quantity: (bias, SD)}}, patients' own file names made alike."""
    cells = {}
    for row in rows:
        key = (row["study"], row["image"], *(alike(row[a]) for a in AXES))
        for q in QUANTITIES:
            off = row[f"{q}_difference_percent"]
            if off != "n/a":
                cells.setdefault(key, {}).setdefault(q, []).append(float(off))
    return {key: {q: stats(v) for q, v in of.items()} for key, of in cells.items()}


def alike(label):
    return re.sub(r"_\d{3}\b.*?\.nii\.gz", "", re.sub(r".*/density\.nii\.gz", "map", label))


def pick(cells, study, image, **choices):
    """The one cell with these choices; None where it has no values."""
    for key, value in cells.items():
        if key[:2] == (study, image) and all(key[2 + AXES.index(a)] == c for a, c in choices.items()):
            return value
    return None


def show(pair):
    return f"{pair[0]:+.1f} ± {pair[1]:.1f}" if pair else "–"


def table(head, lines):
    out = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(out + ["| " + " | ".join(line) + " |" for line in lines]) + "\n"


def three(cell):
    return [show(cell.get(q)) if cell else "–" for q in QUANTITIES]


def schemes_table(cells, schemes, image):
    models = [("auto", "auto"), ("mono", "mono"), ("mono+voi", "mono, VOI's curve"),
              ("uptake-clearance", "uptake–clearance"), ("uptake-clearance+voi", "the same, VOI's curve"),
              ("biexp", "biexp")]
    rules = [("trapezoid", "last2", "trapezoid"), ("trapezoid", "physical", "trapezoid, physical tail")]
    many = [s for s in schemes if "+" in s]
    lines = []
    for model, words in models:
        found = [pick(cells, "curve", image, points=s, integrate=model) for s in many]
        lines.append([words] + [show(c.get("dose")) if c else "–" for c in found])
    for model, tail, words in rules:
        found = [pick(cells, "tail", image, points=s, integrate=model, tail=tail) for s in many]
        lines.append([words] + [show(c.get("dose")) if c else "–" for c in found])
    return table(["mean dose, % off"] + [schemes[s] for s in many], lines)


def single_table(cells, schemes, image):
    models = [("haenscheid", "Hänscheid"), ("madsen:52h", "Madsen, 52 h"), ("shape:population.tsv", "population's curve")]
    one = [s for s in schemes if "+" not in s]
    lines = [[words] + [show((pick(cells, "curve", image, points=s, integrate=m) or {}).get("dose")) for s in one]
             for m, words in models]
    return table(["mean dose, % off"] + [schemes[s] for s in one], lines)


def dose_table(cells):
    choices = [("full kernel", "full", "fft", "none"), ("cut at 100 mm", "100mm", "fft", "none"),
               ("cut at 50 mm", "50mm", "fft", "none"), ("cut at 25 mm", "25mm", "fft", "none"),
               ("cut at 10 mm", "10mm", "fft", "none"), ("electrons where they are (`local`)", "full", "local", "none"),
               ("full, 1.05 g/mL", "full", "fft", "1.05g/mL"), ("full, density map", "full", "fft", "map")]
    return table(["dose step", "TIA", "dose", "BED"],
                 [[w] + three(pick(cells, "dose", "exact", kernel=k, engine=e, density=d)) for w, k, e, d in choices])


def voi_table(cells):
    choices = [("scan's grid", "scan"), ("VOI's grid", "voi"), ("outline 2 mm too small", "outline-2"),
               ("outline 2 mm too large", "outline+2"), ("scan's grid, recovered", "scan+recovered"),
               ("VOI's grid, recovered", "voi+recovered"), ("2 mm too small, recovered", "outline-2+recovered"),
               ("2 mm too large, recovered", "outline+2+recovered")]
    lines = []
    for words, label in choices:
        exact = pick(cells, "voi", "sharp", vois=label) if "recovered" not in label else None
        lines.append([words] + three(exact)[:2] + three(pick(cells, "voi", "blurred", vois=label)))
    return table(["VOI", "sharp: TIA", "dose", "blurred 11 mm: TIA", "dose", "BED"], lines)


def whole_table(cells, schemes):
    choices = [("1+2+3+4+5+6", "uptake-clearance", "full", "scan+recovered"), ("1+2+3+4+5+6", "auto", "full", "scan+recovered"),
               ("2+3+5+6", "auto", "full", "scan+recovered"), ("2+3+5+6", "auto", "full", "scan"),
               ("2+3+5+6", "auto", "25mm", "scan"), ("3+5+6", "mono", "full", "scan+recovered"),
               ("3+5", "auto", "full", "scan+recovered"), ("5", "haenscheid", "full", "scan+recovered"),
               ("5", "haenscheid", "full", "scan")]
    lines = [[schemes[p], m, k, v.replace("scan+", "").replace("scan", "–")] +
             three(pick(cells, "whole", "blurred, 20 M counts", points=p, integrate=m, kernel=k, engine="fft", vois=v))
             for p, m, k, v in choices]
    return table(["scans", "curve", "kernel", "recovery", "TIA", "dose", "BED"], lines)


def chart(cells, schemes):
    """Bias as a dot, SD as a line, of the dose: one row a choice."""
    wanted = [("auto, 4 scans from 4 h", "curve", "exact", dict(points="2+3+5+6", integrate="auto")),
              ("uptake–clearance, 4 scans", "curve", "exact", dict(points="2+3+5+6", integrate="uptake-clearance")),
              ("trapezoid, last two", "tail", "exact", dict(points="2+3+5+6", integrate="trapezoid", tail="last2")),
              ("trapezoid, physical tail", "tail", "exact", dict(points="2+3+5+6", integrate="trapezoid", tail="physical")),
              ("the same, without 168 h", "tail", "exact", dict(points="2+3+5", integrate="trapezoid", tail="physical")),
              ("2 scans, 24 and 96 h", "curve", "exact", dict(points="3+5", integrate="mono")),
              ("1 scan, 96 h, Hänscheid", "curve", "exact", dict(points="5", integrate="haenscheid")),
              ("1 scan, 24 h, Hänscheid", "curve", "exact", dict(points="3", integrate="haenscheid")),
              ("1 scan, 24 h, population", "curve", "exact", dict(points="3", integrate="shape:population.tsv")),
              ("kernel cut at 25 mm", "dose", "exact", dict(kernel="25mm", engine="fft", density="none")),
              ("local deposition", "dose", "exact", dict(kernel="full", engine="local", density="none")),
              ("density map", "dose", "exact", dict(kernel="full", engine="fft", density="map")),
              ("outline 2 mm too large", "voi", "sharp", dict(vois="outline+2")),
              ("11 mm blur, not recovered", "voi", "blurred", dict(vois="scan")),
              ("11 mm blur, recovered", "voi", "blurred", dict(vois="scan+recovered"))]
    found = [(words, pick(cells, study, image, **choice)) for words, study, image, choice in wanted]
    found = [(words, cell["dose"]) for words, cell in found if cell and "dose" in cell]
    low, high, left, top, row = -40, 60, 210, 34, 22
    height = top + row * len(found) + 30

    def x(value):
        return left + (min(max(value, low), high) - low) * 460 / (high - low)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 700 {height}" font-family="sans-serif" font-size="13">',
           f'<rect width="700" height="{height}" fill="#fff"/>',
           f'<text x="{left}" y="16" fill="#333">Kidney dose, % off the truth: bias (dot) and SD over kidneys (line)</text>']
    for tick in range(low, high + 1, 10):
        out.append(f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{top - 8}" y2="{height - 24}" '
                   f'stroke="{"#666" if tick == 0 else "#ddd"}"/><text x="{x(tick):.1f}" y="{height - 8}" fill="#555" '
                   f'text-anchor="middle">{f"{tick:+d}" if tick else "0"}</text>')
    for i, (words, (bias, sd)) in enumerate(found):
        y = top + row * i + 6
        out.append(f'<text x="{left - 10}" y="{y + 4}" text-anchor="end" fill="#222">{words}</text>'
                   f'<line x1="{x(bias - sd):.1f}" x2="{x(bias + sd):.1f}" y1="{y}" y2="{y}" stroke="#2a6f97" '
                   f'stroke-width="3"/><circle cx="{x(bias):.1f}" cy="{y}" r="5" fill="#013a63"/>')
    return "\n".join(out + ["</svg>"]) + "\n"


def tables(cells, schemes, about):
    parts = [f"Percent off the truth, bias ± SD over {about}.\n"]
    for image in ("exact", "20 M counts", "2 M counts"):
        parts += [f"### Curve and time points, {image}\n", schemes_table(cells, schemes, image),
                  single_table(cells, schemes, image)]
    parts += ["### Kernel, engine, density\n", dose_table(cells), "### VOI and partial volume\n", voi_table(cells),
              "### All steps together: blurred by 11 mm, 20 M counts\n", whole_table(cells, schemes)]
    return "\n".join(parts)


def write(rows, about, schemes, folder):
    cells = gather(rows)
    with open(f"{folder}/methods.md", "w") as f:
        f.write(tables(cells, schemes, about))
    with open(f"{folder}/methods.tsv", "w") as f:
        names = list(rows[0])
        f.write("\t".join(names) + "\n")
        f.writelines("\t".join(str(row[n]) for n in names) + "\n" for row in rows)
    with open(f"{folder}/methods.svg", "w") as f:
        f.write(chart(cells, schemes))


def fill(page, folder):
    """Puts a run's tables behind the page's mark, to its end, and the chart beside it."""
    with open(page) as f:
        head, mark, _ = f.read().partition(MARK)
    if not mark:
        raise SystemExit(f"bench/methods: {page}: has no line '{MARK.strip()}' to put the tables behind")
    with open(f"{folder}/methods.md") as f:
        new = head + mark + "\n" + f.read()
    with open(page, "w") as f:
        f.write(new)
    shutil.copyfile(f"{folder}/methods.svg", os.path.join(os.path.dirname(page), "images", "methods.svg"))
