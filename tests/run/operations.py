"""What an operator does before a team gets its sandbox, and clients of what stands beside it."""

from typing import Any

import boto3

from fixtures.reference.sandbox import Procedure
from tests.run.servers import Addresses


def client(service: str, endpoint_url: str) -> Any:
    """A client of one of Amazon's services, at a stand-in."""
    make: Any = boto3.client  # typed by a literal for each service
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return make(service, endpoint_url=endpoint_url, region_name="us-east-1", **keys)


def operator(addresses: Addresses) -> Procedure:
    """An operator of the reference at these addresses."""
    return Procedure(addresses.base_url, addresses.operator_url)
