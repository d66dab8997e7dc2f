"""Reading a feed in a process of its own, which can be ended: some hostile feeds keep the parser busy for hours."""

import base64
import json
import os
import subprocess
import sys
from dataclasses import astuple
from datetime import datetime

from flows.fetch.feeds.feed import FeedItem, read_feed
from flows.fetch.results import Failure, Response

READ_HERE_BYTES = 64 * 1024
"""Feeds up to this size are read in the caller's process: the worst one known takes half a second."""
_CHILD = "from flows.fetch.feeds.feed_process import main; main()"


def read_feed_in_time(answer: Response, *, max_items: int, seconds: float) -> tuple[FeedItem, ...] | Failure:
    """As ``read_feed``, but a failure ``timeout`` where it takes longer than that."""
    if len(answer.body) <= READ_HERE_BYTES:
        return read_feed(answer, max_items=max_items)
    order = {
        "final_url": answer.final_url,
        "content_type": answer.content_type,
        "max_items": max_items,
        "body": base64.b64encode(answer.body).decode("ascii"),
    }
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter, nothing from outside in its arguments
            [sys.executable, "-c", _CHILD],
            input=json.dumps(order).encode("ascii"),
            capture_output=True,
            timeout=seconds,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Failure("timeout", f"reading the feed takes longer than {seconds:g} s")
    if done.returncode != 0:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return Failure("wrong-type", f"the feed breaks the parser: {last or f'exit status {done.returncode}'}"[:500])
    result = json.loads(done.stdout)
    if "failure" in result:
        return Failure("wrong-type", result["failure"])
    return tuple(
        FeedItem(url, title, published, None if dated is None else datetime.fromisoformat(dated))
        for url, title, published, dated in result["items"]
    )


def main() -> None:
    """The child: an order on standard input, a result on standard output, both JSON."""
    order = json.load(sys.stdin)
    url = order["final_url"]
    headers = {} if order["content_type"] is None else {"content-type": order["content_type"]}
    answer = Response(url, url, 200, base64.b64decode(order["body"]), headers)
    items = read_feed(answer, max_items=order["max_items"])
    result = {"failure": items.detail} if isinstance(items, Failure) else {"items": [astuple(item) for item in items]}
    json.dump(result, sys.stdout, default=datetime.isoformat)
