"""What a citizen reads of a material: its card in lists, its files in words."""

from __future__ import annotations

from campaigns.materials.models import Material, MaterialQuerySet


def material_cards(materials: MaterialQuerySet) -> list[Material]:
    """Return public materials with what templates/campaigns/materials/cards.html shows of them.

    ``materials`` comes from ``Material.public``; three queries whatever the rows.
    """
    return list(materials.select_related("municipality").with_files())
