"""Pack palette indices into the bytes that a panel's controller receives, and back."""

import numpy as np

from dither.errors import InputError
from dither.images.bit_packing import pack, unpack
from dither.panels.panel import Panel


def pack_panel(panel: Panel, indices: np.ndarray) -> bytes:
    """Return the buffer of a picture: the bytes that the panel's controller receives, in their order.

    Args:
        panel: the panel.
        indices: (height, width) integer indices of the panel's inks, the picture as seen.

    Raises:
        InputError: the panel is none, or the indices have another shape, type or range.

    Example:
        >>> from dither.panels.files import load_panel
        >>> panel = load_panel("spectra-6-7.3")
        >>> pack_panel(panel, np.full((480, 800), 5))[:2].hex()  # green, code 6
        '6666'
    """
    if not isinstance(panel, Panel):
        raise InputError(f"panel is {panel!r:.80}; it must be a Panel, such as that of load_panel")
    return packed_planes(panel, indices).tobytes()


def packed_planes(panel: Panel, indices: np.ndarray) -> np.ndarray:
    """Return the buffer of a picture with an axis for each level of its order; see `pack_panel`.

    Returns:
        (parts, planes, rows, bytes) uint8; with rows of planes interleaved, (parts, rows, planes,
        bytes).
    """
    indices = np.asarray(indices)
    if indices.shape != (panel.height, panel.width) or not np.issubdtype(indices.dtype, np.integer):
        raise InputError(
            f"the panel {panel.name} takes ({panel.height}, {panel.width}) integer indices, not "
            f"{indices.shape} {indices.dtype}"
        )
    if indices.min() < 0 or indices.max() >= len(panel.inks):
        raise InputError(
            f"indices of the panel {panel.name} run from 0 to {len(panel.inks) - 1}, not "
            f"{indices.min()} to {indices.max()}"
        )
    scan = np.rot90(indices, -panel.packing.rotation // 90)
    width, height = panel.part_size
    across = scan.shape[1] // width
    parts = scan.reshape(-1, height, across, width).swapaxes(1, 2).reshape(-1, width)
    codes = np.array([ink.code for ink in panel.inks], np.uint8)
    bits, order = panel.packing.bits, panel.packing.order
    axis = 1 if panel.packing.interleave == "planes" else 2
    planes = []
    for plane in codes.T:
        pixels = plane[parts]
        rows = pixels if bits == 8 else pack(pixels, bits=bits, order=order)
        rows = np.pad(rows, ((0, 0), (0, panel.row_bytes - rows.shape[1])))
        planes.append(rows.reshape(panel.part_count, height, panel.row_bytes))
    return np.stack(planes, axis)


def unpack_panel(panel: Panel, buffer: bytes) -> np.ndarray:
    """Return the palette indices of a panel's buffer: the inverse of `pack_panel`.

    Args:
        panel: the panel.
        buffer: the bytes, as many as `panel.buffer_bytes`.

    Returns:
        (height, width) uint8.

    Raises:
        InputError: the buffer has another length, or holds a code that no ink has.

    Example:
        >>> from dither.panels.files import load_panel
        >>> panel = load_panel("game-boy")
        >>> indices = np.arange(144 * 160).reshape(144, 160) % 4
        >>> bool((unpack_panel(panel, pack_panel(panel, indices)) == indices).all())
        True
    """
    if len(buffer) != panel.buffer_bytes:
        raise InputError(
            f"the panel {panel.name} has a buffer of {panel.buffer_bytes} bytes, not {len(buffer)}"
        )
    (width, height), bits = panel.part_size, panel.packing.bits
    count, planes = panel.part_count, len(panel.packing.planes)
    values = np.frombuffer(buffer, np.uint8)
    if panel.packing.interleave == "planes":
        values = values.reshape(count, planes, height, panel.row_bytes)
    else:
        values = values.reshape(count, height, planes, panel.row_bytes).swapaxes(1, 2)
    used = values[..., : -(-width * bits // 8)]
    key = np.zeros((count * height, width), np.int64)
    for plane in range(planes):
        rows = np.ascontiguousarray(used[:, plane]).reshape(count * height, -1)
        codes = rows if bits == 8 else unpack(rows, width, bits=bits, order=panel.packing.order)
        key = key << bits | codes
    own = []
    for ink in panel.inks:
        number = 0
        for code in ink.code:
            number = number << bits | code
        own.append(number)
    ascending = np.argsort(own)
    position = np.searchsorted(np.array(own)[ascending], key).clip(max=len(own) - 1)
    found = ascending[position]
    unknown = np.array(own)[found] != key
    if unknown.any():
        number = int(key[unknown][0])
        code = [number >> bits * plane & (1 << bits) - 1 for plane in reversed(range(planes))]
        raise InputError(
            f"the buffer holds the code {', '.join(map(str, code))}, which no ink of the panel "
            f"{panel.name} has"
        )
    across = panel.scan_size[0] // width
    scan = found.reshape(-1, across, height, width).swapaxes(1, 2).reshape(panel.scan_size[::-1])
    return np.ascontiguousarray(np.rot90(scan, panel.packing.rotation // 90).astype(np.uint8))
