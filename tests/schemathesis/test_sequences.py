"""Operations one after another, with what the ones before have made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.schemathesis import document, rules

if TYPE_CHECKING:
    import schemathesis

    from tests.schemathesis.world import World

schema = document.load(wrong=False).include(
    path_regex="^/(voices/.*|datasets|files|fine-tunes|pronunciation-dicts|agents/(.*/)?metrics)"
)

MADE = ("/datasets/", "/fine-tunes/")


@schema.hook  # type: ignore[untyped-decorator]
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    return not rules.accepts(failure, response)


def test_sequences(world: World) -> None:
    seen: set[tuple[str, int]] = set()

    class Sequence(schema.as_state_machine()):  # type: ignore[misc]  # a class made at run time
        def get_call_kwargs(self, case: schemathesis.Case[Any]) -> dict[str, Any]:
            return {"base_url": world.base_url}

        def before_call(self, case: schemathesis.Case[Any]) -> None:
            # The ids in paths are those of what was made before.
            world.settle(case, paths=False)

        def after_call(self, response: Any, case: schemathesis.Case[Any]) -> None:
            seen.add((case.operation.label, response.status_code))

    run_state_machine_as_test(
        Sequence,
        settings=settings(
            max_examples=8 * document.EXAMPLES,
            stateful_step_count=12,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    # The walk is random, if always the same one; it must have got round.
    assert {(f"POST {path}", 200) for path in MADE} <= seen
    assert {("DELETE /datasets/{id}", 204), ("DELETE /fine-tunes/{id}", 204)} <= seen
