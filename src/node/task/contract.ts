/**
 * Contracts and outcomes: making, hashing, signing, checking. Both parties sign one hash: a contract's is its outline's.
 */
import { publicKeyOf } from '../crypto/did.ts'
import { digest, equalBytes, toHex } from '../crypto/hash.ts'
import { verify, type AgentKey } from '../crypto/keys.ts'
import { MAX_CLOCK_SKEW_MS, encode } from '../schema/codec.ts'
import type { Contract, FileReference, Outcome, Outline } from '../schema/contract.ts'
import type { Capability } from '../schema/declaration.ts'
import { CONTRACT_DOMAIN, outlineDigest } from '../trust/rating-outline.ts'
import { within } from './permission.ts'

const OUTCOME_DOMAIN = 'outcome'

/** How long an offer may wait for its answer, and a result for its acceptance. */
export const CONTRACT_LIFE_MS = 24 * 60 * 60_000

/** The hash of a contract's details, in hex: of what only the two parties know. */
async function detailsOf({ goal, files, limits, nonce, terms }: Contract): Promise<string> {
  return toHex(await digest(encode({ goal, files, limits, nonce, ...(terms === undefined ? {} : { terms }) })))
}

/**
 * What of a contract others may see: the details are in it as a hash only.
 *
 * @param known that hash, of a contract whose details are forgotten
 */
export async function outlineOf(contract: Contract, known?: string): Promise<Outline> {
  const { version, leader, follower, topic, skill, program, created, expiry } = contract
  return { version, leader, follower, topic, skill, program, created, expiry, details: known ?? (await detailsOf(contract)) }
}

const digestOf = async (contract: Contract): Promise<Uint8Array> => outlineDigest(await outlineOf(contract))

/** The hash that both sign and that later entries refer to, in hex. */
export async function contractHash(contract: Contract): Promise<string> {
  return toHex(await digestOf(contract))
}

export async function signContract(key: AgentKey, contract: Contract): Promise<Uint8Array> {
  return key.sign(CONTRACT_DOMAIN, await digestOf(contract))
}

/** Whether `agent` signed this contract. */
export async function verifyContract(agent: string, contract: Contract, signature: Uint8Array): Promise<boolean> {
  return verify(publicKeyOf(agent), CONTRACT_DOMAIN, await digestOf(contract), signature)
}

export async function signOutcome(key: AgentKey, outcome: Outcome): Promise<Uint8Array> {
  return key.sign(OUTCOME_DOMAIN, await digest(encode(outcome)))
}

/** Whether `agent` signed this outcome. */
export async function verifyOutcome(agent: string, outcome: Outcome, signature: Uint8Array): Promise<boolean> {
  return verify(publicKeyOf(agent), OUTCOME_DOMAIN, await digest(encode(outcome)), signature)
}

/** Bytes of all the files together. */
export function totalSize(files: readonly FileReference[]): number {
  return files.reduce((sum, file) => sum + file.size, 0)
}

/**
 * Why what a contract names is not ours to do any more, in words for the one who asks; null when it is.
 *
 * @param capability what we have under the contract's skill, if anything
 */
export function outdated(contract: Contract, capability: Capability | undefined): string | null {
  if (capability === undefined) return `This agent does not offer “${contract.skill}” any more.`
  if (capability.program !== contract.program) return 'This agent now runs another version of that program: ask again.'
  return sameTerms(capability, contract) ? null : 'This agent now does that on other terms: look at them and ask again.'
}

function sameTerms(one: Pick<Contract, 'terms'>, other: Pick<Contract, 'terms'>): boolean {
  return equalBytes(encode(one.terms ?? null), encode(other.terms ?? null))
}

/**
 * Why this contract can't be taken, in words for the one who asks; null when it can.
 *
 * @param capability what we offer under the contract's skill, if we do
 */
export function objection(contract: Contract, self: string, capability: Capability | undefined, now: number): string | null {
  if (contract.follower !== self) return 'This request is for another agent.'
  const changed = outdated(contract, capability)
  if (capability === undefined || changed !== null) return changed
  if (capability.topic !== undefined && capability.topic !== contract.topic) {
    return 'This agent offers that under another topic now: ask again.'
  }
  if (contract.created > now + MAX_CLOCK_SKEW_MS) return 'The request is dated in the future: look at the clock of your device.'
  if (contract.expiry <= now) return 'The request had lapsed before it arrived.'
  if (contract.expiry > now + 2 * CONTRACT_LIFE_MS) return 'The request would stay open for too long.'
  if (!within(contract.limits, capability.limits)) return 'The request asks for more time or memory than this agent gives.'
  if (totalSize(contract.files) > contract.limits.inputBytes) {
    return `The files are larger than the ${contract.limits.inputBytes} bytes that this skill takes.`
  }
  return null
}
