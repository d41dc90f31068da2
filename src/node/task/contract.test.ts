import { beforeAll, describe, expect, test } from 'vitest'
import { toHex } from '../crypto/hash.ts'
import { agentKey, generateKeyPair, type AgentKey } from '../crypto/keys.ts'
import { parse } from '../schema/codec.ts'
import { outline, type Contract, type Outcome } from '../schema/contract.ts'
import type { Capability, Terms } from '../schema/declaration.ts'
import { outlineDigest } from '../trust/rating-outline.ts'
import {
  CONTRACT_LIFE_MS,
  contractHash,
  objection,
  outlineOf,
  signContract,
  signOutcome,
  verifyContract,
  verifyOutcome
} from './contract.ts'
import { contractOf, limits, skillOf } from './testing/records.ts'

let leader: AgentKey
let follower: AgentKey
let contract: Contract
let outcome: Outcome
const terms: Terms = { languages: ['de'], region: 'CH', price: 3, keeps: 'task', tier: 0 }

beforeAll(async () => {
  leader = await agentKey(await generateKeyPair())
  follower = await agentKey(await generateKeyPair())
  contract = contractOf(leader.agent, follower.agent, { terms })
  outcome = {
    version: 1,
    contract: await contractHash(contract),
    state: 'completed',
    result: 'b'.repeat(64),
    resultSize: 3,
    reason: null,
    finished: 1
  }
})

test('a signature holds for one contract and one signer', async () => {
  const signature = await signContract(leader, contract)
  expect(await verifyContract(leader.agent, contract, signature)).toBe(true)
  expect(await verifyContract(follower.agent, contract, signature)).toBe(false)
  const changes: Array<Partial<Contract>> = [
    { goal: 'other' },
    { files: [{ name: 'a', type: '', hash: 'c'.repeat(64), size: 1 }] },
    { limits: { ...limits, ms: 999 } },
    { nonce: new Uint8Array(16) },
    { terms: { ...terms, keeps: 'longer' } },
    { topic: 'data/charts' },
    { skill: 'y' },
    { program: 'b'.repeat(64) },
    { created: contract.created + 1 },
    { expiry: contract.expiry + 1 },
    { leader: follower.agent },
    { follower: leader.agent }
  ]
  expect(new Set(['version', ...changes.flatMap(Object.keys)])).toEqual(new Set(Object.keys(contract)))
  for (const change of changes) {
    expect(await verifyContract(leader.agent, { ...contract, ...change }, signature)).toBe(false)
  }
})

test('the outline says nothing of the details, and parses as what others take', async () => {
  const said = await outlineOf(contract)
  expect(parse(said, outline)).toEqual(said)
  expect(Object.keys(said)).not.toEqual(expect.arrayContaining(['goal']))
  expect(await contractHash(contract)).toBe(toHex(await outlineDigest(said)))
  // the same details under another nonce have another hash
  expect((await outlineOf({ ...contract, nonce: new Uint8Array(16) })).details).not.toBe(said.details)
  // without the details it is the same by their hash
  expect(await outlineOf({ ...contract, goal: '', nonce: new Uint8Array(16) }, said.details)).toEqual(said)
})

test('a signature on an outcome is none on a contract, and holds for that outcome', async () => {
  const signature = await signOutcome(follower, outcome)
  expect(await verifyOutcome(follower.agent, outcome, signature)).toBe(true)
  expect(await verifyOutcome(follower.agent, { ...outcome, state: 'failed' }, signature)).toBe(false)
  expect(await verifyOutcome(leader.agent, outcome, signature)).toBe(false)
  expect(await verifyContract(follower.agent, contract, signature)).toBe(false)
})

describe('what can’t be taken is answered in words', () => {
  const capability: Capability = { ...skillOf().capability, terms, topic: 'data/statistics' }
  const answer = (change: Partial<Contract>, offered: Capability | undefined = capability) =>
    objection({ ...contract, ...change }, follower.agent, offered, contract.created)

  test.each<[string, Partial<Contract>, RegExp]>([
    ['for another agent', { follower: 'did:key:other' }, /another agent/],
    ['of another version', { program: 'b'.repeat(64) }, /another version/],
    ['on terms that are not ours any more', { terms: { ...terms, price: 2 } }, /other terms/],
    ['that has us keep nothing, where we promise less', { terms: { ...terms, keeps: 'nothing' } }, /other terms/],
    ['under another topic', { topic: 'data/charts' }, /another topic/],
    ['of a clock that is far ahead', { created: Date.now() + 20 * 60_000 }, /in the future/],
    ['that has lapsed', { expiry: 1 }, /lapsed/],
    ['that stays open for too long', { expiry: Date.now() + 3 * CONTRACT_LIFE_MS }, /too long/],
    ['that asks for more', { limits: { ...limits, ms: limits.ms + 1 } }, /more time or memory/],
    ['with files that are too large', { files: [{ name: 'a', type: '', hash: 'c'.repeat(64), size: 1001 }] }, /larger/]
  ])('a request %s', (_, change, words) => {
    expect(answer(change)).toMatch(words)
  })

  test('a request for what is not offered; and none otherwise', () => {
    expect(objection(contract, follower.agent, undefined, contract.created)).toMatch(/does not offer/)
    expect(answer({})).toBeNull()
    // who says no topic takes the one that it is given
    const unplaced = { ...capability }
    delete unplaced.topic
    expect(answer({ topic: 'data/charts' }, unplaced)).toBeNull()
    // terms are agreed if there are any, and only then
    const without = contractOf(leader.agent, follower.agent)
    const silent = { ...capability }
    delete silent.terms
    const bare = (offered: Capability) => objection(without, follower.agent, offered, contract.created)
    expect([bare(silent), bare(capability), answer({}, silent)].map((said) => said !== null)).toEqual([false, true, true])
    expect(answer({ files: [{ name: 'a', type: '', hash: 'c'.repeat(64), size: 1000 }] })).toBeNull()
  })
})
