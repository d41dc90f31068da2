import * as dagCbor from '@ipld/dag-cbor'
import fc from 'fast-check'
import { base58btc } from 'multiformats/bases/base58'
import { beforeAll, describe, expect, test } from 'vitest'
import { publicKeyOf } from '../crypto/did.ts'
import { toHex } from '../crypto/hash.ts'
import { agentKey, generateKeyPair, verify, type AgentKey } from '../crypto/keys.ts'
import { createVerifier } from '../crypto/verifier.ts'
import { MAX_CLOCK_SKEW_MS, encode } from '../schema/codec.ts'
import type { Outline } from '../schema/contract.ts'
import { MAX_BODY_BYTES } from '../schema/header.ts'
import { MAX_RATING_BYTES, type Rating, type SignedRating } from '../schema/rating.ts'
import { CONTRACT_DOMAIN, outlineDigest } from './rating-outline.ts'
import { checkRating, type RatingFault } from './ratings.ts'

const seed = Math.floor(Math.random() * 2 ** 31)
const verifier = createVerifier()
const created = 1_767_225_600_000

let leader: AgentKey
let follower: AgentKey
let stranger: AgentKey

beforeAll(async () => {
  const keys = await Promise.all([1, 2, 3].map(async () => agentKey(await generateKeyPair())))
  ;[leader, follower, stranger] = keys as [AgentKey, AgentKey, AgentKey]
})

const outlineOf = (fields: Partial<Outline> = {}): Outline => ({
  version: 2,
  leader: leader.agent,
  follower: follower.agent,
  topic: 'data/statistics',
  skill: 'csv-statistics',
  program: 'a'.repeat(64),
  created,
  expiry: created + 86_400_000,
  details: 'd'.repeat(64),
  ...fields
})

interface Changes {
  outline?: Partial<Outline>
  rating?: Partial<Rating>
  /** who signs; the two parties unless told */
  signers?: [AgentKey, AgentKey]
}

/** A rating by the leader of the follower that is in order, but for the changes. */
async function ratingBy({ outline: changed = {}, rating = {}, signers = [leader, follower] }: Changes = {}): Promise<SignedRating> {
  const outline = outlineOf(changed)
  const hash = await outlineDigest(outline)
  const [leaderSignature, followerSignature] = await Promise.all(signers.map((key) => key.sign(CONTRACT_DOMAIN, hash)))
  return {
    kind: 'rating',
    rating: {
      version: 1,
      contract: toHex(hash),
      subject: follower.agent,
      topic: outline.topic,
      score: 50,
      weight: 25,
      time: created + 60_000,
      ...rating
    },
    outline,
    leaderSignature: leaderSignature!,
    followerSignature: followerSignature!
  }
}

const faultOf = async (body: unknown, author = leader.agent, time = created + 60_000): Promise<RatingFault | null> =>
  (await checkRating(body, { author, time }, verifier)).fault

describe('a rating counts', () => {
  test('by either party of the other, and says which the other was', async () => {
    const body = await ratingBy()
    const said = { author: leader.agent, time: created + 60_000 }
    expect(await checkRating(body, said, verifier)).toEqual({ fault: null, rating: body.rating, subjectWas: 'follower' })
    const back = await ratingBy({ rating: { subject: leader.agent, score: -100 } })
    const answer = { fault: null, rating: back.rating, subjectWas: 'leader' }
    expect(await checkRating(back, { ...said, author: follower.agent }, verifier)).toEqual(answer)
  })

  test('at the ends of what it may be', async () => {
    for (const score of [-100, 0, 100]) expect(await faultOf(await ratingBy({ rating: { score } }))).toBeNull()
    for (const weight of [1, 100]) expect(await faultOf(await ratingBy({ rating: { weight } }))).toBeNull()
    expect(await faultOf(await ratingBy({ rating: { time: created } }), leader.agent, created - MAX_CLOCK_SKEW_MS)).toBeNull()
    // whether the clock of who looks at it is right does not matter
    expect(await faultOf(await ratingBy({ rating: { time: created } }), leader.agent, 8.64e15)).toBeNull()
  })

  test('as large as it can be, it is small', async () => {
    const topic = `${'a'.repeat(47)}/${'b'.repeat(48)}`
    const skill = '語'.repeat(64)
    const most = Number.MAX_SAFE_INTEGER
    const body = await ratingBy({ outline: { topic, skill, created: most, expiry: most }, rating: { score: -100, weight: 100, time: most } })
    expect(await faultOf(body, leader.agent, most)).toBeNull()
    expect(encode(body).length).toBeLessThanOrEqual(MAX_RATING_BYTES)
    expect(encode(body).length).toBeGreaterThan(MAX_RATING_BYTES * 0.75)
  })
})

