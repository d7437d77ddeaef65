// What a host may do wrong is an exception of Kotlin's own, or harmless; it never takes the process down.

package guerdon

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.math.BigDecimal
import java.nio.charset.CharacterCodingException
import java.util.UUID
import java.util.concurrent.CountDownLatch
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

    /** Whoever closes a plan while others ask it lets those who ask finish; the next ones are refused. */
    @Test
    fun closingWhileOthersAskIsNoHarm() = repeat(20) {
        val plan = Plan(Fixture.readmePlan)
        val state = plan.newState()
        val asking = CountDownLatch(3)
        val answers = AtomicLong()
        val threads = (0 until 3).map {
            thread {
                assertThrows(IllegalStateException::class.java) {
                    while (true) {
                        try {
                            plan.preview(Fixture.sale("A1", "100"), state)
                        } catch (refused: GuerdonException) {
                            assertEquals("state_busy", refused.code)
                        }
                        answers.incrementAndGet()
                        asking.countDown()
                    }
                }
            }
        }
        asking.await()
        plan.close()
        state.close()
        threads.forEach(Thread::join)
        assertTrue(answers.get() >= 3)
    }

    /** A list in a list in a list: as deep as JSON brings it, and not until the stack is used up. */
    @Test
    fun listsInListsHaveAnEnd() = Plan(Fixture.readmePlan).use { plan ->
        val state = plan.newState()
        for (levels in listOf(60, 3_000, 100_000)) {
            var list: FactValue = FactValue.ListOf(emptyList())
            repeat(levels) { list = FactValue.ListOf(listOf(list)) }
            val order = Fixture.sale("A1", "100").copy(facts = mapOf("order.tags" to list))
            assertEquals("document_too_deep", refused { plan.preview(order, state) }.code)
            assertEquals("document_too_deep", refused { order.toJson() }.code)
        }
        val two = FactValue.ListOf(listOf(FactValue.ListOf(listOf(FactValue.Integer(1)))))
        val order = Fixture.sale("A1", "100").copy(facts = mapOf("order.tags" to two))
        assertEquals(order.facts, Event.fromJson(order.toJson()).facts)
    }

    /** What is large crosses, and what cannot cross leaves the thread's buffer as good as before. */
    @Test
    fun theNextCallIsGoodWhateverCameBefore() = Plan(Fixture.readmePlan).use { plan ->
        val state = plan.newState()
        val order = Fixture.sale("A1", "100")
        val expected = plan.preview(order, state)
        assertEquals("id_invalid", refused { plan.preview(order.copy(id = "x".repeat(20 shl 20)), state) }.code)
        assertEquals(expected, plan.preview(order, state))
        assertEquals(List(20_000) { expected }, plan.preview(List(20_000) { order }, state))
        assertEquals(expected, plan.preview(order, state))
        // Half of a letter is no text.
        assertThrows(CharacterCodingException::class.java) { plan.preview(order.copy(id = "\ud83d"), state) }
        assertEquals(expected, plan.preview(order, state))
        val paid = plan.evaluate(listOf(order, order.copy(id = "A2")), state)
        assertEquals(expected.total, paid[0].total)
        val dollars = order.copy(amount = Money(BigDecimal.ONE, "USD"))
        val refused = refused { plan.evaluate(listOf(order, dollars), state) }
        assertEquals("currency_mismatch" to "/events/1/amount/currency", refused.code to refused.path)
        assertEquals(20_000L, plan.totals(state).single().measure)
    }

    /** A list that asks the plan for its events writes between what the other call has written. */
    @Test
    fun aListMayAskThePlanWhileItCrosses() = Plan(Fixture.readmePlan).use { plan ->
        val state = plan.newState()
        val order = Fixture.sale("A1", "100")
        val asking = object : AbstractList<Event>() {
            override val size = 3

            override fun get(index: Int) = order.copy(amount = plan.preview(List(index + 1) { order }, state)[index].total)
        }
        val expected = plan.preview(asking.toList(), state)
        assertEquals(List(3) { "1.00" }, expected.map { it.total.amount.toPlainString() })
        assertEquals(expected, plan.preview(asking, state))
        assertEquals(expected[0], plan.preview(asking[0], state))
    }

    /** A thread of a pool may have a small stack; the deepest condition that is allowed fits on it. */
    @Test
    fun theDeepestConditionFitsOnASmallStack() {
        var condition = """{"op": "exists", "args": [{"fact": "partner.id"}]}"""
        repeat(29) { condition = """{"op": "not", "args": [$condition]}""" }
        val document = Fixture.readmePlan.replace("\"id\": \"sale\",", "\"id\": \"sale\", \"when\": $condition,")
        var earned: Outcome? = null
        val small = Thread(null, {
            Plan(document).use { plan -> earned = plan.evaluate(Fixture.sale("A1", "100"), plan.newState(), explain = true) }
        }, "small", 256 shl 10)
        small.start()
        small.join()
        // Twenty-nine times not: whoever is known does not meet it.
        assertEquals(OutcomeStatus.NO_RULE_MATCHES, earned?.status)
    }

    @Test
    fun whatIsNoIdIsRefusedWhereverItComesIn() = Plan(Fixture.readmePlan).use { plan ->
        val state = plan.newState()
        val roster = Roster(listOf(Partner(id = "ada", status = PartnerStatus.ACTIVE)))
        assertEquals("ada", roster.partner("ada")?.id)
        assertEquals(null, roster.partner("bob"))
        for (asked in listOf({ roster.partner("") }, { plan.tier("", state) }, { Roster(listOf(Partner(id = "", status = PartnerStatus.ACTIVE))) })) {
            assertEquals("id_invalid", refused { asked() }.code)
        }
    }

    /** Bytes that are no event are an error of the package itself, and harmless. */
    @Test
    fun whatIsNoEventIsNotRead() = Plan(Fixture.readmePlan).use { plan ->
        val state = plan.newState()
        val lane = Lane.current
        for (length in listOf(0L, 3L, 40L, -1L, Long.MAX_VALUE)) {
            lane.room(64UL).putLong(-1)
            val answer = plan.hold { one ->
                state.hold { other -> Crossing.native.preview(lane.handle, one, other, 0, length, lane.status) }
            }
            assertThrows(InternalException::class.java) { lane.answer(answer) }
        }
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

    @Test
    fun anIdThatWasNotDerivedIsRefused() = Plan(Fixture.readmePlan).use { plan ->
        val line = plan.preview(Fixture.sale("A1", "100"), plan.newState()).lines.first()
        assertTrue(line.toJson().contains("\"${line.id}\""), line.toJson())
        assertEquals("derived_id_invalid", refused { line.copy(id = UUID.randomUUID()).toJson() }.code)
    }
}
