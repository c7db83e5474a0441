"""The same work for several names: one failure does not keep the others from their turn."""

import pytest

from cartesia_stream import (
    APIConnectionError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
)
from cartesia_stream.cli.batch import Batch

NAMES = ["a", "b", "c"]


def work(failing: str, error: Exception) -> tuple[list[tuple[str, str]], Batch]:
    """Do some work that fails for one name."""

    def upper(name: str) -> str:
        if name == failing:
            raise error
        return name.upper()

    batch = Batch()
    return list(batch.results(NAMES, upper)), batch


@pytest.mark.parametrize(
    "error",
    [
        NotFoundError("there is no voice", status_code=404),
        BadRequestError("too short", status_code=400),
        ConfigurationError("too short"),
        FileNotFoundError(2, "No such file", "b"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("failing", NAMES)
def test_the_others_have_their_turn(
    capsys: pytest.CaptureFixture[str], failing: str, error: Exception
) -> None:
    results, batch = work(failing, error)
    assert results == [(name, name.upper()) for name in NAMES if name != failing]
    assert batch.status == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f"error: {failing}: " in line


@pytest.mark.parametrize(
    "error",
    [
        APIConnectionError("lost"),
        AuthenticationError("no", status_code=401),
        PermissionDeniedError("no", status_code=403),
        RateLimitError("slower", status_code=429),
        ZeroDivisionError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_would_hit_the_others_too_is_raised(
    capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    with pytest.raises(type(error)):
        work("b", error)
    assert capsys.readouterr().err == ""


def test_the_failure_of_a_single_name_is_raised() -> None:
    batch = Batch()

    def fail(name: str) -> None:
        raise NotFoundError("there is no voice", status_code=404)

    with pytest.raises(NotFoundError):
        list(batch.results(["a"], fail))
    assert batch.status == 0


def test_each_result_comes_before_the_next_work() -> None:
    begun: list[str] = []
    results = Batch().results(NAMES, lambda name: begun.append(name))
    next(results)
    assert begun == ["a"]
    assert [name for name, _ in results] == ["b", "c"]
