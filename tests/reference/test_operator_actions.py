"""The operator's side, through boto3's own client and by hand."""

import json
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config

from tests.reference.platform_client import PASSCODE, Platform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_lambda import LambdaClient


@pytest.fixture
def functions(platform: Platform) -> "Iterator[LambdaClient]":
    client = boto3.client(
        "lambda",
        endpoint_url=platform.operator_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    yield client
    client.close()


def test_boto3_invokes_an_action(functions: "LambdaClient") -> None:
    payload = {"email": "boto@example.test", "passcode": PASSCODE}
    answer = functions.invoke(FunctionName="uas_usercreate", Payload=json.dumps(payload))
    envelope = json.loads(answer["Payload"].read())
    assert answer["StatusCode"] == 200
    assert envelope["data"]["user_id"]
    again = functions.invoke(FunctionName="uas_usercreate", Payload=json.dumps(payload))
    refused = json.loads(again["Payload"].read())
    assert refused["error"]["major"]["tag"] == "duplicate-email"


def test_boto3_learns_of_an_unknown_function(functions: "LambdaClient") -> None:
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.invoke(FunctionName="no_such_function")


def test_unsigned_requests_are_refused(platform: Platform) -> None:
    path = "/2015-03-31/functions/uas_userget/invocations"
    answer = platform.client.post(platform.operator_url + path, json={})
    assert answer.status_code == 403
    assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"


def test_actions_are_not_on_the_public_side(platform: Platform) -> None:
    path = "/2015-03-31/functions/uas_userget/invocations"
    assert platform.post(path).status_code == 404


@pytest.mark.parametrize(
    "weak", ["short1!", "alllower1!", "ALLUPPER1!", "NoDigits!!", "NoSpecial1"]
)
def test_weak_passcodes_are_refused(platform: Platform, weak: str) -> None:
    refused = platform.operate("uas_usercreate", email="weak@example.test", passcode=weak)
    assert refused["error"]["major"]["tag"] == "invalid-input"


def test_user_changes_carry_a_revision(platform: Platform) -> None:
    user_id, _ = platform.unverified_user()
    named = {"user_id": user_id, "status": "doomed"}
    assert platform.operate("uas_userstatusset", **named)["error"]["http_status"] == 428
    stale = platform.operate("uas_userstatusset", **named, expected_revision=7)
    assert stale["error"]["http_status"] == 409
    early = platform.operate(
        "uas_userstatusset", user_id=user_id, status="verified", expected_revision=1
    )
    assert early["error"]["major"]["tag"] == "invalid-transition"
    assert platform.do("uas_userstatusset", **named, expected_revision=1)["status"] == "doomed"


def test_email_tokens_are_checked_and_expire(platform: Platform) -> None:
    user_id, _ = platform.unverified_user()
    platform.do("uas_emailissuetoken", user_id=user_id)
    refused = platform.operate("uas_emailconfirmtoken", user_id=user_id, token="wrong")
    assert refused["error"]["major"]["tag"] == "invalid-token"
