from sottovoce.engine.embedder import GROUP_TEXTS, GROUP_TOKENS, groups


def test_texts_are_grouped_in_order_and_none_is_lost() -> None:
    prompts = [[at] * (1 + at * 37 % 300) for at in range(100)]
    found = list(groups(prompts))
    assert [ids for group in found for ids in group] == prompts
    assert all(len(group) <= GROUP_TEXTS for group in found)
    assert all(sum(map(len, group)) <= GROUP_TOKENS for group in found)
    assert len(found) < 60


def test_a_text_larger_than_a_group_goes_alone() -> None:
    assert [len(group) for group in groups([[1], [2] * 2000, [3]])] == [1, 1, 1]
    assert list(groups([])) == []
