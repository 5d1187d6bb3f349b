"""Whether a question is about now: the date, the news, the weather, what is the latest, who is in office.

What every model learnt is older than that. Of a statement that names a day, "I am tired today", it says no.
"""

from __future__ import annotations

import re

LONGEST = 2_000
"""Characters of a text that is looked at: what is longer is a document with a question about it."""

_ASIDE = re.compile(
    r"^\W*(?:how (?:do|can|to|would|should) |translate|rewrite|proofread|correct|continue)"
    r"|翻译|续写|改写|造句|润色",
    re.IGNORECASE,
)
"""Asks for something to be done, and not how anything is."""

_DAY = (
    r"(?:today|tonight|tomorrow|yesterday|right now|at the moment|currently|last (?:night|week|month)"
    r"|this (?:morning|afternoon|evening|week|weekend|month)|next (?:week|weekend)|recently|lately)\b"
)
_OFFICE = (
    r"(?:president|prime minister|chancellor|king|queen|pope|mayor|governor|ceo|head of state|head coach"
    r"|secretary[- ]general|world champion|richest (?:man|person|woman))"
)
_CHANGING = (
    r"(?:news|headlines?|weather|forecast|temperature|prices?|versions?|releases?|exchange rates?|stocks?"
    r"|stock market|scores?|results?|events?|updates?|champions?|record holder|standings|inflation"
    r"|population|minimum wage|governments?|ministers?|leaders?|date|time|year|month|day|season"
    rf"|{_OFFICE})\b"
)
_PRICED = (
    r"(?:bitcoin|ethereum|dogecoin|btc|eth|gold|silver|oil|petrol|gasoline|gas|diesel|dollar|euro|pound|yen"
    r"|yuan|tesla|apple|nvidia|google|microsoft|amazon|iphone|nasdaq|dow jones)"
)
_PRODUCT = (
    r"(?:iphones?|ipads?|macbooks?|macos|ios|android|galaxy|pixel|windows|ubuntu|debian|playstation|xbox"
    r"|chatgpt|gpt|claude|gemini|llama|deepseek|qwen|tesla|smartphones?|phones?|laptops?|movies?|films?"
    r"|albums?|seasons?|episodes?|models?|graphics cards?|gpus?|cpus?)\b"
)
_MONEY = r"(?:dollars?|euros?|pounds?|yen|yuan|rupees?|francs?|usd|eur|gbp|jpy|cny|rmb|inr|chf)"
_WHAT = r"\b(?:what|which|who)(?:'?s| is| are| was| were)?"
_RAINS = r"(?:rain(?:ing|y)?|snow(?:ing|y)?|sunny|warm|cold|hot|windy)\b"
_SO = r"[^.?!]{0,50}"
_END = r"\s*[?.!]*$"

_OF_THE_CLOCK = (
    r"\b(?:what|which) (?:time|day|date|year|month|weekday|season) (?:is it|is today|it is)\b"
    r"(?! (?:when|if)\b)",
    rf"{_WHAT} (?:the |today'?s )(?:exact |current |local )?(?:time|date|day)(?: is it)?"
    rf"(?: (?:now|today|here|right now|in [\w ]{{2,30}}))?{_END}",
    r"\btoday'?s date\b|\bis (?:it|today) (?:a )?(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
)
_OF_EVENTS = (
    r"\b(?:today'?s?|yesterday'?s|tonight'?s|this week'?s|latest|newest|most recent|breaking|recent|current)"
    rf"\s+(?:[\w-]+\s+){{0,2}}{_CHANGING}",
    rf"{_WHAT}(?: in)? the news\b|\bany (?:\w+ )?news\b|^(?:the )?news (?:about|from|on|today)\b",
    rf"\b{_CHANGING}[^.?!]{{0,30}}\b(?:of )?(?:today|tomorrow|right now|this morning|tonight|this week)\b",
    r"\bwhat(?:'s| is) (?:happening|going on) (?:in|with|at|around)\b(?! (?:this|my|the) (?:code|function))",
    rf"\bwhat(?: has|'s)? happened\b{_SO}\b{_DAY}|\bhas there been\b{_SO}\b{_DAY}",
    rf"\b(?:was|were|is|are|will) there\b{_SO}\b{_DAY}",
    r"\bwho (?:won|lost|died|scored|resigned|plays|is playing|will win|was elected|got elected)\b"
    rf"{_SO}\b{_DAY}",
    rf"\b(?:did|has|have) (?!(?:i|you|we|my|he|she|they)\b){_SO}\b(?:win|won|lose|lost|die|died|happen(?:ed)?"
    rf"|crash(?:ed)?|resign(?:ed)?|rise|risen|fall|fallen|play(?:ed)?|strike|struck|erupt(?:ed)?)\b{_SO}\b{_DAY}",
)
_OF_WEATHER = (
    r"\b(?:how(?:'s| is)|what(?:'s| is)|what will|how will|what was) the (?:weather|forecast|temperature)"
    r"(?: (?:be|like|in|out|outside|forecast|today|tomorrow|tonight|going|right now|now)\b"
    rf"|{_END})|^weather (?:in|for|forecast)\b",
    rf"\b(?:will|is) it (?:going to |gonna )?(?:be )?{_RAINS}"
    rf"(?:[^.?!]{{0,25}}\b(?:{_DAY}|outside|now\b)|{_END})",
    rf"\bdo i need (?:an umbrella|a coat|a jacket)\b[^.?!]{{0,20}}\b{_DAY}",
)
_OF_THE_LATEST = (
    rf"\b(?:latest|newest|most recent|current) (?:[\w-]+ ){{0,2}}{_PRODUCT}",
    rf"{_WHAT} (?:the |your )?(?:latest|newest|most recent) (?!(?:common|possible|member|i|you|we|one)\b)"
    r"[\w-]+",
    r"^(?:the )?(?:latest|newest) [\w -]{2,30}$",
    r"\b(?:is|are) [\w .'-]{2,40} still (?:alive|in office|married"
    r"|the (?:president|king|queen|ceo|champion))\b",
    r"\b(?:when (?:is|does|will)|is|has) [\w .'-]{2,40} (?:come out|coming out|be released|been released"
    r"|out yet)\b",
)
_OF_OFFICES_AND_PRICES = (
    rf"\bwho(?:'s| is) (?:the )?(?:current\b|{_OFFICE}(?: now| today)?(?: of\b|{_END}))",
    rf"\bwho(?:'s| is) [\w.]+(?:'s)? (?:(?:current|new) )?{_OFFICE}{_END}",
    r"\b(?:what(?:'s| is| are)|tell me|give me|current|how high is) (?:the )?(?:current )?"
    r"(?:stock |share |market |spot )?(?:prices?|exchange rates?|cost) (?:of|for|between)\b",
    rf"\bhow much (?:is|are|does|do) (?:an? |the |one )?(?:new |latest )?{_PRICED}\b(?! weigh)",
    rf"\b{_PRICED} (?:stock |share )?price\b(?! elasticity| index)",
    rf"\b{_MONEY} (?:to|in|into) (?:\w+ )?{_MONEY}\b",
)

