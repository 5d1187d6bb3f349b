"""What is personal is found in every spelling, and what only looks so is left alone."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sottovoce.guard.privacy.finding import find

PHONE = "13812345678"


def found(text: str, *own: str) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in find(text, own)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("mail anna.schmidt@example.com now", "anna.schmidt@example.com"),
        ("anna.schmidt (at) example (dot) com", "anna.schmidt@example.com"),
        ("anna dot schmidt at example dot com", "anna.schmidt@example.com"),
        ("anna.schmidt[at]mail[dot]example[dot]net", "anna.schmidt@mail.example.net"),
        ("ANNA.SCHMIDT@EXAMPLE.COM", "anna.schmidt@example.com"),
        ("anna.schmidt＠example．com", "anna.schmidt@example.com"),
        ("anna.\u200bschmidt@exam\u00adple.com", "anna.schmidt@example.com"),
        ("аnna.schmidt@ехаmple.com", "anna.schmidt@example.com"),
        ("anna.schmidt @ example . com", "anna.schmidt@example.com"),
        ("anna.schmidt@exam\nple.com", "anna.schmidt@example.com"),
        ("邮箱是annaschmidt艾特qq点com", "annaschmidt@qq.com"),
    ],
)
def test_mail_is_found_in_every_spelling(text: str, value: str) -> None:
    assert [(one.kind, one.value) for one in find(text) if one.kind == "email"] == [("email", value)]


@pytest.mark.parametrize(
    "text",
    [
        PHONE,
        "138-1234-5678",
        "138 1234 5678",
        "1 3 8 1 2 3 4 5 6 7 8",
        "+86 138 1234 5678",
        "0086-13812345678",
        "１３８１２３４５６７８",
        "138\u200b1234\u200b5678",
        "一三八一二三四五六七八",
        "幺三八幺二三四五六七八",
        "138-1234-\n5678",
        "(138) 1234.5678",
    ],
)
def test_a_phone_number_has_one_value_in_every_spelling(text: str) -> None:
    assert [(one.kind, one.value) for one in find(f"我的电话：{text}。")] == [("phone", PHONE)]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("phone", "+1 (415) 555-2671"),
        ("phone", "020 7946 0958"),
        ("phone", "07700 900123"),
        ("phone", "+49 (0)170 1234567"),
        ("phone", "0711/1234567"),
        ("phone", "06 12 34 56 78"),
        ("phone", "010-62781234"),
        ("phone", "+91 98765 43210"),
        ("card", "4111 1111 1111 1111"),
        ("card", "4111-1111-1111-1111"),
        ("card", "378282246310005"),
        ("card", "6222021001116245702"),
        ("iban", "DE89 3704 0044 0532 0130 00"),
        ("iban", "gb82west12345698765432"),
        ("id", "11010519491231002X"),
        ("id", "110105 19491231 002x"),
        ("id", "219-09-9999"),
        ("id", "AB 12 34 56 C"),
        ("id", "12345678Z"),
        ("id", "RSSMRA85T10A562S"),
        ("id", "A123456(3)"),
        ("ip", "203.0.113.7"),
        ("ip", "2001:db8::8a2e:370:7334"),
        ("key", "sk-proj-9fK2mNq8RtVwXyZ1aBcDeFgH"),
        ("key", "AKIAIOSFODNN7EXAMPLE"),
        ("key", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"),
        ("key", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----"),
        ("url", "https://example.com/reset?token=Zk93hfA0xPq"),
        ("address", "221B Baker Street, London NW1 6XE"),
        ("address", "1600 Pennsylvania Ave NW, Washington, DC 20500"),
        ("address", "Hauptstraße 12, 10115 Berlin"),
        ("address", "北京市朝阳区建国路88号3号楼2单元501室"),
    ],
)
def test_it_is_found_whole(kind: str, text: str) -> None:
    assert found(f"It is {text} they say.") == [(kind, text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("My sister Anna called.", "Anna"),
        ("I am Priya Raghunathan.", "Priya Raghunathan"),
        ("Ask Mr. Baker about it.", "Baker"),
        ("Best regards,\nGareth Pugh", "Gareth Pugh"),
        ("ANNA SCHMIDT did it", "ANNA SCHMIDT"),
        ("i met anna schmidt there", "anna schmidt"),
        ("it was A n n a again", "A n n a"),
        ("It is Ludwig van der Berg's house", "Ludwig van der Berg"),
        ("Wang Xiaoming is here", "Wang Xiaoming"),
        ("我叫王小明，住在这里。", "王小明"),
        ("请联系欧阳雪。", "欧阳雪"),
        ("姓名：赵 晓 东，男", "赵 晓 东"),
        ("我同事李雷昨天来了", "李雷"),
        ("外教安娜·施密特来了", "安娜·施密特"),
    ],
)
def test_a_name_is_found(text: str, value: str) -> None:
    assert found(text) == [("name", value)]


@pytest.mark.parametrize(
    "text",
    [
        "What is the capital of Australia, and who wrote Hamlet?",
        "In May we fly from Paris to New York; will it rain in April?",
        "Newton's second law, Johns Hopkins University and the Eiffel Tower.",
        "On 2024-01-15 at 10:30 we sold 1,234,567 items for 12.50 EUR.",
        "Order 4481-2290-113 of 12.05.2023, version 1.2.3.4, pi is 3.14159265358979.",
        "The password is required. Use token bucket limits. localhost is 127.0.0.1.",
        "It is 5 minutes down the road, in a quiet street.",
        "周末我们高兴地去了方便面店，时间安排在明天。",
        "这个方法成本很高，关于程序的任务何时完成？",
        "写一首关于江南的诗，向日葵、石头和杨树。",
        "李白和杜甫谁更出名？",
        "订单号20231105887766，费用大约三万元。",
    ],
)
def test_what_is_not_personal_is_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Bluefin",
        "BLUEFIN",
        "bluefin's",
        "Bluefins",
        "Ｂｌｕｅｆｉｎ",
        "B l u e f i n",
        "Blue\u200bfin",
        "Bluefіn",
        "Blüefin",
    ],
)
def test_the_owners_words_are_found_in_every_spelling(text: str) -> None:
    assert [(one.kind, one.value) for one in find(f"about {text} now", ["Bluefin"])] == [("own", "bluefin")]


def test_the_owners_words_are_not_parts_of_others() -> None:
    assert found("Bluefinch and rebluefin", "Bluefin") == []


def test_the_owners_word_wins_and_a_wider_find_hides_it_too() -> None:
    text = "海燕计划 by anna@example.com"
    assert found(text, "海燕计划", "Anna") == [("own", "海燕计划"), ("email", "anna@example.com")]


def test_a_whole_name_of_the_owners_is_one_find() -> None:
    assert found("by Harold P. Whitmore.", "Harold P. Whitmore") == [("name", "Harold P. Whitmore")]


def test_what_the_owner_calls_harmless_is_not_found() -> None:
    text = "Ask Robin about it."
    (one,) = find(text)
    assert not one.sure
    assert find(text, never=[one.value]) == []


def test_parts_of_a_whole_name_are_found_wherever_they_stand() -> None:
    text = "Xanthe Quillfeather is my sister. Quillfeather and I; ask Xanthe."
    assert [one for _, one in found("My sister " + text)] == [
        "Xanthe Quillfeather",
        "Quillfeather",
        "Xanthe",
    ]


def test_finds_do_not_overlap_and_come_in_order() -> None:
    text = "Anna Schmidt, 12 Anna Schmidt Street, London NW1 6XE, anna@schmidt.com 13812345678"
    finds = find(text, ["Schmidt", "London"])
    assert all(one.end <= other.start for one, other in pairwise(finds))


@pytest.mark.parametrize("text", ["", " ", "\ud83d", "@", "+", "1" * 50, "a@" * 50, "\u200b" * 9, "张", "“"])
def test_odd_texts_break_nothing(text: str) -> None:
    assert all(0 <= one.start < one.end <= len(text) for one in find(text))
