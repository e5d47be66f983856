import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const SERVER = 'http://127.0.0.1:8080'
const SERVED_BY_IT = ['/api', '/playlist', '/segment', '/subtitle', '/subtitles', '/poster', '/links', '/status']

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), tailwindcss()],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 700 },
  server: { proxy: Object.fromEntries(SERVED_BY_IT.map((path) => [path, SERVER])) },
})
