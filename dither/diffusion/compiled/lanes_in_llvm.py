"""The functions of `dither.diffusion.compiled.lanes` for numba.

numba has no vectors, and does not merge equal steps into one, so the vectors are written in LLVM's own
language. It works on every processor, with the same result.

One pixel is a vector of its channels. Eight pixels are a vector for each channel, so that a step on all
is three instructions; in memory their channels lie together, and vectors are exchanged for rows.
"""

import itertools
from collections.abc import Callable, Iterable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.datamodel.models import PrimitiveModel
from numba.extending import intrinsic, register_model

INT, LONG = ir.IntType(32), ir.IntType(64)
FOUR, EIGHT = ir.VectorType(INT, 4), ir.VectorType(INT, 8)
_CHANNELS, _NUMBERS = ir.ArrayType(EIGHT, 3), ir.ArrayType(INT, 8)
# Halves of eight lanes stay apart, because exchanges between them take longer: elements of two vectors
# in turns, those of the first or the second half of each half; and the same for pairs of elements.
FIRST, SECOND = (0, 8, 1, 9, 4, 12, 5, 13), (2, 10, 3, 11, 6, 14, 7, 15)
FIRST_PAIR, SECOND_PAIR = (0, 1, 8, 9, 4, 5, 12, 13), (2, 3, 10, 11, 6, 7, 14, 15)


class Kind(types.Type):
    """A type that exists only inside of a compiled function.

    Attributes:
        in_llvm: the type for LLVM: a vector, or an array of vectors or of numbers.
    """

    def __init__(self, name: str, in_llvm: Any) -> None:
        super().__init__(name)
        self.in_llvm = in_llvm


LANES, PIXELS, EACH = Kind("pixel", FOUR), Kind("pixels", _CHANNELS), Kind("numbers", _NUMBERS)


@register_model(Kind)
class _KindModel(PrimitiveModel):
    """Represent a value by the LLVM type of its kind."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, kind.in_llvm)


def parts(builder: Any, value: Any) -> list[Any]:
    """Return the vectors of eight pixels, or numbers; one pixel or number is a list of itself."""
    if not isinstance(value.type, ir.ArrayType):
        return [value]
    return [builder.extract_value(value, place) for place in range(value.type.count)]


def joined(builder: Any, parts: list[Any]) -> Any:
    """Return what `parts` takes apart."""
    if len(parts) == 1:
        return parts[0]
    value = ir.Constant(ir.ArrayType(parts[0].type, len(parts)), ir.Undefined)
    for place, part in enumerate(parts):
        value = builder.insert_value(value, part, place)
    return value


def filled(like: Any, number: int) -> Any:
    """Return a constant with the same number in each lane."""
    return ir.Constant(like.type, [number] * like.type.count)


def picked(builder: Any, one: Any, other: Any, lanes: Iterable[int]) -> Any:
    """Return lanes of two vectors."""
    lanes = list(lanes)
    return builder.shuffle_vector(one, other, ir.Constant(ir.VectorType(INT, len(lanes)), lanes))


def splat(builder: Any, number: Any, like: Any) -> Any:
    """Return lanes with the same 32-bit number; a number as it is."""
    if like.type == number.type:
        return number
    first = builder.insert_element(ir.Constant(like.type, ir.Undefined), number, INT(0))
    return picked(builder, first, first, [0] * like.type.count)


def by_lane(name: str, step: Callable[[Any, Any, Any], Any]) -> Any:
    """Return the function that combines lanes, or lanes and a number, lane by lane."""

    def typed(typing_context: Any, left: Any, right: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            lefts, rights = (parts(builder, each) for each in arguments)
            if len(rights) < len(lefts):
                rights *= len(lefts)
            both = zip(lefts, rights, strict=True)
            found = [step(builder, one, splat(builder, other, one)) for one, other in both]
            return joined(builder, found)

        return left(left, left if right is left else types.int32), generate

    typed.__name__ = name
    return intrinsic(typed)


def _chosen(comparison: str) -> Callable[[Any, Any, Any], Any]:
    """Return the step that takes the left lane if the comparison holds."""
    return lambda builder, left, right: builder.select(
        builder.icmp_signed(comparison, left, right), left, right
    )


smaller = _chosen("<")
plus = by_lane("plus", lambda builder, left, right: builder.add(left, right))
minus = by_lane("minus", lambda builder, left, right: builder.sub(left, right))
times = by_lane("times", lambda builder, left, right: builder.mul(left, right))
shifted = by_lane("shifted", lambda builder, left, right: builder.ashr(left, right))
at_most = by_lane("at_most", smaller)
at_least = by_lane("at_least", _chosen(">"))


def _if_less(typing_context: Any, one: Any, other: Any, first: Any, second: Any) -> Any:
    """Return `first` where one number is less than the other, `second` elsewhere."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        sets = zip(*(parts(builder, each) for each in arguments), strict=True)
        return joined(
            builder,
            [builder.select(builder.icmp_signed("<", a, b), c, d) for a, b, c, d in sets],
        )

    return one(one, one, one, one), generate


def _all_bits(typing_context: Any, numbers: Any) -> Any:
    """Return the bits that any of the numbers has."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        bits, *others = parts(builder, arguments[0])
        for other in others:
            bits = builder.or_(bits, other)
        return bits

    return types.int32(numbers), generate


def _lanes(typing_context: Any, red: Any, green: Any, blue: Any) -> Any:
    """Return the channels of a pixel."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = ir.Constant(FOUR, [0] * 4)
        for place, value in enumerate(arguments):
            vector = builder.insert_element(vector, value, INT(place))
        return vector

    return LANES(types.int32, types.int32, types.int32), generate


