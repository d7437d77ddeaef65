"""Compiled plans, one event at a time."""

from __future__ import annotations

import copy
import json
import pickle
from decimal import Decimal
from typing import Any

import pytest
from engines import DOCUMENT, cents, orders, roster

import guerdon
from guerdon import GuerdonError, Money, Plan, Refund, Reinstatement, Roster, State


def refused(call: Any, *arguments: Any, **keywords: Any) -> tuple[str, str]:
    with pytest.raises(GuerdonError) as caught:
        call(*arguments, **keywords)
    return caught.value.code, caught.value.path


def test_a_plan_is_compiled_from_text_or_a_dict() -> None:
    from_dict, from_text = Plan(DOCUMENT), Plan(json.dumps(DOCUMENT))
    assert from_dict.reference == from_text.reference
    assert from_dict.reference.version == 3
    assert Plan(from_dict.to_json()).reference == from_dict.reference
    described = from_dict.describe()
    assert described.ordering_scope == "customer"
    assert described.reads[:2] == ["customer.new", "order.channel"]


def test_a_wrong_document_is_refused_with_every_problem() -> None:
    with pytest.raises(GuerdonError) as caught:
        Plan({**DOCUMENT, "version": "three", "currency": "EURO", "colour": "red"})
    assert {one.path for one in caught.value.problems} == {"/version", "/currency", "/colour"}
    assert refused(Plan, {**DOCUMENT, "caps": [{"id": "a", "scope": "order", "max": 1.5}]})[0] == "float_refused"
    assert refused(Plan, b"{}")[0] == "type_mismatch"


def test_an_event_is_evaluated_as_the_operation_does() -> None:
    plan, state, partners = Plan(DOCUMENT), Plan(DOCUMENT).new_state(), roster()
    stored: str | None = None
    for row, order in enumerate(orders(40)):
        event = order.event(row)
        outcome = plan.evaluate(event, state, partners, explain=True)
        by_operation = guerdon.commission.evaluate(
            plan=DOCUMENT,
            state=stored,
            partners=[partner for number in range(4) if (partner := partners.get(f"p{number}"))],
            event=event,
            explain=True,
        )
        assert outcome == by_operation.outcome
        stored = by_operation.state
        assert json.loads(state.to_json()) == json.loads(stored)


def test_a_preview_changes_nothing_and_explains() -> None:
    plan = Plan(DOCUMENT)
    state, event = plan.new_state(), orders(1)[0].event(0)
    before = state.to_json()
    previewed = plan.preview(event, state)
    assert state.to_json() == before
    assert previewed.steps
    outcome = plan.evaluate(event, state)
    assert outcome.steps == []
    assert (outcome.lines, outcome.total) == (previewed.lines, previewed.total)


def test_a_full_refund_lands_on_zero() -> None:
    plan, partners = Plan(DOCUMENT), roster()
    state = plan.new_state()
    event = orders(1)[0].event(0)
    assert event.amount is not None
    posted = plan.evaluate(event, state, partners).lines
    half = Money(amount=(event.amount.amount / 2).quantize(Decimal("0.01")), currency="EUR")
    rest = Money(amount=event.amount.amount - half.amount, currency="EUR")
    for number, amount in enumerate([half, rest]):
        refund = Refund(id=f"refund-{number}", at=event.at, event=event.id, amount=amount)
        posted = posted + plan.refund(refund, posted, state, partners).lines
    assert sum(cents(line.amount) for line in posted) == 0
    assert any(line.level == 1 for line in posted) == (event.partner in ("p1", "p2"))
    refund = Refund(id="refund-2", at=event.at, event=event.id, amount=half)
    assert refused(plan.refund, refund, posted, state) == ("refund_exceeds_sale", "/refund/amount")
    assert refused(plan.refund, refund, [event], state) == ("type_mismatch", "/posted/0")


