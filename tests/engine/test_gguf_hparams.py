"""Well-formed headers that contradict themselves, most of which end the engine with an abort."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from gguf_samples import LAYERS, Sample, TensorSpec, encoder, language_model, mixture, recurrent, renamed

from sottovoce.core.errors import BadModelFile
from sottovoce.engine.gguf import Header, read_header

INFINITE, NO_NUMBER = float("inf"), float("nan")


def read(tmp_path: Path, sample: Sample) -> Header:
    return read_header(sample.write(tmp_path / "m.gguf"))


def changed(kind: str, **values: object) -> Callable[[Sample], Sample]:
    """Return a change of the llama keys named with _ for the dot."""

    def change(sample: Sample) -> Sample:
        for name, value in values.items():
            sample.set("llama." + name.replace("__", "."), kind, value)
        return sample

    return change


def key(name: str, kind: str, value: object) -> Callable[[Sample], Sample]:
    return lambda sample: sample.set(name, kind, value)


def test_a_chat_template_that_no_window_holds_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadModelFile, match="a chat template of 2,000,000 bytes"):
        read(tmp_path, language_model().set("tokenizer.chat_template", "string", "A" * 2_000_000))


def u32(name: str, value: int) -> Callable[[Sample], Sample]:
    is_common = name.startswith(("general.", "tokenizer."))
    return key(name if is_common else f"llama.{name}", "uint32", value)


def reshaped(name: str, *dims: int) -> Callable[[Sample], Sample]:
    def change(sample: Sample) -> Sample:
        sample.tensor(name).dims = dims
        return sample

    return change


def typed(name: str, number: int) -> Callable[[Sample], Sample]:
    def change(sample: Sample) -> Sample:
        sample.tensor(name).type = number
        return sample

    return change


BAD: dict[str, tuple[Callable[[Sample], Sample], str]] = {
    "no architecture": (lambda sample: sample.drop("general.architecture"), "does not name its architecture"),
    "an architecture that is a number": (u32("general.architecture", 7), "does not name its architecture"),
    "no layers said": (lambda sample: sample.drop("llama.block_count"), "does not say llama.block_count"),
    "0 layers": (u32("block_count", 0), "llama.block_count is 0, but 1 to 512"),
    "9,999 layers": (u32("block_count", 9999), "llama.block_count is 9,999"),
    "layers as text": (key("llama.block_count", "string", "2"), "llama.block_count is '2'"),
    "layers as a list": (key("llama.block_count", "[uint32]", [2, 2]), "llama.block_count is a list of 2"),
    "layers as a truth": (key("llama.block_count", "bool", True), "llama.block_count is True"),
    "a layer too many": (u32("block_count", LAYERS + 1), "the tensors of layer 2 are missing"),
    "a layer lost": (lambda sample: sample.remove("blk.0."), "the tensors of layer 0 are missing"),
    "more drafting layers than layers": (u32("nextn_predict_layers", 3), "nextn_predict_layers is 3"),
    "a window of 0": (u32("context_length", 0), "llama.context_length is 0"),
    "a window of 2^31": (u32("context_length", 2**31), "llama.context_length is 2,147,483,648"),
    "no window said": (lambda sample: sample.drop("llama.context_length"), "does not say llama.context"),
    "a width of 0": (u32("embedding_length", 0), "llama.embedding_length is 0"),
    "a width that no tensor has": (u32("embedding_length", 64), "but token_embd.weight has rows of 32"),
    "an endless width of what comes out": (u32("embedding_length_out", 2**31), "embedding_length_out"),
    "a norm in half precision": (
        typed("output_norm.weight", 1),
        "output_norm.weight as F16, which has to be",
    ),
    "weights as whole numbers": (
        typed("blk.1.attn_q.weight", 26),
        "attn_q.weight as I32, which has to",
    ),
    "an embedding as indexes": (typed("token_embd.weight", 26), "it holds token_embd.weight as I32"),
    "0 heads": (u32("attention.head_count", 0), "gives layer 0 0 attention heads"),
    "2^32 heads": (u32("attention.head_count", 2**32 - 1), "attention.head_count is 4,294,967,295"),
    "0 heads for keys": (u32("attention.head_count_kv", 0), "4 attention heads and 0 for keys and values"),
    "3 heads for keys of 4": (
        u32("attention.head_count_kv", 3),
        "4 attention heads and 3",
    ),
    "more heads for keys than heads": (u32("attention.head_count_kv", 8), "4 attention heads and 8"),
    "a layer with 0 heads for keys": (
        key("llama.attention.head_count_kv", "[uint32]", [2, 0]),
        "gives layer 1 4 attention heads and 0",
    ),
    "heads for three layers of two": (
        key("llama.attention.head_count", "[uint32]", [4, 4, 4]),
        "a list of 3, but there are 2 layers",
    ),
    "heads below 0": (key("llama.attention.head_count_kv", "[int32]", [2, -1]), "but -1 is in it"),
    "heads as fractions": (key("llama.attention.head_count", "[float32]", [4.0, 4.0]), "4.0 is in it"),
    "heads that do not divide the width": (
        lambda sample: u32("attention.head_count_kv", 1)(u32("attention.head_count", 5)(sample)),
        "attention.head_count is 5, but that does not divide 32",
    ),
    "a head turned by more than its length": (u32("rope.dimension_count", 16), "but 0 to 8 is possible"),
    "a head turned by an odd number": (u32("rope.dimension_count", 7), "but a head has 8 numbers"),
    "a llama's head turned in part": (u32("rope.dimension_count", 4), "but a head has 8 numbers"),
    "a rotation by nothing": (key("llama.rope.freq_base", "float32", 0.0), "rope.freq_base is 0.0"),
    "a rotation by no number": (key("llama.rope.freq_base", "float32", NO_NUMBER), "rope.freq_base is nan"),
    "a rotation without end": (key("llama.rope.freq_base", "float32", INFINITE), "rope.freq_base is inf"),
    "a rotation as text": (key("llama.rope.freq_base", "string", "fast"), "rope.freq_base is 'fast'"),
    "a stretch of no number": (key("llama.rope.scaling.factor", "float32", NO_NUMBER), "factor is nan"),
    "a stretch below 0": (key("llama.rope.scaling.factor", "float32", -1.0), "factor is -1.0"),
    "a stretch of an unknown kind": (key("llama.rope.scaling.type", "string", "spiral"), "type is 'spiral'"),
    "an epsilon below 0": (
        key("llama.attention.layer_norm_rms_epsilon", "float32", -1e-5),
        "layer_norm_rms_epsilon is -9.99",
    ),
    "an epsilon of no number": (
        key("llama.attention.layer_norm_rms_epsilon", "float32", NO_NUMBER),
        "layer_norm_rms_epsilon is nan",
    ),
    "an unknown way to classify": (key("llama.classifier.activation", "string", "x"), "activation is 'x'"),
    "experts of whom none is used": (
        u32("expert_count", 4),
        "not say llama.expert_used_count, but there are 4",
    ),
    "experts used of none": (u32("expert_used_count", 2), "expert_used_count is 2, but there are 0 experts"),
    "2,000 experts": (u32("expert_count", 2000), "expert_count is 2,000"),
    "an unknown way of drawing words": (u32("general.sampling.mirostat", 77), "mirostat is 77"),
    "a penalty of 0": (key("general.sampling.penalty_repeat", "float32", 0.0), "penalty_repeat is 0.0"),
    "fewer kinds than tokens": (
        key("tokenizer.ggml.token_type", "[int32]", [1] * 5),
        "has 260 tokens, but 5 entries in tokenizer.ggml.token_type",
    ),
    "fewer scores than tokens": (
        key("tokenizer.ggml.scores", "[float32]", [0.0]),
        "260 tokens, but 1 ",
    ),
    "fewer tokens than rows": (
        key("tokenizer.ggml.tokens", "[string]", [f"t{at}" for at in range(259)]),
        "has 259 tokens, but",
    ),
    "more rows than tokens": (
        reshaped("token_embd.weight", 32, 300),
        "has 260 tokens, but token_embd.weight has 300 rows",
    ),
    "an end beyond the vocabulary": (
        u32("tokenizer.ggml.eos_token_id", 260),
        "tokenizer.ggml.eos_token_id is 260, but has 260 tokens",
    ),
    "an end as text": (key("tokenizer.ggml.bos_token_id", "string", "1"), "bos_token_id is '1'"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_contradiction_is_refused_with_a_sentence_that_names_it(tmp_path: Path, what: str) -> None:
    change, words = BAD[what]
    with pytest.raises(BadModelFile) as caught:
        read(tmp_path, change(language_model()))
    assert words in caught.value.sentence
    assert caught.value.sentence.startswith("m.gguf is damaged: ")
    assert caught.value.hint


def test_an_architectures_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    sample = renamed(language_model(), "\x1b[2J").set("\x1b[2J.block_count", "uint32", 0)
    with pytest.raises(BadModelFile) as caught:
        read(tmp_path, sample)
    assert caught.value.sentence.isprintable()


MOE_BAD = {
    "more used than there are": (u32("expert_used_count", 5), "expert_used_count is 5"),
    "as many groups as experts": (u32("expert_group_count", 4), "expert_group_count is 4"),
    "no group used": (u32("expert_group_count", 2), "does not say llama.expert_group_used_count"),
    "used below 0": (key("llama.expert_used_count", "[int32]", [-1, -1]), "-1 is in it"),
}


@pytest.mark.parametrize("what", MOE_BAD)
def test_a_contradiction_among_experts_is_refused(tmp_path: Path, what: str) -> None:
    change, words = MOE_BAD[what]
    with pytest.raises(BadModelFile) as caught:
        read(tmp_path, change(mixture()))
    assert words in caught.value.sentence


def test_a_bert_without_its_separator_is_refused(tmp_path: Path) -> None:
    for value in (500, 2**32 - 1):
        with pytest.raises(BadModelFile, match="seperator_token_id"):
            read(tmp_path, encoder().set("tokenizer.ggml.seperator_token_id", "uint32", value))


UNUSUAL: dict[str, Callable[[], Sample]] = {
    "one head length said, heads that do not divide": lambda: changed(
        "uint32", attention__key_length=8, attention__value_length=8
    )(u32("embedding_length", 32)(language_model())),
    "a list of equal heads": lambda: changed("[uint32]", attention__head_count=[4, 4])(language_model()),
    "whole numbers of another width": lambda: changed("uint64", context_length=256)(language_model()),
    "an unset padding token": lambda: language_model().set(
        "tokenizer.ggml.padding_token_id", "uint32", 2**32 - 1
    ),
    "an unset start": lambda: language_model().set("tokenizer.ggml.bos_token_id", "uint32", 2**32 - 1),
    "a separator outside the vocabulary": lambda: language_model().set(
        "tokenizer.ggml.seperator_token_id", "uint32", 5000
    ),
    "tokens without a spelling": lambda: language_model().set(
        "tokenizer.ggml.tokens", "[string]", ["", "", *(f"t{at}" for at in range(258))]
    ),
    "a token that is not UTF-8": lambda: language_model().set(
        "tokenizer.ggml.tokens", "[string]", [b"\xff\xfe", *(f"t{at}" for at in range(259))]
    ),
    "a hybrid whose first layer has no heads": lambda: (
        language_model()
        .set("llama.attention.head_count_kv", "[uint32]", [0, 2])
        .set("llama.ssm.state_size", "uint32", 16)
    ),
    "a pruned model whose layer does nothing": lambda: (
        language_model()
        .remove("blk.1.")
        .set("llama.attention.head_count", "[uint32]", [4, 0])
        .set("llama.attention.head_count_kv", "[uint32]", [2, 0])
        .set("llama.feed_forward_length", "[uint32]", [64, 0])
    ),
    "drafting layers taken out": lambda: (
        language_model().set("llama.block_count", "uint32", 3).set("llama.nextn_predict_layers", "uint32", 1)
    ),
    "drafting layers alone": lambda: (
        language_model().remove("blk.0.").set("llama.nextn_predict_layers", "uint32", 1)
    ),
    "layers of an encoder and a decoder": lambda: t5(),
    "a head turned in part": lambda: renamed(language_model(), "stablelm").set(
        "stablelm.rope.dimension_count", "uint32", 2
    ),
    "an adapter": lambda: adapter(),
    "a model of another craft": lambda: painter(),
    "a recurrent model": recurrent,
}


def t5() -> Sample:
    sample = renamed(language_model(), "t5").drop("t5.rope.dimension_count")
    for spec in sample.tensors:
        spec.name = spec.name.replace("blk.", "enc.blk.")
    sample.tensors.append(TensorSpec("dec.blk.0.attn_q.weight", (32, 32)))
    return sample


def adapter() -> Sample:
    sample = Sample().set("general.architecture", "string", "llama").set("general.type", "string", "adapter")
    sample.tensors = [TensorSpec("blk.7.attn_q.weight.lora_a", (32, 4))]
    return sample


def painter() -> Sample:
    """Return a file without words, as those that paint have."""
    sample = Sample().set("general.architecture", "string", "flux")
    sample.tensors = [
        TensorSpec("double_blocks.0.img_attn.proj.weight", (32, 32)),
        TensorSpec("double_blocks.0.img_attn.proj.bias", (32,), 1),
    ]
    return sample


@pytest.mark.parametrize("what", UNUSUAL)
def test_a_file_that_is_merely_unusual_passes(tmp_path: Path, what: str) -> None:
    assert read(tmp_path, UNUSUAL[what]()).architecture


def test_latent_attention_keeps_one_vector_a_token(tmp_path: Path) -> None:
    sample = renamed(language_model(), "deepseek2").drop("deepseek2.rope.dimension_count")
    sample.set("deepseek2.attention.head_count_kv", "uint32", 1)
    sample.set("deepseek2.attention.key_length", "uint32", 576)
    sample.set("deepseek2.attention.value_length", "uint32", 512)
    plain = read(tmp_path, sample).kv_bytes_per_token()
    sample.set("deepseek2.attention.key_length_mla", "uint32", 192)
    assert plain == LAYERS * (576 + 512) * 2
    assert read(tmp_path, sample).kv_bytes_per_token() == LAYERS * 576 * 2


def test_a_hybrids_layers_without_attention_take_no_cache(tmp_path: Path) -> None:
    assert (
        read(tmp_path, UNUSUAL["a hybrid whose first layer has no heads"]()).kv_bytes_per_token()
        == 2 * 16 * 2
    )
    assert read(tmp_path, recurrent()).kv_bytes_per_token() == 0
