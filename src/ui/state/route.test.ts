import { expect, test } from 'vitest'
import { NEW_OFFER, linkTo, parseRoute } from './route.ts'

test('every link leads where it says', () => {
  for (const place of ['ask', 'tasks', 'approvals', 'network', 'me'] as const) {
    expect(parseRoute(linkTo(place))).toEqual({ place, id: null })
  }
  expect(parseRoute(linkTo('tasks', 'a/b c%'))).toEqual({ place: 'tasks', id: 'a/b c%' })
  expect(parseRoute(linkTo('me', NEW_OFFER))).toEqual({ place: 'me', id: NEW_OFFER })
  expect(parseRoute(linkTo('network', 'did:key:z6Mk'))).toEqual({ place: 'network', id: 'did:key:z6Mk' })
})

test('a broken link leads home or to the place it names', () => {
  expect(parseRoute('')).toEqual({ place: 'ask', id: null })
  expect(parseRoute('#/nowhere/x')).toEqual({ place: 'ask', id: null })
  expect(parseRoute('#/tasks/%E0%A4%A')).toEqual({ place: 'tasks', id: null })
  expect(parseRoute('#/approvals/x')).toEqual({ place: 'approvals', id: null })
})
