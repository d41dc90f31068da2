/** What follows the node's state without drawing anything: title, badge, notifications, words for listeners. */
import { useEffect, useRef } from 'react'
import type { Snapshot } from '../../node/client.ts'
import { connectionWords } from '../parts/connection-words.ts'
import { labelFor, useApp, useSnapshot } from '../state/app-context.ts'
import { linkTo, route, type Place } from '../state/route.ts'
import { useOnline } from '../state/use-online.ts'
import { useValue } from '../state/use-value.ts'
import { cleanLine, cut } from '../text/clean.ts'
import { changeWords, finderWords, newFinds } from './change-words.ts'

const titles: Record<Place, string> = {
  ask: 'Ask',
  tasks: 'Tasks',
  approvals: 'Approvals',
  network: 'Network',
  me: 'Me'
}
const SETTLE_MS = 2500

export function Watchers() {
  useTitleAndBadge()
  useTheme()
  useSpokenChanges()
  useSpokenConnection()
  return null
}

function useTitleAndBadge(): void {
  const count = useSnapshot()?.approvals.length ?? 0
  const { place } = useValue(route)
  useEffect(() => {
    document.title = `${count > 0 ? `(${count}) ` : ''}${titles[place]} · Starling`
  }, [count, place])
  useEffect(() => {
    if (!('setAppBadge' in navigator)) return
    // An app that is not installed has no badge; the browser then refuses, and the title still says it.
    void (count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => {})
  }, [count])
}

function useTheme(): void {
  const { preferences } = useApp()
  const { theme } = useValue(preferences)
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
  }, [theme])
}

/** Tells listeners of questions, finds and finished tasks, once each; and notifies of questions and finds when out of sight. */
function useSpokenChanges(): void {
  const { announcer, preferences } = useApp()
  const snapshot = useSnapshot()
  const before = useRef<Snapshot | null>(null)
  useEffect(() => {
    const last = before.current
    before.current = snapshot
    if (last === null || snapshot === null) return
    const nameFor = (agent: string) => cleanLine(labelFor(agent, snapshot).name)
    const said = changeWords(last, snapshot, nameFor)
    if (said.length > 0) announcer.say(said.join('. '))
    if (!document.hidden || !preferences.get().notify) return
    const known = new Set(last.approvals.map(({ id }) => id))
    for (const approval of snapshot.approvals) {
      if (known.has(approval.id)) continue
      void notify(approval.id, 'approvals', `${nameFor(approval.agent)} asks your agent`, approval.goal)
    }
    for (const { interest, agents } of newFinds(last, snapshot)) {
      void notify(interest.id, 'ask', `${finderWords(agents, nameFor)} can do what you listen for`, interest.text)
    }
  }, [snapshot, announcer, preferences])
}

/** The connection's state, said only when it has settled: it may flicker while others come and go. */
function useSpokenConnection(): void {
  const { announcer } = useApp()
  const snapshot = useSnapshot()
  const online = useOnline()
  const { kind } = connectionWords(snapshot?.status ?? null, online)
  const words = {
    starting: '',
    looking: 'Looking for others',
    relayed: 'Connected through a relay',
    direct: 'Connected directly',
    offline: 'Offline'
  }[kind]
  useEffect(() => {
    if (words === '') return
    const timer = setTimeout(() => announcer.say(words), SETTLE_MS)
    return () => clearTimeout(timer)
  }, [announcer, words])
}

/** @param place where a click leads */
async function notify(id: string, place: Place, title: string, text: string): Promise<void> {
  if (!('Notification' in window) || Notification.permission !== 'granted') return
  const options = { body: cut(cleanLine(text), 120).text, tag: id, icon: '/icon-192.png' }
  const registration = 'serviceWorker' in navigator ? await navigator.serviceWorker.getRegistration() : undefined
  if (registration?.active) {
    // Android shows notifications from a service worker only.
    await registration.showNotification(title, options)
    return
  }
  const notification = new Notification(title, options)
  notification.onclick = () => {
    window.focus()
    location.hash = linkTo(place)
    notification.close()
  }
}
