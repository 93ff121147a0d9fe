import type { About, Scores, Shown } from '../messages';
import { byId } from './by-id';
import { ratesAt } from './rates';

const percent = (share: number): string => `${Math.round(100 * share)} %`;
const milliseconds = (time: number): string => (time < 10 ? `${time.toFixed(1)} ms` : `${Math.round(time)} ms`);

function areaOf({ outcome: { mask } }: Shown): number {
  return mask.data.filter((value: number) => value >= 0.5).length / mask.data.length;
}

/** Shows a probability against the threshold, and what else is known of a slice in numbers. */
export function createVerdict() {
  const slider = byId<HTMLInputElement>('threshold');
  let shown: Shown | undefined;
  let about: About | undefined;
  /** What the visitor chose counts until another model comes. */
  let chosen = 0.5;

  function callIt(): string {
    return shown && shown.outcome.probability >= slider.valueAsNumber ? 'called COVID-19' : 'not called COVID-19';
  }

  function renderThreshold(): void {
    const threshold = slider.valueAsNumber;
    byId('threshold-value').textContent = threshold.toFixed(2);
    slider.setAttribute('aria-valuetext', `${threshold.toFixed(2)}, ${shown ? callIt() : 'no slice yet'}`);
    byId<HTMLButtonElement>('chosen').disabled = about?.scores === undefined || Math.abs(threshold - chosen) < 0.005;
    if (shown) byId('call').textContent = callIt();
    byId('verdict').classList.toggle('positive', shown !== undefined && shown.outcome.probability >= threshold);
    const rates = about?.scores && ratesAt(about.scores.curve, threshold);
    byId('sensitivity').textContent = rates ? percent(rates.sensitivity) : 'not known yet';
    byId('specificity').textContent = rates ? percent(rates.specificity) : 'not known yet';
  }

  function renderSlice({ outcome, drawn }: Shown): void {
    byId('probability').textContent = outcome.probability.toFixed(2);
    byId('bar').style.width = `${100 * outcome.probability}%`;
    const area = `${percent(areaOf(shown!))} of the slice`;
    const truth =
      drawn === undefined ? '' : outcome.dice === undefined ? '; in truth none' : `, Dice ${outcome.dice.toFixed(2)}`;
    byId('overlap').textContent = area + truth;
    byId('time').textContent = milliseconds(outcome.milliseconds.prediction);
    byId('cam-time').textContent = milliseconds(outcome.milliseconds.gradCam);
  }

  slider.addEventListener('input', renderThreshold);
  byId('chosen').addEventListener('click', () => {
    slider.value = String(chosen);
    renderThreshold();
    slider.focus();
  });

  return {
    get threshold() {
      return slider.valueAsNumber;
    },
    show(next: Shown): void {
      shown = next;
      renderSlice(next);
      renderThreshold();
    },
    /** The threshold of a new model is the one that its validation chose. */
    setModel(next: About): void {
      about = next;
      chosen = next.scores?.threshold ?? 0.5;
      slider.value = String(chosen);
      slider.disabled = false;
      renderThreshold();
    },
    /** While a model learns: what its threshold is worth by now. */
    setScores(scores: Scores): void {
      about = about && { ...about, scores };
      renderThreshold();
    },
    /** In words, for those who hear it. */
    get words(): string {
      return `Probability of COVID-19 ${shown?.outcome.probability.toFixed(2)}, ${callIt()} at the threshold ${slider.value}.`;
    },
  };
}
