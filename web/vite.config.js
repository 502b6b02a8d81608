import { defineConfig } from 'vite';

// The server embeds `dist/` and finds the hashed names in `dist/manifest.json`.
export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2022',
    manifest: 'manifest.json',
    modulePreload: false,
    assetsDir: '',
    chunkSizeWarningLimit: 1000,
    rolldownOptions: { input: ['src/main.ts', 'src/page.ts'] },
  },
});
