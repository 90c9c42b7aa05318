"""The checklist as data: what the suite requires, by step, and the profiles that scope a run.

The TOML files beside this module are the text; `load` reads them once and checks them. The set is
frozen per version: `frozen.toml` maps each released version to the digest of its content.
"""

from conformance.requirements.loading import checklist_items, load, load_from
from conformance.requirements.model import (
    NEEDS,
    SET_VERSION,
    ChecklistItem,
    ChecklistStep,
    Profile,
    Requirement,
    RequirementSet,
)

__all__ = [
    "NEEDS",
    "SET_VERSION",
    "ChecklistItem",
    "ChecklistStep",
    "Profile",
    "Requirement",
    "RequirementSet",
    "checklist_items",
    "load",
    "load_from",
]
