import pytest

from sottovoce.chat.titles import title_of


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Why is the sky blue?", "Why is the sky blue?"),
        ("Hello there. I have a question about taxes.", "Hello there."),
        ("  \n\n# Heading\nbody", "Heading"),
        ("离线聊天怎么用？我想知道。", "离线聊天怎么用？"),
        ("a" * 100, "a" * 59 + "…"),
        ("word " * 40, "word word word word word word word word word word word…"),
        ("```", "Untitled"),
        ("", "Untitled"),
        ("tabs\tand   spaces", "tabs and spaces"),
    ],
)
def test_a_title_is_the_first_sentence_in_one_short_line(question: str, title: str) -> None:
    assert title_of(question) == title
