// Natural Kotlin types for what crosses as numbers: `BigDecimal` for amounts, `Instant` for instants, `UUID`
// for derived ids; text, and lists in lists.

package guerdon

import java.math.BigDecimal
import java.math.BigInteger
import java.nio.ByteBuffer
import java.time.Instant
import java.util.UUID

private const val MICROS_PER_SECOND = 1_000_000L
private const val NANOS_PER_MICRO = 1_000L
private const val MOST_PLACES = 28
private const val LAST_OF_ASCII = 0x7f

// As deep as JSON can bring lists in lists.
private const val DEEPEST = 56

/** What guerdon refuses: it has no such scale. */
private val refused = DecimalParts(0, 0uL, UByte.MAX_VALUE)

/** The number as guerdon hands it over, with the digits that it shows. */
internal fun DecimalParts.toBigDecimal(): BigDecimal {
    val fits = (high == 0L && low <= Long.MAX_VALUE.toULong()) || (high == -1L && low > Long.MAX_VALUE.toULong())
    if (fits) return BigDecimal.valueOf(low.toLong(), scale.toInt())
    val digits = BigInteger.valueOf(high).shiftLeft(Long.SIZE_BITS).add(low.toBigInteger())
    return BigDecimal(digits, scale.toInt())
}

/**
 * The number as guerdon takes it, or one that it refuses: what does not fit 96 bits or has more than 28 digits
 * after the point is never rounded on the way.
 */
internal fun BigDecimal.toParts(): DecimalParts {
    val plain = when {
        scale() > MOST_PLACES -> stripTrailingZeros()
        scale() < 0 -> if (scale() < -MOST_PLACES) return refused else setScale(0)
        else -> this
    }
    if (plain.scale() > MOST_PLACES) return refused
    val digits = plain.unscaledValue()
    val scale = maxOf(plain.scale(), 0).toUByte()
    return when {
        digits.bitLength() < Long.SIZE_BITS -> {
            val small = digits.toLong()
            DecimalParts(if (small < 0) -1 else 0, small.toULong(), scale)
        }
        digits.bitLength() < 2 * Long.SIZE_BITS ->
            DecimalParts(digits.shiftRight(Long.SIZE_BITS).toLong(), digits.toLong().toULong(), scale)
        else -> refused
    }
}

private fun ULong.toBigInteger(): BigInteger = BigInteger(toString())

/** The moment as guerdon hands it over. */
internal fun instantOfMicroseconds(micros: Long): Instant = Instant.ofEpochSecond(
    Math.floorDiv(micros, MICROS_PER_SECOND),
    Math.floorMod(micros, MICROS_PER_SECOND) * NANOS_PER_MICRO,
)

/** The moment as guerdon takes it: the microsecond that it lies in. What is beyond all calendars is refused. */
internal fun Instant.toMicroseconds(): Long = try {
    Math.addExact(Math.multiplyExact(epochSecond, MICROS_PER_SECOND), nano / NANOS_PER_MICRO)
} catch (_: ArithmeticException) {
    Long.MAX_VALUE
}

/** The id as guerdon hands it over. */
internal fun UuidParts.toUuid(): UUID = UUID(high.toLong(), low.toLong())

/** The id as guerdon takes it; it refuses what it has not derived. */
internal fun UUID.toParts(): UuidParts = UuidParts(mostSignificantBits.toULong(), leastSignificantBits.toULong())

/** Text as its length and its bytes in UTF-8. Most of it is ASCII, which takes no encoder. */
internal fun writeText(text: String, bytes: ByteBuffer) {
    val start = bytes.position()
    bytes.putInt(text.length)
    for (letter in text) {
        if (letter.code > LAST_OF_ASCII) {
            bytes.position(start)
            val encoded = FfiConverterString.toUtf8(text)
            bytes.putInt(encoded.limit()).put(encoded)
            return
        }
        bytes.put(letter.code.toByte())
    }
}

/** The list, or one that guerdon refuses as too deep: reading it as it is would use up the stack. */
internal fun List<FactValue>.bounded(): List<FactValue> =
    if (deeper(this, DEEPEST)) listOf(FactValue.Duration("nested too deep")) else this

private fun deeper(list: List<FactValue>, levels: Int): Boolean =
    list.any { it is FactValue.ListOf && (levels == 0 || deeper(it.v1, levels - 1)) }
