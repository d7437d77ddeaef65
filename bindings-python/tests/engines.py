"""A plan, partners and random orders for the tests of compiled plans."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import guerdon

DOCUMENT: dict[str, Any] = {
    "format": "guerdon.plan/1",
    "id": "shop",
    "version": 3,
    "currency": "EUR",
    "zone": "Europe/Berlin",
    "facts": {
        "order.channel": {"type": "string"},
        "order.weight": {"type": "decimal"},
        "order.paid_on": {"type": "date"},
        "order.shipping": {"type": "money", "currency": "EUR"},
        "order.parcels": {"type": "integer"},
    },
    "ladder": {
        "measure": "volume",
        "window": {"type": "calendar", "unit": "month"},
        "tiers": {
            "levels": [{"id": "silver", "from": "200"}, {"id": "gold", "from": "900"}],
            "promotion": "at_once",
            "downgrade": "requalify",
        },
    },
    "schedules": {
        "monthly": {
            "measure": "volume",
            "window": {"type": "calendar", "unit": "month"},
            "rates": {
                "mode": "marginal",
                "steps": [
                    {"from": "0", "rate": {"percent": "5"}},
                    {"from": "400", "rate": {"percent": "7"}},
                ],
            },
        }
    },
    "groups": [
        {
            "id": "orders",
            "combine": "first",
            "rules": [
                {
                    "id": "heavy",
                    "priority": 3,
                    "when": {"op": "gt", "args": [{"fact": "order.weight"}, {"decimal": "19.5"}]},
                    "pay": {"type": "per_unit", "amount": "0.35"},
                },
                {
                    "id": "late",
                    "priority": 2,
                    "when": {"op": "gte", "args": [{"fact": "order.paid_on"}, {"date": "2026-03-10"}]},
                    "pay": {"type": "percent", "rate": {"percent": "1"}},
                },
                {
                    "id": "new",
                    "priority": 1,
                    "when": {"fact": "customer.new"},
                    "pay": {
                        "type": "by_tier",
                        "tiers": {"gold": {"type": "percent", "rate": {"percent": "12"}}},
                        "otherwise": {"type": "flat", "amount": "2.50"},
                    },
                },
                {"id": "rest", "pay": {"type": "schedule", "schedule": "monthly"}},
            ],
        }
    ],
    "multipliers": [
        {
            "id": "app",
            "factor": {"ratio": "3/2"},
            "when": {"op": "eq", "args": [{"fact": "order.channel"}, {"string": "app"}]},
        },
        {
            "id": "free-shipping",
            "factor": {"ratio": "9/10"},
            "when": {
                "op": "lt",
                "args": [{"fact": "order.shipping"}, {"money": {"amount": "1.00", "currency": "EUR"}}],
            },
        },
        {
            "id": "parcels",
            "factor": {"ratio": "2"},
            "when": {"op": "gte", "args": [{"fact": "order.parcels"}, {"integer": 4}]},
        },
    ],
    "caps": [
        {"id": "order", "scope": "order", "max": "15.00"},
        {"id": "customer", "scope": "customer", "max": "40.00"},
    ],
    "overrides": [{"id": "up", "level": 1, "of": "commission", "rate": {"percent": "10"}}],
}


def roster() -> guerdon.Roster:
    return guerdon.Roster(
        [
            guerdon.Partner(id="p1", sponsor="p0"),
            guerdon.Partner(id="p2", sponsor="p1"),
            guerdon.Partner(id="p3", status="closed"),
        ]
    )


@dataclass(frozen=True)
class Order:
    at: datetime
    partner: str
    customer: str
    amount: Decimal
    net: Decimal
    quantity: int
    kind: str
    channel: str | None
    weight: Decimal | None
    paid_on: Any
    shipping: Decimal | None
    parcels: int | None
    new: bool | None

    def event(self, row: int) -> guerdon.Event:
        facts: dict[str, Any] = {}
        if self.channel is not None:
            facts["order.channel"] = guerdon.FactValueString(self.channel)
        if self.weight is not None:
            facts["order.weight"] = guerdon.FactValueDecimal(self.weight)
        if self.paid_on is not None:
            facts["order.paid_on"] = guerdon.FactValueDate(self.paid_on)
        if self.shipping is not None:
            facts["order.shipping"] = guerdon.FactValueMoney(guerdon.Money(amount=self.shipping, currency="EUR"))
        if self.parcels is not None:
            facts["order.parcels"] = guerdon.FactValueInteger(self.parcels)
        return guerdon.Event(
            id=str(row),
            kind=self.kind,  # type: ignore[arg-type]
            at=self.at,
            partner=self.partner,
            customer=self.customer,
            amount=guerdon.Money(amount=self.amount, currency="EUR"),
            net=guerdon.Money(amount=self.net, currency="EUR"),
            quantity=self.quantity,
            new_customer=self.new,
            facts=facts,
        )


def orders(count: int, seed: int = 7) -> list[Order]:
    draw = random.Random(seed)
    start = datetime(2026, 1, 30, tzinfo=timezone.utc)

    def some(value: Any) -> Any:
        return value if draw.random() < 0.8 else None

    made = []
    for row in range(count):
        cents = draw.randrange(100, 40_000)
        made.append(
            Order(
                at=start + timedelta(hours=3 * row, microseconds=draw.randrange(1_000_000)),
                partner=f"p{draw.randrange(6)}",
                customer=f"c{draw.randrange(30)}",
                amount=Decimal(cents) / 100,
                net=Decimal(draw.randrange(cents)) / 100,
                quantity=draw.randrange(1, 9),
                kind=draw.choice(["sale", "sale", "renewal", "lead"]),
                channel=some(draw.choice(["app", "web"])),
                weight=some(Decimal(draw.randrange(2_500)) / 100),
                paid_on=some((start + timedelta(days=draw.randrange(60))).date()),
                shipping=some(Decimal(draw.randrange(500)) / 100),
                parcels=some(draw.randrange(1, 6)),
                new=some(draw.random() < 0.3),
            )
        )
    return made


def cents(money: guerdon.Money) -> int:
    return int(money.amount * 100)
