"""One small recording a duty, in three moods: kept, broken, and without the occasion.

The modules are found by themselves, one for each file of duties.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from tests.client.recording import REGISTERED, Client, Entry, Mood, Sample

for _found in iter_modules(__path__, f"{__name__}."):
    import_module(_found.name)

SAMPLES: Final[dict[str, Sample]] = dict(REGISTERED)


def entries(duty: str, mood: Mood, who: str = "a") -> list[Entry]:
    client = Client(who, mood)
    SAMPLES[duty](client)
    return client.entries