_HAN_DAY = (
    "(?:今天|今日|今晚|今早|明天|明日|后天|昨天|昨日|昨晚|前天|刚才|刚刚|现在|目前|此刻|最近|近期|近日"
    "|这周|本周|上周|这几天|周末|下周|本月)"
)
_HAN_OFFICE = "(?:总统|国家主席|总理|首相|国王|女王|教皇|市长|省长|首富|联合国秘书长|首席执行官|CEO)"
_HAN_CHANGING = (
    "(?:新闻|消息|头条|热搜|天气|气温|温度|价格|股价|金价|油价|房价|汇率|利率|股市|行情|版本|型号|进展|比分"
    "|赛果|战况|总统|主席|总理|首相|国王|女王|教皇|市长|首富|冠军|事件|人口|时间|日期)(?!学|制|稿|真|很|不错)"
)
_HAN_MONEY = "(?:美元|欧元|英镑|日元|人民币)"
_HAN = "[\u3400-\u9fff]"

_IN_CHINESE = (
    # the clock and the calendar
    rf"(?:现在|目前|当前|此刻|此时){_HAN}{{0,6}}?(?:几点|什么时间|什么时候|几月|几号|哪一?年|星期几)|^几点钟?了",
    r"(?:今天|今日|明天|昨天)(?:的日期)?是?(?:几月|几号|几日|星期几|周几|礼拜几|什么日子|哪天)",
    r"今天的?日期|今年是?(?:哪一?年|几几年|什么年|公元)|今天是不是(?:星期|周)",
    # news, events and the weather
    rf"{_HAN_DAY}(?:的|有什么|有啥|有哪些|有)?\w{{0,6}}?{_HAN_CHANGING}",
    rf"(?:最新|现任|当前|当今)的?\w{{0,4}}?{_HAN_CHANGING}|^{_HAN}{{0,6}}有(?:什么|啥|哪些)新闻",
    rf"{_HAN_DAY}[^。？！]{{0,12}}(?:发生了?(?:什么|哪些|地震)|有没有(?:发生)?(?:地震|台风|比赛)|地震了?吗|谁赢"
    r"|赢了吗|比赛结果|夺冠)",
    rf"[今明后昨][天日晚]{_HAN}{{0,5}}(?:下雨|下雪|刮风|多少度|几度|热不热|冷不冷|冷吗|热吗|晴天吗|有雨吗)",
    rf"天气(?:怎么样|如何|怎样|好吗|预报)\s*[？?。]*$|^{_HAN}{{2,6}}天气$",
    # what is the latest, who is in office, what things cost
    r"最新(?:款|版|一代|一期|一季|发布|出)?的?\s?(?:iPhone|安卓|苹果|华为|小米|手机|电脑|显卡|电影|专辑|车型|模型"
    r"|系统|Python|Windows|iOS)|最新(?:款|版|一代|一期|一季)",
    rf"{_HAN_OFFICE}(?:现在|目前)?(?:是|叫)(?:谁|哪位|什么名字)|谁是(?:现在的?|现任)?{_HAN}{{0,8}}{_HAN_OFFICE}",
    r"(?:还活着|还在世|去世了|上映了|发布了|上市了|退役了)(?:吗|没有?)|什么时候(?:上映|发布|发售|上市)(?!的)",
    r"(?:比特币|以太坊|黄金|石油|原油|汽油|特斯拉|苹果手机|茅台)(?:现在|今天|目前)?(?:的?价格|多少钱|股价|什么价)",
    rf"(?:金价|油价|股价|汇率)(?:是|现在)?多少|{_HAN_MONEY}(?:兑|对|换|等于多少|是多少|能换多少){_HAN}{{0,4}}?"
    rf"(?:{_HAN_MONEY}|汇率)",
)

_NOW = re.compile(
    "|".join(
        (*_OF_THE_CLOCK, *_OF_EVENTS, *_OF_WEATHER, *_OF_THE_LATEST, *_OF_OFFICES_AND_PRICES, *_IN_CHINESE)
    ),
    re.IGNORECASE,
)


def is_asked(text: str) -> bool:
    """Return whether a question is about how something is on the day of asking, or at its hour."""
    text = text.strip().replace("’", "'")
    return len(text) <= LONGEST and _ASIDE.search(text) is None and _NOW.search(text) is not None
