import type { BackendName } from 'tfjs-multitask/backends';
import type { PhantomKind } from 'tfjs-multitask/paper';
import type { About, Device, Event, Format, Shown } from './messages';
import { type Ask, startWorker } from './page/ask';
import { byId } from './page/by-id';
import { createCurves } from './page/curves';
import { drawHeat, drawReconstruction, drawSlice } from './page/draw';
import { isolate } from './page/isolate';
import { readUpload } from './page/read-upload';
import { createVerdict } from './page/verdict';

const KINDS: Readonly<Record<PhantomKind, string>> = {
  covid: 'COVID-19',
  normal: 'normal',
  pneumonia: 'pneumonia',
  oedema: 'oedema',
  nodules: 'nodules',
  cancer: 'cancer',
  emphysema: 'emphysema',
};

const verdict = createVerdict();
const curves = createCurves();
const canvas = (id: string) => byId<HTMLCanvasElement>(id);
const button = (id: string) => byId<HTMLButtonElement>(id);
const select = (id: string) => byId<HTMLSelectElement>(id);
const saves = [...document.querySelectorAll<HTMLButtonElement>('[data-format]')];
const kinds = Object.entries(KINDS).map(([kind, name]) => kindButton(kind as PhantomKind, name));

let ask: Ask;
let shown: Shown | undefined;
let kind: PhantomKind = 'covid';
let patient = 3;
let caption = '';
let training = false;
let origin: About['origin'] = 'random';

function kindButton(of: PhantomKind, name: string): HTMLButtonElement {
  const element = document.createElement('button');
  Object.assign(element, { type: 'button', textContent: name, disabled: true });
  element.dataset.kind = of;
  element.setAttribute('aria-pressed', 'false');
  element.addEventListener('click', () => showDrawn(of));
  return element;
}

function fail(error: unknown): void {
  const place = byId('error');
  place.textContent = (error as Error).message;
  place.hidden = false;
}

/** Runs what a press of a button asks for; what goes wrong is said, and all else stays. */
function attempt(body: () => Promise<void>): Promise<void> {
  byId('error').hidden = true;
  return body().catch(fail);
}

const say = (id: string, text: string): void => {
  byId(id).textContent = text;
};

function enable(): void {
  const busy = training;
  for (const element of [...kinds, button('patient'), byId<HTMLInputElement>('file')]) element.disabled = false;
  for (const element of [...saves, select('backend'), select('slices'), select('epochs'), select('fresh')]) {
    element.disabled = busy;
  }
  button('train').disabled = busy;
  button('stop').disabled = !busy;
  button('restore').disabled = busy || origin === 'built';
}

function draw(): void {
  if (!shown) return;
  const masks = {
    predicted: byId<HTMLInputElement>('show-mask').checked,
    truth: byId<HTMLInputElement>('show-truth').checked,
  };
  drawSlice(canvas('input'), shown, masks);
  drawReconstruction(canvas('reconstruction'), shown);
  drawHeat(canvas('heat'), shown);
}

/** Shows a slice and what the model makes of it. */
function show(next: Shown): void {
  shown = next;
  byId('truth-key').hidden = next.drawn === undefined;
  verdict.show(next);
  draw();
  say('caption', caption);
  canvas('input').setAttribute('aria-label', `${caption}, with the predicted mask`);
  canvas('reconstruction').setAttribute('aria-label', `The model's reconstruction of it`);
  canvas('heat').setAttribute('aria-label', 'Where the model sees evidence for COVID-19');
  for (const element of kinds) {
    element.setAttribute('aria-pressed', String(next.drawn !== undefined && element.dataset.kind === next.drawn.kind));
  }
}

function showAndSay(next: Shown, note = ''): void {
  show(next);
  say('said', `${caption}. ${verdict.words} ${note}`);
}

function showDrawn(of: PhantomKind): Promise<void> {
  kind = of;
  return attempt(async () => {
    const next = await ask('drawn', { kind: of, patient });
    caption = `Drawn slice, ${KINDS[of]}, patient ${patient}`;
    showAndSay(next);
  });
}

function open(files: Iterable<File>): Promise<void> {
  return attempt(async () => {
    const [file, ...others] = files;
    if (file === undefined) throw new Error('No file came with that: expected a PNG or a JPEG.');
    const { name, picture, coloured } = await readUpload(file);
    const next = await ask('picture', picture);
    caption = name;
    const notes = [
      coloured ? 'The picture has colours: it is hardly a CT slice, and the numbers mean nothing.' : '',
      others.length > 0 ? `Of ${others.length + 1} files the first is shown.` : '',
    ];
    const note = notes.filter(Boolean).join(' ');
    showAndSay(next, note);
    if (note) fail(new Error(note));
  });
}

const describe: Readonly<Record<About['origin'], (steps: number) => string>> = {
  built: (steps) => `trained for ${steps} steps when the page was built`,
  random: () => 'random weights, not trained yet',
  trained: (steps) => `trained in this page, ${steps} steps in all`,
};

