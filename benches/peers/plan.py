"""The plan that every peer rates, and the same plan over whole numbers.

Per order, in this order: a marginal schedule on the partner's volume of the calendar month (UTC), times a multiplier by
category, capped per order, rounded half-even to the cent. The orders of a month count in input order.

The peers compute in integers, exactly: with every rate over RATE_UNIT and every multiplier over MULTIPLIER_UNIT, a
commission is a whole number of 1/UNIT cents until its one division. The oracle takes the fractions instead.
"""

from fractions import Fraction
from math import lcm

MONTHS = 12

# (from, in cents of the month's volume; rate): marginal, lower-inclusive.
STEPS = (
    (0, Fraction(4, 100)),
    (1_000_00, Fraction(6, 100)),
    (5_000_00, Fraction(8, 100)),
)
MULTIPLIERS = {
    "apparel": Fraction(1),
    "beauty": Fraction(1),
    "books": Fraction(1),
    "electronics": Fraction(8, 10),
    "garden": Fraction(1),
    "new-arrivals": Fraction(3, 2),
    "sports": Fraction(1),
    "toys": Fraction(1),
}
ORDER_CAP_CENTS = 20_00

RATE_UNIT = lcm(*(rate.denominator for _, rate in STEPS))
MULTIPLIER_UNIT = lcm(*(multiplier.denominator for multiplier in MULTIPLIERS.values()))
UNIT = RATE_UNIT * MULTIPLIER_UNIT
assert UNIT % 2 == 0, "half a cent must be a whole number of units"
HALF = UNIT // 2
CAP = ORDER_CAP_CENTS * UNIT

RATES = tuple(int(rate * RATE_UNIT) for _, rate in STEPS)
TOP_RATE = RATES[-1]
# The schedule as the top rate less what lies below each boundary: volume * TOP_RATE - sum of min(volume, at) * rise.
# `min` is the cheapest piecewise operation in both engines.
RISES = tuple((at, high - low) for (at, _), low, high in zip(STEPS[1:], RATES, RATES[1:]))

USUAL_FACTOR = MULTIPLIER_UNIT
# Category to multiplier, over MULTIPLIER_UNIT, where it is not one.
FACTORS = {
    category: int(multiplier * MULTIPLIER_UNIT)
    for category, multiplier in MULTIPLIERS.items()
    if multiplier != 1
}
