"""Markdown extension: turn $TeX$ and $$TeX$$ into MathML at build time, so that pages need no script.

GitHub renders the same source.
"""

import re

from latex2mathml.converter import convert
from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor

_FORMULA = r"(\$\$?)(?! )((?:\\.|[^$\\])+?)(?<! )\1"
# After code, which may contain dollars, and before Markdown interprets backslashes.
_PRIORITY = 185


class _Formulas(InlineProcessor):
    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # noqa: N802
        display = "block" if m[1] == "$$" else "inline"
        return self.md.htmlStash.store(convert(m[2], display=display)), m.start(0), m.end(0)


class Mathematics(Extension):
    """Extension that mkdocs.yml lists."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Register the inline pattern."""
        md.inlinePatterns.register(_Formulas(_FORMULA, md), "mathematics", _PRIORITY)


def makeExtension(**settings: object) -> Mathematics:  # noqa: N802
    """Return the extension; Markdown calls this by name."""
    return Mathematics(**settings)
