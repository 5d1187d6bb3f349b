"""What Chinese names are made of and what stands around them, read when it is first needed.

Pure but for its own table, chinese.toml.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

H = "\u3400-\u9fff"
"""Chinese signs, for a class of signs in an expression."""
USUAL = frozenset(
    "王李张刘陈杨赵吴周徐孙朱胡郭何林郑谢罗梁宋唐许韩冯邓曹彭曾肖董袁潘蒋蔡余杜叶苏魏吕丁沈姚卢姜崔钟谭陆汪范廖贾"
    "耿聂覃邢邵戚阮褚裴翟窦缪阎岑匡蔺隋佟佘仝冼卞鄢靳鞠滕臧晏荀嵇郜郗亓邬邸祁蒯谌辜甄庞骆翁倪柯阚茹荆穆施洪纪卓娄桑柴詹鲍"
    "韦邹孟秦邱尹薛闫侯陶贺龚邵钱覃戴莫孔汤"
)
"""Surnames that many people have and few words begin with."""


NAMELY = frozenset(
    "凯磊婷娜莉琳倩昊睿轩涵萱妍颖芳燕霞娟玲萍艳鹏斌涛浩宇俊杰伟峰毅彬晖骏旭昕煜烨钰珂婕媛嫣瑶璐琪雯霖霏蕾薇菲莹茜芸蓉"
    "芬芝楠桐梓栋楷榕炜焕烁灿煊铭锋锐鑫钧珊玥玮珺璇璟瑾瑜琛瑞翔翰颢骁麒麟鸿娇婉姝娅姗晶晔昀彤岚嘉佳怡欣悦雅淑敏慧"
)
"""Signs that are in many given names and in few words."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Signs, words and expressions of chinese.toml."""

    surnames: frozenset[str]
    double: frozenset[str]
    given: frozenset[str]
    words: frozenset[str]
    titles: re.Pattern[str]
    short_titles: frozenset[str]
    strong: frozenset[str]
    left: frozenset[str]
    right: frozenset[str]
    not_given: frozenset[str]
    not_nick: frozenset[str]
    start: re.Pattern[str]
    nick: re.Pattern[str]
    alone: re.Pattern[str]
    foreign: re.Pattern[str]


@cache
def tables() -> Tables:
    raw = tomllib.loads(resources.files(__package__).joinpath("chinese.toml").read_text("utf-8"))["names"]
    surnames, double = frozenset("".join(raw["surnames"].split())), frozenset(raw["double"].split())
    foreign = f"[{''.join(raw['foreign'].split())}]"
    longest = sorted(raw["titles"].split(), key=len, reverse=True)
    return Tables(
        surnames=surnames,
        double=double,
        given=frozenset("".join(raw["given"].split())),
        words=frozenset(raw["words"].split()),
        titles=re.compile("|".join(longest)),
        short_titles=frozenset(raw["short_titles"].split()),
        strong=frozenset(raw["left_strong"].split()),
        left=frozenset(raw["left"].split()),
        right=frozenset(raw["right"].split()),
        not_given=frozenset(raw["not_given"]),
        not_nick=frozenset(raw["not_nick"].split()),
        start=re.compile(f"{'|'.join(sorted(double))}|[{''.join(sorted(surnames))}]"),
        nick=re.compile(
            f"[{raw['nick']}](?:[{''.join(sorted(surnames))}]|"
            f"[{''.join(sorted(raw['given'].replace(chr(10), '')))}])"
        ),
        foreign=re.compile(rf"{foreign}{{1,5}}(?:\.{foreign}{{1,6}}){{1,3}}(?![.{H}]{{9}})"),
        alone=re.compile("|".join(raw["alone"].split())),
    )
