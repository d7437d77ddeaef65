// Every conformance vector, through `call` and through the typed records, and those of single events through a compiled
// plan; one named test a door.

package guerdon

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory

class VectorTest {
    @TestFactory
    fun throughCall(): List<DynamicTest> = named("call") { call(it.operation, it.input) }

    @TestFactory
    fun throughTheTypedRecords(): List<DynamicTest> = named("typed") { typedOperations.getValue(it.operation)(it.input) }

    /** A screen keeps a plan and a state; the operations take both each time. What comes of an event is the same. */
    @TestFactory
    fun throughACompiledPlan(): List<DynamicTest> {
        val vectors = Vector.all.filter { it.operation in compiled }
        assertTrue(vectors.size > 50)
        return vectors.map { vector ->
            DynamicTest.dynamicTest("${vector.name} [compiled]") {
                val answer = { compiled.getValue(vector.operation)(vector.input) }
                val problems = vector.problems
                if (problems == null) {
                    assertEquals(vector.expect, canonical(Json.parse(answer())))
                } else {
                    // The places are those of an event by itself.
                    assertEquals(problems.map { it.first }, refused { answer() }.problems.map { it.code })
                }
            }
        }
    }

    @Test
    fun thereAreVectorsForEveryOperation() {
        assertTrue(Vector.all.size > 500)
        assertEquals(typedOperations.keys, Vector.all.map { it.operation }.toSet())
    }

    private fun named(door: String, answer: (Vector) -> String): List<DynamicTest> =
        Vector.all.map { vector -> DynamicTest.dynamicTest("${vector.name} [$door]") { check(vector) { answer(vector) } } }

    private fun check(vector: Vector, answer: () -> String) {
        val problems = vector.problems
        if (problems == null) {
            assertEquals(vector.expect, canonical(Json.parse(answer())))
            return
        }
        val refused = assertThrows(GuerdonException::class.java) { answer() }
        assertEquals(problems, refused.problems.map { it.code to it.path })
    }
}

private val compiled: Map<String, (String) -> String> = mapOf(
    "commission.evaluate" to { text ->
        val input = EvaluateInput.fromJson(text)
        screen(input.plan, input.state, input.partners) { plan, state, roster ->
            plan.evaluate(input.event, state, roster, input.explain)
        }
    },
    "commission.refund" to { text ->
        val input = RefundInput.fromJson(text)
        screen(input.plan, input.state, input.partners) { plan, state, roster ->
            plan.refund(input.refund, input.posted, state, roster)
        }
    },
    "commission.reinstate" to { text ->
        val input = ReinstateInput.fromJson(text)
        screen(input.plan, input.state, input.partners) { plan, state, roster ->
            plan.reinstate(input.reinstatement, input.posted, state, roster)
        }
    },
)

private fun screen(document: String, stored: String?, partners: List<Partner>, ask: (Plan, State, Roster) -> Outcome): String =
    Plan(document).use { plan ->
        val state = if (stored == null) plan.newState() else plan.stateFromJson(stored)
        val outcome = ask(plan, state, Roster(partners))
        Evaluation(outcome, state.toJson()).toJson()
    }
