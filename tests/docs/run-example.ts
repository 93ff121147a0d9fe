import ts from 'typescript';
import { literalIn } from './literal';

/** The modules that an example may import, by their names. */
export type Modules = Readonly<Record<string, () => Promise<Record<string, unknown>>>>;

/** A value that an example states: what was computed, the literal in its comment and the statement. */
export type Check = (value: unknown, literal: string, statement: string) => void | Promise<void>;

/**
 * Runs an example as a module; `check` gets the value of each expression, or of the one name that is declared, whose
 * comment begins with a literal: `holm([0.5]); // [0.5]`, `const { value } = …; // 0.75: 3 of 4`.
 */
export async function runExample(code: string, modules: Modules, check: Check): Promise<void> {
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022, true);
  const body = source.statements.map((statement) => {
    if (ts.isImportDeclaration(statement)) return loading(statement);
    const literal = statedBehind(statement, code);
    const text = statement.getText();
    if (literal === undefined) return text;
    const args = `${JSON.stringify(literal)}, ${JSON.stringify(text)}`;
    if (ts.isExpressionStatement(statement)) return `await check(${statement.expression.getText()}, ${args});`;
    const name = ts.isVariableStatement(statement) && onlyName(statement);
    return name ? `${text}\nawait check(${name}, ${args});` : text;
  });
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const script = ts.transpile(`async function example() {\n${body.join('\n')}\n}`, options);
  const load = async (name: string) => {
    const module = modules[name];
    if (module === undefined) throw new Error(`no test has the module '${name}' for examples.`);
    return module();
  };
  await new Function('load', 'check', `${script}\nreturn example();`)(load, check);
}

/** An import as a statement within a function. */
function loading({ importClause, moduleSpecifier }: ts.ImportDeclaration): string {
  const load = `await load(${moduleSpecifier.getText()});`;
  const bindings = importClause?.namedBindings;
  if (bindings === undefined) return load;
  if (!ts.isNamedImports(bindings)) return `const ${bindings.name.text} = ${load}`;
  const names = bindings.elements
    .filter(({ isTypeOnly }) => !isTypeOnly)
    .map(({ name, propertyName }) => (propertyName ? `${propertyName.text}: ${name.text}` : name.text));
  return `const { ${names.join(', ')} } = ${load}`;
}

/** The literal that the comment behind a statement, or on the line below it, begins with: to its end or to a colon. */
function statedBehind(statement: ts.Statement, code: string): string | undefined {
  const comment = /^(?:[ \t]*\n)?[ \t]*\/\/ (.*)/.exec(code.slice(statement.end))?.[1];
  if (comment === undefined) return undefined;
  const ends = [...comment.matchAll(/: /g)].map(({ index }) => index).reverse();
  for (const end of [comment.length, ...ends]) {
    const literal = literalIn(comment.slice(0, end));
    if (literal !== undefined) return literal;
  }
  return undefined;
}

/** The name that a statement declares, where it declares one alone. */
function onlyName({ declarationList }: ts.VariableStatement): string | undefined {
  const [{ name }] = declarationList.declarations;
  if (ts.isIdentifier(name)) return name.text;
  const [element] = name.elements;
  return name.elements.length === 1 && ts.isBindingElement(element) ? element.name.getText() : undefined;
}
