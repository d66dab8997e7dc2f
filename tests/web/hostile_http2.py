"""What a hostile or merely broken HTTP/2 server may do."""

from collections.abc import Mapping

from hyperframe.frame import ContinuationFrame, DataFrame, GoAwayFrame, HeadersFrame, PingFrame, SettingsFrame

from tests.web.http2 import Behaviour, Talk
from tests.web.server import Reply


def is_silent(talk: Talk, stream: int) -> None:
    """Never answers."""
    talk.closing.wait()


def drips_headers(talk: Talk, stream: int) -> None:
    """One byte of a frame of headers at a time."""
    block = talk.state.encoder.encode([(":status", "200"), ("x-slow", "a" * 4000)])
    frame = HeadersFrame(stream, block, flags=["END_HEADERS"]).serialize()
    for position in range(len(frame)):
        talk.send(frame[position : position + 1])
        if talk.closing.wait(0.02):
            return


def drips_data(talk: Talk, stream: int) -> None:
    """A body of one byte in each frame, without end."""
    talk.head(stream)
    talk.repeat(DataFrame(stream, b"a").serialize(), pause=0.02)


def sends_empty_data(talk: Talk, stream: int) -> None:
    """Frames without a byte, as fast as they go."""
    talk.head(stream)
    talk.repeat(DataFrame(stream, b"").serialize() * 1000)


def pings(talk: Talk, stream: int) -> None:
    """Asks for a sign of life, as fast as it goes."""
    talk.repeat(PingFrame(0, b"12345678").serialize() * 1000)


def changes_settings(talk: Talk, stream: int) -> None:
    """New settings, as fast as they go."""
    talk.repeat(SettingsFrame(0, settings={3: 1}).serialize() + SettingsFrame(0, settings={3: 100}).serialize())


def continues_headers(talk: Talk, stream: int) -> None:
    """Headers that never end."""
    talk.send(HeadersFrame(stream, b"\x88").serialize())
    talk.repeat(ContinuationFrame(stream, b"\x00\x01a\x01b" * 3000).serialize())


def continues_with_nothing(talk: Talk, stream: int) -> None:
    """Headers that never end and never grow."""
    talk.send(HeadersFrame(stream, b"\x88").serialize())
    talk.repeat(ContinuationFrame(stream, b"").serialize() * 100)


def sends_header_bomb(talk: Talk, stream: int) -> None:
    """A header of 4 kB that is named again and again by one byte each time."""
    block = b"\x88" + b"\x40\x01a" + b"\x7f" + b"\x81\x1e" + b"v" * 4000 + b"\xbe" * 10_000
    talk.send(HeadersFrame(stream, block, flags=["END_HEADERS"]).serialize())
    talk.closing.wait()


def sends_many_headers(talk: Talk, stream: int) -> None:
    """An honest encoding of too many headers."""
    talk.send(HeadersFrame(stream, b"\x88" + b"\x00\x01a\x01b" * 3000, flags=["END_HEADERS"]).serialize())
    talk.closing.wait()


def resets(talk: Talk, stream: int) -> None:
    """Takes the request back."""
    talk.state.reset_stream(stream, 2)
    talk.flush()


def resets_midway(talk: Talk, stream: int) -> None:
    """Takes the answer back when it has begun."""
    talk.head(stream, {"content-length": "5000"})
    talk.data(stream, b"<html>")
    resets(talk, stream)


def goes_away(talk: Talk, stream: int) -> None:
    """Ends the connection without having looked at the request, with a long word about it."""
    talk.send(GoAwayFrame(0, last_stream_id=0, error_code=11, additional_data=b"calm " * 3000).serialize())
    talk.hang_up()


def goes_away_midway(talk: Talk, stream: int) -> None:
    """Ends the connection in the middle of an answer."""
    talk.head(stream, {"content-length": "5000"})
    talk.data(stream, b"<html>")
    talk.send(GoAwayFrame(0, last_stream_id=0, error_code=2).serialize())
    talk.hang_up()


