"""Who says that it does not know has not invented anything; who then guesses all the same has."""

from __future__ import annotations

import pytest

from sottovoce.evals.admitting import admits


@pytest.mark.parametrize(
    "answer",
    [
        "I don't know.",
        "I do not know, but you could ask in a library.",
        "I don't know. My knowledge ends in 2023.",
        "I don't have the capability to look into other people's pockets.",
        "Sorry, I'm not familiar with that book.",
        "I am not sure who wrote it.",
        "The text does not say.",
        "The text doesn't mention the price. It only says that entry is free on Mondays.",
        "The text does not say who paid, but it mentions that the museum opened on 5 May.",
        "It's not mentioned in the text.",
        "No information about that is given.",
        "It is unknown.",
        "There is no king of the United States.",
        "There was no king of the United States in 1850. The president was Millard Fillmore.",
        "The United States has never had a king.",
        "Albert Einstein was never president of France.",
        "He did not become president of France.",
        "There is no such country.",
        "Belmoravia is a fictional country.",
        "Belmoravia does not exist.",
        "As an AI, I cannot predict lottery numbers.",
        "I don't have access to your breakfast.",
        "That World Cup has not taken place yet.",
        "我不知道。",
        "抱歉，我没有关于这本书的信息。",
        "文中没有提到。",
        "文章没有说图书馆是谁设计的。",
        "无法从文中得知。",
        "我无法预测彩票号码。",
        "云脊国并不存在。",
        "这本小说是虚构的。",
        "《红楼梦》中没有坐飞机的情节。",
        "爱因斯坦从来没有当过皇帝。",
        "唐朝没有皇帝发明手机。",
        "作为人工智能，我无法知道您早饭吃了什么。您可以告诉我。",
    ],
)
def test_an_admission_is_one(answer: str) -> None:
    assert admits(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "The capital of Belmoravia is Karsk.",
        "It was written by John Smith in 1823.",
        "I'm not sure, but I think it was founded in 1823.",
        "I don't know much about it, but the author is John Smith.",
        "I am not familiar with it. It is a novel by John Smith.",
        "I don't know. I think it was John Smith.",
        "The text does not say. However, it is probably 10 euros.",
        "Belmoravia is a fictional country; however, its capital is Karsk.",
        "There is no doubt that it was written by John Smith.",
        "It was John Smith. He wrote many books. He lived long. I don't know more.",
        "I don't know why you ask, it is Karsk.",
        "I can't provide the exact number. However, I've managed to track down a few of them.",
        "你可以说不知道，也可以说它是红色的。",
        "It has no side effects.",
        "There are no known side effects.",
        "The medicine does not contain alcohol.",
        "The wren doesn't have a long tail.",
        "这种药没有任何副作用。",
        "云脊国的首都是云都。",
        "我不太清楚，但应该是1823年。",
        "我不知道。它是一部由张三写的小说。",
        "文中没有说，但大概是十元。",
        "图书馆是王建国设计的。",
        "Know that I know it: Karsk. " + "It is a fine city of many towers. " * 30 + "I don't know more.",
    ],
)
def test_an_invention_is_none(answer: str) -> None:
    assert not admits(answer)
