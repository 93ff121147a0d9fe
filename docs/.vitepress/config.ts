import { defineConfig } from 'vitepress';
import { linksToRepository, REPOSITORY } from './links-to-repository';
import { guides, pages, referenceSidebars } from './sidebar';
import { strictLogger } from './strict-logger';

const base = process.env.DOCS_BASE ?? '/';

// Static files in build/docs, for any server. DOCS_BASE is the path that they are served under: '/' or '/name/'.
export default defineConfig({
  title: 'tfjs-multitask',
  description: 'Multitask deep learning on TensorFlow.js',
  lang: 'en',
  base,
  outDir: '../build/docs',
  cacheDir: '../build/docs-cache',
  cleanUrls: false, // so that any server of files will do
  metaChunk: true, // else each page holds the sidebars of all
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}favicon.svg` }]],
  markdown: { config: (md) => md.use(linksToRepository) },
  vite: {
    build: { chunkSizeWarningLimit: 4000 }, // kB: the search's index of all pages is one chunk, loaded at the first search
    ...(process.argv.includes('build') && { customLogger: strictLogger }),
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guides', link: guides[0].link, activeMatch: '^/guides/' },
      { text: 'Reference', link: '/reference/', activeMatch: '^/reference/' },
      { text: 'Results', link: '/results' },
      { text: 'GitHub', link: REPOSITORY },
    ],
    sidebar: {
      ...referenceSidebars(),
      '/': [{ text: 'Guides', items: [...guides] }, ...pages],
    },
    footer: { message: 'Apache-2.0. Nothing here is a medical device.' },
  },
});
