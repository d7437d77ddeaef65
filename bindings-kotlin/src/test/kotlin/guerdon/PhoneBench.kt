// Times a preview of the fixture plan and a batch, beside a call that does nothing: `make bench-phone`. Its name
// keeps it out of `mvn test`.

package guerdon

import org.junit.jupiter.api.Test
import java.io.File

private const val ROUNDS = 15

class PhoneBench {
    private val plan = Plan(File("../benches/fixtures/plan.json").readText())
    private val order = Event.fromJson(File("../benches/fixtures/event.json").readText())
    private val orders = List(1_000) { order.copy(id = "order-$it") }
    private val columns = mapOf(
        "at" to Column.Instants(orders.map { it.at }),
        "partner" to Column.Words(orders.map { it.partner }),
        "amount_minor" to Column.Integers(orders.map { 12_990L }),
        "item.category" to Column.Words(orders.map { it.category }),
        "customer.country" to Column.Words(orders.map { it.country }),
        "customer.new" to Column.Booleans(orders.map { it.newCustomer }),
    )

    @Test
    fun bench() {
        val state = plan.newState()
        time("nothing") { noOperation() }
        time("preview, whole outcome") { plan.preview(order, state) }
        val changing = plan.newState()
        time("evaluate, whole outcome") { plan.evaluate(order, changing) }
        time("preview of 1,000 events, a row", calls = 8, rows = 1_000) { plan.preview(orders, state) }
        time("run of 1,000 rows, a row", calls = 40, rows = 1_000) { state.copy().use { plan.run(columns, it) } }
    }

    /** The median and the best of several rounds, in microseconds a call. */
    private fun time(name: String, calls: Int = 2_000, rows: Int = 1, call: () -> Unit) {
        repeat(calls * 5) { call() }
        val rounds = List(ROUNDS) {
            val start = System.nanoTime()
            repeat(calls) { call() }
            (System.nanoTime() - start) / (calls * rows * 1_000.0)
        }.sorted()
        println("kotlin\t%s\t%.3f\t%.3f".format(name, rounds[ROUNDS / 2], rounds[0]))
    }
}