describe('a rating is refused', () => {
  test.each<[string, () => Promise<SignedRating>, () => string, RatingFault]>([
    ['by somebody who has no part in the contract', () => ratingBy(), () => stranger.agent, 'parties'],
    ['of somebody who has none', () => ratingBy({ rating: { subject: stranger.agent } }), () => leader.agent, 'parties'],
    ['of oneself', () => ratingBy({ rating: { subject: leader.agent } }), () => leader.agent, 'parties'],
    [
      'of oneself, by a contract with oneself',
      () => ratingBy({ outline: { follower: leader.agent }, rating: { subject: leader.agent }, signers: [leader, leader] }),
      () => leader.agent,
      'parties'
    ],
    ['that the subject says of itself in the other’s name', () => ratingBy(), () => follower.agent, 'parties'],
    ['in another topic', () => ratingBy({ rating: { topic: 'text/translation' } }), () => leader.agent, 'topic'],
    ['in a topic below that', () => ratingBy({ rating: { topic: 'data/statistics/means' } }), () => leader.agent, 'topic'],
    ['from before the contract', () => ratingBy({ rating: { time: created - 1 } }), () => leader.agent, 'time'],
    ['from after its entry', () => ratingBy({ rating: { time: created + 60_001 + MAX_CLOCK_SKEW_MS } }), () => leader.agent, 'time'],
    ['of another contract', () => ratingBy({ rating: { contract: 'c'.repeat(64) } }), () => leader.agent, 'contract'],
    ['that the follower has not signed', () => ratingBy({ signers: [leader, leader] }), () => leader.agent, 'unsigned'],
    ['that the leader has not signed', () => ratingBy({ signers: [follower, follower] }), () => leader.agent, 'unsigned'],
    ['with signatures the wrong way round', () => ratingBy({ signers: [follower, leader] }), () => leader.agent, 'unsigned'],
    ['signed by others', () => ratingBy({ signers: [stranger, stranger] }), () => leader.agent, 'unsigned']
  ])('%s', async (_, make, author, fault) => {
    expect(await faultOf(await make(), author())).toBe(fault)
  })

  test('of a party that is no key', async () => {
    // fits the form of a name, and is the one of nobody
    const nobody = `did:key:${base58btc.encode(Uint8Array.from([0xed, 0x01, ...Array<number>(32).fill(0xff)]))}`
    expect(publicKeyOf(nobody)).toHaveLength(32)
    const other = `did:key:z6Mk${'1'.repeat(44)}`
    expect(() => publicKeyOf(other)).toThrow()
    for (const subject of [nobody, other]) {
      expect(await faultOf(await ratingBy({ outline: { follower: subject }, rating: { subject } }))).toBe('unsigned')
    }
  })

  test('with signatures that were given for something else', async () => {
    const body = await ratingBy()
    const hash = await outlineDigest(body.outline)
    const elsewhere = await follower.sign('outcome', hash)
    expect(await verify(follower.publicKey, 'outcome', hash, elsewhere)).toBe(true)
    expect(await faultOf({ ...body, followerSignature: elsewhere })).toBe('unsigned')
  })

  test.each<[string, (body: SignedRating) => unknown]>([
    ['nothing', () => null],
    ['text', () => 'rating'],
    ['a list', () => []],
    ['bytes', () => new Uint8Array(64)],
    ['another kind', (body) => ({ ...body, kind: 'outcome' })],
    ['no contract', ({ kind, rating }) => ({ kind, rating })],
    ['a contract that is null', (body) => ({ ...body, outline: null })],
    ['no signature', (body) => ({ ...body, followerSignature: null })],
    ['a signature of another length', (body) => ({ ...body, leaderSignature: body.leaderSignature.slice(1) })],
    ['a signature as text', (body) => ({ ...body, leaderSignature: toHex(body.leaderSignature) })],
    ['a signature as a list', (body) => ({ ...body, leaderSignature: [...body.leaderSignature] })],
    ['a key that is not known', (body) => ({ ...body, note: 'x'.repeat(MAX_BODY_BYTES) })],
    ['such a key in the rating', (body) => ({ ...body, rating: { ...body.rating, note: '' } })],
    ['such a key in the outline', (body) => ({ ...body, outline: { ...body.outline, goal: 'secret' } })],
    ['another version', (body) => ({ ...body, rating: { ...body.rating, version: 2 } })],
    ['another version of the contract', (body) => ({ ...body, outline: { ...body.outline, version: 1 } })],
    ['a topic that is none', (body) => ({ ...body, rating: { ...body.rating, topic: '../..' } })],
    ...[101, -101, 0.5, NaN, Infinity, -Infinity, '50', null].map(
      (score): [string, (body: SignedRating) => unknown] => [`a score of ${score}`, (body) => ({ ...body, rating: { ...body.rating, score } })]
    ),
    ...[0, -1, 101, 0.5, NaN, Infinity, null].map(
      (weight): [string, (body: SignedRating) => unknown] => [`a weight of ${weight}`, (body) => ({ ...body, rating: { ...body.rating, weight } })]
    ),
    ...[-1, 0.5, NaN, 2 ** 53, null].map(
      (time): [string, (body: SignedRating) => unknown] => [`a time of ${time}`, (body) => ({ ...body, rating: { ...body.rating, time } })]
    )
  ])('that is %s, as another shape', async (_, spoil) => {
    expect(await faultOf(spoil(await ratingBy()))).toBe('malformed')
  })

  test(`whatever it is, without a failure of ours (seed ${seed})`, async () => {
    const body = await ratingBy()
    const places = ['kind', 'rating', 'outline', 'leaderSignature', 'followerSignature']
    await fc.assert(
      fc.asyncProperty(fc.anything({ withNullPrototype: true, withTypedArray: true }), fc.constantFrom(...places), async (value, place) => {
        expect(await faultOf(value)).toBe('malformed')
        expect(await faultOf({ ...body, [place]: value })).not.toBeNull()
      }),
      { seed, numRuns: 300 }
    )
  })
})

