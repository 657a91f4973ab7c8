"""Griffe extension for the API reference: read "Example:" sections as "Examples:"."""

from typing import Any

import griffe


class Examples(griffe.Extension):
    """Extension that mkdocs.yml lists."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Rename the section: Google style has only the plural."""
        if obj.docstring:
            obj.docstring.value = obj.docstring.value.replace("\nExample:\n", "\nExamples:\n")
