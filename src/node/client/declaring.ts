/**
 * What our operator says that this agent can do or wants, and takes back; and what becomes then of requests and permissions that
 * were about it.
 */
import type { Adaptation } from '../adapt/adaptation.ts'
import type { CapabilityInput, IntentionInput, StarlingClient } from '../client.ts'
import { digest, toHex } from '../crypto/hash.ts'
import type { Offers, OwnSkill } from '../offers.ts'
import type { Permissions } from '../task/permissions.ts'
import type { Approvals } from './approvals.ts'
import { capabilityOf } from './capability-input.ts'

export type Declaring = Pick<StarlingClient, 'declare' | 'withdraw' | 'removeOffer'>

export interface DeclaringComponents {
  /** our own agent */
  agent: string
  adaptation: Pick<Adaptation, 'capabilities' | 'declare' | 'surroundings' | 'withdraw'>
  offers: Pick<Offers, 'skills' | 'add' | 'declared' | 'remove' | 'set' | 'setTerms'>
  permissions: Pick<Permissions, 'all' | 'revoke'>
  approvals: Pick<Approvals, 'declineOutdated'>
}

const MAX_SOURCE_BYTES = 256 * 1024

export function createDeclaring({ agent, adaptation, offers, permissions, approvals }: DeclaringComponents): Declaring {
  async function declareIntention({ goal, tags = [] }: IntentionInput): Promise<{ seq: number }> {
    return { seq: (await adaptation.declare({ kind: 'intention', goal, tags })).header.seq }
  }

  async function declareCapability({ source, ...said }: CapabilityInput): Promise<{ seq: number }> {
    return source === undefined ? offerAgain(said) : offerOwn(said, source)
  }

  /** Offers a skill that is here already, on other terms if some are given. */
  async function offerAgain({ id, terms }: Omit<CapabilityInput, 'source'>): Promise<{ seq: number }> {
    if (!offers.skills.has(id)) throw new RangeError(`This agent has no program for “${id}”: give its JavaScript as “source”.`)
    if (terms !== undefined) await offers.setTerms(id, terms)
    await approvals.declineOutdated(id)
    await offers.set(id, true)
    const live = offers.declared(id)
    if (live === undefined) throw new Error(`“${id}” could not be declared`)
    return { seq: live.seq }
  }

  /** Keeps and offers a skill of the operator's own, in place of one of that id. */
  async function offerOwn(said: Omit<CapabilityInput, 'source'>, source: string): Promise<{ seq: number }> {
    const bytes = new TextEncoder().encode(source)
    if (bytes.length > MAX_SOURCE_BYTES) throw new RangeError(`A program may have ${MAX_SOURCE_BYTES} bytes at most.`)
    const own: OwnSkill = { source, capability: capabilityOf(said, toHex(await digest(bytes))) }
    const { topic } = said.topic === undefined ? await adaptation.surroundings(own.capability) : { topic: null }
    if (topic !== null) own.capability = { ...own.capability, topic }
    const { seq } = await offers.add(own)
    await approvals.declineOutdated(said.id)
    return { seq }
  }

  return {
    declare: (said) => ('goal' in said ? declareIntention(said) : declareCapability(said)),
    async withdraw(seq) {
      const skill = adaptation.capabilities().find((one) => one.agent === agent && one.seq === seq)
      // a skill that is still switched on would be declared again
      if (skill !== undefined) await offers.set(skill.declaration.id, false)
      else await adaptation.withdraw(seq)
    },
    async removeOffer(skill) {
      await offers.remove(skill)
      await approvals.declineOutdated(skill)
      // another skill may get that name
      for (const permission of await permissions.all()) if (permission.skill === skill) await permissions.revoke(permission.id)
    }
  }
}
