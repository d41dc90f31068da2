/** Which part may import which: the layers of ARCHITECTURE.md, held. */

const node = (/** @type {string[]} */ ...folders) => `^src/node/(${folders.join('|')})/`
const tests = '\\.test\\.tsx?$|-conformance\\.ts$|/testing/'

/** The layers from the top down, and the folders that belong to each. */
const layers = [
  ['client'],
  ['task', 'skill', 'mechanism'],
  ['identity', 'trust'],
  ['adapt'],
  ['gossip', 'log'],
  ['net']
]
/** Below all layers, and knowing none of them. */
const ground = ['store', 'crypto', 'schema', 'support']

/** One rule a layer: nothing in it imports a layer above it. */
const downwards = layers.slice(1).map((folders, i) => ({
  name: `${folders[0]}-imports-downwards`,
  comment: 'Layers point down only: ui > client > task > identity, trust > adapt > gossip, log > net.',
  severity: 'error',
  from: { path: node(...folders), pathNot: tests },
  to: { path: node(...layers.slice(0, i + 1).flat()) }
}))

module.exports = {
  forbidden: [
    ...downwards,
    {
      name: 'ground-knows-no-layer',
      comment: 'store, crypto, schema and support are below everything.',
      severity: 'error',
      from: { path: node(...ground), pathNot: tests },
      to: { path: '^src/node/', pathNot: node(...ground) }
    },
    {
      name: 'schema-is-lowest',
      severity: 'error',
      from: { path: node('schema'), pathNot: tests },
      to: { path: '^src/node/', pathNot: node('schema', 'support') }
    },
    {
      name: 'semantic-is-pure',
      comment: 'Meaning is worked out from values alone; adapt and what is above it use it.',
      severity: 'error',
      from: { path: node('semantic'), pathNot: tests },
      to: { path: '^src/node/', pathNot: node('semantic', 'schema', 'crypto', 'support') }
    },
    {
      name: 'semantic-from-adapt-up',
      severity: 'error',
      from: { path: node('gossip', 'log', 'net', ...ground) },
      to: { path: node('semantic') }
    },
    {
      name: 'node-runs-anywhere',
      comment: 'src/node knows no page, no worker and no process.',
      severity: 'error',
      from: { path: '^src/node/', pathNot: tests },
      to: {
        path:
          '^(src/(ui|workers)|relay|headless|sim|bench|e2e|scripts)/|' +
          'node_modules/(react|react-dom|@base-ui|recharts|lucide-react)/'
      }
    },
    {
      name: 'node-without-nodejs',
      comment: 'What needs Node itself is an adapter in headless/, or the LevelDB store.',
      severity: 'error',
      from: { path: '^src/node/', pathNot: `${tests}|^src/node/store/level\\.ts$` },
      to: { dependencyTypes: ['core'] }
    },
    {
      name: 'ui-speaks-to-the-client',
      comment: "The interface reaches the node through its worker's client; from src/node it takes types, and samples.",
      severity: 'error',
      from: { path: '^src/ui/', pathNot: tests },
      to: {
        path: '^src/(node|workers)/',
        pathNot: '^src/node/(client\\.ts$|schema/|skill/samples\\.ts$)|^src/workers/(start-peer|register-service)\\.ts$'
      }
    },
    {
      name: 'ui-takes-types-of-schemas',
      severity: 'error',
      from: { path: '^src/ui/', pathNot: tests },
      to: { path: '^src/node/(client\\.ts$|schema/)', dependencyTypesNot: ['type-only'] }
    },
    {
      name: 'workers-know-no-ui',
      severity: 'error',
      from: { path: '^src/workers/' },
      to: { path: '^(src/ui|relay|headless)/' }
    },
    {
      name: 'relay-knows-no-content',
      comment: 'The relay introduces peers: of the node it knows the network and its bounds.',
      severity: 'error',
      from: { path: '^relay/' },
      to: { path: '^src/', pathNot: '^src/node/(net|schema|support)/' }
    },
    {
      name: 'headless-is-a-node',
      severity: 'error',
      from: { path: '^headless/' },
      to: { path: '^(src/(ui|workers)|relay|e2e|bench)/' }
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { pathNot: `${tests}|\\.spec\\.ts$` },
      to: { path: `${tests}|\\.spec\\.ts$|^e2e/`, pathNot: '^node_modules/' }
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '\\?(raw|url)$' }
    },
    {
      name: 'no-development-packages',
      comment: 'What ships depends on `dependencies` only.',
      severity: 'error',
      from: { path: '^(src|relay|headless)/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] }
    }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'browser', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json']
    }
  }
}
