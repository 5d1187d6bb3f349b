"""What is kept of a mail, and of a box of them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from samples import read

from sottovoce.knowledge.document import Block

MAY = datetime(2024, 5, 1, 12, tzinfo=UTC).timestamp()


def told(blocks: list[Block]) -> list[tuple[str, str]]:
    return [(f"{block.kind}{block.level or ''}", block.text) for block in blocks]


MAIL = """From: =?utf-8?b?5byg5LiJ?= <zhang@example.org>
To: Ann <ann@example.org>
Date: Wed, 01 May 2024 14:00:00 +0200
Subject: =?utf-8?q?Caf=C3=A9?=
 tomorrow
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=B

--B
Content-Type: multipart/alternative; boundary=C

--C
Content-Type: text/plain; charset=gb2312
Content-Transfer-Encoding: base64

{body}
--C
Content-Type: text/html

<p>not this one</p>
--C--
--B
Content-Type: application/pdf; name=plan.pdf
Content-Disposition: attachment; filename*=utf-8''%E8%AE%A1%E5%88%92.pdf

xxxx
--B--
"""


def mail() -> bytes:
    return MAIL.format(body=base64.b64encode("明天见。\n\n好".encode("gb2312")).decode()).encode()


def test_a_mail_keeps_who_wrote_what_and_the_names_of_what_came_along() -> None:
    blocks, end = read(mail(), "a.eml")
    assert told(blocks) == [
        ("heading1", "Café tomorrow"),
        (
            "text",
            "From: 张三 <zhang@example.org>\nTo: Ann <ann@example.org>\n"
            "Date: Wed, 01 May 2024 14:00:00 +0200\nAttachments: 计划.pdf",
        ),
        ("text", "明天见。"),
        ("text", "好"),
    ]
    assert (end.title, end.written) == ("Café tomorrow", MAY)


def test_each_mail_of_a_box_stands_under_its_subject() -> None:
    one = b"From a@example.org Wed May  1 14:00:00 2024\nSubject: One\n\n>From here\nFrom nowhere\n\n"
    two = b"From b@example.org Wed May  1 14:00:00 2024\nSubject: Two\n"
    two += b"Date: Wed, 01 May 2024 14:00:00 +0200\n\n<b>no</b>\n"
    blocks, end = read(one + two, "all.mbox")
    assert [pair for pair in told(blocks) if not pair[1].startswith("Date")] == [
        ("heading1", "One"),
        ("text", "From here\nFrom nowhere"),
        ("heading1", "Two"),
        ("text", "<b>no</b>"),
    ]
    assert end.written == MAY
