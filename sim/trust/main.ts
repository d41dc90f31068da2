/**
 * Reputation under attack, simulated: the very engine of `src/node/trust` beside random choice, mean rating, and
 * EigenTrust on one merged graph and on one a topic, on the same draws.
 *
 *     npm run sim:trust                                          cross-topic disguise and collusion, a table
 *     npm run sim:trust -- --strategy on-off --json              another attack, one line of JSON
 *     npm run sim:trust -- --policy mg --without penalties,rings what these contribute
 *     npm run sim:trust -- --attacks                             every attack, with the defences and without each that matters
 *     npm run sim:trust -- --report trust.html                   a page with charts
 *
 * `world.ts` is the scenario, `strategies.ts` what attackers do, `policies.ts` how leaders choose, `run.ts` the rounds
 * and what is measured.
 */
import { writeFileSync } from 'node:fs'
import { runAttacks } from './attacks.ts'
import { reportPage } from './page.ts'
import { USAGE, parseOptions, type Command } from './options.ts'
import { printAttacks, printResult } from './report.ts'
import { simulate } from './simulate.ts'

/** @returns the exit code */
export function main(args: string[]): number {
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
  const outcomes = command.attacks ? runAttacks(command, log) : null
  const result = command.attacks && command.report === null ? null : simulate(command, log)
  if (command.report !== null && result !== null) writeFileSync(command.report, reportPage(result, outcomes))
  if (command.json) console.log(JSON.stringify(outcomes ?? result))
  else {
    if (result !== null) printResult(result)
    if (outcomes !== null) printAttacks(outcomes)
  }
  return outcomes?.every(({ asExpected }) => asExpected) ?? true ? 0 : 1
}
