"""What the heading of a file has to say, and the cells below it that hold formulas without a result."""

from __future__ import annotations

from layers.accounting import Note
from layers.files.delimited import Grid
from layers.files.heading_rows import Heading


def unset_formulas(source: str, grid: Grid, heading: Heading) -> tuple[Note, ...]:
    """Name the columns of a workbook whose cells hold formulas that were never calculated: they read as empty."""
    first = grid.numbers[heading.first_row] if heading.first_row < len(grid.numbers) else 0
    unset = [(row, column) for row, column in grid.unset if row >= first]
    if not unset:
        return ()
    columns = sorted({column for _, column in unset if column < len(heading.columns)})
    names = [heading.columns[column] for column in columns]
    text = (
        f"{len(unset)} cells of {', '.join(names) or 'columns without a name'} hold formulas without a stored result and read "
        "as empty. Open the workbook in Excel or LibreOffice, let it calculate, and save it."
    )
    return (Note(source, "formula_without_result", text, len(unset), tuple(names), tuple(row for row, _ in unset)),)


def heading_notes(source: str, heading: Heading, ragged_count: int) -> tuple[Note, ...]:
    """Say where the names of columns stand, which were told apart, whose units stand above them, and how many rows are ragged."""
    notes = []
    below = [kind for kind, words in heading.captions.items() if set(words) - set(heading.group_units)]
    if heading.around:
        rows = ", ".join(
            f"{kind.replace('_', ' ')} from row {' and '.join(str(row + 1) for row in at)}"
            for kind, at in heading.around.items()
        )
        text = f"A certificate of a laboratory: analytes were taken from row {heading.header_row + 1}, {rows}."
        notes.append(Note(source, "heading_found", text))
    elif heading.header_row or below:
        unit_rows = f", rows of {' and '.join(below)} below it" if below else ""
        notes.append(
            Note(source, "heading_found", f"The column names were taken from row {heading.header_row + 1}{unit_rows}.")
        )
    if heading.group_units:
        first, unit = next(iter(heading.group_units.items()))
        text = (
            f"The unit of {len(heading.group_units)} columns was read from the heading of their group (e.g. {first}: {unit}). "
            "State options.units where a column does not belong to the group before it."
        )
        notes.append(Note(source, "unit_of_group", text, len(heading.group_units), tuple(heading.group_units)))
    if heading.repeated:
        names = ", ".join(dict.fromkeys(heading.repeated.values()))
        notes.append(
            Note(
                source,
                "repeated_column",
                f"Column names stand more than once and were told apart: {names}.",
                len(heading.repeated),
                columns=tuple(heading.repeated),
            )
        )
    if ragged_count:
        notes.append(
            Note(
                source, "ragged_row", "Rows with another number of fields than the heading were rejected.", ragged_count
            )
        )
    return tuple(notes)
