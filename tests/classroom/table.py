"""Print the table task x misconception: caught and named, `python -m tests.classroom.table`."""

from cance_edu.classroom import check
from tests.classroom.bank import BANK
from tests.classroom.bank_apart import BANK_APART


def rows() -> list[str]:
    """Return one line for each misconception."""
    lines = ["| task | misconception | caught | named | apart: caught | named |"]
    lines.append("|---|---|---|---|---|---|")
    for name in check.TASKS:
        for misconception in getattr(check, name).misconceptions:
            cells = []
            for bank in (BANK, BANK_APART):
                feedback = getattr(check, name)(bank[name][misconception.name])
                named = feedback.misconception == misconception.name
                cells += ["no" if feedback.passed else "yes", "yes" if named else "no"]
            lines.append(f"| {name} | {misconception.name} | {' | '.join(cells)} |")
    return lines


if __name__ == "__main__":
    print("\n".join(rows()))
