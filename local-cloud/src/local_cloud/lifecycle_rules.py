"""The lifecycle rules of a stack's buckets, which the engine's CloudFormation drops and its S3 keeps."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ParamValidationError
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped] # it ships no types

if TYPE_CHECKING:
    from collections.abc import Mapping

_log = logging.getLogger(__name__)
# CloudFormation's names (User Guide, page AWS::S3::Bucket Rule) and where S3's API has the same.
_PLACES = {
    "Id": ("ID",),
    "Status": ("Status",),
    "Prefix": ("Filter", "Prefix"),
    "ExpirationInDays": ("Expiration", "Days"),
    "ExpirationDate": ("Expiration", "Date"),
    "ExpiredObjectDeleteMarker": ("Expiration", "ExpiredObjectDeleteMarker"),
    "AbortIncompleteMultipartUpload": ("AbortIncompleteMultipartUpload",),
    "NoncurrentVersionExpiration": ("NoncurrentVersionExpiration",),
    "NoncurrentVersionExpirationInDays": ("NoncurrentVersionExpiration", "NoncurrentDays"),
}


def keep_lifecycle_rules(s3: Any, template: Mapping[str, Any] | str, physical: Mapping[str, str]) -> None:
    """Give each bucket of a stack the rules that its template states, or none.

    What is not a plain rule, such as one with an intrinsic function, is logged as a warning and left out.

    Args:
        s3: A boto3 client of the engine's S3.
        template: As it was deployed.
        physical: The names of the stack's resources by their logical ids.
    """
    parsed = yaml_parse(template) if isinstance(template, str) else template
    for name, resource in parsed["Resources"].items():
        if resource["Type"] != "AWS::S3::Bucket" or name not in physical:
            continue
        stated = resource.get("Properties", {}).get("LifecycleConfiguration")
        if not stated:
            s3.delete_bucket_lifecycle(Bucket=physical[name])
            continue
        try:
            rules = {"Rules": [_as_s3_has_it(rule) for rule in stated["Rules"]]}
            s3.put_bucket_lifecycle_configuration(Bucket=physical[name], LifecycleConfiguration=rules)
        except (KeyError, TypeError, ParamValidationError) as error:
            _log.warning("The lifecycle rules of %s are not kept: %s", name, error)


def _as_s3_has_it(rule: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"Filter": {}}
    for name, value in rule.items():
        if name == "TagFilters":
            continue
        *outer, last = _PLACES[name]
        place = made
        for step in outer:
            place = place.setdefault(step, {})
        place[last] = {k: int(v) for k, v in value.items()} if isinstance(value, dict) else value
    if "Days" in made.get("Expiration", {}):
        made["Expiration"]["Days"] = int(made["Expiration"]["Days"])
    tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in rule.get("TagFilters", [])]
    if len(tags) + len(made["Filter"]) > 1:
        made["Filter"] = {"And": {**made["Filter"], "Tags": tags}}
    elif tags:
        made["Filter"] = {"Tag": tags[0]}
    elif not made["Filter"]:
        made["Filter"] = {"Prefix": ""}
    return made
