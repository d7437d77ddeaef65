package guerdon

import org.junit.jupiter.api.Assertions.assertThrows
import java.io.File
import java.math.BigDecimal

internal object Fixture {
    /** The plan of the README: 10 % of a month's volume, 12.5 % above 1,000, at most 150 for an order. */
    val readmePlan: String = File("../README.md").readText().substringAfter("```json\n").substringBefore("```")

    fun sale(id: String, amount: String, partner: String = "ada"): Event = Event(
        id = id,
        kind = EventKind.SALE,
        at = java.time.Instant.parse("2026-11-20T09:30:00Z"),
        partner = partner,
        amount = euros(amount),
    )

    fun euros(amount: String): Money = Money(BigDecimal(amount), "EUR")
}

/** What a call refuses. */
internal fun refused(call: () -> Unit): GuerdonException = assertThrows(GuerdonException::class.java) { call() }
