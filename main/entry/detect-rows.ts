/**
 * The process that looks into files which may become datasets, for `datasets detect`. They come from anywhere, and are
 * read by native code: what one of them breaks is this process, and never the backend. Questions come as JSON lines on
 * standard input, answers leave on standard output.
 */
import '../platform/network/never.ts'

import type { FileQuestions } from '../domains/datasets/file-reader.ts'
import { detectRows } from '../domains/datasets/import/detect-rows.ts'
import { answerOnPipes } from '../platform/processes/answer-on-pipes.ts'

answerOnPipes<FileQuestions>({ detect: detectRows })
