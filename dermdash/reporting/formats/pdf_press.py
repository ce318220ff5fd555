"""Sets one document with typst, in a process of its own: ``python pdf_press.py FOLDER SECONDS``.

typst remembers what it has set for the documents that follow, several hundred megabytes of it
where tables are long; a process that ends gives them back. It also keeps what may go wrong in
there away from the worker.
"""

import sys
from pathlib import Path

FONTS, TEMPLATE, MADE = "fonts", "pdf.typ", "made.pdf"


def press(folder: Path, seconds: int) -> None:
    """Make ``made.pdf`` of the template and the files in the folder.

    folder : nothing outside it is read, besides the fonts that typst brings
    seconds : when the document was made, since 1970
    """
    import typst

    typst.compile(
        str(folder / TEMPLATE),
        output=str(folder / MADE),
        root=str(folder),
        font_paths=[str(folder / FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=["a-2a", "ua-1"],  # archived, and read aloud: the most that one file can be
        timestamp=seconds,
    )


if __name__ == "__main__":
    press(Path(sys.argv[1]), int(sys.argv[2]))