function setModel(about: About): void {
  ({ origin } = about);
  verdict.setModel(about);
  const { scores } = about;
  const scored = scores ? `; Dice ${scores.dice.toFixed(2)}, AUC ${scores.auc.toFixed(2)} on other drawn slices` : '';
  const size = `${(about.parameters / 1e6).toFixed(1)} million parameters`;
  say('model', `The model: ${size}, ${describe[about.origin](about.steps)}${scored}.`);
}

function setDevice({ backend, gpu, threads }: Device): void {
  const shared = backend === 'simd' ? `, ${threads === 1 ? 'one thread' : `${threads} threads`}` : '';
  say('device', `${backend}${gpu ? `, ${gpu}` : shared}`);
}

/** Looks at the slice on show once more, with another model or backend. */
async function lookAgain(): Promise<void> {
  if (!shown) return;
  const next = shown.drawn
    ? await ask('drawn', { kind: shown.drawn.kind, patient })
    : await ask('picture', shown.picture);
  showAndSay(next);
}

function onEvent(event: Event): void {
  if (event.event === 'step') {
    const { step, steps, loss } = event;
    curves.addStep(step, steps, loss);
    Object.assign(byId<HTMLProgressElement>('progress'), { max: steps, value: step });
    return;
  }
  const { scores, shown: next } = event;
  curves.addScores(scores);
  verdict.setScores(scores);
  say('training-said', `Step ${scores.step}: Dice ${scores.dice.toFixed(2)}, AUC ${scores.auc.toFixed(2)}.`);
  if (next) show(next);
}

function train(): Promise<void> {
  return attempt(async () => {
    training = true;
    enable();
    curves.begin();
    say('training-said', 'Drawing slices …');
    const progress = byId<HTMLProgressElement>('progress');
    Object.assign(progress, { hidden: false, value: 0 });
    try {
      const { about, stopped } = await ask('train', {
        slices: Number(select('slices').value),
        epochs: Number(select('epochs').value),
        seed: 2 + Math.floor(Math.random() * 1e6), // 1 is that of the validation's slices
        fresh: select('fresh').value === 'fresh',
      });
      setModel(about);
      say('training-said', `${stopped ? 'Stopped' : 'Done'}. The model is ${describe[about.origin](about.steps)}.`);
    } finally {
      training = false;
      progress.hidden = true;
      enable();
    }
    await lookAgain();
  });
}

function save(format: Format): Promise<void> {
  return attempt(async () => {
    say('saved', 'Writing …');
    try {
      const { name, type, bytes } = await ask('save', { format, threshold: verdict.threshold });
      const url = URL.createObjectURL(new Blob([bytes], { type }));
      Object.assign(document.createElement('a'), { href: url, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      say('saved', `${name}, ${Math.ceil(bytes.length / 1000)} kB, is with your downloads.`);
    } catch (error) {
      say('saved', '');
      throw error;
    }
  });
}

/** What a visitor can press while nothing is there to answer stays disabled. */
function listen(): void {
  byId('kinds').append(...kinds);
  button('patient').addEventListener('click', () => {
    patient++;
    showDrawn(kind);
  });
  const file = byId<HTMLInputElement>('file');
  file.addEventListener('change', async () => {
    if (file.files?.length) await open(file.files);
    file.value = ''; // so that the same file can be opened again
  });
  for (const id of ['show-mask', 'show-truth']) byId(id).addEventListener('change', draw);
  byId('training').addEventListener('submit', (event) => {
    event.preventDefault();
    train();
  });
  button('stop').addEventListener('click', () => {
    say('training-said', 'Stopping after this step …');
    attempt(() => ask('stop'));
  });
  button('restore').addEventListener('click', () =>
    attempt(async () => {
      setModel(await ask('restore'));
      enable();
      await lookAgain();
    }),
  );
  for (const element of saves) element.addEventListener('click', () => save(element.dataset.format as Format));
  const backend = select('backend');
  backend.addEventListener('change', () =>
    attempt(async () => {
      backend.disabled = true;
      try {
        setDevice(await ask('useBackend', (backend.value || undefined) as BackendName | undefined));
        await lookAgain();
      } finally {
        enable();
      }
    }),
  );
  listenToDrops();
}

function listenToDrops(): void {
  const drop = byId('drop');
  const over = (is: boolean) => (event: DragEvent) => {
    event.preventDefault(); // else the browser leaves the page for the file
    drop.classList.toggle('over', is);
  };
  addEventListener('dragover', over(true));
  addEventListener('dragleave', over(false));
  addEventListener('drop', (event) => {
    over(false)(event);
    open(event.dataTransfer?.files ?? []);
  });
  addEventListener('paste', ({ clipboardData }) => {
    if (clipboardData?.files.length) open(clipboardData.files);
  });
}

async function begin(): Promise<void> {
  listen();
  if (!(await isolate())) return;
  ask = startWorker(onEvent);
  const { device, about } = await ask('start', { base: document.baseURI });
  setDevice(device);
  setModel(about);
  enable();
  await showDrawn(kind);
}

attempt(begin);
