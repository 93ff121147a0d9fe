import { useBackend } from 'tfjs-multitask/backends';
import { stopOnSignal } from 'tfjs-multitask/node';
import { digestOfModel } from './predict/chunks';
import { listImages } from './predict/list-images';
import { loadModel } from './predict/load-model';
import { HELP, maskFolder, parsePredictCommand } from './predict/options';
import { type FolderResult, predictFolder } from './predict/predict-folder';
import { predictShard } from './predict/predict-shard';
import { createPredictor } from './predict/predictor';
import { showProgress } from './predict/progress';
import { readWindow } from './predict/read-window';
import { describeScores } from './predict/scores';
import { predictByWorkers } from './queue/submit-predict';
import { STOPPED } from './stopped';

async function main(): Promise<void> {
  const options = parsePredictCommand(process.argv.slice(2));
  if (options === undefined) {
    console.log(HELP);
    return;
  }
  const signal = stopOnSignal('Stopping after this batch');
  const list = await listImages(options.data, options.out);
  const backend = await useBackend(options.backend, { onNotice: console.warn });
  const { model, from, skipped } = await loadModel(options.model);
  for (const reason of skipped) console.warn(`Skipped a damaged checkpoint. ${reason}`);
  const predictor = createPredictor(model, { flips: options.flips, window: await readWindow(options.model) });
  console.log(
    `${list.total} images of ${options.data}; model ${from}, ${predictor.size.join(' x ')}; backend ${backend}`,
  );

  const { shard, queue } = options;
  let result: FolderResult | undefined;
  try {
    if (queue !== undefined) {
      const digest = await digestOfModel(model);
      result = await predictByWorkers(queue, list, options, { model: digest, backend }, signal);
    } else if (shard !== undefined) {
      const ready = { predictor, list, model: await digestOfModel(model), backend };
      result = await predictShard(ready, { ...options, shard }, signal);
    } else result = await predictFolder(predictor, list, options, { onProgress: showProgress(list.total), signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    console.log(
      shard === undefined && queue === undefined
        ? 'Stopped; no CSV file was written.'
        : 'Stopped; the same command goes on from here.',
    );
    process.exitCode = STOPPED;
    return;
  } finally {
    model.dispose();
  }
  if (result === undefined) return;
  const { images, failed, scores } = result;
  const problems = failed === 0 ? '' : `, ${failed} of them with an error`;
  console.log(`Written to ${options.out}: ${images} images${problems}.`);
  if (model.tasks.includes('segmentation')) console.log(`Masks: ${maskFolder(options.out)}`);
  const text = describeScores(scores);
  if (text !== '') console.log(text);
}

main().catch((error: Error) => {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
});
