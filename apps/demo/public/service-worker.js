// Gives the files of this page the headers that a static host does not send: those that isolate the page, so that its threads
// may share memory, and the policy by which workers, too, ask no other origin for anything.
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const WORKERS_POLICY = "default-src 'self' data: blob: 'wasm-unsafe-eval'";

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));

addEventListener('fetch', (event) => {
  const { request } = event;
  if (new URL(request.url).origin !== location.origin) return;
  event.respondWith(fetch(request).then((response) => withHeaders(response, request.destination === 'worker')));
});

function withHeaders(response, forWorker) {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  if (forWorker) headers.set('Content-Security-Policy', WORKERS_POLICY);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
