/** The page of `npm run bench -- log`: gives each question to a worker of its own, as the peer has one, and measures memory. */
import type { Answer, Question } from './questions.ts'

declare global {
  interface Performance {
    /** only in a page that is isolated from other origins */
    measureUserAgentSpecificMemory(): Promise<{ bytes: number }>
  }
  var ask: (question: Question) => Promise<Answer>
}

globalThis.ask = async (question) => {
  const before = question.what === 'open' ? await usedBytes() : 0
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Record<string, number | string>>) => {
        const { error } = data
        if (typeof error === 'string') reject(new Error(error))
        else resolve(data as Answer)
      }
      worker.onerror = ({ message }) => reject(new Error(message))
      worker.postMessage(question)
    })
    // the worker still holds its logs
    return question.what === 'open' ? { ...answer, memoryBytes: (await usedBytes()) - before } : answer
  } finally {
    worker.terminate()
  }
}

async function usedBytes(): Promise<number> {
  return (await performance.measureUserAgentSpecificMemory()).bytes
}
