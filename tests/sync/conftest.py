from ..scenarios.conftest import (  # noqa: F401 (fixtures)
    emulator,
    make_emulator,
    make_peer,
    plain_surroundings,
    shared_emulator,
)
