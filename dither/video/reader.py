"""Read videos frame by frame: MP4, MOV, Matroska, WebM and AVI, through PyAV.

The container is chosen by the first bytes, not guessed: other formats of the library, such as
playlists, could name other files or addresses. It reads from an open file for the same reason.
"""

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from dither.errors import InputError, TooLargeError
from dither.extras import require_extra
from dither.images.io import MAX_PIXELS, Source, opened_file
from dither.images.raster_image import RasterImage
from dither.video.containers import container_of, is_cut_off

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer

# Rate of streams that state none.
_DEFAULT_RATE = Fraction(25)


class TimedFrame(NamedTuple):
    """A frame of a video.

    Attributes:
        image: in sRGB.
        end: seconds from the start of the first frame to the end of this one.
    """

    image: RasterImage
    end: Fraction


class Video:
    """An open video.

    Attributes:
        name: of the file, for messages.
        shape: height and width of the decoded frames; those of a turned video are exchanged.
        rate: frames per second, the mean if it varies.
        seconds: the length that the file states; 0 if unknown.
        notes: sentences for the user; complete when the first frame was read.
    """

    def __init__(
        self, container: "InputContainer", name: str, max_pixels: int, color_management: bool
    ) -> None:
        if not container.streams.video:
            raise InputError(f"{name} has no pictures: no stream of it is video")
        stream = container.streams.video[0]
        context = stream.codec_context
        if context is None:
            raise InputError(f"{name} has video that this PyAV cannot decode")
        self.name = name
        self.shape = context.height, context.width
        self.rate = Fraction(stream.average_rate or stream.guessed_rate or _DEFAULT_RATE)
        self.seconds = Fraction(0)
        if stream.duration is not None and stream.time_base is not None:
            self.seconds = stream.duration * stream.time_base
        elif container.duration is not None:
            self.seconds = Fraction(container.duration, 1_000_000)
        self._container, self._stream = container, stream
        self._max_pixels, self._color_management = max_pixels, color_management
        self.notes: list[str] = []
        shape = stream.sample_aspect_ratio
        if shape and shape != 1:
            self.notes.append(
                f"{name} has pixels of {shape}, which are taken as square; see --resize"
            )
        if container.streams.audio:
            self.notes.append(f"{name} has sound, which is left out")
        if self.shape[0] * self.shape[1] > max_pixels:
            raise TooLargeError(f"{name} has more than {max_pixels} pixels")

    def frames(self) -> Iterator[TimedFrame]:
        """Yield the frames in the order in which they are shown; once only.

        Raises:
            InputError: the file is damaged or ends early, or the size of its frames changes.
        """
        from dither.video.frame_colors import frame_image, hdr_name

        first, start, step = Fraction(0), Fraction(0), None
        shape, last = (), None  # the frame before, which ends where the next begins
        with _damage_refused(self.name):
            for frame in self._container.decode(self._stream):
                if frame.is_corrupt:
                    raise InputError(f"{self.name} is damaged: a frame cannot be decoded")
                image = frame_image(frame, color_management=self._color_management)
                time, step = _seconds(frame.pts, frame), _seconds(frame.duration, frame)
                if last is None:
                    shape, first = image.color.shape, time or first
                    self._note_hdr(hdr_name(frame))
                else:
                    after = start + 1 / self.rate if time is None else time - first
                    start = max(start, after)  # times that do not grow give frames of no length
                    yield TimedFrame(last, start)
                if image.color.shape != shape:
                    raise InputError(f"{self.name} has frames of different sizes")
                last = image
        if last is None:
            raise InputError(f"{self.name} has no frame that can be decoded")
        yield TimedFrame(last, start + (step or 1 / self.rate))

    def _note_hdr(self, name: str | None) -> None:
        if name is not None and self._color_management:
            self.notes.append(
                f"{self.name} is HDR ({name}): 203 cd/m2 become white, and brighter light is clipped"
            )


def _seconds(ticks: int | None, frame: "VideoFrame") -> Fraction | None:
    return None if ticks is None or frame.time_base is None else ticks * frame.time_base


@contextlib.contextmanager
def open_video(
    source: Source,
    *,
    name: str | None = None,
    max_pixels: int = MAX_PIXELS,
    color_management: bool = True,
) -> Iterator[Video]:
    """Open a video to read its frames one by one.

    Args:
        source: the file, or a binary stream.
        name: name used in error messages instead of the file's.
        max_pixels: refuse larger frames.
        color_management: convert primaries and HDR to sRGB.

    Raises:
        InputError: PyAV is missing, or the file is missing, damaged, no video or has no pictures; a
            TooLargeError if its frames have too many pixels.

    Example:
        >>> with open_video("clip.mp4") as video:  # doctest: +SKIP
        ...     frames = [image for image, end in video.frames()]
    """
    require_extra("reading a video", "video", "av")
    import av

    name = name or str(source)
    with opened_file(source, name) as file:
        kind = container_of(file)
        if kind is None:
            raise InputError(f"{name} is not a video in MP4, MOV, Matroska, WebM or AVI")
        if is_cut_off(file, kind):
            raise InputError(f"{name} is damaged: it is shorter than it states")
        with _damage_refused(name), contextlib.ExitStack() as stack:
            container = stack.enter_context(
                av.open(file, "r", format=kind, metadata_errors="replace")
            )
            for stream in container.streams.video[:1]:
                stream.thread_type = "AUTO"
            yield Video(container, name, max_pixels, color_management)


@contextlib.contextmanager
def _damage_refused(name: str) -> Iterator[None]:
    """Turn the exceptions of the library into an InputError."""
    from av.error import FFmpegError

    try:
        yield
    except (FFmpegError, EOFError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise InputError(f"{name} is damaged or cannot be read: {reason}") from error
    except MemoryError:
        raise InputError(f"{name} does not fit into memory") from None
