"""A client that sells: `python stockist.py [insists]`. Where there is too little, it asks for less.

One that insists asks for the same again.
"""

import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "conformance" / "client" / "example"))

import client  # type: ignore[import-not-found] # a program of its own

Fields = dict[str, Any]
RESERVE = "/ics/reservation/create"
WHY = {"reason": "sold", "source_refs": [{"type": "sale", "id": "1"}]}


def product(platform: Any, run: str) -> str:
    """A variant, and all that a variant stands on; its id."""
    number = 0

    def made(noun: str, **fields: Any) -> Fields:
        nonlocal number
        number += 1
        code = {"code": f"C{run[:7]}{number:02d}", "caption": f"{noun} {number}"}
        answer: Fields = platform.make(f"/pvm/{noun}", {**code, **fields})
        return {**code, "id": client.find(answer, f"{noun}_id")}

    group = made("option_group")
    option = made("option", option_group_id=group["id"])
    told = {"option_group_code": group["code"], "option_code": option["code"]}
    matrix = [{"option_group_code": group["code"], "option_codes": [option["code"]]}]
    department = made("department", division_id=made("division")["id"])
    style = made(
        "style",
        ogm_id=made("ogm", matrix=matrix)["id"],
        category_id=made("category", department_id=department["id"])["id"],
        vendors=[{"vendor_id": made("vendor")["id"], "primary": True}],
        manufacturers=[{"manufacturer_id": made("manufacturer")["id"], "primary": True}],
    )
    return str(made("variant", style_id=style["id"], selections=[told])["id"])


def reserve(platform: Any, stock: Fields, quantity: int, *, insists: bool) -> None:
    """Reserve so many, or half as many where so many are not there."""
    asked = {**stock, "quantity": quantity}
    try:
        platform.once(RESERVE, asked)
    except client.Refused as refused:
        if refused.tag != "insufficient-stock":
            raise
        platform.read("/ics/stock/get", {"variant_id": stock["variant_id"]})
        platform.once(RESERVE, asked if insists else {**asked, "quantity": quantity // 2})


def main(*, insists: bool) -> int:
    settings = [os.environ[f"G3N_{n}"] for n in ("BASE_URL", "ORGCODE", "EMAIL", "PASSCODE")]
    run = os.environ["G3N_RUN"].upper()
    platform = client.Platform(*settings)
    platform.sign_in()
    found = platform.read("/ofm/resolve/orgcode", {"orgcode": platform.orgcode})
    shop = client.sales_channel(platform, {"org_guid": client.find(found, "org_guid")}, run)
    platform.http.headers.update({"x-logical-guid": shop, "x-channel-code": "shopify"})
    variant_id = product(platform, run)
    stock = {"variant_id": variant_id, **WHY}
    platform.once("/ics/adjustment/create", {**stock, "quantity_delta": 10})
    reserve(platform, stock, 4, insists=insists)
    platform.sign_out()
    return 0


if __name__ == "__main__":
    sys.exit(main(insists=sys.argv[1:] == ["insists"]))
