"""A Markdown extension: $TeX$ and $$TeX$$ become MathML while the site is built, which needs no script.

GitHub draws the same source too.
"""

import re

from latex2mathml.converter import convert
from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor

_FORMULA = r"(\$\$?)(?! )((?:\\.|[^$\\])+?)(?<! )\1"
# After code, which may hold dollars, and before backslashes are taken for Markdown's own.
_PRIORITY = 185


class _Formulas(InlineProcessor):
    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # noqa: N802
        display = "block" if m[1] == "$$" else "inline"
        return self.md.htmlStash.store(convert(m[2], display=display)), m.start(0), m.end(0)


class Mathematics(Extension):
    """To be named in mkdocs.yml."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Look for formulas within lines."""
        md.inlinePatterns.register(_Formulas(_FORMULA, md), "mathematics", _PRIORITY)


def makeExtension(**settings: object) -> Mathematics:  # noqa: N802
    """What Markdown calls."""
    return Mathematics(**settings)
