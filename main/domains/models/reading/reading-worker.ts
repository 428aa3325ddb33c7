/** A thread that reads the headers of models: files from anywhere, so neither the event loop nor the heap is at stake. */
import '../../../platform/network/never.ts'

import { answerQuestions } from '../../../platform/threads/answer.ts'
import { findIn } from '../find.ts'
import { tensorsOf } from '../formats/inspect.ts'
import { inspect } from '../inspection.ts'
import type { ReadingQuestions } from './questions.ts'

answerQuestions<ReadingQuestions>({
  inspect: (path, signal) => inspect(path, { signal }),
  tensors: (path, signal) => tensorsOf(path, { signal }),
  find: findIn,
})
