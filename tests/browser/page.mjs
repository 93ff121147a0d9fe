// What runs in the page, or in a worker of it; scripts/check-browser.mjs calls it by these names.
import { dispose, memory, removeBackend } from '@tensorflow/tfjs-core';
import { gpuInfo, useBackend } from 'tfjs-multitask/backends';
import { loadMultitask } from 'tfjs-multitask/models';
import { pretrained } from 'tfjs-multitask/weights';
import { source, trainSteps } from './training.mjs';

/** The model's outputs for the first batch, as plain numbers. */
async function predict(model) {
  for await (const { x } of source()(0)) {
    const outputs = model.predict(x);
    const numbers = await Promise.all(model.tasks.map(async (task) => Array.from(await outputs[task].data())));
    dispose(outputs);
    return numbers.flat();
  }
}

const keptWeights = () => caches.open('tfjs-multitask-weights');

async function sha256(file) {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

globalThis.checks = {
  /**
   * Makes `name` the backend, or the fastest one where none is named; `software` accepts a software renderer. Returns its
   * name, what it runs on and what was said, or the message of the error.
   */
  async choose({ name, software } = {}) {
    if (name === 'wasm') {
      const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
      setWasmPaths('/wasm/');
    }
    const notices = [];
    try {
      const chosen = await useBackend(name, { software, onNotice: (message) => notices.push(message) });
      return { name: chosen, gpu: gpuInfo(), notices };
    } catch (error) {
      return { refused: error.message, notices };
    }
  },

  /** The losses of `steps` steps on the backend that is set, and the tensors that are left. */
  async train(steps) {
    const before = memory().numTensors;
    const { model, losses } = await trainSteps(steps);
    model.dispose();
    return { losses, left: memory().numTensors - before };
  },

  /** The predictions of a trained model, before it went to IndexedDB and after. */
  async saveAndLoad(steps) {
    const { model } = await trainSteps(steps);
    const saved = await predict(model);
    await model.net.save('indexeddb://m');
    model.dispose();
    const copy = await loadMultitask('indexeddb://m', model.tasks);
    const loaded = await predict(copy);
    copy.dispose();
    return { saved, loaded };
  },

  remove: (name) => removeBackend(name),

  /** The SHA-256 of the weights of a name, or the message of the error. */
  async fetchWeights({ name, mirror }) {
    try {
      const { file } = await pretrained(name, { mirror });
      return { sha256: await sha256(file) };
    } catch (error) {
      return { refused: error.message };
    }
  },

  /** The addresses of the weights that are kept. */
  keptWeights: async () => (await (await keptWeights()).keys()).map(({ url }) => url),

  keepWeights: async ({ url, text }) => (await keptWeights()).put(url, new Response(text)),

  async forgetWeights() {
    const cache = await keptWeights();
    for (const request of await cache.keys()) await cache.delete(request);
  },
};

if (typeof document === 'undefined') {
  globalThis.onmessage = async ({ data: [name, argument] }) => {
    try {
      postMessage({ value: await globalThis.checks[name](argument) });
    } catch (error) {
      postMessage({ error });
    }
  };
}
