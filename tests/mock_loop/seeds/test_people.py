"""The people of the account: the same one in every stream, by number or by e-mail."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mock_loop.seeds import people

NUMBERS = st.integers(0, 10**6)


@given(NUMBERS)
def test_a_person_is_found_by_the_e_mail(number: int) -> None:
    """Streams show the address alone; whoever needs more looks the person up by it."""
    assert people.of_email(people.person(number).email) == people.person(number)


@given(NUMBERS, NUMBERS)
@example(3, 10)
def test_two_numbers_are_two_people(one: int, other: int) -> None:
    """With e-mails and ids of their own."""
    a, b = people.person(one), people.person(other)
    assert (a.email == b.email) == (a.id == b.id) == (one == other)
    assert (a.external_id == b.external_id) == (one == other)


@given(NUMBERS)
def test_an_e_mail_is_plain_text_and_an_id_no_float(number: int) -> None:
    """Names have accents and apostrophes, addresses of shops' customers mostly have not."""
    who = people.person(number)
    assert who.email.isascii()
    assert "'" not in who.email
    assert who.id > 2**53


@given(NUMBERS)
def test_all_that_is_personal_is_told(number: int) -> None:
    """Each text by which the person could be recognised, long enough to be looked for."""
    who = people.person(number)
    address = who.address()
    told = who.values()
    assert {who.email, who.phone, address["address1"], address["city"]} <= told
    assert {str(value) for value in who.coordinates.values()} <= told
    assert min(map(len, told)) > 5


@pytest.mark.parametrize("email", ["", "a@b.example", "x@shopper.example", "N/A"])
def test_an_e_mail_that_a_test_invented_is_nobodys(email: str) -> None:
    """And breaks nothing."""
    assert people.of_email(email) is None
