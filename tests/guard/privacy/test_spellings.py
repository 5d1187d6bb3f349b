"""What is personal is found in the spellings that people, countries and scanners have for it."""

from __future__ import annotations

import pytest

from sottovoce.guard.privacy.finding import find


def hidden(text: str, value: str) -> bool:
    start = text.index(value)
    places = {at for one in find(text) for at in range(one.start, one.end)}
    return all(at in places for at in range(start, start + len(value)) if text[at].isalnum())


@pytest.mark.parametrize(
    "value",
    [
        "anna.weber ( at ) example dot org",
        "anna.weber【at】example.org",
        "anna.weber[a]example.org",
        "anna.weber|at|example.org",
        "anna.weber-at-example.org",
        "anna.weber arroba example.org",
        "anna.weber at sign example.org",
        "anna.weber%40example.org",
        "anna.weber&#64;example.org",
        "anna.weber＠example。org",
        "anna.weber 艾特 example点org",
        "anna.weber圈Aexample.org",
        "kwok AT example.cn",
        "a n n a . w @ e x a m p l e . o r g",
        "сара@example.org",
        "ạnna@example.org",
        "https://meet.example.com/j/xkq-wdfp-vnu",
        "上海市长宁区仙霞路321弄15号402",
        "香港銅鑼灣軒尼詩道555號東角中心12樓A室",
        "宁夏银川市兴庆区凤凰北街167号龙源小区9-2-502",
        "12, Nehru Street, T. Nagar, Chennai - 600017",
        "oh seven seven double oh nine oh oh one two three",
        "null eins fünf eins eins zwei drei vier",
        "O7700 9OO123",
        "138*1234*5678",
        "3/2, 45 Byres Road, Glasgow G12 8QF",
        "ul. Marszałkowska 104/122 m. 5, 00-017 Warszawa",
        "Karl Johans gate 22, 0026 Oslo",
        "Nørrebrogade 45, 2. tv, 2200 København N",
        "Calle Mayor 5, 2º A, 28013 Madrid",
        "Rua Augusta 150, 3º Esq, 1100-053 Lisboa",
        "Váci utca 12, 1052 Budapest",
        "Blk 123 Toa Payoh Lorong 1 #05-678, Singapore 310123",
        "1-2-3 Shibuya, Shibuya-ku, Tokyo 150-0002",
        "B-204, Green Park Extension, New Delhi 110016",
        "河南省郑州市中原区建设路街道桐柏路南段2号院6号楼东单元3楼西户",
        "海南省三亚市吉阳区迎宾路108号亚龙湾壹号6栋2单元",
        "anna.weber at mail . example . org",
        "anna.weber@post .example .org",
        "anna.weber#example点org",
        "anna.weber [ at sign ] example dot scot",
        "gro.elpmaxe@rebew.anna",
        "幺三八，一二三四，五六七八",
        "+ 4 9 1 7 0 1 2 3 4 5 6 7",
        "138,1234,5678",
        "4111\n111111111111",
        "4111|1111|1111|1111",
        "DE89\n    3704 0044 0532 0130 00",
        "203。0。113。45",
        "7 Old Mill Road, Leeds LS6\n2AB",
        "7 old mill road, leeds, ls6 2ab",
        "浙江省/杭州市/余杭区/文一西路969号",
        "万科城市花园18-2-1101",
    ],
)
def test_each_spelling_is_hidden_whole(value: str) -> None:
    assert hidden(f"This is it: {value}, for now.", value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("the passphrase; it's correct-Horse-9-battery", "correct-Horse-9-battery"),
        ("my secret is `DB_PASS: Qx9!mule-Tango` there", "Qx9!mule-Tango"),
        ('I forgot mine but the password of the router is now "Bleu77-oiseau"', "Bleu77-oiseau"),
        ("backup codes: 8842-1937, 2210-3391", "8842-1937, 2210-3391"),
        ("curl -u admin:Fjord-9921 https://x.example", "Fjord-9921"),
        ("the code to the building is 4471", "4471"),
        ("wifi密码88888888", "88888888"),
        ("licence key XK4TR-92MQL-7HHPD-0VBZC-3NWSE", "XK4TR-92MQL-7HHPD-0VBZC-3NWSE"),
        ("plate KX19 ZPD was seen", "KX19 ZPD"),
        ("Guests: Anneke, Bram & Koos, all vegan", "Bram & Koos"),
        ("- kasia will chase it\n- bob is away", "kasia"),
        ("Rania El Amrani called", "Rania El Amrani"),
        ("Guarantor: Mustafa al-Qahtani", "Mustafa al-Qahtani"),
        ("mail from Cheung Wai Man today", "Cheung Wai Man"),
        ("12A LINDGREN/ASTRID MS", "LINDGREN/ASTRID"),
        ('File "/home/fzhao/app.py"', "fzhao"),
        ("with the Hendersons", "Hendersons"),
        ("宿管胡阿姨说了", "胡阿姨"),
        ("名单：司空浩、万俟雪、褚大海", "司空浩、万俟雪、褚大海"),
        ("司机扎西顿珠师傅", "扎西顿珠"),
        ("我媳妇翠芬催了", "翠芬"),
        ("call 206 555\n-0177 now", "206 555\n-0177"),
        ("電話2345 6789", "2345 6789"),
        ("護照a54071841", "a54071841"),
        ("NI QQ 12 34 56 С", "QQ 12 34 56 С"),
        ("patient no. H301123\n45678, ward 4", "H301123\n45678"),
        ("WLAN: Blauwal-42!", "Blauwal-42!"),
        ("anna@example.org:Blauwal42", "Blauwal42"),
        ("she logs in as admin with Blauwal#42", "Blauwal#42"),
        ("your code is 482913", "482913"),
        ("cvc: 123", "123"),
        ("user=anna at example.org ip=x", "anna at example.org"),
    ],
)
def test_it_is_hidden_by_what_is_said_around(text: str, value: str) -> None:
    assert hidden(text, value)


