"""Replays the demo from its CSV and its stated rules, and compares every cent that it wrote.

This shares no code and no document with guerdon: the rules are those that stand in
core/examples/partner_month/README.md, written down a second time, in whole numbers alone. Money is
in cents, or in 200ths of a cent before it is rounded. `make demo` writes what is compared: the
statements, what refunds took back of what had been paid out, and what another version of the plan
would change. The exit status is 1 if anything differs, is missing or is too many.

    python3 tests/independent/replay.py [target/demo]
"""

import csv
import math
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
ORDERS = ROOT / "core/examples/partner_month/data/cdnow.csv"
COLUMNS = ["opening", "commissions", "overrides", "reversals", "payouts", "fees", "closing"]
END = date(1998, 7, 1)
TIERS = [(0, 0), (50_000, 10), (100_000, 20), (250_000, 30)]  # volume of the quarter, cents per CD
PER_ORDER, MINIMUM, FEE, UNVERIFIED = 1_500, 2_500, 25, 7
RETURNED = 2, date(1997, 6, 1)  # the payout that comes back nine days later, and is payable again


class Plan(NamedTuple):
    steps: list  # cents of volume, percent
    per_month: int
    override: int  # percent


class Entry(NamedTuple):
    day: date
    payable: date
    partner: int
    kind: str
    cents: int
    rule: str
    order: int


FIRST = Plan([(0, 25_000, 5), (25_000, 100_000, 7), (100_000, 10**12, 9)], 20_000, 10)
SECOND = Plan([(0, 20_000, 5), (20_000, 100_000, 7), (100_000, 10**12, 9)], 25_000, 12)


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


def earned(steps, before, cds, price, new, tier):
    """What the two rules pay before any cap, in 200ths of a cent."""
    parts = [(max(0, min(before + price, to) - max(before, start)), rate) for start, to, rate in steps]
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


def play(plan):
    """Every entry on a partner's account."""
    volume, paid, by_quarter, peak = Counter(), Counter(), Counter(), Counter()
    sales, entries = {}, []
    reached = lambda cents: sum(cents >= start for start, _ in TIERS) - 1
    for day, is_refund, number, row in history():
        if is_refund:
            sold, partner, price, lines = sales[number]
            volume[partner, month(sold)] -= row
            if quarter(day) == quarter(sold):  # a quarter that is over stays as it was
                by_quarter[partner, quarter(sold)] -= row
            for payee, posted, _, rule in lines:
                back = half_up(posted * (price - row), price) - posted
                paid[partner, month(sold)] += back if payee == partner else 0
                payable = max(day, sold + timedelta(days=30))
                entries.append(Entry(day, payable, payee, "reversals", back, rule, number))
            continue
        partner, price, cds, new = row
        this = partner, quarter(day)
        tier = max(peak[this], reached(by_quarter[partner, quarter(day) - 1]))
        amounts = earned(plan.steps, volume[partner, month(day)], cds, price, new, tier)
        room = min(PER_ORDER, plan.per_month - paid[partner, month(day)])
        posted = capped(amounts, room)
        rules = ["volume", "tier-bonus"]
        lines = [(partner, cents, "commissions", rule) for cents, rule in zip(posted, rules)]
        if partner > 3:
            override = half_up(sum(posted) * plan.override, 100)
            lines.append((partner // 3, override, "overrides", "sponsor"))
        volume[partner, month(day)] += price
        paid[partner, month(day)] += sum(posted)
        by_quarter[this] += price
        peak[this] = max(peak[this], reached(by_quarter[this]))
        sales[number] = day, partner, price, lines
        held = day + timedelta(days=30)
        entries += [Entry(day, held, payee, kind, cents, rule, number) for payee, cents, kind, rule in lines]
    return entries


def statements(entries):
    """What each statement says, by partner and month, and the cut-offs of the payouts that stayed.

    Statements with nothing in them are left out.
    """
    books = defaultdict(list)
    for entry in entries:
        books[entry.partner].append(entry)
    told, paid = {}, defaultdict(list)
    for partner, book in books.items():
        balance = gone = 0
        for number in range(month(date(1997, 1, 1)), month(END)):
            start, end = first_of(number), first_of(number + 1)
            sums = Counter(opening=balance)
            payable = sum(entry.cents for entry in book if entry.payable < start) - gone
            payable = min(payable, balance)
            if payable >= MINIMUM and partner != UNVERIFIED:
                # What comes back within the month, the fee with it, leaves nothing on the statement.
                if (partner, start) != RETURNED:
                    gone += payable
                    paid[partner].append(start)
                    sums.update(payouts=FEE - payable, fees=-FEE)
            for entry in book:
                sums[entry.kind] += entry.cents if start <= entry.day < end else 0
            balance = sums["closing"] = sum(sums.values())
            if any(sums.values()):
                label = f"{start:%Y-%m}"
                told[f"partner-{partner:02}", label] = [sums[column] for column in COLUMNS]
    return told, paid


def clawbacks(entries, paid):
    """What refunds took back of what had been paid out: by order, partner and rule."""
    held = {(entry.order, entry.partner): entry.payable for entry in entries if entry.kind != "reversals"}
    told = Counter()
    for entry in entries:
        if entry.kind == "reversals" and entry.cents:
            payable = held[entry.order, entry.partner]
            cut_offs = [day for day in paid[entry.partner] if payable < day <= entry.day]
            if cut_offs:
                told[str(entry.order), f"partner-{entry.partner:02}", str(cut_offs[0]), str(entry.day), entry.cents] += 1
    return told


def changes(before, after):
    """What two versions of the plan post otherwise, by partner, rule and month."""
    sums = defaultdict(lambda: [0, 0])
    for side, entries in enumerate([before, after]):
        for entry in entries:
            sums[f"partner-{entry.partner:02}", entry.rule, f"{entry.day:%Y-%m}"][side] += entry.cents
    return {key: pair for key, pair in sums.items() if pair[0] != pair[1]}


def rows(folder, name):
    with (folder / name).open(newline="") as file:
        return list(csv.DictReader(file))


def compare(what, ours, theirs, count):
    """Whether two tables agree, each key once."""
    wrong = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
    for key in wrong[:10]:
        print(*key, f"\n  here  {ours.get(key)}\n  there {theirs.get(key)}")
    print(f"{len(ours.keys() - set(wrong))} of {len(ours)} {what} agree to the cent")
    return not wrong and len(theirs) == count


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "target/demo"
    entries = play(FIRST)
    ours, paid = statements(entries)
    table = rows(folder, "statements.csv")
    theirs = {(row["partner"], row["month"]): [int(row[column]) for column in COLUMNS] for row in table}
    same = compare("statements", ours, theirs, len(table))
    table = rows(folder, "clawbacks.csv")
    keys = ["order", "partner", "paid_on", "back_on"]
    theirs = Counter((*(row[key] for key in keys), int(row["cents"])) for row in table)
    same &= compare("refunds of what was paid out", clawbacks(entries, paid), theirs, len(theirs))
    table = rows(folder, "what_if.csv")
    keys = ["partner", "rule", "month"]
    theirs = {tuple(row[key] for key in keys): [int(row["before"]), int(row["after"])] for row in table}
    same &= compare("changes by the next plan", changes(entries, play(SECOND)), theirs, len(table))
    earned = sum(row[1] + row[2] for row in ours.values())
    print(f"${earned / 100:,.2f} earned in all")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
