/** Keeps a program running: restarted when it ends by itself, ever later when it keeps ending. */
import { spawn } from 'node:child_process'

const SHORTEST = 1_000
const LONGEST = 60_000
/** Having run this long, it counts as well again, ms. */
const WELL = 60_000
/** Time to end in order before it is killed, ms. */
const GRACE = 8_000

/**
 * @param {{ name: string, command: string, args: string[], env?: NodeJS.ProcessEnv, log: (line: string) => void,
 *   shortest?: number }} init `shortest`: the wait before the first restart, ms
 * @returns {{ stop: () => Promise<void> }}
 */
export function supervise({ name, command, args, env = process.env, log, shortest = SHORTEST }) {
  let wait = shortest
  let stopped = false
  let timer
  let child
  let ended = Promise.resolve()

  const start = () => {
    const since = Date.now()
    // the channel closes with this process, however it ends, which tells the child to end too
    child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env })
    ended = new Promise((resolve) => {
      let over = false
      const onEnd = (why) => {
        if (over) return
        over = true
        resolve()
        if (stopped) return
        if (Date.now() - since > WELL) wait = shortest
        log(`${name} ended (${why}); starting it again in ${Math.round(wait / 1000)} s`)
        timer = setTimeout(start, wait)
        wait = Math.min(wait * 2, LONGEST)
      }
      child.once('error', (error) => onEnd(error.message))
      child.once('exit', (code, signal) => onEnd(signal ?? `code ${code}`))
    })
  }
  start()

  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      child.kill('SIGTERM')
      const hard = setTimeout(() => child.kill('SIGKILL'), GRACE)
      await ended
      clearTimeout(hard)
    }
  }
}
