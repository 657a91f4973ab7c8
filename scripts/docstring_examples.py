"""An extension of griffe for the API reference: "Example:" holds doctests as "Examples:" does."""

from typing import Any

import griffe


class Examples(griffe.Extension):
    """To be named in mkdocs.yml."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Google's style knows the plural alone."""
        if obj.docstring:
            obj.docstring.value = obj.docstring.value.replace("\nExample:\n", "\nExamples:\n")
