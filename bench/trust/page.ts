/** The page of `npm run bench -- trust`: has a worker for each graph, as trust has one. */
import type { Answer, Question } from './questions.ts'

declare global {
  var askTrust: (question: Question) => Promise<Answer>
}

let worker: Worker | null = null

globalThis.askTrust = async (question) => {
  if (question.what === 'open') {
    worker?.terminate()
    worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  }
  const asked = worker
  if (asked === null) throw new Error('expected a graph to be opened first')
  return new Promise<Answer>((resolve, reject) => {
    asked.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ('error' in data) reject(new Error(data.error))
      else resolve(data)
    }
    asked.onerror = ({ message }) => reject(new Error(message))
    asked.postMessage(question)
  })
}
