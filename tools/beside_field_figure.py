"""Draws docs/figures/beside_field.svg: measured curves beside two 6 MV fields, the machine before and after commissioning on one.

    python3 tools/beside_field_figure.py FIVE/points.csv TEN/points.csv BEFORE/points.csv docs/figures/beside_field.svg

FIVE is `straydose commission elekta-agility 5x5.csv`, TEN the same from FIVE/machine.toml on 10x10.csv (its column "before" is the
prediction), BEFORE the built-in machine on 10x10.csv. Standard library only; all curves are per cent of the axis at 1.5 cm.
"""

import csv
import math
import sys

DEPTHS = (15, 50, 100, 200)
SIZE, LEFT, TOP, STEP_X, STEP_Y = (250, 190), 58, 62, 272, 232
LOW, HIGH = 0.2, 10.0


def curves(path, column):
    """Distance beyond the edge (mm) and per cent of the axis at 1.5 cm, by depth and side."""
    rows = list(csv.DictReader(open(path, encoding="utf-8")))
    place = lambda row: tuple(float(row[name]) for name in ("x_mm", "y_mm", "depth_mm"))
    axis = next(float(row[column]) for row in rows if place(row) == (0.0, 0.0, 15.0))
    measured = next(float(row["measured"]) for row in rows if place(row) == (0.0, 0.0, 15.0))
    found = {}
    for row in rows:
        x, y, depth = place(row)
        if x == y == 0.0:
            continue
        edge = max(x, y) - float(row["field_x_mm"]) / 2 * (float(row["ssd_mm"]) + depth) / 1000
        value = float(row[column]) / axis * measured
        found.setdefault((depth, "leaves" if x > 0 else "jaws"), []).append((edge, value))
    return found


def main(five, ten, before, out):
    panels = [("5 × 5 cm, fitted to", five, five, "before", "fitted"), ("10 × 10 cm, not fitted to", ten, before, "before", "before")]
    parts = []
    for row, (title, after_file, before_file, before_column, after_column) in enumerate(panels):
        dots = curves(after_file, "measured")
        dashed, solid = curves(before_file, before_column), curves(after_file, after_column)
        for column, depth in enumerate(DEPTHS):
            left, top = LEFT + STEP_X * column, TOP + STEP_Y * row
            width, height = SIZE[0] - 20, SIZE[1] - 12
            x = lambda mm: left + width * (mm - 5) / 100
            y = lambda value: top + height * math.log(HIGH / min(max(value, LOW), HIGH)) / math.log(HIGH / LOW)
            parts.append(f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" stroke="#888"/>')
            parts.append(f'<text x="{left + 6}" y="{top - 6}">{title}, {depth / 10:g} cm deep</text>')
            for value in (0.2, 0.5, 1, 2, 5, 10):
                parts.append(f'<path d="M{left} {y(value):.1f}h{width}" stroke="#ddd"/>')
                if column == 0:
                    parts.append(f'<text x="{left - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>')
            for mm in (20, 40, 60, 80, 100):
                parts.append(f'<text x="{x(mm):.1f}" y="{top + height + 14}" text-anchor="middle">{mm // 10}</text>')
            for side, colour in (("jaws", "#005aaa"), ("leaves", "#c85a00")):
                line = lambda points: "M" + "L".join(f"{x(mm):.1f} {y(value):.1f}" for mm, value in sorted(points))
                key = (float(depth), side)
                parts.append(f'<path d="{line(dashed[key])}" fill="none" stroke="{colour}" stroke-dasharray="4 3"/>')
                parts.append(f'<path d="{line(solid[key])}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
                parts += [f'<circle cx="{x(mm):.1f}" cy="{y(value):.1f}" r="2.4" fill="{colour}"/>' for mm, value in dots[key]]
    width, height = LEFT + STEP_X * 4, TOP + STEP_Y * 2 - 20
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">'
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        '<text x="58" y="18">6 MV, per cent of the maximum on the axis by cm beyond the edge. Dots: measured (M2619). Dashed: elekta-agility as built in. '
        'Lines: commissioned on 5 × 5 cm.</text><text x="58" y="36"><tspan fill="#005aaa">Blue: solid jaws (y)</tspan>, <tspan fill="#c85a00">orange: leaves (x)</tspan>.</text>'
    )
    open(out, "w", encoding="utf-8").write(head + "".join(parts) + "</svg>\n")


main(*sys.argv[1:])
