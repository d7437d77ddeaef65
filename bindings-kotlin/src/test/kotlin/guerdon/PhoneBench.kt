// Times a preview of the fixture plan and a batch, beside a call that does nothing: `make bench-phone`. Its name
// keeps it out of `mvn test`.

package guerdon

import org.junit.jupiter.api.Test
import java.io.File

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
        time("preview of 1,000 events, a row", calls = 1, rows = 1_000, rounds = 150) { plan.preview(orders, state) }
        time("run of 1,000 rows, a row", calls = 1, rows = 1_000, rounds = 600) { state.copy().use { plan.run(columns, it) } }
    }

    /**
     * The median and the best of many rounds, in microseconds a call, once the compiler knows the code. A round takes a
     * millisecond or less where it can, so that a busy machine leaves most of them alone.
     */
    private fun time(name: String, calls: Int = 50, rows: Int = 1, rounds: Int = 1_000, call: () -> Unit) {
        repeat(calls * rounds / 2) { call() }
        val times = List(rounds) {
            val start = System.nanoTime()
            repeat(calls) { call() }
            (System.nanoTime() - start) / (calls * rows * 1_000.0)
        }.sorted()
        println("kotlin\t%s\t%.3f\t%.3f".format(name, times[rounds / 2], times[0]))
    }
}
