//! Places in UniFFI's own sources that are made better, each with its reason.
//!
//! What is looked for has to be there, and so often as said: when UniFFI writes something else, this fails
//! instead of leaving it out.

use std::error::Error;
use std::fs;
use std::path::Path;

/// One place, or all places that read alike.
pub(crate) struct TouchUp {
    file: &'static str,
    times: Times,
    found: &'static str,
    made: &'static str,
}

enum Times {
    Exactly(usize),
    AtLeastOnce,
}

pub(crate) fn apply(touch_ups: &[TouchUp], sources: &Path) -> Result<(), Box<dyn Error>> {
    for TouchUp { file, times, found, made } in touch_ups {
        let path = sources.join(file);
        let text = fs::read_to_string(&path)?;
        let there = text.matches(found).count();
        let right = match times {
            Times::Exactly(times) => there == *times,
            Times::AtLeastOnce => there > 0,
        };
        if !right {
            let what =
                format!("`{found}` is {there} times in {file}: UniFFI writes something else");
            return Err(what.into());
        }
        fs::write(path, text.replace(found, made))?;
    }
    Ok(())
}

const SWIFT_FILE: &str = "Guerdon.swift";

/// UniFFI reads a buffer through Foundation's `Data`, which costs a call into Foundation and a copy for each
/// field. Here it is read where it lies: a whole outcome comes out several times faster.
pub(crate) const SWIFT: &[TouchUp] = &[
    TouchUp {
        file: SWIFT_FILE,
        times: Times::Exactly(1),
        found: "fileprivate func createReader(data: Data) -> (data: Data, offset: Data.Index) {
    (data: data, offset: 0)
}
",
        made: "#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct UniffiReader {
    let base: UnsafeRawPointer?
    let count: Int
    var offset = 0

    /// Moves past so many bytes, which have to be there.
    mutating func take(_ size: Int) throws -> UnsafeRawBufferPointer {
        guard size >= 0, count - offset >= size, let base else { throw UniffiInternalError.bufferOverflow }
        defer { offset += size }
        return UnsafeRawBufferPointer(start: base + offset, count: size)
    }
}
",
    },
    TouchUp {
        file: SWIFT_FILE,
        times: Times::Exactly(1),
        found: "    let range = reader.offset..<reader.offset + MemoryLayout<T>.size
    guard reader.data.count >= range.upperBound else {
        throw UniffiInternalError.bufferOverflow
    }
    if T.self == UInt8.self {
        let value = reader.data[reader.offset]
        reader.offset += 1
        return value as! T
    }
    var value: T = 0
    let _ = withUnsafeMutableBytes(of: &value, { reader.data.copyBytes(to: $0, from: range)})
    reader.offset = range.upperBound
    return value.bigEndian
",
        made: "    return T(bigEndian: try reader.take(MemoryLayout<T>.size).loadUnaligned(as: T.self))
",
    },
    TouchUp {
        file: SWIFT_FILE,
        times: Times::Exactly(1),
        found: "count: Int) throws -> Array<UInt8> {
    let range = reader.offset..<(reader.offset+count)
    guard reader.data.count >= range.upperBound else {
        throw UniffiInternalError.bufferOverflow
    }
    var value = [UInt8](repeating: 0, count: count)
    value.withUnsafeMutableBufferPointer({ buffer in
        reader.data.copyBytes(to: buffer, from: range)
    })
    reader.offset = range.upperBound
    return value
",
        made: "count: Int) throws -> UnsafeRawBufferPointer {
    return try reader.take(count)
",
    },
    TouchUp {
        file: SWIFT_FILE,
        times: Times::Exactly(1),
        found: "    return reader.offset < reader.data.count
",
        made: "    return reader.offset < reader.count
",
    },
    TouchUp {
        file: SWIFT_FILE,
        times: Times::AtLeastOnce,
        found: "createReader(data: Data(rustBuffer: buf))",
        made: "UniffiReader(base: UnsafeRawPointer(buf.data), count: Int(buf.len))",
    },
    TouchUp {
        file: SWIFT_FILE,
        times: Times::AtLeastOnce,
        found: "(data: Data, offset: Data.Index)",
        made: "UniffiReader",
    },
    // Room for an event at once, instead of growing to it in six steps.
    TouchUp {
        file: SWIFT_FILE,
        times: Times::Exactly(1),
        found: "fileprivate func createWriter() -> [UInt8] {
    return []
",
        made: "fileprivate func createWriter() -> [UInt8] {
    var writer: [UInt8] = []
    writer.reserveCapacity(1_000)
    return writer
",
    },
    // Most of an event are tags of one byte: whether there is a product, an item, a fact.
    TouchUp {
        file: SWIFT_FILE,
        times: Times::Exactly(1),
        found: "    var value = value.bigEndian
    withUnsafeBytes(of: &value) { writer.append(contentsOf: $0) }
",
        made: "    if T.bitWidth == 8 {
        writer.append(UInt8(truncatingIfNeeded: value))
        return
    }
    withUnsafeBytes(of: value.bigEndian) { writer.append(contentsOf: $0) }
