import ts from 'typescript';
import { type CodeDefault, codeDefaults } from './defaults';
import { type DocComment, onOneLine, readDocComment } from './doc-comment';
import { literalIn } from './literal';
import { type PublicExport, resolve } from './public-exports';
import { thrownErrors } from './thrown-errors';

/** What a rule finds at one place: the file, the export and what is wrong. */
export interface Finding {
  readonly file: string;
  readonly text: string;
}

/** What CONTRIBUTING.md says of doc comments, for the exports of a program. */
export function findFaults(program: ts.Program, exports: readonly PublicExport[]): Finding[] {
  const checker = program.getTypeChecker();
  const thrown = thrownErrors(program);
  const isPublic = new Set<ts.Node>(exports.flatMap(({ declarations }) => declarations));
  const optional = optionalMembers(checker);
  const defaults = codeDefaults(program);
  const beside = new Map(exports.map(({ folder }) => [folder, new Set<string>()]));
  for (const { folder, name } of exports) beside.get(folder)!.add(name);
  const findings: Finding[] = [];
  const seen = new Set<ts.Node>();

  for (const { name, file, declarations, folder } of exports) {
    if (seen.has(declarations[0])) continue;
    seen.add(declarations[0]);
    const report = (text: string): void => void findings.push({ file, text: `${name}: ${text}` });
    const doc = declarations.map(readDocComment).find((found) => found !== undefined);
    if (doc === undefined) {
      report('has no doc comment.');
    } else {
      for (const fault of summaryFaults(doc, declarations[0])) report(fault);
      for (const fault of throwsFaults(doc, declarations, thrown)) report(fault);
      for (const fault of contentFaults(doc, { name, folder, declaration: declarations[0] }, checker)) report(fault);
    }
    for (const link of declarations.flatMap(linksIn)) {
      const symbol = link.name && checker.getSymbolAtLocation(link.name);
      const target = symbol && resolve(symbol, checker).declarations?.[0];
      const written = link.name?.getText() ?? '';
      // The docs find what the same entry exports; an editor, what the file knows.
      if (target ? !isPublic.has(target) : !beside.get(folder)?.has(written)) {
        report(`{@link ${written}} leads nowhere: its entry exports no such name.`);
      }
    }
    for (const member of declarations.flatMap(optional)) {
      if (seen.has(member)) continue;
      seen.add(member);
      for (const fault of defaultFaults(member, defaults.get(member) ?? [], isPublic)) {
        report(`.${ts.getNameOfDeclaration(member)?.getText()}${fault}`);
      }
    }
  }
  return findings;
}

const isCallable = (declaration: ts.Node): boolean =>
  ts.isFunctionDeclaration(declaration) || ts.isClassDeclaration(declaration);

