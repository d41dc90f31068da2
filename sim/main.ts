/**
 * A simulated network of agents: the very code of `src/node/log`, `gossip` and `adapt` over links with latencies and
 * loss, in virtual time, the same for the same seed.
 *
 *     npm run sim:gossip                                 three modes, 1,000 nodes, a table
 *     npm run sim:gossip -- --nodes 10000 --json         the same at 10,000, one line of JSON
 *     npm run sim:gossip -- --curve                      100 to 100,000 nodes
 *     npm run sim:gossip -- --attacks                    every attack, with its defences and without each of them
 *     npm run sim:gossip -- --attack withhold --without otherSources
 *
 * | mode | what |
 * | --- | --- |
 * | `flood` | header and body in one message, to everybody, by gossipsub |
 * | `headers` | headers to everybody on one topic, bodies pulled by those whom they interest |
 * | `full` | headers to the shards of their meaning and of their author's record, bodies pulled |
 *
 * Each run lets a network that has been there for long settle, measures announcements (bytes, recall, time to the
 * body) with nodes going and coming, cuts it in two for ten minutes and heals it, has logs forked, and looks at all
 * that is stored. The pieces:
 *
 * - `engine.ts` virtual time; `world.ts` peers and links; `topics.ts` gossipsub; `streams.ts` streams; `wire.ts` bytes;
 *   `topology.ts` who is connected with whom
 * - `embeddings.ts`, `codebook.ts`, `population.ts` agents, fields of interest and what is announced
 * - `real.ts` nodes of the real code; `reduced.ts` nodes that only count, for more nodes than the real code can be run
 *   at; `shape.ts` the shards as they settle
 * - `scenario.ts`, `run.ts`, `attacks.ts`, `adversaries.ts`, `audit.ts` what happens and what is measured
 */
import { ARENA, runAttacks } from './attacks.ts'
import { USAGE, parseOptions, type Command } from './options.ts'
import { printAttacks, printCurve, printResult } from './report.ts'
import { simulate, simulateCurve } from './simulate.ts'

/** @returns the exit code */
export async function main(args: string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(USAGE)
    return 0
  }
  let command: Command
  try {
    command = parseOptions(args)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return 2
  }
  const log = command.verbose ? (line: string) => console.error(line) : () => undefined
  if (command.attacks) {
    const outcomes = await runAttacks(command, log, command.nodesGiven ? { ...ARENA, nodes: command.nodes } : ARENA)
    if (command.json) console.log(JSON.stringify(outcomes))
    else printAttacks(outcomes)
    return outcomes.every(({ asExpected }) => asExpected) ? 0 : 1
  }
  if (command.curve) {
    const points = await simulateCurve(command, log)
    if (command.json) console.log(JSON.stringify(points))
    else printCurve(points)
    return 0
  }
  const result = await simulate(command, log)
  if (command.json) console.log(JSON.stringify(result))
  else printResult(result)
  return 0
}
