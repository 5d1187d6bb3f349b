import pytest

from sottovoce.core.errors import BadModelFile, EngineFailed, EngineMissing, SottoError
from sottovoce.engine.supervisor import Child, explain


@pytest.mark.parametrize(
    ("returncode", "said", "tail", "error"),
    [
        (1, {"failed": "Failed to init"}, "what(): std::bad_alloc", BadModelFile),
        (-6, {}, "terminate called after throwing an instance of 'std::bad_alloc'", EngineFailed),
        (1, {}, "libgomp: Thread creation failed: Resource temporarily unavailable", EngineFailed),
    ],
)
def test_a_child_that_gets_no_more_memory_says_what_it_may_have(
    returncode: int, said: dict[str, str], tail: str, error: type[SottoError]
) -> None:
    problem = explain(returncode, said, tail, 1_300_000_000)
    assert type(problem) is error
    assert "no more memory" in problem.sentence
    assert "1.3 GB" in str(problem.hint)
    assert tail in str(problem.detail)
    assert "memory" not in explain(returncode, said, tail).sentence, "nothing was bounded"


@pytest.mark.parametrize(
    ("returncode", "said", "error", "words"),
    [
        (0, {"missing": "libgomp.so.1: cannot open"}, EngineMissing, "libgomp.so.1 is missing"),
        (0, {"missing": "No module named xllamacpp"}, EngineMissing, "cannot be loaded"),
        (1, {"failed": "Failed to init"}, BadModelFile, "cannot load this model"),
        (-6, {}, EngineFailed, "damaged or of an unsupported kind"),
        (134, {}, EngineFailed, "damaged or of an unsupported kind"),
        (-9, {}, EngineFailed, "memory ran out"),
        (137, {}, EngineFailed, "memory ran out"),
        (-4, {}, EngineFailed, "lacks instructions"),
        (-11, {}, EngineFailed, "signal 11"),
        (3, {}, EngineFailed, "exit code 3"),
        (None, {}, EngineFailed, "stopped"),
    ],
)
def test_every_end_of_a_child_has_a_sentence_and_a_next_step(
    returncode: int | None, said: dict[str, str], error: type[SottoError], words: str
) -> None:
    problem = explain(returncode, said, "the last lines")
    assert isinstance(problem, error)
    assert words in problem.sentence
    assert problem.hint
    assert problem.detail


async def test_a_child_that_has_loaded_nothing_yet_is_ended_at_once() -> None:
    child = await Child.spawn()
    await child.stop()
    assert child.process.returncode != 0, "it was waited for"
    assert not child.folder.exists()


def test_a_broken_chat_template_is_named() -> None:
    tail = "init: chat template parsing error: std::exception\nexiting due to model loading error"
    problem = explain(1, {"failed": "Failed to init"}, tail, most=1 << 30)
    assert "chat template" in problem.sentence


def test_a_kind_of_model_that_the_engine_does_not_know_is_named() -> None:
    tail = "llama_model_load: error loading model: unknown model architecture: 'str\x1b[31mange'\nmore"
    problem = explain(1, {"failed": "Failed to init"}, tail)
    assert problem.sentence.endswith("models of the kind str?[31mange.")
    assert "sotto models suggest" in str(problem.hint)
