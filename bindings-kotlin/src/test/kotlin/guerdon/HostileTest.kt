// What a host may do wrong is an exception of Kotlin's own, or harmless; it never takes the process down.

package guerdon

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.math.BigDecimal
import java.util.concurrent.atomic.AtomicLong
import kotlin.concurrent.thread

class HostileTest {
    @Test
    fun everyProblemOfADocumentIsToldAtOnce() {
        val document = Fixture.readmePlan.replace("\"hold\"", "\"holt\"").replace("\"12.5\"", "12.5")
        val refused = refused { Plan(document) }
        assertEquals(
            listOf("field_unknown" to "/holt", "float_refused" to "/schedules/monthly/rates/steps/1/rate/percent"),
            refused.problems.map { it.code to it.path },
        )
        assertEquals("field_unknown", refused.code)
        assertEquals("/holt", refused.path)
        assertEquals("did you mean `hold`?", refused.hint)
        assertTrue(refused.message!!.startsWith(refused.problems[0].message), refused.message)
    }

    /** What was closed says so, as the one that is asked and as an argument, and takes nothing down with it. */
    @Test
    fun whatWasClosedIsRefused() = repeat(200) {
        val plan = Plan(Fixture.readmePlan)
        val state = plan.newState()
        val roster = Roster(emptyList())
        plan.close()
        plan.close()
        closed { plan.preview(Fixture.sale("A1", "1"), state) }
        Plan(Fixture.readmePlan).use { other ->
            assertEquals("10.00", other.evaluate(Fixture.sale("A1", "100"), state, roster).total.amount.toPlainString())
            roster.close()
            closed { other.totals(state, roster) }
            state.close()
            closed { state.toJson() }
            closed { other.totals(state) }
            closed { other.evaluate(Fixture.sale("A2", "100"), state) }
        }
    }

    private fun closed(call: () -> Unit) {
        assertThrows(IllegalStateException::class.java) { call() }
    }

    @Test
    fun aStateOfAnotherPlanIsRefused() {
        Plan(Fixture.readmePlan.replace("\"version\": 1", "\"version\": 2")).use { other ->
            Plan(Fixture.readmePlan).use { plan ->
                val refused = refused { plan.evaluate(Fixture.sale("A1", "1"), other.newState()) }
                assertEquals("state_mismatch", refused.code)
            }
        }
    }

    /** Two threads with one state: each call is taken whole, or refused with `state_busy`; none is lost. */
    @Test
    fun twoThreadsWithOneState() = Plan(Fixture.readmePlan).use { plan ->
        val state = plan.newState()
        val taken = AtomicLong()
        val other = AtomicLong()
        val threads = (0 until 4).map { number ->
            thread {
                for (row in 0 until 500) {
                    try {
                        plan.evaluate(Fixture.sale("$number-$row", "1"), state)
                        taken.incrementAndGet()
                    } catch (refused: GuerdonException) {
                        if (refused.code != "state_busy") other.incrementAndGet()
                    }
                }
            }
        }
        threads.forEach(Thread::join)
        assertEquals(0, other.get())
        assertEquals(taken.get() * 100, plan.totals(state).first().measure)
    }

    @Test
    fun anEnormousDocumentIsRefused() {
        assertEquals("document_too_large", refused { Plan(" ".repeat(9 shl 20)) }.code)
        val deep = "[".repeat(200_000)
        assertEquals("document_too_deep", refused { Plan(deep) }.code)
        assertEquals("document_too_deep", refused { call("plan.describe", "{\"plan\":$deep") }.code)
    }

    @Test
    fun anUnknownOperationIsRefused() {
        assertEquals("operation_unknown", refused { call("plan.descripe", "{}") }.code)
    }

    @Test
    fun whatDoesNotFitIsRefusedNotRounded() {
        for (text in listOf("79228162514264337593543950336", "1e-29", "1e40", "-1e400", "1e-400000")) {
            assertEquals("decimal_invalid", refused { Money(BigDecimal(text), "EUR").toJson() }.code, text)
        }
        for (text in listOf("0", "-0.01", "12.340", "1e5", "-18446744073709551616", "79228162514264337593543950335", "1.50000000000000000000000000000")) {
            val amount = BigDecimal(text)
            val read = Money.fromJson(Money(amount, "EUR").toJson()).amount
            assertEquals(0, amount.compareTo(read), text)
        }
        assertEquals("instant_out_of_range", refused { Fixture.sale("A", "1").copy(at = java.time.Instant.MAX).toJson() }.code)
        assertEquals("currency_unknown" to "", refused { Money(BigDecimal.ONE, "ZZZ").toJson() }.let { it.code to it.path })
    }
}
