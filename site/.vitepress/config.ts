import { defineConfig } from 'vitepress';
import { anchorOf } from '../pages.ts';
import { SIDEBAR } from '../sidebar.ts';

/** The pages of the repository as a static site, at the addresses that the alerts name: `/docs/alerts` and so on. */
export default defineConfig({
  title: 'oauthapp-operator',
  description: 'OAuth and OIDC clients from Kubernetes manifests',
  // A browser that is told of no icon asks for one that is not there, and takes that for an error.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  srcDir: 'pages',
  outDir: 'dist',
  cleanUrls: true,
  // Links to what is no page lead to files that are handed out with the site; the check asks for each.
  ignoreDeadLinks: [/^(?!.*\.md$)/],
  markdown: { anchor: { slugify: anchorOf } },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Guides', link: '/docs/guides/getting-started-logi' },
      { text: 'Reference', link: '/docs/reference' },
      { text: 'Changelog', link: '/CHANGELOG' },
    ],
    sidebar: SIDEBAR,
    outline: [2, 3],
  },
});
