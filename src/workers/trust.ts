/** The worker in which the book of trust lies, so that counting a million ratings holds up neither the peer nor the page. */
import { loadTopics } from '../node/semantic/topics/topics.ts'
import { once } from '../node/support/once.ts'
import { createDesk } from '../node/trust/desk.ts'
import { serveRpc } from './rpc.ts'

const desk = createDesk({ loadTopics: once(() => loadTopics()) })

addEventListener('message', ({ ports: [port] }) => {
  if (port === undefined) return
  serveRpc(port, desk)
  port.start()
})
