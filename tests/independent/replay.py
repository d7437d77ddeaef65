"""Replays the demo from its CSV and its stated rules, and compares every cent of every statement.

This shares no code and no document with guerdon: the rules are those that stand in
core/examples/partner_month/README.md, written down a second time, in whole numbers alone. Money is
in cents, or in 200ths of a cent before it is rounded. `make demo` writes the statements that are
compared; the exit status is 1 if any of them differs, is missing or is too many.

    python3 tests/independent/replay.py [target/demo/statements.csv]
"""

import csv
import math
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ORDERS = ROOT / "core/examples/partner_month/data/cdnow.csv"
COLUMNS = ["opening", "commissions", "overrides", "reversals", "payouts", "fees", "closing"]
END = date(1998, 7, 1)
STEPS = [(0, 25_000, 5), (25_000, 100_000, 7), (100_000, 10**12, 9)]  # cents of volume, percent
TIERS = [(0, 0), (50_000, 10), (100_000, 20), (250_000, 30)]  # volume of the quarter, cents per CD
PER_ORDER, PER_MONTH, MINIMUM, FEE, UNVERIFIED = 1_500, 20_000, 2_500, 25, 7


def partner_of(customer):
    value = 0xCBF29CE484222325
    for byte in str(customer).encode("ascii"):
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return 40 - math.isqrt(value % 1600)


def half_up(number, of):
    """number / of to the nearest whole, halves upwards; both are zero or more."""
    return (2 * number + of) // (2 * of)


def quarter(day):
    return day.year * 4 + (day.month - 1) // 3


def month(day):
    return day.year * 12 + day.month - 1


def first_of(number):
    return date(number // 12, number % 12 + 1, 1)


def history():
    """Orders and refunds in the order in which they happen: (day, refund?, number, row)."""
    happened, seen = [], set()
    with ORDERS.open(newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 1):
            dollars, cents = row["Price"].split(".")
            price, day = int(dollars) * 100 + int(cents), date.fromisoformat(row["Date"])
            new = row["Id"] not in seen
            seen.add(row["Id"])
            if price == 0:
                continue
            happened.append((day, False, number, (partner_of(row["Id"]), price, int(row["CDs"]), new)))
            if number % 37 == 5:
                happened.append((day + timedelta(days=9), True, number, price))
            if number % 37 == 23:
                happened.append((day + timedelta(days=48), True, number, price // 2))
    return sorted(one for one in happened if one[0] < END)


def earned(volume, before, cds, price, new, tier):
    """What the two rules pay before any cap, in 200ths of a cent."""
    parts = [(max(0, min(before + price, to) - max(before, start)), rate) for start, to, rate in STEPS]
    scheduled = sum(measure * rate for measure, rate in parts)
    bonus = [cds * TIERS[tier][1] * 100] if tier else []
    return [amount * (3 if new else 2) for amount in [scheduled, *bonus]]


def capped(amounts, room):
    """Whole cents for each amount: cut to the room in proportion, rounded together."""
    total = sum(amounts)
    left = min(total, room * 200)
    parts = [divmod(amount * left, total * 200) for amount in amounts]
    over = half_up(left, 200) - sum(whole for whole, _ in parts)
    largest = sorted(range(len(parts)), key=lambda at: -parts[at][1])[:over]
    return [whole + (at in largest) for at, (whole, _) in enumerate(parts)]


def play():
    """Every entry on a partner's account: (day, payable from, partner, kind, cents)."""
    volume, paid, by_quarter, peak = Counter(), Counter(), Counter(), Counter()
    sales, entries = {}, []
    reached = lambda cents: sum(cents >= start for start, _ in TIERS) - 1
    for day, is_refund, number, row in history():
        if is_refund:
            sold, partner, price, lines = sales[number]
            volume[partner, month(sold)] -= row
            if quarter(day) == quarter(sold):  # a quarter that is over stays as it was
                by_quarter[partner, quarter(sold)] -= row
            for payee, posted, _ in lines:
                back = half_up(posted * (price - row), price) - posted
                paid[partner, month(sold)] += back if payee == partner else 0
                entries.append((day, max(day, sold + timedelta(days=30)), payee, "reversals", back))
            continue
        partner, price, cds, new = row
        this = partner, quarter(day)
        tier = max(peak[this], reached(by_quarter[partner, quarter(day) - 1]))
        amounts = earned(volume, volume[partner, month(day)], cds, price, new, tier)
        room = min(PER_ORDER, PER_MONTH - paid[partner, month(day)])
        posted = capped(amounts, room)
        lines = [(partner, cents, "commissions") for cents in posted]
        if partner > 3:
            lines.append((partner // 3, half_up(sum(posted), 10), "overrides"))
        volume[partner, month(day)] += price
        paid[partner, month(day)] += sum(posted)
        by_quarter[this] += price
        peak[this] = max(peak[this], reached(by_quarter[this]))
        sales[number] = day, partner, price, lines
        held = day + timedelta(days=30)
        entries += [(day, held, payee, kind, cents) for payee, cents, kind in lines]
    return entries


def statements(entries):
    """What each statement says, by partner and month; those with nothing in them are left out."""
    books = defaultdict(list)
    for entry in entries:
        books[entry[2]].append(entry)
    told = {}
    for partner, book in books.items():
        balance = gone = 0
        for number in range(month(date(1997, 1, 1)), month(END)):
            start, end = first_of(number), first_of(number + 1)
            sums = Counter(opening=balance)
            payable = sum(cents for *_, available, _, _, cents in book if available < start) - gone
            payable = min(payable, balance)
            if payable >= MINIMUM and partner != UNVERIFIED:
                gone += payable
                sums.update(payouts=FEE - payable, fees=-FEE)
            for day, _, _, kind, cents in book:
                sums[kind] += cents if start <= day < end else 0
            balance = sums["closing"] = sum(sums.values())
            if any(sums.values()):
                label = f"{start:%Y-%m}"
                told[f"partner-{partner:02}", label] = [sums[column] for column in COLUMNS]
    return told


def main():
    default = ROOT / "target/demo/statements.csv"
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    theirs = {(row["partner"], row["month"]): [int(row[column]) for column in COLUMNS] for row in rows}
    ours = statements(play())
    wrong = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
    for key in wrong[:10]:
        print(*key, f"\n  here  {ours.get(key)}\n  there {theirs.get(key)}")
    same = len(ours) - len(wrong)
    earned = sum(row[1] + row[2] for row in ours.values())
    print(f"{same} of {len(ours)} statements agree to the cent, ${earned / 100:,.2f} earned in all")
    return 1 if wrong or len(rows) != len(theirs) else 0


if __name__ == "__main__":
    sys.exit(main())
