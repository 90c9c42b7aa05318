"""Amazon's side: S3 and SQS of the stand-in, or of an endpoint that is given."""

import threading

import pytest

from fixtures.reference.cli import main
from fixtures.reference.kernel.aws import Aws
from fixtures.reference.kernel.clock import Clock
from fixtures.reference.kernel.objects import ObjectStore
from tests.reference.platform_client import Platform, running


def test_stand_in_is_told_and_is_one_for_all(platform: Platform) -> None:
    first = platform.do("reference_aws")
    assert first["endpoint_url"].startswith("http://127.0.0.1:")
    assert platform.do("reference_aws") == first


def test_an_endpoint_that_is_given_is_used() -> None:
    with running("--aws-endpoint", "http://127.0.0.1:9/") as platform:
        assert platform.do("reference_aws")["endpoint_url"] == "http://127.0.0.1:9"


def test_objects_are_kept_in_s3() -> None:
    store = ObjectStore(Aws(None), Clock())
    assert store.get("none") is None
    store.put("one", b"text")
    assert store.get("one") == b"text"
    assert "X-Amz-Signature=" in store.presign("get_object", "one").url
    assert "?" not in store.unsigned("one")


def test_clients_are_made_once_whoever_asks() -> None:
    aws, found = Aws(None), []
    threads = [threading.Thread(target=lambda: found.append(aws.sqs())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1


@pytest.mark.parametrize("url", ["nowhere", "ftp://host", "http://host/path"])
def test_an_endpoint_is_an_address(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--aws-endpoint", url])
    assert ended.value.code == 2
    assert "--aws-endpoint" in capsys.readouterr().err
