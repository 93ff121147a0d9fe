import type { ImageInfo } from '../images/images';
import type { SplitRecord } from '../records';
import type { LabelledRow } from '../training/pretrained/probe';
import { type Candidate, describe, listCandidates, type Place, rowsOf } from './candidates';
import { type Choice, chooseInFolds, measureFloor } from './measure-floor';

/** `floor.json`: what was tried in the folds, what was chosen by them, and how that does on the test images. */
export interface FloorRecord {
  readonly source: string;
  readonly train: number;
  readonly test: number;
  readonly candidates: readonly (Candidate & Choice)[];
  readonly chosen: Candidate & Choice;
  readonly result: Awaited<ReturnType<typeof measureFloor>>;
}

type Image = Omit<LabelledRow, 'features'> & { readonly id: string };

/** The images of one source with a class: those that are trained on or validate, and the test. */
export function imagesOf(split: SplitRecord, infos: readonly ImageInfo[], source: string) {
  const byId = new Map(infos.map((info) => [info.id, info]));
  const groups = new Map(split.groups.flatMap((ids, i) => ids.map((id) => [id, `group ${i}`] as const)));
  const own = (ids: readonly string[]): Image[] =>
    ids.flatMap((id) => {
      const info = byId.get(id);
      if (info?.source !== source || info.covid === null) return [];
      return [{ id, label: info.covid, group: groups.get(id) ?? id }];
    });
  return { train: own([...split.train, ...split.validation]), test: own(split.test) };
}

export interface FloorOptions {
  readonly source: string;
  readonly train: readonly Image[];
  readonly test: readonly Image[];
  /** Features by size and image, and where in them the levels are. */
  readonly features: ReadonlyMap<number, ReadonlyMap<string, Float32Array>>;
  readonly places: readonly Place[];
  onNotice(text: string): void;
}

/** Chooses by folds of the training images alone; the test images are scored once, by what was chosen. */
export async function runFloor({
  source,
  train,
  test,
  features,
  places,
  onNotice,
}: FloorOptions): Promise<FloorRecord> {
  const candidates: (Candidate & Choice)[] = [];
  for (const candidate of listCandidates([...features.keys()], places)) {
    const choice = await chooseInFolds(rowsOf(candidate, features, places, train));
    candidates.push({ ...candidate, ...choice });
    onNotice(`${choice.foldAuc.toFixed(3)}  ${describe(candidate)}, penalty ${choice.penalty}`);
  }
  const [chosen] = [...candidates].sort((a, b) => b.foldAuc - a.foldAuc);
  const rows = (images: readonly Image[]) => rowsOf(chosen, features, places, images);
  const result = await measureFloor(rows(train), rows(test), chosen);
  return { source, train: train.length, test: test.length, candidates, chosen, result };
}