def hangs_up(talk: Talk, stream: int) -> None:
    """Closes without a word."""
    talk.hang_up()


def is_cut_off(talk: Talk, stream: int) -> None:
    """Closes in the middle of a body whose length it does not tell."""
    talk.head(stream)
    talk.data(stream, b"<html>")
    talk.hang_up()


def stalls(talk: Talk, stream: int) -> None:
    """Sends part of a body and then nothing more, as if its window were used up."""
    talk.head(stream, {"content-length": "100000"})
    talk.data(stream, b"a" * 60_000)
    talk.closing.wait()


def ignores_windows(talk: Talk, stream: int) -> None:
    """Sends more than the client has room for."""
    talk.head(stream)
    talk.repeat(DataFrame(stream, b"a" * 16_384).serialize() * 64)


def sends_large_frames(talk: Talk, stream: int) -> None:
    """A frame of 16 MB, where 16 kB were agreed."""
    talk.head(stream)
    talk.send(b"\xff\xff\xff\x00\x00" + stream.to_bytes(4, "big"))
    talk.repeat(b"a" * 65_536)


def speaks_http_1(talk: Talk, stream: int) -> None:
    """Answers in the other language."""
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    talk.closing.wait()


def has_no_status(talk: Talk, stream: int) -> None:
    """A status that is no number."""
    block = b"\x08\x03two" + b"\x00\x01a\x01b"
    talk.send(HeadersFrame(stream, block, flags=["END_HEADERS", "END_STREAM"]).serialize())


def is_large(talk: Talk, stream: int) -> None:
    """A body larger than any limit, whose length it does not tell."""
    talk.head(stream)
    talk.repeat(DataFrame(stream, b"a" * 16_000).serialize())


def answers_and_goes_away(talk: Talk, stream: int) -> None:
    """Answers, says that this was the last answer, and closes."""
    talk.reply(stream, Reply(b"the last"))
    talk.send(GoAwayFrame(0, last_stream_id=stream, error_code=0).serialize())
    talk.hang_up()


def answers_and_hangs_up(talk: Talk, stream: int) -> None:
    """Answers, and closes without a word."""
    talk.reply(stream, Reply(b"the last"))
    talk.hang_up()


def answers_twice(talk: Talk, stream: int) -> None:
    """Answers, and sends another answer that nobody asked for."""
    talk.reply(stream, Reply(b"the first"))
    block = HeadersFrame(stream + 2, b"\x88", flags=["END_HEADERS"]).serialize()
    talk.send(block + DataFrame(stream + 2, b"planted", flags=["END_STREAM"]).serialize())


CUT_OFF_BY_TIME: Mapping[str, Behaviour] = {
    "/silent": is_silent,
    "/dripping-headers": drips_headers,
    "/dripping-data": drips_data,
    "/stalled": stalls,
    "/http-1": speaks_http_1,
}
FLOODS: Mapping[str, Behaviour] = {
    "/empty-data": sends_empty_data,
    "/pings": pings,
    "/settings": changes_settings,
}
TOO_LARGE: Mapping[str, Behaviour] = {
    "/endless-headers": continues_headers,
    "/large-frames": sends_large_frames,
    "/header-bomb": sends_header_bomb,
    "/many-headers": sends_many_headers,
    "/large": is_large,
    "/ignores-windows": ignores_windows,
    "/announced": lambda talk, stream: talk.head(stream, {"content-length": "99999999999"}),
}
AGAINST_THE_RULES: Mapping[str, Behaviour] = {
    "/empty-continuations": continues_with_nothing,
    "/reset": resets,
    "/reset-midway": resets_midway,
    "/goes-away": goes_away,
    "/goes-away-midway": goes_away_midway,
    "/hangs-up": hangs_up,
    "/cut-off": is_cut_off,
    "/no-status": has_no_status,
}
