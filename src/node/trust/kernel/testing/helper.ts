/** A thread of a team, in Node: serves at the port that it is started with. */
import { workerData } from 'node:worker_threads'
import { serveTeam } from '../team-kernel.ts'

serveTeam((workerData as { port: MessagePort }).port)
