"""What of a long check its failed call rests on, where all that it did is too much for a script."""

from collections.abc import Sequence

from reports.page.scene import Scenes, changes


def needed(scenes: Scenes, own: Sequence[int], judged: int) -> list[int]:
    """These exchanges without the reads that the judged one does not rest on, in the same order.

    What changes something stays, and so do the reads of the judged operation, for one of them may
    have had an effect; of other reads those that gave what is asked with later.
    """
    operation = scenes.all[judged].operation
    acting = [n for n in own if changes(scenes.all[n]) or scenes.all[n].operation == operation]
    giving = {*own} & {*scenes.before(acting)}
    return sorted({*acting} | giving)
