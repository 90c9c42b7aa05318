"""Defects of publishing: each is absent as a rule, and shows once it is switched on."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from fixtures.reference.kernel import pipeline
from fixtures.reference.kernel.call import Call, Inbound
from fixtures.reference.kernel.database import Database
from fixtures.reference.kernel.records import Draft
from fixtures.reference.kernel.refusals import Refusal
from fixtures.reference.kernel.runtime import Kernel, fingerprint
from fixtures.reference.services.pmc import SERVICE
from fixtures.reference.settings import Settings

ROUTES = {operation.path: operation for operation in SERVICE.operations}
VARIANTS = 6


class Bench:
    """PMC alone on a kernel of its own, over a style of six variants in one org of two."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        for org in ("one", "two"):
            self._furnish(org)

    def _furnish(self, org: str) -> None:
        owners = {"primary_owner": "u", "secondary_owners": []}
        self._draft("org", org, org, code=org.upper(), state="verified", doc=owners)
        for role in ("pmc_publish", "pmc_view", "other"):
            account, key = f"{org}-{role}", f"{org}-{role}-key"
            self._draft("service_account", account, org, doc={"roles": [role]})
            self._draft("api_key", key, org, parent=account, code=fingerprint(account))
        self._draft("sales_channel", f"{org}-scm_client", org, code="kiosk")
        self._draft("style", f"{org}-style", org, code="S", doc={"ogm_rev": 1})
        for number in range(VARIANTS):
            named = {"parent": f"{org}-style", "code": f"V{number}", "doc": {"matrix_rev": 1}}
            self._draft("variant", f"{org}-{number}", org, **named)

    def _draft(self, kind: str, record_id: str, org: str, **fields: Any) -> None:
        self.kernel.records.create(Draft(kind, record_id, org_guid=org, **fields))

    def change(self, kind: str, record_id: str, **fields: Any) -> None:
        record = self.kernel.records.get(kind, record_id)
        assert record is not None
        self.kernel.records.compare_and_set(record, revision=None, **fields)

    def ask(
        self, path: str, *, org: str = "one", role: str = "pmc_publish", **inputs: Any
    ) -> dict[str, Any]:
        headers = {"x-api-key": f"{org}-{role}", "x-orgcode": org}
        inbound = Inbound(headers, {}, inputs, "", malformed=False, path=path)
        reply = pipeline.run(Call(self.kernel, ROUTES[path], inbound), pipeline.USUAL_ORDER)
        return {**reply.data, "revision": reply.revision}

    def refuses(self, path: str, **inputs: Any) -> bool:
        try:
            self.ask(path, **inputs)
        except Refusal:
            return True
        return False

    def start(self, selector: Mapping[str, str] | None = None, **fields: Any) -> dict[str, Any]:
        named = {
            "channel_guid": "one-scm_client",
            "reason": "r",
            "selector": selector or ONE,
            **fields,
        }
        return self.ask("/publish/run/start", **named)

    def publish(self, selector: Mapping[str, str] | None = None, **fields: Any) -> list[Any]:
        run, entries = self.start(selector, **fields), []
        for _ in range(-(-run["candidate_count"] // 5)):
            entries += self.ask("/publish/run/step", run_id=run["run_id"], **_org(fields))[
                "entries"
            ]
        return entries

    def product(self) -> dict[str, Any]:
        return self.ask("/product/get", variant_id="one-0", channel_guid="one-scm_client")

    def revisions(self) -> list[dict[str, Any]]:
        named = {"product_id": self.product()["product_id"]}
        items: list[dict[str, Any]] = self.ask("/product/revision/list", **named)["items"]
        return items

    def addressed(self) -> dict[str, Any]:
        """How the product is named in a change from its present revision."""
        product = self.product()
        return {"product_id": product["product_id"], "expected_revision": product["revision"]}

    def move(self, path: str, **fields: Any) -> dict[str, Any]:
        return self.ask(path, **self.addressed(), **fields)


ONE = {"style_id": "one-style", "variant_id": "one-0"}
ALL = {"style_id": "one-style"}


def _org(fields: Mapping[str, Any]) -> dict[str, str]:
    return {"org": fields["org"]} if "org" in fields else {}


def one_is_online(bench: Bench) -> bool:
    bench.publish()
    bench.publish()
    return [each["status"] for each in bench.revisions()].count("online") == 1


def revisions_are_kept(bench: Bench) -> bool:
    bench.publish(reason="first")
    bench.publish(reason="second")
    return "first" in [each["reason"] for each in bench.revisions()]


def list_is_complete(bench: Bench) -> bool:
    bench.publish()
    bench.publish()
    return len(bench.revisions()) == 2


def runs_wait(bench: Bench) -> bool:
    named = {"run_id": bench.start()["run_id"]}
    return [bench.ask("/publish/run/get", **named)["processed_count"] for _ in "ab"] == [0, 0]


def counters_tell(bench: Bench) -> bool:
    named = {"run_id": bench.start()["run_id"]}
    bench.ask("/publish/run/step", **named)
    return bool(bench.ask("/publish/run/get", **named)["published_count"] == 1)


def product_names_its_channel(bench: Bench) -> bool:
    bench.publish()
    return bool(bench.product()["channel_guid"] == "one-scm_client")


def members_need_a_role(bench: Bench) -> bool:
    return bench.refuses("/pack/create", role="other", pack_code="P", content={})


def cancelled_is_final(bench: Bench) -> bool:
    named = {"run_id": bench.start()["run_id"]}
    bench.ask("/publish/run/cancel", **named)
    return bench.refuses("/publish/run/step", **named)


def completed_is_final(bench: Bench) -> bool:
    named = {"run_id": bench.start()["run_id"]}
    bench.ask("/publish/run/step", **named)
    return bench.refuses("/publish/run/step", **named)


def inactive_is_skipped(bench: Bench) -> bool:
    bench.change("variant", "one-0", state="inactive")
    return bool(bench.publish()[0]["outcome"] == "skipped")


def profile_counts(bench: Bench) -> bool:
    profile: dict[str, Any] = {"channel_code": "kiosk", "required_attributes": ["description"]}
    bench.ask("/publish-profile/set", **profile)
    return bool(bench.publish()[0]["missing_attributes"] == ["description"])


def skipped_is_reported(bench: Bench) -> bool:
    bench.change("variant", "one-0", state="inactive")
    return len(bench.publish(ALL)) == VARIANTS


def reason_is_required(bench: Bench) -> bool:
    named = {"channel_guid": "one-scm_client", "selector": ONE}
    return bench.refuses("/publish/run/start", **named)


def style_is_required(bench: Bench) -> bool:
    named = {"channel_guid": "one-scm_client", "selector": {"variant_id": "one-0"}, "reason": "r"}
    return bench.refuses("/publish/run/start", **named)


def upstream_takes_offline(bench: Bench) -> bool:
    bench.publish()
    bench.change("style", "one-style", state="inactive")
    return bool(bench.product()["status"] == "offline")


def clear_takes_offline(bench: Bench) -> bool:
    bench.publish()
    bench.move("/product/online/clear")
    return bool(bench.product()["status"] == "offline")


def viewers_only_view(bench: Bench) -> bool:
    return bench.refuses("/pack/create", role="pmc_view", pack_code="P", content={})


def packs_are_kept(bench: Bench) -> bool:
    first = bench.ask("/pack/create", pack_code="P", content={"n": 1})
    bench.ask("/pack/create", pack_code="P", content={"n": 2})
    return bool(bench.ask("/pack/get", pack_id=first["pack_id"])["content"] == {"n": 1})


def upload_comes_first(bench: Bench) -> bool:
    pack = bench.ask("/pack/create", pack_code="P", presigned=True)
    return bench.refuses("/pack/complete", pack_id=pack["pack_id"])


def one_filter_at_a_time(bench: Bench) -> bool:
    return bench.refuses("/product/list", style_id="one-style", status="online")


def pointers_leave_online(bench: Bench) -> bool:
    bench.publish()
    revision_id = bench.product()["online_revision_id"]
    bench.move("/product/online/clear")
    bench.move("/product/pointer/set", kind="staged", revision_id=revision_id)
    return bool(bench.product()["status"] == "offline")


def profile_is_read_as_set(bench: Bench) -> bool:
    profile: dict[str, Any] = {"channel_code": "kiosk", "required_attributes": ["description"]}
    bench.ask("/publish-profile/set", **profile)
    read = bench.ask("/publish-profile/get", channel_code="kiosk")
    return bool(read["required_attributes"] == ["description"])


def pack_is_read_as_made(bench: Bench) -> bool:
    pack = bench.ask("/pack/create", pack_code="P", content={"n": 1})
    return bool(bench.ask("/pack/get", pack_id=pack["pack_id"])["content"] == {"n": 1})


def all_versions_are_listed(bench: Bench) -> bool:
    for number in (1, 2):
        bench.ask("/pack/create", pack_code="P", content={"n": number})
    return len(bench.ask("/pack/list", pack_code="P")["items"]) == 2


def fresh_run_is_read(bench: Bench) -> bool:
    run_id = bench.start()["run_id"]
    return bool(bench.ask("/publish/run/get", run_id=run_id)["run_id"] == run_id)


def manifest_is_listed(bench: Bench) -> bool:
    named = {"run_id": bench.start()["run_id"]}
    bench.ask("/publish/run/step", **named)
    return len(bench.ask("/publish/run/manifest/list", **named)["items"]) == 1


def manifest_is_signed_for_reading(bench: Bench) -> bool:
    named = {"run_id": bench.start()["run_id"]}
    bench.ask("/publish/run/step", **named)
    part = bench.ask("/publish/run/manifest/list", **named)["items"][0]["part_id"]
    url = bench.ask("/publish/run/manifest/presign", **named, part_id=part)["download_url"]
    return httpx.get(url, trust_env=False).is_success


def revision_comes_online(bench: Bench) -> bool:
    bench.publish()
    bench.move("/product/online/set", revision_id=bench.revisions()[0]["revision_id"])
    return bool(bench.product()["status"] == "online")


def online_set_counts(bench: Bench) -> bool:
    bench.publish()
    revision_id = bench.product()["online_revision_id"]
    bench.move("/product/online/clear")
    bench.move("/product/online/set", revision_id=revision_id)
    return bool(bench.product()["status"] == "online")


def index_is_fed(bench: Bench) -> bool:
    bench.publish()
    return bool(bench.ask("/product/search", q="V0")["items"])


def cleared_pointers_are_empty(bench: Bench) -> bool:
    bench.publish()
    revision_id = bench.product()["online_revision_id"]
    bench.move("/product/pointer/set", kind="staged", revision_id=revision_id)
    bench.move("/product/pointer/clear", kind="staged")
    return bench.product()["pointers"]["staged"] is None


def viewers_view(bench: Bench) -> bool:
    bench.publish()
    named = {"variant_id": "one-0", "channel_guid": "one-scm_client"}
    return not bench.refuses("/product/get", role="pmc_view", **named)


def publishers_publish(bench: Bench) -> bool:
    named = {"channel_guid": "one-scm_client", "selector": ONE, "reason": "r"}
    return not bench.refuses("/publish/run/start", **named)


def build_is_public(bench: Bench) -> bool:
    inbound = Inbound({}, {}, {}, "", malformed=False, path="/build/stats")
    call = Call(bench.kernel, ROUTES["/build/stats"], inbound)
    try:
        pipeline.run(call, pipeline.USUAL_ORDER)
    except Refusal:
        return False
    return True


PROBES: dict[str, Callable[[Bench], bool]] = {
    "second-online-revision": one_is_online,
    "published-revision-rewritten": revisions_are_kept,
    "revision-list-loses-first": list_is_complete,
    "run-steps-by-itself": runs_wait,
    "cancelled-run-steps": cancelled_is_final,
    "completed-run-steps": completed_is_final,
    "ineligible-variant-published": inactive_is_skipped,
    "profile-ignored": profile_counts,
    "skipped-not-reported": skipped_is_reported,
    "publish-without-reason": reason_is_required,
    "variant-selector-without-style": style_is_required,
    "deactivated-upstream-stays-online": upstream_takes_offline,
    "online-clear-ignored": clear_takes_offline,
    "viewer-publishes": viewers_only_view,
    "pack-rewritten": packs_are_kept,
    "pack-complete-before-upload": upload_comes_first,
    "two-filters-mixed": one_filter_at_a_time,
    "pointer-moves-online": pointers_leave_online,
    "profile-stored-empty": profile_is_read_as_set,
    "pack-read-without-content": pack_is_read_as_made,
    "pack-list-newest-only": all_versions_are_listed,
    "run-read-shows-row-number": fresh_run_is_read,
    "manifest-loses-last-part": manifest_is_listed,
    "manifest-link-unusable": manifest_is_signed_for_reading,
    "published-revision-never-online": revision_comes_online,
    "online-set-ignored": online_set_counts,
    "search-index-fed-by-night": index_is_fed,
    "pointer-clear-ignored": cleared_pointers_are_empty,
    "view-role-cannot-read": viewers_view,
    "run-counters-swapped": counters_tell,
    "product-shows-facility-as-channel": product_names_its_channel,
    "member-without-role-publishes": members_need_a_role,
    "publisher-cannot-publish": publishers_publish,
    "build-stats-needs-org": build_is_public,
}


@contextmanager
def bench(directory: Path, *defects: str) -> Iterator[Bench]:
    database = Database(directory / "platform.sqlite")
    yield Bench(Kernel(Settings(rate_limit_rpm=0, defects=frozenset(defects)), database))
    database.close()


@pytest.mark.parametrize("defect", PROBES)
def test_the_rule_holds_and_its_defect_breaks_it(defect: str, tmp_path: Path) -> None:
    sound, broken = tmp_path / "sound", tmp_path / "broken"
    sound.mkdir()
    broken.mkdir()
    with bench(sound) as platform:
        assert PROBES[defect](platform)
    with bench(broken, defect) as platform:
        assert not PROBES[defect](platform)
