package guerdon

import java.io.File

/** One conformance vector: an operation, its input, and what must come out. */
internal class Vector(
    val name: String,
    val operation: String,
    val input: String,
    /** The whole answer, with decimals in their shortest form. */
    val expect: Any?,
    /** Or the problems: code and path of each. */
    val problems: List<Pair<String, String>>?,
) {
    companion object {
        private val folder = File("../tests/vectors")

        val all: List<Vector> by lazy {
            folder.walk().filter { it.extension == "json" }.sortedBy { it.path }.flatMap(::read).toList()
        }

        private fun read(file: File): List<Vector> {
            val place = "${file.parentFile.name}/${file.nameWithoutExtension}"
            return (Json.parse(file.readText()) as List<*>).map { one ->
                one as Map<*, *>
                val problems = (one["error"] as List<*>?)?.map { it as Map<*, *> }
                Vector(
                    name = "$place: ${one["name"]}",
                    operation = one["op"] as String,
                    input = Json.write(one["input"]),
                    expect = canonical(one["expect"]),
                    problems = problems?.map { it["code"] as String to it["path"] as String },
                )
            }
        }
    }
}

private val decimal = Regex("-?[0-9]+\\.[0-9]+")

/** The same JSON with decimals in their shortest form, because a value that went through the host has lost zeros. */
internal fun canonical(value: Any?): Any? = when (value) {
    is Map<*, *> -> value.mapValues { canonical(it.value) }
    is List<*> -> value.map(::canonical)
    is String -> if (decimal.matches(value)) value.trimEnd('0').trimEnd('.') else value
    else -> value
}

/** Just enough JSON for the vectors; numbers stay as they are written. */
internal object Json {
    data class Number(val text: String)

    fun parse(text: String): Any? = Reader(text).whole()

    fun write(value: Any?): String = when (value) {
        is Map<*, *> -> value.entries.joinToString(",", "{", "}") { "${quoted(it.key as String)}:${write(it.value)}" }
        is List<*> -> value.joinToString(",", "[", "]", transform = ::write)
        is String -> quoted(value)
        is Number -> value.text
        else -> value.toString()
    }

    private fun quoted(text: String): String = buildString {
        append('"')
        for (letter in text) {
            if (letter == '"' || letter == '\\' || letter < ' ') append("\\u%04x".format(letter.code)) else append(letter)
        }
        append('"')
    }

    private class Reader(private val text: String) {
        private var at = 0

        fun whole(): Any? = value().also {
            blank()
            check(at == text.length) { "text after the value at $at" }
        }

        private fun value(): Any? {
            blank()
            return when (text[at]) {
                '{' -> entries('}') {
                    blank()
                    val key = string()
                    blank()
                    expect(':')
                    key to value()
                }.toMap()
                '[' -> entries(']') { value() }
                '"' -> string()
                else -> word()
            }
        }

        private fun <T> entries(end: Char, read: () -> T): List<T> {
            val found = mutableListOf<T>()
            at += 1
            blank()
            while (text[at] != end) {
                found += read()
                blank()
                if (text[at] == ',') at += 1 else break
            }
            blank()
            expect(end)
            return found
        }

        private fun string(): String = buildString {
            expect('"')
            while (text[at] != '"') {
                append(if (text[at] == '\\') escaped() else text[at++])
            }
            at += 1
        }

        private fun escaped(): Char {
            val kind = text[at + 1]
            at += 2
            if (kind == 'u') return text.substring(at, at + 4).toInt(16).toChar().also { at += 4 }
            return when (kind) {
                'n' -> '\n'
                't' -> '\t'
                'r' -> '\r'
                'b' -> '\b'
                'f' -> '\u000c'
                else -> kind
            }
        }

        private fun word(): Any? {
            val start = at
            while (at < text.length && text[at] !in ",]} \n\t\r") at += 1
            return when (val word = text.substring(start, at)) {
                "true" -> true
                "false" -> false
                "null" -> null
                else -> Number(word)
            }
        }

        private fun blank() {
            while (at < text.length && text[at].isWhitespace()) at += 1
        }

        private fun expect(letter: Char) {
            check(text[at] == letter) { "expected `$letter` at $at, found `${text[at]}`" }
            at += 1
        }
    }
}
