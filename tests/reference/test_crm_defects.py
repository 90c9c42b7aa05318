"""A sample of CRM's defects shows."""

from concurrent.futures import ThreadPoolExecutor

from tests.reference.crm_client import new_crm_client
from tests.reference.platform_client import running


def defective(*names: str) -> list[str]:
    return ["--rate-limit-rpm", "0", *(part for name in names for part in ("--defect", name))]


def test_races_overdraw_where_the_sum_is_read_before_the_transaction() -> None:
    with running(*defective("points-overdrawn-in-a-race", "credit-consume-not-atomic")) as platform:
        crm_client = new_crm_client(platform)
        customer_id, account_id = crm_client.member(10), crm_client.account("10.00")
        wanted = {
            "/loyalty/redeem": {"customer_id": customer_id, "points": 10},
            "/account/credit/consume": {"account_id": account_id, "amount": "10.00"},
        }
        crm_client.make("/account/credit/consume", account_id=account_id, amount="0.01")
        crm_client.make("/account/credit/release", account_id=account_id, amount="0.01")
        for path, body in wanted.items():
            with ThreadPoolExecutor(4) as threads:
                answers = list(
                    threads.map(lambda _, p=path, b=body: crm_client.ask(p, **b), range(4))
                )
            assert sum(answer.is_success for answer in answers) > 1
        assert crm_client.balance(customer_id) < 0


def test_entries_are_rewritten_and_refused_ones_kept() -> None:
    with running(*defective("corrected-entry-rewritten", "refused-redemption-entered")) as platform:
        crm_client = new_crm_client(platform)
        customer_id = crm_client.member(10)
        entry = crm_client.ledger(customer_id)[0]
        crm_client.make("/loyalty/reverse", customer_id=customer_id, entry_id=entry["entry_id"])
        assert crm_client.ledger(customer_id)[0] == {**entry, "points": 0}
        assert crm_client.refused("/loyalty/redeem", customer_id=customer_id, points=4)[0] == 409
        assert crm_client.balance(customer_id) == -4


def test_names_stay_and_money_is_rounded() -> None:
    with running(
        *defective("anonymised-name-still-shown", "gift-card-money-in-floats")
    ) as platform:
        crm_client = new_crm_client(platform)
        customer = crm_client.customer()
        named = {"customer_id": customer["customer_id"], "expected_revision": 1}
        assert crm_client.make("/customer/anonymize", **named)["last_name"] == "Byron"
        card = {"giftcard_id": crm_client.card("0.30")}
        assert crm_client.make("/giftcard/redeem", **card, amount="0.10")["balance"] != "0.20"
        assert crm_client.refused("/giftcard/redeem", **card, amount="0.20")[0] == 409
