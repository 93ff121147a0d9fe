import type { Scores } from '../messages';
import { byId } from './by-id';
import { type Chart, lineChart } from './chart';

/** Of a step's loss in what is drawn: the curve is a moving mean. */
const SHARE = 0.15;

/** The curves of one training, and their numbers as a table. */
export function createCurves() {
  let [steps, mean] = [1, Number.NaN];
  let losses: [number, number][] = [];
  let scores: Scores[] = [];

  const lossChart = (): Chart => ({
    title: 'Loss',
    steps,
    series: [
      { name: 'train', className: 'loss', points: losses },
      { name: 'other', className: 'other', points: scores.map(({ step, loss }) => [step, loss]) },
    ],
  });
  const scoreChart = (): Chart => ({
    title: 'Scores on other slices',
    steps,
    range: [0, 1],
    series: [
      { name: 'Dice', className: 'dice', points: scores.map(({ step, dice }) => [step, dice]) },
      { name: 'AUC', className: 'auc', points: scores.map(({ step, auc }) => [step, auc]) },
    ],
  });
  const drawLoss = lineChart(byId('loss-chart'), lossChart());
  const drawScores = lineChart(byId('score-chart'), scoreChart());

  function draw(): void {
    drawLoss(lossChart());
    drawScores(scoreChart());
  }

  return {
    begin(): void {
      [steps, mean, losses, scores] = [1, Number.NaN, [], []];
      byId('numbers').replaceChildren();
      draw();
    },
    addStep(step: number, of: number, loss: number): void {
      steps = of;
      mean = Number.isNaN(mean) ? loss : mean + SHARE * (loss - mean);
      losses.push([step, mean]);
      drawLoss(lossChart());
    },
    addScores(of: Scores): void {
      scores.push(of);
      const row = document.createElement('tr');
      for (const value of [of.step, of.loss.toFixed(3), of.dice.toFixed(3), of.auc.toFixed(3)]) {
        const cell = document.createElement('td');
        cell.textContent = String(value);
        row.append(cell);
      }
      byId('numbers').prepend(row);
      draw();
    },
  };
}
