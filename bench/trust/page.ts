/** The page of `npm run bench -- trust`: has a worker for each thing that is measured, as trust has one. */
import { measureFrames } from './frames.ts'
import type { Answer, FramesAnswer, FramesQuestion, Question } from './questions.ts'

declare global {
  var askTrust: (question: Question) => Promise<Answer>
  var framesOfTrust: (question: FramesQuestion) => Promise<FramesAnswer>
}

/** Questions that go on with what the one before them has begun. */
const GOING_ON: ReadonlySet<Question['what']> = new Set(['run', 'converge'])

let worker: Worker | null = null

globalThis.askTrust = async (question) => {
  if (!GOING_ON.has(question.what)) {
    worker?.terminate()
    worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  }
  const asked = worker
  if (asked === null) throw new Error('expected something to be begun first')
  return new Promise<Answer>((resolve, reject) => {
    asked.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ('error' in data && typeof data.error === 'string') reject(new Error(data.error))
      else resolve(data)
    }
    asked.onerror = ({ message }) => reject(new Error(message))
    asked.postMessage(question)
  })
}

globalThis.framesOfTrust = (question) =>
  measureFrames(async () => {
    if ('during' in question) return globalThis.askTrust(question.during)
    await new Promise((resolve) => setTimeout(resolve, question.idleMs))
    return null
  })