describe(`one change is enough (seed ${seed})`, () => {
  /** What these bytes mean, canonical or not; undefined: nothing. */
  function meaningOf(bytes: Uint8Array): unknown {
    try {
      return dagCbor.decode(bytes)
    } catch {
      return undefined
    }
  }

  const flip = (bytes: Uint8Array, at: number, bit: number): Uint8Array => {
    const changed = Uint8Array.from(bytes)
    const place = at % changed.length
    changed[place] = (changed[place] ?? 0) ^ (1 << bit)
    return changed
  }

  const bitOf = fc.tuple(fc.nat(), fc.nat(7))
  const runs = { seed, numRuns: 400 }

  test('of a bit of the outline', async () => {
    const body = await ratingBy()
    await fc.assert(
      fc.asyncProperty(bitOf, async ([at, bit]) => {
        const outline = meaningOf(flip(encode(body.outline), at, bit))
        expect(await faultOf({ ...body, outline })).not.toBeNull()
        // naming what the changed one would be called does not help
        const contract = outline === undefined ? body.rating.contract : toHex(await outlineDigest(outline as Outline))
        expect(await faultOf({ ...body, outline, rating: { ...body.rating, contract } })).not.toBeNull()
      }),
      runs
    )
  })

  test('of a bit of a signature', async () => {
    const body = await ratingBy()
    await fc.assert(
      fc.asyncProperty(bitOf, fc.constantFrom('leaderSignature' as const, 'followerSignature' as const), async ([at, bit], whose) => {
        expect(await faultOf({ ...body, [whose]: flip(body[whose], at, bit) })).toBe('unsigned')
      }),
      runs
    )
  })

  test('of a bit of author, subject, topic or contract', async () => {
    const body = await ratingBy()
    const textOf = (value: string, at: number, bit: number) => new TextDecoder().decode(flip(new TextEncoder().encode(value), at, bit))
    await fc.assert(
      fc.asyncProperty(bitOf, async ([at, bit]) => {
        expect(await faultOf(body, textOf(leader.agent, at, bit))).toBe('parties')
        for (const key of ['subject', 'topic', 'contract'] as const) {
          expect(await faultOf({ ...body, rating: { ...body.rating, [key]: textOf(body.rating[key], at, bit) } })).not.toBeNull()
        }
      }),
      runs
    )
  })

  test('and none at all is none', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          score: fc.integer({ min: -100, max: 100 }),
          weight: fc.integer({ min: 1, max: 100 }),
          time: fc.integer({ min: created, max: created + 60_000 + MAX_CLOCK_SKEW_MS })
        }),
        fc.record({ skill: fc.string({ maxLength: 64 }), expiry: fc.nat(), details: fc.constantFrom('a'.repeat(64), '0'.repeat(64)) }),
        fc.boolean(),
        async (rating, outline, ofLeader) => {
          const body = await ratingBy({ outline, rating: ofLeader ? { ...rating, subject: leader.agent } : rating })
          expect(await faultOf(meaningOf(encode(body)), (ofLeader ? follower : leader).agent)).toBeNull()
        }
      ),
      { seed, numRuns: 200 }
    )
  })
})