@pytest.mark.parametrize(
    "text",
    [
        "A 7B Instruct model at 40 °C. Timing is fine.",
        "Lake Victoria, Mount Kilimanjaro and the Ponte Vecchio.",
        "Caesar salad 9.50, Eggs Benedict 11.00, Earl Grey 3.20.",
        "See docs/0008-a-second-program-at-the-same-home.md for why.",
        "Qty 12, SKU HB-2207, order 4012-8888-31.",
        "He counted one two three four, then stopped.",
        "The password manager in Windows 11 is fine.",
        "The English Attack is better than 6. Bg5 for White.",
        "小区业主群里5栋很吵，物业费涨了。",
        "开户行招商银行，双十一全场五折。",
        "What time is it at example dot com, and who is at example.org today?",
        "npm install react@18.2.0 and read https://example.org/ReadMe",
        "1 2 3 4 5 6 7 8 9 10 and one two three four five six seven",
        "The error code is 40412; enter type=LIMIT, default=50 there. I use Python3.11!",
    ],
)
def test_what_only_looks_so_is_left_alone(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Write to xiao\nmei0512@post.example.de today", "xiao\nmei0512@post.example.de"),
        ("Write to gregor_w77@mail.exa\nmple.cn today", "gregor_w77@mail.exa\nmple.cn"),
        (
            "the link https://example.com/reset?to\nken=Zk93hfA0xPq here",
            "https://example.com/reset?to\nken=Zk93hfA0xPq",
        ),
        ("key is sk-proj-9fK2mNq8Rt\nVwXyZ1aBcDeFgH.", "sk-proj-9fK2mNq8Rt\nVwXyZ1aBcDeFgH"),
        ("my passport P09227\n713 expires", "P09227\n713"),
        ("my passport L8PR\n04K29 expires", "L8PR\n04K29"),
    ],
)
def test_a_lines_end_in_a_word_hides_nothing_of_it(text: str, value: str) -> None:
    assert hidden(text, value)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("anna@example.org\nbob@example.org", ["anna@example.org", "bob@example.org"]),
        ("to anna@example.org\n2024-05-01 sent", ["anna@example.org"]),
        ("DB_PASS=Qx9mule7\nDB_HOST=localhost", ["Qx9mule7"]),
        ("Engineer\nwmx_1990@example.org", ["wmx_1990@example.org"]),
        ("commit 9fceb02d0ae598e95dc970b74767f19372d61af8\nAuthor unknown", []),
    ],
)
def test_the_ends_of_two_lines_are_not_put_together(text: str, values: list[str]) -> None:
    assert [text[one.start : one.end] for one in find(text)] == values


UNITS = (
    "Aa, ", "Aa Bb 1, ", "1-", "12 rue ", "ul. Aa ", "Aa 1/1", "O0 ", "one ", "a . ", "a@", "(at)", "pass=",
    "password a1!", "A1B2C-", "'Aa','", "Blk 1 ", "Jalan Aa ", "Flat 1, ", "my wife ", "路1号", "红红",
    "扎西", "a1\n", "a . b ", "a at a. ", "moc.a", "1\n.", "幺,", "+ 1 ", "AB1 2CD\n", "ls2 1ab ", "A 1 ",
    "浙江省/", "小区1-", "door ", "pw a1!a ", "use A1-b ", "/aA1bbb",
)  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_a_long_text_of_one_thing_comes_to_an_end(unit: str) -> None:
    # Where an expression went back over and over, this would not return.
    text = unit * (3_000 // len(unit))
    assert all(0 <= one.start < one.end <= len(text) for one in find(text))
