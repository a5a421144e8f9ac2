"""What the shop sells: variants, and every list that is made of them, agree."""

from __future__ import annotations

from collections import Counter
from random import Random

from mock_loop.seeds import catalogue

STOCK = catalogue.variants(Random(1))


def test_equal_seeds_sell_the_same() -> None:
    """And other seeds something else."""
    assert catalogue.variants(Random(1)) == STOCK != catalogue.variants(Random(2))


def test_ids_skus_and_barcodes_are_of_one_variant_each() -> None:
    """A line item that names one of them names a single article."""
    for field in ("id", "external_id", "sku", "barcode"):
        assert len({getattr(variant, field) for variant in STOCK}) == len(STOCK)


def test_ids_are_beyond_what_a_float_can_hold() -> None:
    """A reader that takes them for floats is found out."""
    assert all(variant.id > 2**53 for variant in STOCK)
    assert any(int(float(variant.id)) != variant.id for variant in STOCK)


def test_products_variants_collections_and_stock_are_of_the_same_articles() -> None:
    """Each variant belongs to a product, each product to a collection, each is stocked twice."""
    products, variants = catalogue.products(STOCK), catalogue.product_variants(STOCK)
    assert {row["product"]["id"] for row in variants.values()} == set(products)
    listed = [one["id"] for row in catalogue.collections(STOCK).values() for one in row["products"]]
    assert sorted(listed) == sorted(products)
    stocked = Counter(
        row["product_variant"][0]["id"] for row in catalogue.inventories(STOCK).values()
    )
    assert stocked == dict.fromkeys(variants, 2)


def test_a_products_sizes_are_those_of_its_variants() -> None:
    """In their order; its default variant is one of them."""
    variants = catalogue.product_variants(STOCK)
    for row in catalogue.products(STOCK).values():
        mine = [one for one in variants.values() if one["product"]["id"] == row["id"]]
        assert row["options"][0]["values"] == [one["options"][0]["value"] for one in mine]
        assert int(row["default_variant_id"]) in {one["id"] for one in mine}
