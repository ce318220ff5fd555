"""Words of users without the letters that are not seen: those break files, or turn a line around.

Every letter that only a program reads becomes its code, so that nothing of a name is lost.
"""

import re

# C0 and C1 controls but tab and line feed, marks that turn the direction of what follows,
# halves of letters that no file in UTF-8 can hold, and two non-letters that XML refuses.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def visible(words: object) -> str:
    """The words, with U+XXXX in the place of letters that are not seen.

    >>> visible("a\\x00b \\u202eevil"), visible("كريم 肌 ✨")
    ('aU+0000b U+202Eevil', 'كريم 肌 ✨')
    """
    text = str(words).replace("\r\n", "\n")
    return UNSEEN.sub(lambda found: f"U+{ord(found[0]):04X}", text)
