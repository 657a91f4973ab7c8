"""Make the search of the built site work from disk, without a network: FOLDER of the site.

The theme runs its search in a worker, which browsers refuse to load from disk, and takes a replacement
for it from a server. Here, the worker's code is written into a script instead. Pages opened from disk
start the worker from it; others load the worker as before.
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__, "FOLDER")

import json
import sys
from pathlib import Path

_REPLACED = "https://unpkg.com/iframe-worker/shim"
_SCRIPT = "assets/javascripts/worker_from_disk.js"


def script(worker: str) -> str:
    """Return JavaScript that starts the worker with this code, whatever its address is."""
    return (
        'if (location.protocol === "file:") {\n'
        f"    const code = {json.dumps(worker)};\n"
        "    const Loaded = Worker;\n"
        "    window.Worker = function () {\n"
        '        const blob = new Blob([code], { type: "text/javascript" });\n'
        "        return new Loaded(URL.createObjectURL(blob));\n"
        "    };\n"
        "}\n"
    )


def main(folder: Path) -> None:
    """Write the script, and load it in every page.

    Raises:
        ValueError: the site does not have one worker, or no page loads the replacement.
    """
    (worker,) = folder.glob("assets/javascripts/workers/search.*.js")
    (folder / _SCRIPT).write_text(script(worker.read_text(encoding="utf-8")), encoding="utf-8")
    changed = 0
    for page in folder.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        # Pages outside of the site's folder, such as that of missing pages, are served by a server.
        base = "/" if page.name == "404.html" else "../" * (len(page.relative_to(folder).parts) - 1)
        changed += _REPLACED in text
        page.write_text(text.replace(_REPLACED, base + _SCRIPT), encoding="utf-8")
    if not changed:
        raise ValueError(f"no page loads {_REPLACED}; the theme has changed")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
