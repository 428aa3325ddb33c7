/** A thread that checks database files: every page and every record of a large one takes seconds. */
import '../network/never.ts'

import { answerQuestions } from '../threads/answer.ts'
import { completeCopy } from './backup.ts'
import { checkDatabase } from './check-database.ts'
import type { CheckQuestions } from './database-checks.ts'

answerQuestions<CheckQuestions>({ check: checkDatabase, complete: completeCopy })
