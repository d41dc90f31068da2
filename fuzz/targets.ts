/** Every decoder of bytes, or values, that others make. */
import type { Target } from './fuzz.ts'
import { conversationTargets } from './targets/conversation.ts'
import { gossipTargets } from './targets/gossip.ts'
import { logTargets } from './targets/log.ts'
import { netTargets } from './targets/net.ts'
import { valueTargets } from './targets/values.ts'
import { wireTargets } from './targets/wire.ts'

export const targets: readonly Target[] = [
  ...wireTargets,
  ...logTargets,
  ...gossipTargets,
  ...conversationTargets,
  ...netTargets,
  ...valueTargets
]
