import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { addressGroup, clientAddress, createAddressLimit, plainAddress } from './addresses.ts'

describe('addressGroup', () => {
  it.each([
    ['192.168.1.7', '192.168.1.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0db8:0000:0000:ffff::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64']
  ])('of %s is %s', (address, group) => {
    expect(addressGroup(address)).toBe(group)
  })
})

describe('clientAddress', () => {
  const request = (remoteAddress: string, forwarded?: string) =>
    ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage

  it('is the address of the socket, whatever the headers say', () => {
    expect(clientAddress(request('::ffff:10.0.0.1', '1.2.3.4'), false)).toBe('10.0.0.1')
  })

  it('is the last forwarded one behind a trusted proxy', () => {
    expect(clientAddress(request('127.0.0.1', '6.6.6.6, 1.2.3.4'), true)).toBe('1.2.3.4')
    expect(clientAddress(request('127.0.0.1', 'fe80::1%eth0'), true)).toBe('fe80::1')
  })

  it('falls back to the socket when the header is missing or no address', () => {
    expect(clientAddress(request('127.0.0.1'), true)).toBe('127.0.0.1')
    expect(clientAddress(request('127.0.0.1', 'unknown'), true)).toBe('127.0.0.1')
  })
})

it('plainAddress leaves IPv6 alone', () => {
  expect(plainAddress('2001:db8::1')).toBe('2001:db8::1')
})

describe('createAddressLimit', () => {
  it('gives places up to the limit for each address, and takes each back once', () => {
    const limit = createAddressLimit(2)
    const first = limit.take('10.0.0.1')
    expect(limit.take('10.0.0.1')).not.toBeNull()
    expect(limit.take('10.0.0.1')).toBeNull()
    expect(limit.take('10.0.0.2')).not.toBeNull()
    first?.()
    first?.()
    expect(limit.take('10.0.0.1')).not.toBeNull()
    expect(limit.take('10.0.0.1')).toBeNull()
  })

  it('counts one IPv6 network as one', () => {
    const limit = createAddressLimit(1)
    expect(limit.take('2001:db8::1')).not.toBeNull()
    expect(limit.take('2001:db8::2')).toBeNull()
  })
})
