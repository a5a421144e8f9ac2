"""Every change that Loop documents, in our own words: from its pages, and from users' helpers.

Paths are below `/api/{version}`; `{}` stands for an id. Held against copies of Loop's OpenAPI files
where these are beside the checkout (`tests/evidence/test_writes.py`).
"""

from __future__ import annotations

_OBJECTS = ("orders", "customers", "products", "collections", "locations")
_VARIANTS, _STOCK = "/products/{}/product-variants", "/inventories/{}/{}"

ELSEWHERE: tuple[str, ...] = (
    *(f"POST /{name}" for name in _OBJECTS),
    *(f"PUT /{name}/{{}}" for name in _OBJECTS),
    *(f"DELETE /{name}/{{}}" for name in _OBJECTS),
    "PATCH /customers/{}",
    f"POST {_VARIANTS}",
    f"PUT {_VARIANTS}",
    f"PATCH {_VARIANTS}/{{}}",
    f"DELETE {_VARIANTS}/{{}}",
    f"POST {_STOCK}",
    f"PUT {_STOCK}",
    f"DELETE {_STOCK}",
    "POST /collections/{}/products/{}",
    "DELETE /collections/{}/products/{}",
    "DELETE /collections/external/{}/products/external/{}",
    "POST /orders/return-eligibility",
    "POST /draft-returns",
)
"""Those that are no kind of action; docs/target.md says why not."""

OFFERED: tuple[str, ...] = (
    *(f"POST /warehouse/return/{{}}/{name}" for name in
      ("process", "remove", "cancel", "flag", "close", "note")),
    "POST /returns/{}/fraud-report",
    "DELETE /returns/{}/fraud-report",
    "POST /returns/{}/labels",
    "POST /dispositioning/grade",
    "POST /dispositioning/assess",
    "POST /order/link",
    "POST /order/qr",
    "POST /allowlists",
    "DELETE /allowlists/{}",
    "POST /blocklists",
    "DELETE /blocklists/{}",
    "POST /destinations",
    "PUT /destinations/{}",
    "DELETE /destinations/{}",
    "POST /webhooks",
    "PUT /webhooks/{}",
    "DELETE /webhooks/{}",
    "POST /cart",
    "POST /cart/{}",
    "DELETE /cart/{}",
    "POST /labels",
    "PUT /labels/{}",
    "POST /label-requests/{}/errors",
    *(f"PUT /{name}" for name in _OBJECTS),
    *(f"DELETE /{name}/external/{{}}" for name in _OBJECTS),
    "PUT /products/external/{}/product-variants",
    "DELETE /products/external/{}/product-variants/{}",
    "PUT /inventories/external/products/{}/variants/{}/locations/{}",
    "DELETE /inventories/external/products/{}/variants/{}/locations/{}",
    "POST /bulk-operations",
)  # fmt: skip
"""Those that a kind of action makes."""
