"""The small words of a Word file: elements, runs, paragraphs, fields, bookmarks."""

from collections.abc import Iterator

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from dermdash.reporting.formats.office import bare, readable

TWIPS = 20  # a point


def made(tag: str, *children: BaseOxmlElement, **attributes: object) -> BaseOxmlElement:
    """An element of Word's own namespace; attributes by their names there.

    >>> made("w:jc", val="right").xml.split(" w:")[1][:11]
    'val="right"'
    """
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))
    element.extend(children)
    return element


def run(text: str, *, bold: bool = False, colour: str = "", size: float = 0) -> BaseOxmlElement:
    """Words of one look; line ends and tabs stay what they are."""
    return made("w:r", *_look(bold, colour, size), *_pieces(readable(text)))


def paragraph(style: str, *runs: BaseOxmlElement, keep: bool = False) -> BaseOxmlElement:
    """A paragraph of a style, by its id; ``keep`` holds it on the page of what follows."""
    rules = made("w:pPr", made("w:pStyle", val=style))
    if keep:
        rules.append(made("w:keepNext"))
    return made("w:p", rules, *runs)


def field(
    code: str, shown: str, *, bold: bool = False, stale: bool = False
) -> list[BaseOxmlElement]:
    """A field: what Word works out, and what is shown until it does.

    stale : Word works it out anew when it opens the file
    """
    begin = made("w:fldChar", fldCharType="begin")
    if stale:
        begin.set(qn("w:dirty"), "true")
    parts = (
        [begin],
        [_text("w:instrText", f" {code} ")],
        [made("w:fldChar", fldCharType="separate")],
        _pieces(shown),
        [made("w:fldChar", fldCharType="end")],
    )
    return [made("w:r", *_look(bold, "", 0), *part) for part in parts]


def bookmarked(name: str, number: int, *runs: BaseOxmlElement) -> tuple[BaseOxmlElement, ...]:
    """Runs under a name that other places can point to; ``number`` is the bookmark's own."""
    return (
        made("w:bookmarkStart", id=number, name=name),
        *runs,
        made("w:bookmarkEnd", id=number),
    )


def link(name: str, *runs: BaseOxmlElement) -> BaseOxmlElement:
    """Runs that lead to a bookmark of this file."""
    return made("w:hyperlink", *runs, anchor=name, history=1)


def twips(points: float) -> int:
    """
    >>> twips(1.5)
    30
    """
    return round(points * TWIPS)


def _look(bold: bool, colour: str, size: float) -> list[BaseOxmlElement]:
    rules = [made("w:b"), made("w:bCs")] if bold else []
    if colour:
        rules.append(made("w:color", val=bare(colour)))
    if size:
        half_points = round(2 * size)
        rules += [made("w:sz", val=half_points), made("w:szCs", val=half_points)]
    return [made("w:rPr", *rules)] if rules else []


def _pieces(text: str) -> Iterator[BaseOxmlElement]:
    for place, line in enumerate(text.split("\n")):
        if place:
            yield made("w:br")
        for tab, words in enumerate(line.split("\t")):
            if tab:
                yield made("w:tab")
            if words:
                yield _text("w:t", words)


def _text(tag: str, words: str) -> BaseOxmlElement:
    element = made(tag)
    element.text = words
    element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return element
