"""Draws how accuracy grows with the labels: curve.py BUILD/bench/results.db > docs/few-labels.svg

Of the part `teacher` of tests/bench/run: a panel for each set, a line for each variant, means over the seeds.
"""
import math
import sqlite3
import sys

WIDTH, HEIGHT, LEFT, TOP, GAP = 250, 190, 40, 40, 28
NAMES = {'teacher': 'with a teacher', 'without': 'labelled rows alone', 'SetFit': 'SetFit'}
STYLE = '''text { font: 12px sans-serif; fill: #333 } .title { font-weight: bold }
path { fill: none; stroke-width: 2 } .grid { stroke: #ddd; stroke-width: 1 }
.teacher { stroke: #1769aa; fill: #1769aa } .without { stroke: #999; fill: #999 } .SetFit { stroke: #c46210; fill: #c46210 }
path.teacher, path.without, path.SetFit { fill: none }
@media (prefers-color-scheme: dark) { text { fill: #ccc } .grid { stroke: #444 }
.teacher { stroke: #6cb2f0; fill: #6cb2f0 } .SetFit { stroke: #f0a060; fill: #f0a060 } }'''

FIGURES = '''
WITH newest AS (SELECT build FROM trainings WHERE part = 'teacher' AND build <> 'peer' ORDER BY rowid DESC LIMIT 1),
     sets AS (SELECT dataset, max(labels) AS labels FROM trainings WHERE part = 'teacher' GROUP BY dataset)
SELECT dataset, variant, rows / sets.labels AS labelled, avg(accuracy)
FROM trainings JOIN sets USING (dataset)
WHERE part = 'teacher' AND build IN ((SELECT build FROM newest), 'peer')
GROUP BY dataset, variant, labelled ORDER BY dataset, variant, labelled'''


def panel(dataset, lines, left, steps):
    def x(labelled):
        return left + math.log2(labelled / steps[0]) * (WIDTH - LEFT - 10) / max(1, math.log2(steps[-1] / steps[0]))

    def y(accuracy):
        return TOP + (1 - accuracy) * HEIGHT

    yield f'<text class="title" x="{left}" y="{TOP - 14}">{dataset}</text>'
    for tenth in range(0, 11, 2):
        yield f'<path class="grid" d="M{left} {y(tenth / 10):.1f}h{WIDTH - LEFT - 10}"/>'
        yield f'<text x="{left - 8}" y="{y(tenth / 10) + 4:.1f}" text-anchor="end">{tenth / 10:g}</text>'
    for labelled in steps:
        yield f'<text x="{x(labelled):.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{labelled}</text>'
    for variant, points in lines.items():
        places = [(f'{x(labelled):.1f}', f'{y(accuracy):.1f}') for labelled, accuracy in points]
        yield f'<path class="{variant}" d="M{"L".join(" ".join(place) for place in places)}"/>'
        for place in places:
            yield f'<circle class="{variant}" cx="{place[0]}" cy="{place[1]}" r="3"/>'


def draw(rows):
    sets, steps = {}, sorted({row[2] for row in rows})
    for dataset, variant, labelled, accuracy in rows:
        sets.setdefault(dataset, {}).setdefault(variant, []).append((labelled, accuracy))
    height = TOP + HEIGHT + 50
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(sets) * (WIDTH + GAP)} {height}" role="img">'
    yield '<title>Accuracy on test rows by the number of labelled rows of each label</title>'
    yield f'<style>{STYLE}</style>'
    for i, (dataset, lines) in enumerate(sets.items()):
        yield from panel(dataset, lines, i * (WIDTH + GAP) + LEFT, steps)
    yield f'<text x="{LEFT}" y="{height - 10}">labelled rows of each label</text>'
    for i, variant in enumerate(v for v in NAMES if any(v in lines for lines in sets.values())):
        left = WIDTH + GAP + LEFT + i * 170
        yield f'<path class="{variant}" d="M{left} {height - 14}h20"/>'
        yield f'<text x="{left + 26}" y="{height - 10}">{NAMES[variant]}</text>'
    yield '</svg>'


print('\n'.join(draw(sqlite3.connect(sys.argv[1]).execute(FIGURES).fetchall())))