def start_of(context: Any, builder: Any, signature: Any, arguments: Any, which: int = 0) -> Any:
    """Return the pointer to the first element of an argument that is a contiguous array."""
    return context.make_array(signature.args[which])(context, builder, arguments[which]).data


def pointer(builder: Any, start: Any, index: Any, kind: Any) -> Any:
    """Return the pointer to a vector that starts at an element of an array."""
    if index.type == INT:
        index = builder.zext(index, LONG)
    return builder.bitcast(builder.gep(start, [index]), kind.as_pointer())


def _indices(builder: Any, index: Any, apart: Any, size: int) -> list[Any]:
    """Return the index of each pixel; without `apart` there is one."""
    if not isinstance(apart.type, ir.IntType):
        return [index]
    # Products with numbers that do not change within a loop are computed before it.
    further = (builder.mul(apart, LONG(size * place)) for place in range(1, 8))
    return [index, *(builder.add(index, each) for each in further)]


def by_channel(builder: Any, rows: list[Any]) -> list[Any]:
    """Return a vector for each of four channels of eight pixels."""
    pairs = [picked(builder, rows[place], rows[place + 4], range(8)) for place in range(4)]
    channels = []
    for half, side in itertools.product((FIRST, SECOND), (FIRST_PAIR, SECOND_PAIR)):
        left = picked(builder, pairs[0], pairs[1], half)
        right = picked(builder, pairs[2], pairs[3], half)
        channels.append(picked(builder, left, right, side))
    return channels


def _pixels(builder: Any, places: list[Any]) -> Any:
    """Return the pixel, or the channels of eight, at these pointers."""
    rows = [builder.load(place, align=4) for place in places]
    return rows[0] if len(rows) == 1 else joined(builder, by_channel(builder, rows)[:3])


def _by_pixel(builder: Any, pixels: Any) -> list[Any]:
    """Return a vector for each pixel; the fourth lane of eight is 0."""
    if pixels.type == FOUR:
        return [pixels]
    red, green, blue = parts(builder, pixels)
    zero = filled(blue, 0)
    pairs = []
    for half in (FIRST, SECOND):
        left = picked(builder, red, green, half)
        right = picked(builder, blue, zero, half)
        pairs += [picked(builder, left, right, side) for side in (FIRST_PAIR, SECOND_PAIR)]
    return [
        picked(builder, pair, pair, range(first, first + 4)) for first in (0, 4) for pair in pairs
    ]


def _loaded(typing_context: Any, array: Any, index: Any, apart: Any) -> Any:
    """Return the pixel whose first element has this index, or eight."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start = start_of(context, builder, signature, arguments)
        indices = _indices(builder, arguments[1], arguments[2], 4)
        places = [pointer(builder, start, each, FOUR) for each in indices]
        return _pixels(builder, places)

    return (LANES if apart is types.none else PIXELS)(array, types.intp, apart), generate


def _stored(typing_context: Any, array: Any, index: Any, apart: Any, pixels: Any) -> Any:
    """Write a pixel or eight to where `loaded` reads them; the fourth channel of eight is 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start = start_of(context, builder, signature, arguments)
        _, index, apart, pixels = arguments
        rows, places = _by_pixel(builder, pixels), _indices(builder, index, apart, 4)
        for row, place in zip(rows, places, strict=True):
            builder.store(row, pointer(builder, start, place, FOUR), align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, apart, pixels), generate


def _looked_up(typing_context: Any, array: Any, numbers: Any) -> Any:
    """Return the pixels with these numbers."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start = start_of(context, builder, signature, arguments)
        indices = [builder.shl(each, INT(2)) for each in parts(builder, arguments[1])]
        places = [pointer(builder, start, each, FOUR) for each in indices]
        return _pixels(builder, places)

    return (PIXELS if numbers is EACH else LANES)(array, numbers), generate


def _written(typing_context: Any, array: Any, index: Any, apart: Any, numbers: Any) -> Any:
    """Write a number, or eight, to a uint8 array with one axis."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start = start_of(context, builder, signature, arguments)
        _, index, apart, numbers = arguments
        places = _indices(builder, index, apart, 1)
        for number, place in zip(parts(builder, numbers), places, strict=True):
            builder.store(builder.trunc(number, ir.IntType(8)), builder.gep(start, [place]))
        return context.get_dummy_value()

    return types.void(array, types.intp, apart, numbers), generate


def _stacked(typing_context: Any, channels: Any, first: Any) -> Any:
    """Return eight pixels from `first` of (3, n) int32, a row for each channel."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        length, found = builder.extract_value(array.shape, 1), []
        for channel in range(3):
            index = builder.add(builder.mul(length, LONG(channel)), arguments[1])
            found.append(builder.load(pointer(builder, array.data, index, EIGHT), align=4))
        return joined(builder, found)

    return PIXELS(channels, types.intp), generate


def _put_numbers(typing_context: Any, array: Any, first: Any, numbers: Any) -> Any:
    """Write eight numbers from `first` of an int32 array with one axis."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start = start_of(context, builder, signature, arguments)
        for place, number in enumerate(parts(builder, arguments[2])):
            index = builder.add(arguments[1], LONG(place))
            builder.store(number, builder.gep(start, [index]))
        return context.get_dummy_value()

    return types.void(array, types.intp, numbers), generate


if_less: Any = intrinsic(_if_less)
all_bits: Any = intrinsic(_all_bits)
lanes: Any = intrinsic(_lanes)
loaded: Any = intrinsic(_loaded)
stored: Any = intrinsic(_stored)
looked_up: Any = intrinsic(_looked_up)
written: Any = intrinsic(_written)
stacked: Any = intrinsic(_stacked)
put_numbers: Any = intrinsic(_put_numbers)
