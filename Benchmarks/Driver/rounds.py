"""Rounds in which everyone has a turn, so that a noisy moment hits all alike."""

import statistics


class Row:
    """One line of the table."""

    def __init__(self, part, what, who, unit, value, ratio=None, against=None, rounds=1):
        self.part, self.what, self.who, self.unit = part, what, who, unit
        self.value, self.ratio, self.against, self.rounds = value, ratio, against, rounds

    def json(self) -> dict:
        """What the row says."""
        return vars(self)


def alternate(part, what, rounds, subjects, against) -> list[Row]:
    """Runs every subject once in every round.

    subjects maps a name to what runs it and returns its figures by their units; the ratios are those
    to the subject named `against`, each within its round. Returns rows of medians.
    """
    turns = {name: [] for name in subjects}
    for number in range(rounds):
        # Who comes first changes with every round.
        names = list(subjects)
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            turns[name].append(subjects[name]())
    rows = []
    for unit in turns[against][0]:
        others = [turn[unit] for turn in turns[against]]
        for name in subjects:
            figures = [turn[unit] for turn in turns[name]]
            ratio = statistics.median(a / b for a, b in zip(figures, others))
            value = statistics.median(figures)
            rows.append(Row(part, what, name, unit, value, ratio, against, rounds))
    return rows


def table(rows: list[Row]) -> str:
    """All rows as a table in Markdown."""
    cells = [("what", "who", "median", "unit", "ratio", "rounds")]
    for row in rows:
        value = f"{row.value:,.0f}" if row.value >= 100 else f"{row.value:.2f}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f} of {row.against}"
        cells.append((f"{row.part}, {row.what}", row.who, value, row.unit, ratio, str(row.rounds)))
    widths = [max(map(len, column)) for column in zip(*cells)]
    lines = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
