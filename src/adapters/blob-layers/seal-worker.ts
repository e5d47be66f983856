import { answerQuestions } from '#lib/concurrency/answer-questions.ts'
import { answerOf } from './seal-thread.ts'

/** The other side of SealThread. */
answerQuestions(answerOf)
