/** What stands beside every page. A test holds it against the pages that there are. */
export const SIDEBAR = [
  {
    text: 'Start',
    items: [
      { text: 'What it is', link: '/' },
      { text: 'Getting started with logi', link: '/docs/guides/getting-started-logi' },
      { text: 'Getting started with Logto', link: '/docs/guides/getting-started-logto' },
      { text: 'Concepts', link: '/docs/concepts' },
    ],
  },
  {
    text: 'How to',
    items: [
      { text: 'Install with Helm', link: '/docs/guides/helm' },
      { text: 'Use Logto', link: '/docs/guides/logto' },
      { text: 'Rotate', link: '/docs/guides/rotation' },
      { text: 'Adopt', link: '/docs/guides/adoption' },
      { text: 'Argo CD and Flux', link: '/docs/guides/gitops' },
      { text: 'Tenancy', link: '/docs/guides/tenancy' },
      { text: 'Say who may', link: '/docs/guides/access' },
      { text: 'Divide the providers', link: '/docs/guides/sharding' },
      { text: 'Back up and restore', link: '/docs/guides/restore' },
      { text: 'Upgrade', link: '/docs/guides/upgrading' },
      { text: 'Uninstall', link: '/docs/guides/uninstalling' },
    ],
  },
  {
    text: 'When something is wrong',
    items: [
      { text: 'Troubleshooting', link: '/docs/guides/troubleshooting' },
      { text: 'Reasons', link: '/docs/reasons' },
      { text: 'Alerts', link: '/docs/alerts' },
    ],
  },
  {
    text: 'Reference',
    items: [
      { text: 'API', link: '/docs/reference' },
      { text: 'Fields at each provider', link: '/docs/mapping' },
      { text: 'Flags', link: '/docs/flags' },
      { text: 'Metrics', link: '/docs/metrics' },
    ],
  },
  {
    text: 'Charts',
    items: [
      { text: 'The operator', link: '/charts/oauthapp-operator/' },
      { text: 'Its definitions', link: '/charts/oauthapp-crds/' },
      { text: 'Providers and applications', link: '/charts/oauthapp-resources/' },
      { text: 'A program of your own', link: '/charts/example-app/' },
    ],
  },
  {
    text: 'What to expect',
    items: [
      { text: 'Guarantees', link: '/docs/guarantees' },
      { text: 'Security model', link: '/docs/security' },
      { text: 'Performance', link: '/docs/performance' },
      { text: 'Beside other operators', link: '/docs/comparison' },
    ],
  },
  {
    text: 'How it is built',
    collapsed: true,
    items: [
      { text: 'Design', link: '/docs/design' },
      { text: 'Protocol', link: '/docs/protocol' },
      { text: 'Decisions', link: '/docs/adr/' },
      { text: 'Contributing', link: '/CONTRIBUTING' },
    ],
  },
];
