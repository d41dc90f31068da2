import { describe, expect, it } from 'vitest'
import { fromHex } from '../crypto/hash.ts'
import { messageId, messageKey } from './message-id.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('the id of a message', () => {
  it('is the beginning of a hash over topic and bytes', async () => {
    const hashed = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes('\0\0\0\u0005topicwords')))
    expect(messageId('topic', bytes('words'))).toEqual(hashed.subarray(0, 20))
    expect(fromHex(messageKey('topic', bytes('words')))).toEqual(hashed.subarray(0, 20))
  })

  it('is another one on another topic, also when one name begins with the other', () => {
    expect(messageKey('a/1', bytes('0 words'))).not.toBe(messageKey('a/10', bytes(' words')))
    expect(messageKey('a', bytes('words'))).not.toBe(messageKey('b', bytes('words')))
  })
})
