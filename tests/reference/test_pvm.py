"""The catalogue from supplier to barcode, as its playbook builds it."""

from tests.reference.products import Catalogue


def test_the_build_order_of_the_playbook(catalogue: Catalogue) -> None:
    style = catalogue.style()
    assert style["status"] == "inactive"
    assert style["vendors"][0]["primary"] is True
    variant = catalogue.variant(style)
    assert (variant["matrix_rev"], variant["stale"]) == (None, False)
    barcode = catalogue.barcode(variant)
    found = catalogue.get("/barcode/resolve", barcode=barcode["barcode"])
    assert found["variant_id"] == variant["variant_id"]
    for noun, record in (("style", style), ("variant", variant)):
        assert catalogue.move(noun, record, "active")["status"] == "active"


def test_health_needs_no_credential(catalogue: Catalogue) -> None:
    platform = catalogue.platform
    answer = platform.client.get(f"{platform.base_url}/pvm/stat")
    assert answer.json()["data"] == {"status": "ok"}
