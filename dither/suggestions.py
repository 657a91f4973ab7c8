"""Suggest names that are close to a mistyped one."""

from collections.abc import Iterable

# Similarity of two words from which one is suggested for the other, as `difflib` counts it.
_SIMILAR = 0.55
_MOST = 3


def close_names(word: str, names: Iterable[str]) -> list[str]:
    """Return up to three names that look like a word, the closest first.

    Capitals, blanks, dashes and underscores do not count. Names that begin with the word are close.

    Example:
        >>> close_names("GameBoy", ["game-boy", "game-boy-pocket", "c64"])
        ['game-boy', 'game-boy-pocket']
        >>> close_names("vga", ["game-boy", "c64"])
        []
    """
    import difflib

    typed = _letters(word)
    scores = []
    for place, name in enumerate(names):
        letters = _letters(name)
        pairs = ((typed, letters), (word.casefold(), name.casefold()))
        score = max(difflib.SequenceMatcher(None, *pair).ratio() for pair in pairs)
        if len(typed) >= 3 and letters.startswith(typed):
            score = max(score, 0.9 if letters != typed else 1.0)
        if score >= _SIMILAR:
            scores.append((-score, place, name))
    found = sorted(scores)[:_MOST]
    # A much closer name leaves no doubt.
    return [name for score, _, name in found if score <= found[0][0] + 0.2]


def did_you_mean(word: str, names: Iterable[str], advice: str) -> str:
    """Return the end of a message about an unknown name: the question, if any, and the advice.

    Args:
        word: the name as typed.
        names: all names.
        advice: a sentence in lower case without its full stop, such as "give one of: a, b".

    Example:
        >>> did_you_mean("atkinso", ["atkinson", "burkes"], "give a name or a .json file")
        "did you mean 'atkinson'? Give a name or a .json file"
    """
    close = [repr(name) for name in close_names(word, names)]
    if not close:
        return advice
    shown = close[0] if len(close) == 1 else f"{', '.join(close[:-1])} or {close[-1]}"
    return f"did you mean {shown}? {advice[:1].upper()}{advice[1:]}"


def wrong_ending(ending: str, endings: Iterable[str]) -> str:
    """Return the end of a message about a file name whose ending names no format.

    Args:
        ending: as typed, with its dot; "" if there is none.
        endings: those that are allowed, with their dots.

    Example:
        >>> wrong_ending(".pgn", [".png", ".gif"])
        "did you mean '.png'? The ending must be one of .png, .gif"
    """
    endings = list(endings)
    return did_you_mean(ending.lower(), endings, f"the ending must be one of {', '.join(endings)}")


def one_slip_apart(word: str, name: str) -> bool:
    """Return whether one letter too many, too few or wrong, or two swapped, make a word of a name.

    Example:
        >>> one_slip_apart("pgn", "png"), one_slip_apart("pg", "png"), one_slip_apart("raw", "png")
        (True, True, False)
    """
    if len(word) != len(name):
        short, long = sorted((word, name), key=len)
        return any(long[:place] + long[place + 1 :] == short for place in range(len(long)))
    wrong = [place for place, pair in enumerate(zip(word, name, strict=True)) if len({*pair}) > 1]
    if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
        return word[wrong[0]] == name[wrong[1]] and word[wrong[1]] == name[wrong[0]]
    return len(wrong) == 1


def _letters(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign not in " -_")
