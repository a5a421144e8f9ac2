"""For each action of each kind: a row that Loop does, one that is refused, and the account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mock_loop import Shop

Row = dict[str, Any]
URL = "https://a.example/x"
PLACE = {"address1": "1 Dock St", "city": "Reno", "country": "US", "country_code": "US"}
CATEGORY = {"subject": "item", "title": "Worn", "grade": "grade_b"}
MONEY = {"amount": 1093, "currency_code": "USD"}
LABEL: dict[str, Any] = {
    "tracking_number": "94001",
    "carrier": "USPS",
    "label_url": URL,
    "rate": MONEY,
}
MADE = "2026-10-01T00:00:00+00:00"
REQUEST = "67329889100573"
FIRST, SECOND = (int(one.external_id) for one in Shop().stock[:2])


@dataclass(frozen=True)
class Case:
    """One action.

    Attributes:
        done: A row that the account lets through.
        refused: A row that Loop, or a rule of its, refuses.
        change: The request that it makes, without its ids.
        answer: Names that the outcome's `answer` has.
    """

    kind: str
    done: Row
    refused: Row
    change: str
    answer: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.done['action']}"


def _of_return(name: str, refused: str = "3", **more: Any) -> Case:
    done = {"return_id": "1", "action": name, **more}
    path = {"remove_line_items": "remove"}.get(name, name)
    refusal = done | {"return_id": refused}
    return Case("return_actions", done, refusal, f"POST /warehouse/return/{{}}/{path}")


def _listed(kind: str, path: str) -> tuple[Case, Case]:
    make = {"action": "create", "type": "order", "value": "#1"}
    delete = {"action": "delete", "type": "email", "value": "known@shop.example"}
    return (
        Case(kind, make, {}, f"POST {path}"),
        Case(kind, delete, {}, f"DELETE {path}/{{}}"),
    )


_OLD = {"action": "delete", "external_id": "old-1"}


def _commerce(kind: str, path: str, refused: Row, **fields: Any) -> tuple[Case, Case]:
    save = {"action": "upsert", "external_id": "new-1", **fields}
    return (
        Case(kind, save, refused, f"PUT {path}"),
        Case(
            kind, {"action": "delete", "external_id": "old-1"}, {}, f"DELETE {path}/external/{{}}"
        ),
    )


_VARIANT = {"product_external_id": "p-1", "external_id": "v-1"}
_STOCK = {"product_external_id": "p-1", "variant_external_id": "old-1",
          "location_external_id": "old-1"}  # fmt: skip
_STOCK_PATH = "/inventories/external/products/{}/variants/{}/locations/{}"
_VARIANT_PATH = "/products/external/{}/product-variants"
_GRADE = {"action": "grade", "return_id": "1", "line_item_id": "11", "description": "Worn",
          "condition_category": CATEGORY, "images": [URL], "inspected_at": MADE}  # fmt: skip
_ASSESS = {"action": "assess", "return_id": "1", "line_item_id": "11",
           "disposition_outcome": "donate"}  # fmt: skip
_LABEL = {"action": "create", "label_request_id": REQUEST, **LABEL}
_HOOK = {"action": "create", "topic": "return", "trigger": "return.closed", "url": URL}
_HALL = {"action": "create", "name": "Hall", "type": "donate", "address": PLACE}
_CART = {"action": "update", "token": "kept", "cart": [SECOND]}
_ERROR = {"action": "create", "label_request_id": REQUEST, "reason": "Other", "message": "no"}
_LINK = {"action": "link", "name": "#1001", "zip": "89501"}
_NOTE = {"content": "hello"}

CASES = (
    _of_return("process"),
    _of_return("cancel"),
    _of_return("flag"),
    _of_return("close"),
    _of_return("remove_line_items", line_item_ids=["11"]),
    _of_return("note", refused="555", **_NOTE),
    *_listed("allowlist_items", "/allowlists"),
    *_listed("blocklist_items", "/blocklists"),
    Case("destinations", _HALL, _HALL | {"address": {"city": "Reno"}}, "POST /destinations"),
    Case("destinations", {"action": "update", "id": 5, "name": "B"},
         {"action": "update", "id": 6, "name": "B"}, "PUT /destinations/{}"),
    Case("destinations", {"action": "delete", "id": 5}, {}, "DELETE /destinations/{}"),
    Case("carts", {"action": "create", "cart": [FIRST]}, {"action": "create", "cart": ["9"]},
         "POST /cart"),
    Case("carts", _CART, _CART | {"token": "gone"}, "POST /cart/{}"),
    Case("carts", {"action": "delete", "token": "kept"}, {}, "DELETE /cart/{}"),
    Case("fraud_reports", {"action": "create", "return_id": "1", "category": "item-is-worn"},
         {"action": "create", "return_id": "8", "category": "item-is-worn"},
         "POST /returns/{}/fraud-report"),
    Case("fraud_reports", {"action": "delete", "return_id": "8"},
         {"action": "delete", "return_id": "555"}, "DELETE /returns/{}/fraud-report"),
    Case("webhooks", _HOOK, _HOOK | {"trigger": "label.created"}, "POST /webhooks"),
    Case("webhooks", {"action": "update", "id": 5, "status": "active"},
         {"action": "update", "id": 6, "status": "active"}, "PUT /webhooks/{}"),
    Case("webhooks", {"action": "delete", "id": 5}, {}, "DELETE /webhooks/{}"),
    Case("line_item_grades", _GRADE, _GRADE | {"condition_category": {"grade": "grade_a"}},
         "POST /dispositioning/grade"),
    Case("line_item_dispositions", _ASSESS, _ASSESS | {"disposition_outcome": "burn"},
         "POST /dispositioning/assess"),
    Case("return_labels", {"action": "generate", "return_id": "1"},
         {"action": "generate", "return_id": "3"}, "POST /returns/{}/labels",
         ("url", "carrier", "tracking_number")),
    Case("labels", _LABEL, _LABEL | {"label_request_id": "5"}, "POST /labels"),
    Case("labels", {"action": "update", "id": "7", "status": "delivered"},
         {"action": "update", "id": "8", "status": "new"}, "PUT /labels/{}"),
    Case("label_request_errors", _ERROR, _ERROR | {"label_request_id": "5"},
         "POST /label-requests/{}/errors"),
    Case("order_links", _LINK, _LINK | {"name": "#9"}, "POST /order/link", ("url",)),
    Case("order_links", _LINK | {"action": "qr", "type": "svg", "size": 250},
         _LINK | {"action": "qr", "name": "#9"}, "POST /order/qr", ("qr", "deeplink_url")),
    *_commerce("orders", "/orders", {"action": "upsert", "external_id": "new-1"}, name="#5",
               created_at=MADE),
    *_commerce("customers", "/customers", {}, sales_channel="erp", first_name="A"),
    *_commerce("products", "/products", {}, name="Shirt", tags=["a", "b"]),
    *_commerce("collections", "/collections", {}, name="Shoes"),
    *_commerce("locations", "/locations", {}, name="Dock", address=PLACE),
    Case("product_variants", {"action": "upsert", **_VARIANT, "name": "M"},
         {"action": "upsert", **_VARIANT, "product_external_id": "none"}, f"PUT {_VARIANT_PATH}"),
    Case("product_variants", {"action": "delete", **_VARIANT, "external_id": "old-1"}, {},
         f"DELETE {_VARIANT_PATH}/{{}}"),
    Case("inventories", {"action": "upsert", **_STOCK, "available_count": 5},
         {"action": "upsert", **_STOCK, "location_external_id": "no", "available_count": 5},
         f"PUT {_STOCK_PATH}"),
    Case("inventories", {"action": "delete", **_STOCK}, {}, f"DELETE {_STOCK_PATH}"),
    Case("bulk_operations", {"action": "import", "lines": [{"external_id": "a"}, {"b": 1}]},
         {"action": "import", "lines": [{"b": 1}]}, "POST /bulk-operations",
         ("success_count", "failed_count")),
)  # fmt: skip
"""`refused` is empty where nothing is left to refuse: what is gone, or there, already is done, and
what does not fit the kind is no action."""


def furnish(shop: Shop) -> None:
    """What the rows need beside the returns: things that they change and delete."""
    shop.edit_return("1", labels=[], order_name="#1001")
    shop.edit_return("3", labels=[])
    shop.table("destinations")[5] = {
        "id": 5, "name": "A", "type": "donate", "address": PLACE, "enabled": True,
    }  # fmt: skip
    shop.table("webhooks")[5] = {
        "id": 5, "shop_id": 4242, "topic": "return", "trigger": "return.created", "url": URL,
        "status": "inactive",
    }  # fmt: skip
    shop.carts["kept"] = [FIRST]
    shop.fraud_reports["8"] = {"id": 1}
    shop.labels[7] = {"id": 7, "status": "new"}
    shop.add_label_request("2")
    shop.table("label_requests")[0] |= {"id": int(REQUEST), "status": "issued", "errors": []}
    names = ("orders", "customers", "products", "collections", "locations")
    for name in names:
        shop.table(name)[900] = {"id": 900, "external_id": "old-1", "name": "old"}
    product = {"id": 901, "external_id": "p-1", "name": "Shirt"}
    variant = {"id": 902, "external_id": "old-1", "product": product}
    shop.table("products")[901] = product
    shop.table("product_variants")[902] = variant
    shop.table("inventories")[903] = {
        "available_count": 1, "product_variant": [variant],
        "location": [{"id": 900, "external_id": "old-1"}],
    }  # fmt: skip
