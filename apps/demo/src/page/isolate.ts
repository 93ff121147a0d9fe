const TRIED = 'tfjs-multitask-page: isolation tried';
/** A service worker that is not there by then is not waited for: the page works without threads. */
const MOST_MILLISECONDS = 4000;

const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Storage may be forbidden. */
function triedBefore(): boolean {
  try {
    const tried = sessionStorage.getItem(TRIED) !== null;
    sessionStorage.setItem(TRIED, 'yes');
    return tried;
  } catch {
    return true;
  }
}

/**
 * Isolates the page, where its server does not, by a service worker that adds the headers: for this the page is loaded once
 * more. False where it is about to be. Without https, or where service workers are forbidden, the page stays as it is.
 */
export async function isolate(): Promise<boolean> {
  if (globalThis.crossOriginIsolated || !('serviceWorker' in navigator)) return true;
  const { serviceWorker } = navigator;
  try {
    await serviceWorker.register('./service-worker.js');
    await Promise.race([serviceWorker.ready, wait(MOST_MILLISECONDS)]);
    if (!(await serviceWorker.getRegistration())?.active || triedBefore()) return true;
  } catch {
    return true;
  }
  location.reload();
  return false;
}
