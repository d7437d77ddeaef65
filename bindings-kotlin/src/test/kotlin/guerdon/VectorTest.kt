// Every conformance vector, through `call` and through the typed records, one named test a door.

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