def test_an_undone_refund_gives_all_of_it_again() -> None:
    plan, partners = Plan(DOCUMENT), roster()
    state = plan.new_state()
    event = orders(1)[0].event(0)
    posted = plan.evaluate(event, state, partners).lines
    sold = state.to_json()
    posted = posted + plan.refund(Refund(id="refund", at=event.at, event=event.id), posted, state, partners).lines
    assert state.to_json() != sold
    won = Reinstatement(id="won", at=event.at, event=event.id, refund="refund")
    again = plan.reinstate(won, posted, state, partners)
    assert state.to_json() == sold
    assert sum(cents(line.amount) for line in posted) == 0
    assert {line.kind for line in again.lines} == {"reinstatement"}
    assert again.total == sum_of_sellers(posted)
    repeated = ("reinstatement_repeated", "/reinstatement/refund")
    assert refused(plan.reinstate, won, posted + again.lines, state) == repeated
    assert refused(plan.reinstate, event, posted, state) == ("type_mismatch", "/reinstatement")


def sum_of_sellers(posted: list[Any]) -> Money:
    earned = [line.amount.amount for line in posted if line.kind == "commission"]
    return Money(amount=sum(earned, Decimal(0)), currency="EUR")


def test_states_are_stored_copied_and_pickled() -> None:
    plan, partners = Plan(DOCUMENT), roster()
    state = plan.new_state()
    for row, order in enumerate(orders(30)):
        plan.evaluate(order.event(row), state, partners)
    text = state.to_json()
    copies = [state.copy(), copy.copy(state), copy.deepcopy(state), plan.state_from_json(text)]
    copies.append(pickle.loads(pickle.dumps(state)))
    again, partners_again = pickle.loads(pickle.dumps((plan, partners)))
    event = orders(31)[30].event(30)
    expected = plan.evaluate(event, state, partners)
    for one in copies:
        assert one.to_json() == text
        assert again.evaluate(event, one, partners_again) == expected
    assert {plan.tier(f"p{number}", state) for number in range(6)} >= {None, "silver"}
    assert refused(plan.state_from_json, "{}")[0] == "field_missing"


def test_a_state_of_another_plan_is_refused() -> None:
    plan, other = Plan(DOCUMENT), Plan({**DOCUMENT, "version": 4})
    state, event = other.new_state(), orders(1)[0].event(0)
    assert refused(plan.evaluate, event, state)[0] == "state_mismatch"
    assert refused(plan.state_from_json, state.to_json())[0] == "state_mismatch"
    assert refused(plan.totals, state)[0] == "state_mismatch"


def test_refused_events_change_nothing() -> None:
    plan = Plan(DOCUMENT)
    state = plan.new_state()
    event = guerdon.Event(
        id="1", kind="sale", at="2026-01-01T00:00:00Z", partner="p", amount=Money(amount="1", currency="USD")
    )
    assert refused(plan.evaluate, event, state) == ("currency_mismatch", "/amount/currency")
    assert json.loads(state.to_json()).get("sums", []) == []


def test_arguments_of_another_class_are_named() -> None:
    plan = Plan(DOCUMENT)
    state, event = plan.new_state(), orders(1)[0].event(0)
    assert refused(plan.evaluate, {}, state) == ("type_mismatch", "/event")
    assert refused(plan.evaluate, event, {}) == ("type_mismatch", "/state")
    assert refused(plan.evaluate, event, state, []) == ("type_mismatch", "/roster")
    assert refused(Roster, [guerdon.Partner(id="a"), guerdon.Partner(id="a")]) == ("id_duplicate", "/1/id")
    circle = [guerdon.Partner(id="a", sponsor="b"), guerdon.Partner(id="b", sponsor="a")]
    assert refused(Roster, circle)[0] == "sponsor_cycle"


def test_reprs_are_short() -> None:
    plan = Plan(DOCUMENT)
    assert repr(plan) == "Plan(shop, version 3)"
    assert repr(plan.new_state()) == "State(of shop, version 3)"
    assert repr(roster()) == "Roster(3 partners)"
    assert len(roster()) == 3
    assert isinstance(plan.new_state(), State)
