"""HTML built of elements: what is no element yet is a user's words, and is escaped here only."""

import re
from base64 import b64encode
from html import escape

from dermdash.reporting.formats.letters import LEFT_TO_RIGHT, LEFTWARD
from dermdash.reporting.formats.visible import visible

VOID = frozenset({"br", "col", "img", "meta"})
Attribute = str | int | bool | None


class Html(str):
    """Text that is markup already. What is joined or formatted from it is a text again."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: Attribute) -> Html:
    """An element. A child that is no ``Html`` is text.

    attributes : ``class_`` is ``class``, ``aria_label`` is ``aria-label``; True stands without a
        value, False and None leave it out

    >>> tag("p", "a < b", tag("b", "c"), class_="note", hidden=True, id=None)
    '<p class="note" hidden>a &lt; b<b>c</b></p>'
    """
    head = name + "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{_quoted(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in VOID:
        return Html(f"<{head}>")
    return Html(f"<{head}>{join(*children)}</{name}>")


def join(*children: str) -> Html:
    """Elements and texts one after the other.

    >>> join("a & b", tag("br"))
    'a &amp; b<br>'
    """
    return Html(
        "".join(child if isinstance(child, Html) else escape(shown(child)) for child in children)
    )


def raw(name: str, content: str, /, **attributes: Attribute) -> Html:
    """A script or style, whose content no browser unescapes.

    Raises
    ------
    ValueError
        The content would end it.
    """
    if re.search(rf"</{name}|<!--", content, re.IGNORECASE):
        raise ValueError(f"a {name} cannot hold its own end")
    return Html(str(tag(name, **attributes)).replace(f"></{name}>", f">{content}</{name}>"))


def shown(words: str) -> str:
    """A user's words as a page shows them.

    After words that run from right to left stands a mark that what follows does not: else
    ``a − b`` would be read as ``b − a``.
    """
    return LEFTWARD.sub(rf"\g<0>{LEFT_TO_RIGHT}", visible(words))


def data_url(content: bytes, mime: str) -> str:
    """A file within an attribute."""
    return f"data:{mime};base64,{b64encode(content).decode()}"


def _quoted(value: Attribute) -> str:
    return escape(shown(str(value)))
