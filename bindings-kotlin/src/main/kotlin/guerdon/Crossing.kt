// How the calls of a screen cross: what goes in is written at an address, plain numbers are handed over, and the
// answer is read where it lies.
//
// UniFFI's own way through JNA makes a structure by reflection for each buffer and each status, which costs ten times
// what an evaluation does. The bytes are the same here, and so is all that is generated to read and write them.

package guerdon

import com.sun.jna.FunctionMapper
import com.sun.jna.Library
import com.sun.jna.Memory
import com.sun.jna.Native
import com.sun.jna.NativeLibrary
import com.sun.jna.Pointer
import java.nio.ByteBuffer
import java.nio.ByteOrder

/**
 * The calls in plain numbers: handles, how many bytes are given, and the address where a panic is reported. What
 * comes back is how many bytes the answer has, below zero for a refusal, zero where there is none.
 */
internal interface Crossing {
    fun nothing(status: Long)

    fun preview(exchange: Long, plan: Long, state: Long, roster: Long, length: Long, status: Long): Long

    fun previewAll(exchange: Long, plan: Long, state: Long, roster: Long, length: Long, status: Long): Long

    fun evaluate(exchange: Long, plan: Long, state: Long, roster: Long, length: Long, status: Long): Long

    fun evaluateAll(exchange: Long, plan: Long, state: Long, roster: Long, length: Long, status: Long): Long

    fun refund(exchange: Long, plan: Long, state: Long, roster: Long, length: Long, status: Long): Long

    fun reinstate(exchange: Long, plan: Long, state: Long, roster: Long, length: Long, status: Long): Long

    fun run(exchange: Long, plan: Long, state: Long, roster: Long, length: Long, status: Long): Long

    companion object {
        /** JNA today; what a generator of JNI writes can be put here instead. */
        val native: Crossing = JnaCrossing
    }
}

private object JnaCrossing : Crossing {
    private val symbols = mapOf(
        "nothing" to "no_operation",
        "preview" to "exchange_preview",
        "previewAll" to "exchange_preview_all",
        "evaluate" to "exchange_evaluate",
        "evaluateAll" to "exchange_evaluate_all",
        "refund" to "exchange_refund",
        "reinstate" to "exchange_reinstate",
        "run" to "exchange_run",
    )

    init {
        val named = FunctionMapper { _, method -> "uniffi_guerdon_fn_func_${symbols[method.name]}" }
        val options = mapOf(Library.OPTION_FUNCTION_MAPPER to named)
        // The library that the generated sources look for, and the same one.
        val library = findLibraryName("guerdon")
        Native.register(JnaCrossing::class.java, NativeLibrary.getInstance(library, options))
    }

    external override fun nothing(status: Long)

    external override fun preview(exchange: Long, plan: Long, state: Long, roster: Long, length: Long, status: Long): Long

    external override fun previewAll(exchange: Long, plan: Long, state: Long, roster: Long, length: Long, status: Long): Long

    external override fun evaluate(exchange: Long, plan: Long, state: Long, roster: Long, length: Long, status: Long): Long

    external override fun evaluateAll(exchange: Long, plan: Long, state: Long, roster: Long, length: Long, status: Long): Long

    external override fun refund(exchange: Long, plan: Long, state: Long, roster: Long, length: Long, status: Long): Long

    external override fun reinstate(exchange: Long, plan: Long, state: Long, roster: Long, length: Long, status: Long): Long

    external override fun run(exchange: Long, plan: Long, state: Long, roster: Long, length: Long, status: Long): Long
}

/** A thread's own buffer, and its place for the report of a panic. */
internal class Lane private constructor() {
    private val exchange = Exchange(FIRST_SIZE.toULong())
    val handle: Long = exchange.hold { it }
    private val report = Memory(REPORT_SIZE).apply { clear() }
    val status: Long = Pointer.nativeValue(report)
    private var bytes = look()
    private var taken = false

    /** The buffer, empty, with room for so many bytes. */
    fun room(size: ULong): ByteBuffer {
        if (size > bytes.capacity().toULong()) {
            exchange.reserve(size)
            bytes = look()
        }
        return bytes.clear()
    }

    /** The answer of so many bytes; a refusal is thrown, and so is what should not be. */
    fun answer(length: Long): ByteBuffer {
        if (length == 0L) throw failure()
        val size = Math.toIntExact(Math.abs(length))
        if (size > bytes.capacity()) bytes = look()
        bytes.clear().limit(size)
        if (length < 0) throw FfiConverterTypeGuerdonError.read(bytes)
        return bytes
    }

    /** The call is over. What was large, or stood in for a thread's own, is not kept. */
    fun leave() {
        taken = false
        val own = this === lanes.get()
        if (own && bytes.capacity() <= LARGEST_KEPT) return
        if (own) lanes.remove()
        exchange.close()
    }

    private fun look(): ByteBuffer =
        Pointer(exchange.address().toLong()).getByteBuffer(0, exchange.size().toLong()).order(ByteOrder.BIG_ENDIAN)

    private fun failure(): Exception {
        val code = report.getByte(0)
        val message = RustBuffer.create(report.getLong(8).toULong(), report.getLong(16).toULong(), report.getPointer(24))
        report.clear()
        if (code == UNIFFI_CALL_SUCCESS) return InternalException("the call could not read what it was given")
        return InternalException(if (message.len > 0) FfiConverterString.lift(message) else "Rust panic")
    }

    companion object {
        private const val FIRST_SIZE = 8 shl 10
        private const val LARGEST_KEPT = 16 shl 20

        // RustCallStatus: a code, and a buffer of three words.
        private const val REPORT_SIZE = 32L
        private val lanes = ThreadLocal.withInitial(::Lane)

        val current: Lane get() = lanes.get()

        /**
         * The thread's own, or another while that is taken: a list may compute its events when they are asked for, and
         * ask a plan to do so.
         */
        fun take(): Lane {
            val own = lanes.get()
            return (if (own.taken) Lane() else own).also { it.taken = true }
        }
    }
}

/** One call: `size` bytes at most are written, `call` has the lane and how many it was, and the answer is read. */
internal inline fun <T> exchange(
    size: ULong,
    write: (ByteBuffer) -> Unit,
    call: (lane: Lane, length: Long) -> Long,
    read: (ByteBuffer) -> T,
): T {
    val lane = Lane.take()
    try {
        val given = lane.room(size)
        write(given)
        val answer = lane.answer(call(lane, given.position().toLong()))
        val value = read(answer)
        check(!answer.hasRemaining()) { "the answer is longer than what it should be" }
        return value
    } finally {
        lane.leave()
    }
}

/** Does nothing: what a crossing costs by itself. */
internal fun noOperation(): Unit = Crossing.native.nothing(Lane.current.status)
