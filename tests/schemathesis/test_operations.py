"""Every operation answers as the document says, whatever it is sent, with all of schemathesis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.schemathesis import document, rules

if TYPE_CHECKING:
    import schemathesis

    from tests.schemathesis.world import World

schema = document.load()


@schema.hook  # type: ignore[untyped-decorator]
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    return not rules.accepts(failure, response)


@schema.parametrize()  # type: ignore[untyped-decorator]
def test_operation(case: schemathesis.Case[Any], world: World) -> None:
    world.settle(case)
    case.call_and_validate(base_url=world.base_url)
