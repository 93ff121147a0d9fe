export interface DocExample {
  readonly file: string;
  readonly line: number;
  readonly code: string;
}

export function readExamples(root?: string): DocExample[];
