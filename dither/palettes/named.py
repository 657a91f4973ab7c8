"""Named palettes of retro hardware, e-paper and panels, with the source of their values.

No e-paper maker was found that publishes measured colours of its inks. The palettes `black-white` to
`acep-7` are therefore the ideal primaries that drivers use as codes for the inks, not their look; the
two that begin with `inky-` are one board maker's estimate of their look.
"""


def _grays(levels: int) -> str:
    return " ".join(f"{255 * level // (levels - 1):02x}" * 3 for level in range(levels))


def _cube(steps: str) -> str:
    items = steps.split()
    return " ".join(red + green + blue for red in items for green in items for blue in items)


NAMED_PALETTES = {
    # Nintendo Game Boy (1989), dark to light. Commonly used values, from Wikipedia, "List of video game
    # console palettes"; Nintendo publishes none.
    "game-boy": "0f380f 306230 8bac0f 9bbc0f",
    # Game Boy Pocket (1996): the shades black, dark gray, light gray and white of "Pan Docs", section
    # "LCD Monochrome Palettes", spaced evenly; an assumption, not a measurement of the panel.
    "game-boy-pocket": _grays(4),
    # Commodore 64, VIC-II colours 0 to 15: P. Timmermann ("Pepto"), "Commodore VIC-II Color Analysis
    # (Preview)" (2001), from luma and chroma measured with an oscilloscope and a vectorscope.
    "c64": (
        "000000 ffffff 68372b 70a4b2 6f3d86 588d43 352879 b8c76f "
        "6f4f25 433900 9a6759 444444 6c6c6c 9ad284 6c5eb5 959595"
    ),
    # IBM Color Graphics Adapter (1981), 320x200: palettes 0 and 1 with black as background, and all
    # 16 RGBI colours, with the brown of the IBM 5153 monitor: IBM, "Color/Graphics Monitor Adapter"
    # (Technical Reference), in the usual even steps of 55; "MartyPC", appendix "Video Palettes".
    "cga-0-low": "000000 00aa00 aa0000 aa5500",
    "cga-0-high": "000000 55ff55 ff5555 ffff55",
    "cga-1-low": "000000 00aaaa aa00aa aaaaaa",
    "cga-1-high": "000000 55ffff ff55ff ffffff",
    "cga-16": (
        "000000 0000aa 00aa00 00aaaa aa0000 aa00aa aa5500 aaaaaa "
        "555555 5555ff 55ff55 55ffff ff5555 ff55ff ffff55 ffffff"
    ),
    # Sinclair ZX Spectrum (1982), basic then bright, in the order of BASIC. The voltage of the basic
    # colours differed between machines (Wikipedia, "ZX Spectrum graphic modes"); 85 percent here.
    "zx-spectrum": (
        "000000 0000d8 d80000 d800d8 00d800 00d8d8 d8d800 d8d8d8 "
        "0000ff ff0000 ff00ff 00ff00 00ffff ffff00 ffffff"
    ),
    # Nintendo Entertainment System, 2C02: its 54 distinct colours in the order of their codes 00 to 0C,
    # 10 to 1C, 20 to 2D and 31 to 3D, with black (0F) last: "NESdev Wiki", page "PPU palettes".
    "nes": (
        "545454 001e74 081090 300088 440064 5c0030 540400 3c1800 202a00 083a00 004000 003c00 00323c "
        "989698 084cc4 3032ec 5c1ee4 8814b0 a01464 982220 783c00 545a00 287200 087c00 007628 006678 "
        "eceeec 4c9aec 787cec b062ec e454ec ec58b4 ec6a64 d48820 a0aa00 74c400 4cd020 38cc6c 38b4cc "
        "3c3c3c a8ccec bcbcec d4b2ec ecaeec ecaed4 ecb4b0 e4c490 ccd278 b4de78 a8e290 98e2b4 a0d6e4 "
        "a0a2a0 000000"
    ),
    # Lexaloffle PICO-8, colours 0 to 15: "PICO-8 Wiki", page "Palette".
    "pico-8": (
        "000000 1d2b53 7e2553 008751 ab5236 5f574f c2c3c7 fff1e8 "
        "ff004d ffa300 ffec27 00e436 29adff 83769c ff77a8 ffccaa"
    ),
    # xterm's colours 0 to 15, from its resource file XTerm-col.ad; ECMA-48 defines only names.
    "ansi-16": (
        "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 "
        "7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
    ),
    # Six even steps of red, green and blue: L. Weinman, "Designing Web Graphics" (1996).
    "web-safe": _cube("00 33 66 99 cc ff"),
    # Grey panels of 2 and 4 bits: evenly spaced codes, not measured lightness.
    "gray-4": _grays(4),
    "gray-16": _grays(16),
    # E-paper, ideal primaries, in the order of the codes of Waveshare's and Pimoroni's drivers.
    "black-white": "000000 ffffff",
    "black-white-red": "000000 ffffff ff0000",
    "black-white-yellow": "000000 ffffff ffff00",
    "black-white-yellow-red": "000000 ffffff ffff00 ff0000",
    # E Ink Spectra 6 and ACeP of 7 colours, ideal primaries; orange as in Waveshare's drivers.
    "spectra-6": "000000 ffffff ffff00 ff0000 0000ff 00ff00",
    "acep-7": "000000 ffffff 00ff00 0000ff ff0000 ffff00 ff8000",
    # The look of these inks on Inky Impression boards according to Pimoroni's library "inky"
    # (SATURATED_PALETTE of inky_e673.py and inky_uc8159.py), which does not say how it was measured.
    "inky-spectra-6": "000000 a1a4a5 d0be47 9c484b 3d3b5e 3a5b46",
    "inky-acep-7": "393039 ffffff 3a5b46 3d3b5e 9c484b d0be47 b16a49",
}


def palette_names() -> list[str]:
    """Return the names that `load_palette` accepts.

    Example:
        >>> palette_names()[:3]
        ['game-boy', 'game-boy-pocket', 'c64']
    """
    return list(NAMED_PALETTES)
