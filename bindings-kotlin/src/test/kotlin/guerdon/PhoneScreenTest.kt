// What the screens of an app do, without a network: a compiled plan lives as long as its screen.

package guerdon

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Test
import java.math.BigDecimal
import java.time.Instant
import java.time.LocalDate

class PhoneScreenTest {
    private fun screen(show: (Plan, State) -> Unit) = Plan(Fixture.readmePlan).use { plan ->
        plan.newState().use { state -> show(plan, state) }
    }

    /** 10 % of 1,000.00 and 12.5 % of 299.90 are 137.4875; the basket changes, and nothing is remembered. */
    @Test
    fun theEarningsOfABasket() = screen { plan, state ->
        val basket = Fixture.sale("basket", "800")
        assertEquals(Fixture.euros("80.00"), plan.preview(basket, state).total)
        val items = listOf(
            Item("camera", Fixture.euros("800"), quantity = BigDecimal.ONE),
            Item("lens", Fixture.euros("499.90"), quantity = BigDecimal.ONE),
        )
        val both = plan.preview(basket.copy(items = items, amount = null), state)
        assertEquals(Fixture.euros("137.49"), both.total)
        assertEquals(listOf<String?>("camera", "lens"), both.lines.map { it.item })
        assertFalse(both.steps.isEmpty())
        assertEquals(emptyList<Total>(), plan.totals(state))
    }

    /** A product list: each row on its own, in one crossing. After 1,000.00 the rate is 12.5 %. */
    @Test
    fun aListOfProductsInOneCrossing() = screen { plan, state ->
        val rows = listOf("10", "20", "2000").map { Fixture.sale("p$it", it) }
        assertEquals(listOf("1.00", "2.00", "150.00"), plan.preview(rows, state).map { it.total.amount.toPlainString() })
        plan.evaluate(Fixture.sale("A1", "1000"), state)
        assertEquals(listOf("1.25", "2.50", "150.00"), plan.preview(rows, state).map { it.total.amount.toPlainString() })
    }

    @Test
    fun aListOfEventsIsTakenWholeOrNotAtAll() = screen { plan, state ->
        val dollars = Fixture.sale("A3", "1").copy(amount = Money(BigDecimal.ONE, "USD"))
        val refused = refused { plan.evaluate(listOf(Fixture.sale("A1", "1000"), dollars), state) }
        assertEquals("currency_mismatch", refused.code)
        assertEquals("/events/1", refused.path.take(9))
        assertEquals(emptyList<Total>(), plan.totals(state))
        val outcomes = plan.evaluate(listOf(Fixture.sale("A1", "1000"), Fixture.sale("A2", "100")), state)
        assertEquals(listOf("100.00", "12.50"), outcomes.map { it.total.amount.toPlainString() })
        assertEquals(listOf(Total("schedule/monthly", "ada", "2026-11", 110_000, 11_250)), plan.totals(state))
    }

    /** The same as columns, as a batch, with a refund of a third: 137.49 less 45.83. */
    @Test
    fun aBatchOfColumns() = screen { plan, state ->
        val at = listOf("2026-11-20T09:30:00Z", "2026-11-21T12:00:00Z", "2026-11-25T11:00:00Z")
        val columns = mapOf(
            "at" to Column.Instants(at.map(Instant::parse)),
            "partner" to Column.Words(listOf("ada", "bob", "ada")),
            "amount_minor" to Column.Integers(listOf(129_990, 5_000, 43_330)),
            "refund_of" to Column.Integers(listOf(-1, -1, 0)),
        )
        assertEquals(listOf(13_749L, 500L, -4_583L), plan.run(columns, state).commissionMinor)
        assertEquals(listOf(9_166L, 500L), plan.totals(state).map { it.paidMinor })
        val refused = refused { plan.run(mapOf("at" to Column.Integers(listOf(1))), state) }
        assertEquals("column_type_mismatch" to "/at", refused.code to refused.path)
    }

    /** "How far to Gold?": 250 of 500, and silver is safe until April is over. */
    @Test
    fun progressToTheNextTier() {
        val now = Instant.parse("2026-03-16T00:00:00Z")
        val progress = ladderProgress(
            LadderProgressInput(
                ladder = """{"levels": [{"id": "silver", "from": "100"}, {"id": "gold", "from": "500"}]}""",
                window = """{"type": "calendar", "unit": "month"}""",
                zone = "UTC",
                standing = LadderStanding(asOf = now, measure = BigDecimal(250), beganWith = "silver", lapsed = 0u),
                now = now,
            ),
        )
        assertEquals("silver" to "gold", progress.level to progress.next)
        assertEquals(BigDecimal(250), progress.missing)
        assertEquals(Instant.parse("2026-05-01T00:00:00Z"), progress.atRiskAt)
    }

    /** "What did I earn in November?": 137.49, of which 45.83 was taken back, all of it still held. */
    @Test
    fun theStatementOfAMonth() = screen { plan, state ->
        val sold = plan.evaluate(Fixture.sale("A71", "1299.90"), state)
        val refund = Refund("R1", Instant.parse("2026-11-25T11:00:00Z"), "A71", amount = Fixture.euros("433.30"))
        val back = plan.refund(refund, sold.lines, state)
        val posted = payoutPost(PostInput(sold.lines + back.lines))
        val november = StatementPeriod(Instant.parse("2026-10-31T23:00:00Z"), Instant.parse("2026-11-30T23:00:00Z"))
        val statement = payoutStatement(StatementInput(posted.postings, "ada", "EUR", november, "Europe/Berlin"))
        assertEquals(Fixture.euros("137.49"), statement.commissions)
        assertEquals(Fixture.euros("-45.83"), statement.reversals)
        assertEquals(Fixture.euros("91.66"), statement.closing)
        assertEquals(Fixture.euros("91.66"), statement.pending)
        assertEquals(listOf("2026-11-20", "2026-11-25").map(LocalDate::parse), statement.entries.map { it.date })
    }

    /** The app is closed and opened again: the state is text, and goes on where it was. */
    @Test
    fun aStateSurvivesAsText() = screen { plan, state ->
        plan.evaluate(Fixture.sale("A1", "1000"), state)
        Plan(plan.toJson()).use { again ->
            again.stateFromJson(state.toJson()).use { restored ->
                assertEquals("12.50", again.evaluate(Fixture.sale("A2", "100"), restored).total.amount.toPlainString())
            }
            assertFalse(refused { again.stateFromJson("{}") }.problems.isEmpty())
        }
    }
}
