import { answerQuestions } from '#lib/concurrency/answer-questions.ts'
import { sha256Of } from './hash-thread.ts'

/** The other side of HashThread. */
answerQuestions(sha256Of)
