"""The people of the account: each made from a number, so that every stream agrees on them."""

from functools import lru_cache
from typing import Any, NamedTuple

from mock_loop.seeds import words

FIRST_CUSTOMER_ID = 300_000_000_000_000_000


class Person(NamedTuple):
    """A shopper, the same one in returns, orders, customers and label requests."""

    number: int
    first_name: str
    last_name: str
    email: str
    phone: str
    address1: str
    address2: str | None
    town: str
    postal_code: str
    country: str
    country_code: str
    region: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def id(self) -> int:
        """Loop's id of this customer."""
        return FIRST_CUSTOMER_ID + self.number * 1_048_583

    @property
    def external_id(self) -> str:
        """The id that the shop system gave."""
        return str(6_500_000_000_000 + self.number * 32_771)

    @property
    def coordinates(self) -> dict[str, float]:
        number = self.number
        return {
            "latitude": round(33 + number * 0.618034 % 12 + 0.000001, 6),
            "longitude": round(-120 + number * 0.414214 % 40 + 0.000001, 6),
        }

    def address(self) -> dict[str, Any]:
        """As orders show it."""
        return {
            "name": self.name,
            "company": None,
            "address1": self.address1,
            "address2": self.address2,
            "city": self.town,
            "region": self.region,
            "postal_code": self.postal_code,
            "country_code": self.country_code,
        }

    def values(self) -> set[str]:
        """Every text by which this person could be recognised."""
        return {
            self.first_name,
            self.last_name,
            self.name,
            self.email,
            self.phone,
            self.address1,
            self.town,
            self.postal_code,
            *([self.address2] if self.address2 else []),
            *map(str, self.coordinates.values()),
        }


@lru_cache(maxsize=100_000)
def person(number: int) -> Person:
    """The shopper with this number; the same number always gives the same person."""
    first = words.FIRST_NAMES[number % 40]
    last = words.LAST_NAMES[(number // 40 + number * 7) % 40]
    country, country_code, region = words.REGIONS[number * 5 % 6]
    return Person(
        number=number,
        first_name=first,
        last_name=last,
        email=_email(first, last, number),
        phone=f"+1555{number * 7919 % 10_000_000:07}",
        address1=f"{100 + number * 37 % 9000} {words.STREETS[number % 12]}",
        address2=f"Apartment {number % 90 + 10}-Q{number}" if number % 4 == 0 else None,
        town=words.TOWNS[number * 3 % 10],
        postal_code=f"{10_000 + number * 7919 % 90_000}-{number * 31 % 10_000:04}",
        country=country,
        country_code=country_code,
        region=region,
    )


def _email(first: str, last: str, number: int) -> str:
    local = f"{first}.{last}.{number}".lower().replace("'", "")
    return local.encode("ascii", "ignore").decode() + "@shopper.example"


def of_email(email: str) -> Person | None:
    """The shopper behind an address; None for one that a test invented."""
    local, _, domain = email.partition("@")
    number = local.rsplit(".", 1)[-1]
    return person(int(number)) if domain == "shopper.example" and number.isdecimal() else None
