"""Here is a line of a file, perhaps not in UTF-8: which text is it?"""

from __future__ import annotations

from searchkit.errors import SourceError
from searchkit.sources.encodings.encoding import decode

__all__ = ["LineDecoder"]

# To detect an encoding takes time; of a file, so many lines are looked at.
_DETECTIONS = 20


class LineDecoder:
    """Decodes the lines of one file, which are in the encoding that was `declared`; without one,
    in UTF-8 or what is detected of them: `detected`, of those so far. Each is a `record` in
    messages: "line", "row".
    """

    def __init__(self, declared: str | None, record: str) -> None:
        self.detected: str | None = None
        self._declared = declared
        self._record = record
        self._detections = 0

    def decode(self, line: bytes) -> tuple[str, str]:
        """The text of a line, and what is to be told of it, "" for nothing.

        Raises SourceError where the bytes fit no encoding.
        """
        try:
            return line.decode(self._declared or "utf-8"), ""
        except UnicodeError as error:
            if self._declared is None:
                return self._undeclared(line)
            where = f" at byte {error.start}" if isinstance(error, UnicodeDecodeError) else ""
            raise SourceError(
                f"does not fit {self._declared}{where}; declare the right encoding, "
                "or none to have it detected"
            ) from error

    def _undeclared(self, line: bytes) -> tuple[str, str]:
        if self.detected is not None:
            try:
                return line.decode(self.detected), ""
            except UnicodeDecodeError:
                pass
        self._detections += 1
        decoded = decode(line, detect=self._detections <= _DETECTIONS)
        if decoded.encoding == "utf-8":
            return decoded.text, decoded.remark
        self.detected = decoded.encoding
        return decoded.text, f"{decoded.remark}; so are other {self._record}s that are not UTF-8"
