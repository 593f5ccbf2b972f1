"""What a write grant is that is made of what a vector says, without a store."""

from __future__ import annotations

from typing import Any

from memory import Config
from memory._credentials import Credentials
from memory._endpoints import bucket_endpoint
from memory._names import place_of
from memory._options import PutOptions
from memory._write_grant import Terms, write_grant

Message = dict[str, Any]


def minted(request: Message) -> Message:
    """Return the grant, and how it is printed."""
    config = Config.resolve(request["conf"], {})
    place = place_of(request["service"], changes=config.changes)
    given = request.get("options", {})
    options = PutOptions.check(
        given.get("value_ttl"),
        given.get("edge_ttl"),
        given.get("storage_class"),
        default_edge_ttl=config.edge_ttl,
        default_storage_class=config.storage_class,
    )
    terms = Terms.check(config, place, request["what"], request["ttl"], request["max_bytes"], options)
    endpoint = bucket_endpoint(config.bucket_name, config.region)
    credentials = Credentials(**request["credentials"])
    generations = request.get("generations", {})
    grant = write_grant(config, place, endpoint, terms, generations, credentials, request["now"])
    return {"grant": grant.to_dict(), "printed": f"{grant} {grant!r}"}
