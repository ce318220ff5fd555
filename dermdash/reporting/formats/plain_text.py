"""A report as words alone."""

from collections.abc import Sequence

from dermdash.reporting.blocks import MISSING, Bullets, Content, Figure, Paragraph, Picture, Table
from dermdash.reporting.formats.files import Numbered
from dermdash.reporting.formats.visible import visible


def plain_text(content: Content, blocks: Sequence[Numbered]) -> str:
    """A section as words alone, its tables as lines."""
    lines = [content.title, "=" * min(len(content.title), 80), "", content.message, ""]
    for one in blocks:
        block = one.block
        if isinstance(block, Paragraph) and block.text != content.message:
            lines += [block.text, ""]
        elif isinstance(block, Bullets):
            lines += [*(f"- {item}" for item in block.items), ""]
        elif isinstance(block, Table):
            names = [column.name for column in block.columns]
            lines += [
                f"{one.title}. {block.caption}",
                *(
                    "; ".join(
                        f"{name}: {cell}"
                        for name, cell in zip(names, row, strict=True)
                        if cell != MISSING
                    )
                    for row in block.texts()
                ),
                *([block.note] if block.note else []),
                "",
            ]
        elif isinstance(block, Figure | Picture):
            lines += [f"{one.title}. {block.caption}", ""]
    return visible("\n".join(lines))
