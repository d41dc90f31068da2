/**
 * For phones and other computers on the same network: this machine's addresses, a certificate for them (browsers
 * give keys and workers to secure pages only), and a QR code. Imported once the packages are there.
 */
import { X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { renderUnicodeCompact } from 'uqr'

const DAY = 24 * 60 * 60 * 1000
/** Safari takes no certificate that is valid for longer than 825 days, Chrome none over 398. */
const VALID = 397 * DAY
const RENEW_BEFORE = 30 * DAY

/** This machine's addresses on its networks, IPv4 first; link-local ones need a zone and are left out. */
export function lanAddresses(interfaces = networkInterfaces()) {
  const addresses = Object.values(interfaces)
    .flatMap((each) => each ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:') && !address.startsWith('169.254.'))
    .sort((a, b) => a.family.localeCompare(b.family))
    .map(({ address }) => address)
  return [...new Set(addresses)]
}

/**
 * Paths of a certificate and its key for all addresses, made when there is none, when it ends soon, or when this
 * machine has got other addresses.
 *
 * @param {string} folder where both are kept
 * @param {string[]} addresses
 * @returns {Promise<{ cert: string, key: string }>}
 */
export async function ensureCertificate(folder, addresses) {
  const cert = join(folder, 'lan.crt')
  const key = join(folder, 'lan.key')
  const ips = [...new Set(['127.0.0.1', '::1', ...addresses])]
  if (existsSync(cert) && existsSync(key) && serves(readFileSync(cert), ips)) return { cert, key }
  const names = [...new Set(['localhost', hostname().toLowerCase()])].filter((name) => /^[a-z0-9.-]+$/.test(name))
  const made = await generate([{ name: 'commonName', value: 'Starling on this network' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - DAY),
    notAfterDate: new Date(Date.now() + VALID - DAY),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: /** @type {const} */ (2), value })),
          ...ips.map((ip) => ({ type: /** @type {const} */ (7), ip }))
        ]
      }
    ]
  })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(key, made.private, { mode: 0o600 })
  writeFileSync(cert, made.cert)
  return { cert, key }
}

/** A QR code for a terminal, light around dark whatever the terminal's colours. @param {string} url */
export function qrCode(url) {
  const lines = renderUnicodeCompact(url, { border: 2 }).split('\n')
  return lines.map((line) => `\u001b[97;40m${line}\u001b[0m`).join('\n')
}

/** @param {Buffer} pem @param {string[]} ips */
function serves(pem, ips) {
  const certificate = new X509Certificate(pem)
  return Date.parse(certificate.validTo) - Date.now() > RENEW_BEFORE && ips.every((ip) => certificate.checkIP(ip))
}
