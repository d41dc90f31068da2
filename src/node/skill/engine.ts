/**
 * QuickJS in WebAssembly, cut off from the machine that it runs on. The clock stands still at the run's time, the
 * time zone is UTC, the environment is empty: the module's own imports are replaced, so no program can look past
 * them. `Math.random` is seeded from the clock by QuickJS, so it gives the same numbers at the same time.
 */
import releaseSync from '@jitl/quickjs-wasmfile-release-sync'
import { newQuickJSWASMModuleFromVariant, newVariant, type QuickJSWASMModule } from 'quickjs-emscripten-core'
import { digest, toHex } from '../crypto/hash.ts'
import { ProgramError } from './runner.ts'

/** The build that is known to behave; the same one everywhere, so that a run can be repeated elsewhere. */
const WASM_SHA256 = '105c3bed22d457e43e3d1c3c1c6959fda62a8fe06f0fc8a985303c3a2be72232'

/** The names that this very build gives to what it imports of the world outside. */
const imported = { localtime: 'm', tzset: 'n', now: 'p', environ: 'e', environSizes: 'f' } as const

const PAGE_BYTES = 64 * 1024
/** What the module asks for at the start. */
const INITIAL_PAGES = 256

export interface EngineInit {
  /** the bytes of `@jitl/quickjs-wasmfile-release-sync/wasm` */
  wasm: Uint8Array<ArrayBuffer>
  /** what the clock shows, milliseconds since 1970 */
  time: number
  /** the most memory, in bytes, that the module may ever have */
  memoryBytes: number
}

/**
 * A module of its own: nothing is shared with another.
 *
 * @throws ProgramError (`broken`) when the bytes are another build
 */
export async function createEngine({ wasm, time, memoryBytes }: EngineInit): Promise<QuickJSWASMModule> {
  const hash = toHex(await digest(wasm))
  if (hash !== WASM_SHA256) throw new ProgramError('broken', `expected QuickJS ${WASM_SHA256}, got ${hash}`)
  const memory = new WebAssembly.Memory({
    initial: INITIAL_PAGES,
    maximum: Math.max(INITIAL_PAGES, Math.ceil(memoryBytes / PAGE_BYTES))
  })
  const { promise: instantiated, reject: failed } = withRejection()
  const variant = newVariant(releaseSync, {
    wasmMemory: memory,
    emscriptenModule: {
      instantiateWasm(imports, done) {
        WebAssembly.instantiate(wasm, isolate(imports, memory, time)).then(({ instance }) => done(instance), failed)
        return {}
      }
    }
  })
  return Promise.race([newQuickJSWASMModuleFromVariant(variant), instantiated])
}

/** A promise that can only fail: Emscripten has no way to hear that instantiating did. */
function withRejection(): { promise: Promise<never>; reject: (reason: unknown) => void } {
  let reject: (reason: unknown) => void = () => undefined
  const promise = new Promise<never>((_, no) => {
    reject = no
  })
  return { promise, reject }
}

function isolate(imports: WebAssembly.Imports, memory: WebAssembly.Memory, time: number): WebAssembly.Imports {
  const [module, ...others] = Object.keys(imports)
  if (module === undefined || others.length > 0) throw new ProgramError('broken', 'expected one module of imports')
  const words = (pointer: number, length: number) => new Int32Array(memory.buffer, pointer, length)
  return {
    [module]: {
      ...imports[module],
      [imported.now]: () => time,
      // struct tm: second, minute, hour, day, month, year, weekday, day of the year, summer time, offset
      [imported.localtime]: (seconds: bigint, tm: number) => {
        const date = new Date(Number(seconds) * 1000)
        const yearStart = Date.UTC(date.getUTCFullYear(), 0, 1)
        words(tm, 10).set([
          date.getUTCSeconds(),
          date.getUTCMinutes(),
          date.getUTCHours(),
          date.getUTCDate(),
          date.getUTCMonth(),
          date.getUTCFullYear() - 1900,
          date.getUTCDay(),
          Math.floor((date.getTime() - yearStart) / 86_400_000),
          0,
          0
        ])
      },
      [imported.tzset]: (offset: number, summer: number, standardName: number, summerName: number) => {
        words(offset, 1)[0] = 0
        words(summer, 1)[0] = 0
        const bytes = new Uint8Array(memory.buffer)
        bytes[standardName] = 0
        bytes[summerName] = 0
      },
      [imported.environ]: () => 0,
      [imported.environSizes]: (count: number, size: number) => {
        words(count, 1)[0] = 0
        words(size, 1)[0] = 0
        return 0
      }
    }
  }
}