",
    },
    // A list in a list in a list, without end, would use up the stack on the other side.
    TouchUp {
        file: SWIFT_FILE,
        times: Times::Exactly(1),
        found: "    public static func write(_ value: [FactValue], into buf: inout [UInt8]) {
",
        made: "    public static func write(_ value: [FactValue], into buf: inout [UInt8]) {
        let value = FactValue.bounded(value)
",
    },
];

const KOTLIN_FILE: &str = "guerdon/guerdon.kt";

pub(crate) const KOTLIN: &[TouchUp] = &[
    // The message of an exception is for people.
    TouchUp {
        file: KOTLIN_FILE,
        times: Times::Exactly(1),
        found: "get() = \"problems=${ `problems` }\"",
        made: "get() = problems.joinToString(\"\\n\", transform = Problem::sentence)",
    },
    // An object that was closed may not be an argument either: UniFFI hands its freed handle over, and the
    // process dies. Plan, Roster, State, Workflow and Exchange.
    TouchUp {
        file: KOTLIN_FILE,
        times: Times::Exactly(5),
        found: "        return value.uniffiCloneHandle()",
        made: "        return value.callWithHandle { it }",
    },
    // A call that borrows its objects (`Crossing.kt`) needs their handles for as long as it lasts, and no copies.
    TouchUp {
        file: KOTLIN_FILE,
        times: Times::Exactly(5),
        found: "    internal inline fun <R> callWithHandle(block: (handle: Long) -> R): R {
",
        made: "    internal inline fun <R> callWithHandle(block: (handle: Long) -> R): R =
        hold { block(this.uniffiCloneHandle()) }

    internal inline fun <R> hold(block: (handle: Long) -> R): R {
        if (handle == 0L) throw InternalException(\"an object without a handle\")
",
    },
    TouchUp {
        file: KOTLIN_FILE,
        times: Times::Exactly(5),
        found: "            return block(this.uniffiCloneHandle())",
        made: "            return block(handle)",
    },
    TouchUp {
        file: KOTLIN_FILE,
        times: Times::Exactly(1),
        found: "private fun findLibraryName(",
        made: "internal fun findLibraryName(",
    },
    // The buffer of those calls is nobody else's.
    TouchUp {
        file: KOTLIN_FILE,
        times: Times::Exactly(1),
        found: "public interface ExchangeInterface",
        made: "internal interface ExchangeInterface",
    },
    TouchUp {
        file: KOTLIN_FILE,
        times: Times::Exactly(1),
        found: "\nopen class Exchange:",
        made: "\ninternal open class Exchange:",
    },
    TouchUp {
        file: KOTLIN_FILE,
        times: Times::Exactly(1),
        found: "public object FfiConverterTypeExchange:",
        made: "internal object FfiConverterTypeExchange:",
    },
    // An encoder and two buffers for each word of an event cost more than all else that writes it.
    TouchUp {
        file: KOTLIN_FILE,
        times: Times::Exactly(1),
        found: "        val byteBuf = toUtf8(value)
        buf.putInt(byteBuf.limit())
        buf.put(byteBuf)
",
        made: "        writeText(value, buf)
",
    },
    // A list of sizes, each an object, only to add them up.
    TouchUp {
        file: KOTLIN_FILE,
        times: Times::AtLeastOnce,
        found: "        val sizeForItems = value.map { ",
        made: "        val sizeForItems = value.sumOf { ",
    },
    TouchUp {
        file: KOTLIN_FILE,
        times: Times::AtLeastOnce,
        found: ".allocationSize(it) }.sum()
",
        made: ".allocationSize(it) }
",
    },
    // A list in a list in a list, without end, would use up the stack on the other side.
    TouchUp {
        file: KOTLIN_FILE,
        times: Times::Exactly(1),
        found: "    override fun allocationSize(value: List<FactValue>): ULong {
",
        made: "    override fun allocationSize(value: List<FactValue>): ULong {
        val value = value.bounded()
",
    },
    TouchUp {
        file: KOTLIN_FILE,
        times: Times::Exactly(1),
        found: "    override fun write(value: List<FactValue>, buf: ByteBuffer) {
",
        made: "    override fun write(value: List<FactValue>, buf: ByteBuffer) {
        val value = value.bounded()
",
    },
];
