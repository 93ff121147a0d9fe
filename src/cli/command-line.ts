import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { addDoctor } from './doctor/command';
import { addExport } from './export/command';
import { addInspect } from './inspect/command';
import { addPredict } from './predict/command';

/** What a shell gets: the work is done; it failed; the command was not understood; Ctrl-C ended it. */
const [DONE, FAILED, MISUSED, STOPPED] = [0, 1, 2, 130];

const NAME = 'tfjs-multitask';

const complain = (message: string): void => void process.stderr.write(`${NAME}: ${message}\n`);

/** The parser's words, "error: unknown option '--laout'\n(Did you mean --layout?)", as a line of ours. */
const inOneLine = (text: string): string =>
  text
    .trim()
    .replace(/^error: /, '')
    .replaceAll('\n', ' ');

function createProgram(): Command {
  const program = new Command(NAME);
  program
    .description('Models of several tasks: what is in them, what they predict, and into other runtimes.')
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: (text) => complain(inOneLine(text)) })
    .addHelpText(
      'after',
      `\nExit codes: ${DONE} done, ${FAILED} failed, ${MISUSED} not understood, ${STOPPED} stopped by Ctrl-C.`,
    );
  // Commands take over the settings of the program that they are made by.
  for (const add of [addPredict, addExport, addInspect, addDoctor]) add(program);
  return program;
}

/** Runs a command line, without the names of Node and of the file; returns the exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync([...args], { from: 'user' });
    return DONE;
  } catch (error) {
    // The parser has said already what it did not understand.
    if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : MISUSED;
    if (error instanceof Error && error.name === 'AbortError') return STOPPED;
    complain(error instanceof Error ? error.message : String(error));
    return FAILED;
  }
}
