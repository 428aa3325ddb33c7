/** A thread that checks database files: every page and every record of a large one takes seconds. */
import '../network/never.ts'

import Database from 'better-sqlite3'
import { answerQuestions } from '../threads/answer.ts'
import { checkDatabase, flush } from './backup.ts'
import type { CheckQuestions } from './database-checks.ts'

answerQuestions<CheckQuestions>({
  check: path => checkDatabase(path),
  complete: path => {
    // Copied pages say "write-ahead log", as their source does: such a file cannot be read where nothing may be written.
    const db = new Database(path, { fileMustExist: true })
    try {
      db.pragma('journal_mode = DELETE')
    } finally {
      db.close()
    }
    const found = checkDatabase(path)
    flush(path)
    return found
  },
})
