"""Words of the command line: one line, what is wrong and the mend, in the terminal's language."""

from __future__ import annotations

import sys

from drifta.words import translate


class Trouble(Exception):
    """Something a person must mend; its text is one line: what is wrong, and the mend.

    ``text`` is an English template marked for translation, with ``%(name)s`` placeholders filled from
    ``values``.
    """

    def __init__(self, text: str, /, **values: object) -> None:
        super().__init__(text % values if values else text)
        self.text = text
        self.values = values

    def translated(self) -> str:
        """The line in the language of the terminal (``LANGUAGE``, ``LC_ALL``, ``LC_MESSAGES``, ``LANG``)."""
        return translate(self.text, **self.values)


def say(text: str, /, **values: object) -> None:
    """Print one line about what is going on, on standard error, at once."""
    sys.stderr.write(translate(text, **values) + "\n")
    sys.stderr.flush()
