"""The part of a file that is held while it is cut: a chunk, what is left of the one before, and a little history."""

from __future__ import annotations

from translators.x12.characters import Characters

HISTORY = 96  # characters that are kept behind the reading point: what stood before a segment


class Buffer:
    """The part of the file that is held. `at` is where reading stands, `base` the position of `text[0]` in the file."""

    def __init__(self, characters: Characters) -> None:
        self.characters = characters
        self.text = ""
        self.base = 0
        self.at = 0
        self.ended = False

    def more(self) -> bool:
        """Read the next chunk and drop what is done, but for a little history; False at the end of the file."""
        chunk = "" if self.ended else self.characters.read()
        self.ended = self.characters.ended
        if not chunk:
            return False
        done = max(0, self.at - HISTORY)
        self.text = self.text[done:] + chunk
        self.base += done
        self.at -= done
        self.characters.forget(self.base)
        return True

    def fill(self, size: int) -> bool:
        """Read until so many characters can be seen, or all that there are; say whether there are any."""
        while len(self.text) - self.at < size and self.more():
            pass
        return self.at < len(self.text)

    def take(self, stop: int) -> tuple[int, str]:
        """Return the position and the text from the reading point up to `stop`, which is the new one."""
        at, self.at = self.at, stop
        return self.base + at, self.text[at:stop]
