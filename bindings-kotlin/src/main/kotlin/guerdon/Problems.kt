// What a refused input looks like in Kotlin: the first error's code, path and hint beside the whole list.

package guerdon

/** Everything that was wrong. */
public val GuerdonException.problems: List<Problem>
    get() = when (this) {
        is GuerdonException.Refused -> problems
    }

/** The first error, which gives the whole its code. */
public val GuerdonException.first: Problem?
    get() = problems.firstOrNull { it.severity == Severity.ERROR } ?: problems.firstOrNull()

/** The stable code of the first error, such as `currency_mismatch`. */
public val GuerdonException.code: String
    get() = first?.code.orEmpty()

/** The JSON pointer of the place that is wrong; empty for the whole input. */
public val GuerdonException.path: String
    get() = first?.path.orEmpty()

/** What to do about it. */
public val GuerdonException.hint: String
    get() = first?.hint.orEmpty()

/** The problem as a sentence, for the message of the exception. */
internal fun Problem.sentence(): String {
    val place = if (path.isEmpty()) code else "$code at `$path`"
    return if (hint.isEmpty()) "$message ($place)" else "$message ($place); $hint"
}
