import type { ImageInfo } from './images';

/** What names tell about who is on an image, for the sets that the paper's mix was made of. */
const RULES: readonly { readonly where: RegExp; readonly group: (match: RegExpExecArray) => string }[] = [
  // COVID-CT, COVID: the preprint that the figure was cut from; its figures show one or a few patients.
  { where: /^covid-ct\/covid\/(.+?)-p\d+/, group: ([, paper]) => `covid-ct preprint ${paper}` },
  // COVID-CT, not COVID: panels of one figure are numbered `40%0`, `40%1`, ...
  { where: /^covid-ct\/noncovid\/(\d+)(?:%\d+)?\.jpg$/, group: ([, figure]) => `covid-ct figure ${figure}` },
  // Slices of one scan under dozens of names, in several windows and with drawn arrows.
  { where: /kaggle-normal/, group: () => 'kaggle-normal' },
  // The number counts slides of a case.
  {
    where: /kaggle-(adeno|large|squamous)_[a-z]+_(\d{6})/,
    group: ([, kind, number]) => `kaggle ${kind} ${number}`,
  },
];

/** COVID-CT, not COVID, as PNG: running numbers, in which neighbours are slices of one scan. */
const NUMBERED = /^covid-ct\/noncovid\/(\d+)\.png$/;

function numberedGroups(infos: readonly ImageInfo[]): Map<string, string> {
  const numbered = infos
    .flatMap(({ id }) => {
      const match = NUMBERED.exec(id);
      return match === null ? [] : [{ id, number: Number(match[1]) }];
    })
    .sort((a, b) => a.number - b.number);
  const groups = new Map<string, string>();
  let first = 0;
  for (const [i, { id, number }] of numbered.entries()) {
    if (i === 0 || number > numbered[i - 1].number + 1) first = number;
    groups.set(id, `covid-ct slices from ${first}`);
  }
  return groups;
}

/** COVID-CT has these pictures under both labels. */
const CONTRADICTED = /^covid-ct\/(non)?covid\/71%[01]\.jpg$/;

/** Why an image must not be used; undefined for most. */
export function reasonToExclude({ id }: ImageInfo): string | undefined {
  return CONTRADICTED.test(id) ? 'COVID-CT has the picture under both labels' : undefined;
}

/** Joins the images of one patient, as far as names tell, and those of each group of near-duplicates; by id. */
export function groupImages(
  infos: readonly ImageInfo[],
  duplicates: readonly (readonly string[])[],
): Map<string, string> {
  const numbered = numberedGroups(infos);
  const named = new Map(
    infos.map(({ id, patient }) => {
      const rule = RULES.find(({ where }) => where.test(id));
      const match = rule?.where.exec(id);
      return [id, patient ?? numbered.get(id) ?? (rule && match ? rule.group(match) : id)];
    }),
  );
  for (const ids of duplicates) {
    const [first, ...others] = [...new Set(ids.map((id) => named.get(id) as string))];
    for (const [id, group] of named) if (others.includes(group)) named.set(id, first);
  }
  return named;
}
