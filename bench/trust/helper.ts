/** The second thread of a team, in Chromium: serves at the port that comes first. */
import { serveTeam } from '../../src/node/trust/kernel/team-kernel.ts'

addEventListener('message', ({ data }: MessageEvent<MessagePort>) => serveTeam(data), { once: true })
