/** What other agents' logs may take up here at most. */
export interface LogLimits {
  /** headers of one author */
  maxHeadersPerAuthor: number
  /** headers of all other agents together */
  maxHeaders: number
  /** the share of what one peer brought that makes no room for what comes later: of the logs that were here first */
  settledShare: number
  /** bytes of all other agents' bodies together */
  maxBodyBytes: number
  /** authors that are known to have forked their logs */
  maxForks: number
  /** headers that are being looked at or wait for it */
  maxWaiting: number
}

export const defaultLimits: LogLimits = {
  maxHeadersPerAuthor: 10_000,
  maxHeaders: 200_000,
  settledShare: 1 / 2,
  maxBodyBytes: 256 * 1024 * 1024,
  maxForks: 20_000,
  maxWaiting: 4096
}
