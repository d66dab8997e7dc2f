"""Pictures of the demo: a drawn horizon for each article, so that every image address on the pages answers."""

import hashlib

from flows.demo.responses import Response
from flows.demo.templates import fill


def picture(subject: str) -> Response:
    """An SVG whose colours follow from the subject's text."""
    digest = hashlib.sha256(subject.encode()).digest()
    hue = digest[0] * 360 // 256
    svg = fill(
        "picture.svg",
        sky=f"hsl({hue}, 45%, 72%)",
        sea=f"hsl({(hue + 30) % 360}, 40%, 38%)",
        sun=str(80 + digest[1]),
        label=subject,
    )
    return Response("image/svg+xml", svg.encode())