/** The end of a sentence that another one follows. */
const END = /(?<!\b(?:al|vs|e\.g|i\.e))\. (?=[A-Z`{'"0-9])/;

function* summaryFaults({ text }: DocComment, declaration: ts.Node): Generator<string> {
  const summary = onOneLine(text.split(/\n\s*\n/)[0]);
  if (!/^\S.*\.$/.test(summary)) yield 'the first paragraph is no sentence that ends with a full stop.';
  else if (isCallable(declaration) && END.test(summary)) yield 'the first paragraph is more than one sentence.';
}

/** What arguments are refused with. */
const CHECKS = ['RangeError', 'TypeError'];
/** What else is thrown is an Error, ours or that of the file system or the device. */
const ERRORS = [...CHECKS, 'Error'];

const isGivenArguments = (declaration: ts.Node): boolean =>
  ts.isClassDeclaration(declaration) || (ts.isFunctionDeclaration(declaration) && declaration.parameters.length > 0);

function* throwsFaults(
  { tags }: DocComment,
  declarations: readonly ts.Declaration[],
  thrown: (declaration: ts.Node) => ReadonlySet<string>,
): Generator<string> {
  const claimed = tags.flatMap(({ name, text }) => (name === 'throws' ? [/^\{(\w+)\}/.exec(text)?.[1] ?? ''] : []));
  if (claimed.some((error) => error !== '' && !ERRORS.includes(error)))
    yield `@throws of an error other than ${ERRORS}.`;
  if (!declarations.some(isCallable)) return;
  const actual = new Set(declarations.flatMap((declaration) => [...thrown(declaration)]));
  const checks = CHECKS.filter((error) => actual.has(error));
  if (checks.length > 0 && declarations.some(isGivenArguments) && !claimed.some((error) => checks.includes(error))) {
    yield `throws ${checks.join(' and ')}, and has no @throws for one of them.`;
  }
  for (const error of new Set(claimed)) {
    if (CHECKS.includes(error) && !actual.has(error)) yield `has @throws {${error}}, which nothing in it throws.`;
  }
}

/** What shapes and a source look like. */
const SHAPES = /`?\[(?:batch|K|n|\w+ batch)\b|Features|Any shape/;
const SOURCE = /\bSources?: .*\b(?:1[89]|20)\d\d\b/;
/** Parts that no one proposed: standard practice, or ways to compose others. */
const WITHOUT_SOURCE = new Set(
  [
    ['BilinearUpsampling', 'RepeatBatch', 'SliceBatch', 'StopGradient'],
    ['mae', 'mse', 'sparseCrossEntropy', 'lossMetric', 'sumOf'],
    ['accuracy', 'confusion', 'confusionMatrix', 'exactMatch', 'topKAccuracy', 'binnedAuc'],
    ['precision', 'sensitivity', 'specificity', 'negativePredictiveValue'],
    ['sensitivityAtSpecificity', 'specificityAtSensitivity'],
    ['meanAbsoluteError', 'rootMeanSquaredError', 'rSquared'],
    ['sumGradient', 'meanGradient', 'equalWeights', 'fixedWeights', 'scheduledWeights'],
  ].flat(),
);

function* contentFaults(
  { text }: DocComment,
  { name, folder, declaration }: { name: string; folder: string; declaration: ts.Declaration },
  checker: ts.TypeChecker,
): Generator<string> {
  if (!isCallable(declaration)) return;
  const made = madeBy(declaration, checker);
  const isPart = /^(Loss|Metric|PerImageMetric|Weighting|Aggregator|ElementwiseAggregator|Sharing)\b/.test(made);
  const isLayer = ts.isClassDeclaration(declaration) && folder === 'src/layers';
  if (!isPart && !isLayer) return;
  const line = onOneLine(text);
  if (!made.startsWith('Sharing') && !SHAPES.test(line)) yield 'says no shapes.';
  if (SOURCE.test(line) === WITHOUT_SOURCE.has(name)) {
    yield WITHOUT_SOURCE.has(name) ? 'names a source, and is listed as without one.' : 'names no source with its year.';
  }
}

/** The name of the type that a function returns. */
function madeBy(declaration: ts.Declaration, checker: ts.TypeChecker): string {
  const signature = ts.isFunctionDeclaration(declaration) && checker.getSignatureFromDeclaration(declaration);
  return signature ? checker.typeToString(checker.getReturnTypeOfSignature(signature)) : '';
}

/** The optional members of a type named `…Options`, inherited ones among them, or of the types in a function's head. */
function optionalMembers(checker: ts.TypeChecker): (declaration: ts.Declaration) => ts.Declaration[] {
  const membersOf = (type: ts.Type): ts.Declaration[] =>
    checker
      .getPropertiesOfType(type)
      .flatMap(({ declarations = [] }) => declarations)
      .filter((member) => (ts.isPropertySignature(member) || ts.isMethodSignature(member)) && member.questionToken)
      .filter((member) => !member.getSourceFile().isDeclarationFile);
  return (declaration) => {
    if (ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration)) {
      return declaration.name.text.endsWith('Options') ? membersOf(checker.getTypeAtLocation(declaration)) : [];
    }
    if (!ts.isFunctionDeclaration(declaration)) return [];
    return declaration.parameters.flatMap(({ type }) =>
      type && ts.isTypeLiteralNode(type) ? membersOf(checker.getTypeAtLocation(type)) : [],
    );
  };
}

const DEFAULT = /(?:^|\s)Default: (?<stated>.+)\.$/;
/** What a default begins with where it is a literal: in backticks, or a bare number, boolean or null. */
const LITERAL =
  /^(?:`(?<quoted>[^`]+)`|(?<bare>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|true|false|null|NaN|-?Infinity))(?=[,;: ]|$)/;

function* defaultFaults(
  member: ts.Declaration,
  inCode: readonly CodeDefault[],
  isPublic: ReadonlySet<ts.Node>,
): Generator<string> {
  const doc = readDocComment(member);
  const stated = DEFAULT.exec(onOneLine(doc?.text ?? ''))?.groups?.stated;
  if (stated === undefined) return yield ' does not end with `Default: ….`';
  if (END.test(stated)) return yield ' has more than its default behind `Default:`.';
  const { quoted, bare } = LITERAL.exec(stated)?.groups ?? {};
  const literal = literalIn(quoted ?? bare ?? '');
  for (const { literal: actual, written, owner } of inCode) {
    // What is not said as a literal need not be one where another function reads the options further on.
    const isKnown = literal !== undefined || (owner !== undefined && isPublic.has(owner));
    if (isKnown && actual !== undefined && actual !== literal)
      yield ` says \`Default: ${stated}.\`; the code has ${written.getText()}.`;
  }
}

/** The `{@link}`s of a declaration's comment and of those within it. */
function linksIn(declaration: ts.Node): ts.JSDocLink[] {
  const links: ts.JSDocLink[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJSDocLink(node)) links.push(node);
    for (const child of node.getChildren()) visit(child);
  };
  const owner = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  if (!isCallable(owner)) visit(owner);
  else for (const comment of ts.getJSDocCommentsAndTags(owner)) visit(comment);
  return links;
}
