"""Which URLs the resource of a custom policy covers: wildcards stay within their section."""

from __future__ import annotations

import pytest
from local_cloud.edge.resource import covers

URL = "https://d1.cloudfront.net/orders/eu/42.json"
WITH_QUERY = f"{URL}?size=large"


@pytest.mark.parametrize(
    ("resource", "url"),
    [
        (URL, URL),
        ("https://D1.cloudfront.net/orders/eu/42.json", URL),
        ("*", WITH_QUERY),
        ("https://d1.cloudfront.net/orders/*", URL),
        ("https://d1.cloudfront.net/orders/*", WITH_QUERY),
        ("https://d1.cloudfront.net/*.json", URL),
        ("https://d1.cloudfront.net/orders/eu/4?.json", URL),
        ("https://d1.cloudfront.net/orders/*/42.json?size=*", WITH_QUERY),
        (WITH_QUERY, WITH_QUERY),
        ("https://d1.cloudfront.net*", WITH_QUERY),
        ("https://*.cloudfront.net/orders/eu/42.json", URL),
        ("*://d1.cloudfront.net/orders/*", URL),
        ("http*://d1.cloudfront.net/orders/*", URL),
        ("*.cloudfront.net/orders/*", URL),
        ("*/orders/*", URL),
        ("https://*", URL),
    ],
)
def test_covered(resource: str, url: str) -> None:
    assert covers(resource, url)


@pytest.mark.parametrize(
    ("resource", "url"),
    [
        ("", URL),
        ("https://d1.cloudfront.net/orders/eu/42", URL),
        ("https://d1.cloudfront.net/Orders/eu/42.json", URL),
        ("https://d1.cloudfront.net/other/*", URL),
        ("https://d1.cloudfront.net/order/*", URL),
        ("http://d1.cloudfront.net/orders/*", URL),
        ("d1.cloudfront.net/orders/*", URL),
        ("ftp://d1.cloudfront.net/*", URL),
        (URL, WITH_QUERY),
        ("https://d1.cloudfront.net/*.json", WITH_QUERY),
        ("https://d1.cloudfront.net/*?size=large", f"{URL}?name=x?size=large"),
        ("https://*/42.json", URL),
        ("https://d1?cloudfront.net/*", "https://d1/cloudfront.net/x"),
        ("https://d1.cloudfront.net", URL),
        ("https://d1.cloudfront.net/orders/eu/4?.json", "https://d1.cloudfront.net/orders/eu/422.json"),
        ("https://d1.cloudfront.net/orders.eu/*", URL),
    ],
)
def test_not_covered(resource: str, url: str) -> None:
    assert not covers(resource, url)
