// The sample of the README, compiled as it stands there, prints what it says.

package guerdon

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import readme.readmePromises
import readme.readmeSample
import java.io.File

class ReadmeTest {
    @Test
    fun theSampleOfTheReadme(@TempDir folder: File) {
        folder.resolve("plan.json").writeText(Fixture.readmePlan)
        val printed = mutableListOf<String>()
        readmeSample({ folder.resolve(it) }, { printed += it.toString() })
        assertEquals(readmePromises, printed)
        assertEquals(3, printed.size)
    }
}
